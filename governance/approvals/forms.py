"""What people type when they decide about a release, and when they move it."""

from typing import Any

from django import forms

from governance.accounts.models import User
from governance.approvals.lifecycle import EMERGENCY_HOURS
from governance.approvals.models import Release
from governance.approvals.situations import END_CHECKLIST
from governance.common.forms import DayInput
from raci.people.forms import WallClockField, ZonedForm

LONGEST = 10_000
DIGEST = 64


def lines(rows: int = 3) -> forms.Textarea:
    """Return a text of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class PersonField(forms.ModelChoiceField):
    """A choice among the people of the organisation who can still sign in."""

    def __init__(self, **options: Any) -> None:
        people = User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")
        super().__init__(people, **options)


class DecisionForm(forms.Form):
    """A decision about what was seen; its reason is optional only for a yes with good checks."""

    reason = forms.CharField(
        label="Reason", widget=lines(4), max_length=LONGEST, required=False,
        error_messages={"required": "Say why."},
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=DIGEST)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=20_000, required=False)

    def __init__(self, *args: Any, checks_fail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks_fail = checks_fail
        hint = "Sending back needs a reason."
        if checks_fail:
            hint = "A check fails, so either decision needs a reason."
            self.fields["reason"].required = True
        self.fields["reason"].help_text = hint

    @property
    def is_yes(self) -> bool:
        """Return whether the button was one of those that approve."""
        return self.data.get("decision") in ("approve", "conditions")

    def clean(self) -> dict[str, Any]:
        """Return the decision; a refusal, or a yes against a check, must say why."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_yes and not self.checks_fail and not data.get("reason"):
            self.add_error("reason", "Say why.")
        return data


class ConditionForm(forms.Form):
    """What must be done for an approval to hold: by whom, until when, before or after."""

    text = forms.CharField(label="What must be done", widget=lines(2), max_length=2_000)
    owner = PersonField(label="By whom", empty_label="Choose")
    due_on = forms.DateField(label="Until", widget=DayInput())
    blocking = forms.BooleanField(
        label="Before it goes live", required=False, initial=True,
    )  # fmt: skip

    def has_changed(self) -> bool:
        """Return whether somebody wrote something; the box alone is no condition."""
        return any(name != "blocking" for name in self.changed_data)


Conditions = forms.formset_factory(ConditionForm, extra=2, max_num=5, absolute_max=5)


class ReasonForm(forms.Form):
    """A step that says why."""

    reason = forms.CharField(label="Why?", widget=lines(), max_length=LONGEST)


class MayReasonForm(forms.Form):
    """A step that may say why."""

    reason = forms.CharField(label="Why?", widget=lines(), max_length=LONGEST, required=False)


class PlainForm(forms.Form):
    """A step that needs nothing but the button."""


class ScheduleForm(ZonedForm):
    """When it goes live: a window of time."""

    window_from = WallClockField(label="Not before")
    window_until = WallClockField(label="Not after")

    def clean(self) -> dict[str, Any]:
        """Refuse a window that ends before it begins."""
        data = super().clean()
        first, last = data.get("window_from"), data.get("window_until")
        if first and last and last <= first:
            self.add_error("window_until", "The window ends before it begins.")
        return {name: value for name, value in data.items() if name != "zone"}


