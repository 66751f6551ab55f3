"""Evidence of a version, findings, freezes, how much a system matters, and waivers."""

from typing import Any

from django import forms

from governance.accounts.forms import UnitChoice
from governance.accounts.models import BusinessUnit
from governance.approvals.forms import DIGEST, LONGEST, PersonField, lines
from governance.common.forms import DayInput
from governance.evidence.rules import days_out_of_order, misfit
from raci.people.forms import WallClockField, ZonedForm


class ProofForm(forms.Form):
    """An item of evidence: a file or a statement, about whom and what time."""

    upload = forms.FileField(label="File", required=False, help_text="Up to 50 MiB.")
    statement = forms.CharField(
        label="Or a statement", required=False, max_length=LONGEST, widget=lines(4),
        help_text="What you state, in full sentences. It is kept word by word.",
    )  # fmt: skip
    not_applicable = forms.BooleanField(
        label="It does not apply here; the statement says why", required=False
    )
    produced_by = forms.CharField(
        label="Produced by", max_length=200,
        help_text="The team, company or tool that made it, not who uploads it.",
    )  # fmt: skip
    author = PersonField(
        label="Author, if it is one of us", required=False, empty_label="Nobody of us",
        help_text="Whoever wrote evidence does not decide on it.",
    )  # fmt: skip
    observed_from = forms.DateField(label="Shows the time from", required=False, widget=DayInput())
    observed_until = forms.DateField(label="Until", required=False, widget=DayInput())

    def __init__(self, *args: Any, may_be_na: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_na:
            del self.fields["not_applicable"]

    def clean(self) -> dict[str, Any]:
        """Refuse neither and both of file and statement, sizes and periods that cannot be."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        upload, said = data.get("upload"), data.get("statement", "")
        if not self.errors and bool(upload) == bool(said):
            raise forms.ValidationError("Give either a file or a statement.")
        if upload and (reason := misfit(upload.size)):
            self.add_error("upload", reason)
        if data.get("not_applicable") and not said:
            self.add_error("statement", "State why it does not apply.")
        if days_out_of_order(data.get("observed_from"), data.get("observed_until")):
            self.add_error("observed_until", "This day lies before the first.")
        return data


class WaiverForm(forms.Form):
    """A waiver for a model id that is not pinned."""

    reason = forms.CharField(
        label="Why this may run on an id that is not pinned", widget=lines(4), max_length=LONGEST
    )
    ends_on = forms.DateField(label="Last day of the waiver", widget=DayInput())
    seen = forms.CharField(widget=forms.HiddenInput, max_length=DIGEST)


class FindingForm(forms.Form):
    """Something wrong about what runs."""

    words = forms.CharField(label="What is wrong?", widget=lines(), max_length=2_000)
    severity = forms.TypedChoiceField(
        label="How bad", coerce=int, initial=2,
        choices=[(1, "1: harm now or soon"), (2, "2: it must be mended"), (3, "3: a flaw")],
    )  # fmt: skip


class CloseForm(forms.Form):
    """How a finding ended."""

    because = forms.CharField(label="How did it end?", widget=lines(2), max_length=2_000)


LEVELS = {
    "exposure": (
        (1, "1: few people, little money"),
        (2, "2: many people, or money that hurts"),
        (3, "3: very many people, or money that threatens us"),
    ),
    "purpose": (
        (1, "1: helps somebody who decides"),
        (2, "2: prepares a decision that is mostly followed"),
        (3, "3: decides"),
    ),
}


class MaterialityForm(forms.Form):
    """How much a system matters: exposure times purpose."""

    exposure = forms.TypedChoiceField(
        label="How many are exposed", coerce=int, choices=LEVELS["exposure"],
        widget=forms.RadioSelect,
    )  # fmt: skip
    purpose = forms.TypedChoiceField(
        label="What it is used for", coerce=int, choices=LEVELS["purpose"],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(label="Why?", widget=lines(), max_length=2_000)


class FreezeForm(ZonedForm):
    """A time in which nothing goes live in a unit and below it."""

    unit = UnitChoice(label="Unit", queryset=BusinessUnit.objects.none(), empty_label="Choose")
    reason = forms.CharField(label="Why?", max_length=200, help_text="“Year-end closing”.")
    begins_at = WallClockField(label="From")
    ends_at = WallClockField(label="Until")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, UnitChoice)  # noqa: S101 - declared above
        field.queryset = units

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        data = super().clean()
        first, last = data.get("begins_at"), data.get("ends_at")
        if first and last and last <= first:
            self.add_error("ends_at", "It ends before it begins.")
        return {name: value for name, value in data.items() if name != "zone"}
