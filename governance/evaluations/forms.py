"""Forms of evaluations: a run from a file, a suite and what it asks, a withdrawal."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from governance.common.states import choices
from governance.evaluations.criteria import CriterionError, criteria_from
from governance.evaluations.lines import criteria_in, lines_of
from governance.evaluations.models import Suite
from governance.evaluations.rules import SuiteKind
from inventory.systems.models import AISystem, ModelVersion

NEW = ""
LINES = forms.Textarea(attrs={"rows": 3})
MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A moment in the zone of the pages, from a native control."""

    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})


class RunForm(forms.Form):
    """A file of results, and which version ran which suite when.

    A file that was sent once is held until the form is right, so nobody chooses it again.
    """

    upload = forms.FileField(
        label="File",
        required=False,
        max_length=200,
        help_text="CSV with the columns case and passed (score, slices, message), or JUnit XML. "
        "Up to 50 MiB and 100,000 cases.",
    )
    held = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.ModelChoiceField(
        ModelVersion.objects.none(), label="Version that ran", empty_label="Choose one"
    )
    suite = forms.ChoiceField(label="Suite", required=False)
    key = forms.SlugField(
        label="Key of the new suite",
        required=False,
        max_length=80,
        help_text="Small letters, digits and hyphens: claims-regression.",
    )
    kind = forms.ChoiceField(
        label="What the new suite looks for",
        required=False,
        choices=[("", "Choose one"), *choices(SuiteKind)],
    )
    revise = forms.BooleanField(
        label="The suite’s list of cases has changed: make the next revision", required=False
    )
    observed_from = MomentField(
        label="It ran from", required=False, help_text="Empty: as the JUnit file says."
    )
    observed_until = MomentField(label="Until", required=False)
    produced_by = forms.CharField(
        label="Who or what ran it", max_length=200, help_text="“CI job 4711”, or a name."
    )
    digest = forms.RegexField(
        "^[0-9a-fA-F]{64}$",
        label="Digest that ran",
        required=False,
        help_text="If whoever ran it knows: a run of another digest is refused.",
        error_messages={"invalid": "A digest has 64 hexadecimal digits."},
    )

    def __init__(
        self, *args: Any, system: AISystem, suites: QuerySet[Suite], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = ModelVersion.objects.filter(system=system).select_related("system__unit")
        versions: Any = self.fields["version"]
        versions.queryset = rows
        versions.label_from_instance = lambda row: f"{row.label} ({row.digest[:12]}…)"
        known = [(suite.key, f"{suite.title} ({suite.get_kind_display()})") for suite in suites]
        names: Any = self.fields["suite"]
        names.choices = [*known, (NEW, "A new suite, as below")]
        if not known:
            names.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Refuse neither and both of a suite that is there and a new one, and no file at all."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("suite") and "suite" not in self.errors:
            for name in ("key", "kind"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "A new suite needs it.")
        return data

    def remember(self, held: str) -> None:
        """Let the form say where the file is that it came with."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["held"] = held
            self.data = data

    def given(self) -> dict[str, Any]:
        """Return what the intake takes."""
        data = {name: value for name, value in self.cleaned_data.items() if value}
        data.pop("upload", None)
        data.pop("held", None)
        key = data.pop("key", "")
        if data.get("suite"):
            data.pop("kind", None)
        return {**data, "suite": data.get("suite") or key}


class SuiteForm(forms.Form):
    """A suite: what it looks for, and what it asks of every run."""

    key = forms.RegexField(
        "^[a-z0-9][a-z0-9-]{0,79}$",
        label="Key",
        help_text="As pipelines name it: claims-regression. It stays.",
        error_messages={"invalid": "Small letters, digits and hyphens, at most 80."},
    )
    title = forms.CharField(label="Title", max_length=200)
    kind = forms.ChoiceField(label="What it looks for", choices=choices(SuiteKind))
    criteria = forms.CharField(
        label="What it asks of every run",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="One line each: pass_rate >= 0.95 margin 0.01. Metrics: pass_rate, mean_score, "
        "pass_rate[language=de], pass_rate[*] for every slice of 30 cases, or one that runs "
        "report. “margin” is how much worse than the baseline it may be. “soft” at the end: "
        "to be looked at, not a stop.",
    )
    reason = forms.CharField(
        label="Why does it change?", required=False, max_length=2_000, widget=LINES
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, suite: Suite | None = None, **kwargs: Any) -> None:
        if suite is not None:
            kwargs["initial"] = {
                **{name: getattr(suite, name) for name in ("key", "title", "kind")},
                "criteria": lines_of(criteria_from(suite.criteria)),
                "seen": suite.revision,
            }
        super().__init__(*args, **kwargs)
        if suite is not None:
            self.fields["key"].disabled = True
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean_criteria(self) -> Any:
        """Return the criteria; refuse each line that cannot be read, by its number."""
        try:
            return criteria_in(self.cleaned_data["criteria"])
        except CriterionError as error:
            raise forms.ValidationError(str(error).split("\n")) from error


class WithdrawForm(forms.Form):
    """Why a run counts no more."""

    reason = forms.CharField(
        label="Why does it count no more?",
        help_text="For a mistaken upload. It stays readable, with this reason.",
        max_length=2_000,
        widget=LINES,
    )