class CanaryForm(forms.Form):
    """What a canary must show before it is promoted."""

    tasks = forms.IntegerField(label="Tasks at least", min_value=1, max_value=10_000_000)
    hours = forms.IntegerField(label="Hours at least", min_value=1, max_value=2_160)
    metric = forms.CharField(
        label="A metric that it must hold", max_length=100, required=False,
        help_text="As the reports name it: pass_rate, error_rate.",
    )  # fmt: skip
    comparator = forms.ChoiceField(
        label="Must be", required=False,
        choices=[(">=", "at least"), ("<=", "at most"), (">", "above"), ("<", "below")],
    )  # fmt: skip
    value = forms.DecimalField(
        label="Value", required=False, max_digits=12, decimal_places=6,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Return the rule as it is stored; a metric needs a value."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("metric")) != (data.get("value") is not None):
            self.add_error("value", "A metric and its value belong together.")
        if self.errors:
            return data
        metrics = []
        if data["metric"]:
            value = format(data["value"].normalize(), "f")
            metrics = [{"name": data["metric"], "comparator": data["comparator"], "value": value}]
        return {"rule": {"tasks": data["tasks"], "hours": data["hours"], "metrics": metrics}}


class CanaryReportForm(ZonedForm):
    """What a canary showed in a period."""

    observed_from = WallClockField(label="Observed from")
    observed_until = WallClockField(label="Until")
    tasks = forms.IntegerField(label="Tasks", min_value=0, max_value=10_000_000)
    metric = forms.CharField(label="Metric", max_length=100, required=False)
    value = forms.DecimalField(label="Value", required=False, max_digits=12, decimal_places=6)

    def clean(self) -> dict[str, Any]:
        """Return the report as it is stored."""
        data = super().clean()
        if bool(data.get("metric")) != (data.get("value") is not None):
            self.add_error("value", "A metric and its value belong together.")
        if self.errors:
            return data
        metrics = {}
        if data["metric"]:
            metrics = {data["metric"]: format(data["value"].normalize(), "f")}
        names = ("observed_from", "observed_until", "tasks")
        return {**{name: data[name] for name in names}, "metrics": metrics}


class EmergencyForm(forms.Form):
    """Going live without a quorum, for at most 72 hours."""

    reason = forms.CharField(label="What happens without it?", widget=lines(), max_length=LONGEST)
    hours = forms.IntegerField(
        label="Hours it may run",
        min_value=1,
        max_value=EMERGENCY_HOURS,
        initial=EMERGENCY_HOURS,
        help_text=f"At most {EMERGENCY_HOURS}; then it ends by itself.",
    )


class RetireForm(forms.Form):
    """The end of a release: each point of the list done (END-02)."""

    done = forms.MultipleChoiceField(
        label="Done before it is retired",
        widget=forms.CheckboxSelectMultiple,
        choices=[(key, f"{words[:1].upper()}{words[1:]}") for key, words in END_CHECKLIST.items()],
        error_messages={"required": "Each point must be done first."},
    )
    reason = forms.CharField(label="Why?", widget=lines(), max_length=LONGEST)

    def clean_done(self) -> list[str]:
        """Return the points; refuse a list that is not complete."""
        done: list[str] = self.cleaned_data["done"]
        if len(done) < len(END_CHECKLIST):
            raise forms.ValidationError("Each point must be done first.")
        return done


class TargetForm(forms.Form):
    """Another release to go back to."""

    target = forms.ModelChoiceField(Release.objects.none(), label="Go back to", empty_label=None)

    def __init__(self, *args: Any, targets: list[Release], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Release.objects.filter(pk__in=[one.pk for one in targets])
        setattr(field, "label_from_instance", lambda one: f"{one.number} ({one.ref})")  # noqa: B010


class ClassForm(forms.Form):
    """Another class of change than the one confirmed, with the reason."""

    to = forms.ChoiceField(label="Class of change")
    reason = forms.CharField(label="Why?", widget=lines(2), max_length=LONGEST)

    def __init__(self, *args: Any, classes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "class_%s"  # it stands beside the form of a decision
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = classes


class RemarkForm(forms.Form):
    """A line of the conversation."""

    text = forms.CharField(
        label="Ask or remark", widget=lines(2), max_length=LONGEST,
        error_messages={"required": "Write something first."},
    )  # fmt: skip


class MetForm(forms.Form):
    """How a condition was met."""

    how = forms.CharField(label="How was it met?", widget=lines(2), max_length=2_000)
