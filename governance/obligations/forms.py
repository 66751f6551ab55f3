"""What people say of a duty, as forms; each remembers which state of it was read."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from governance.common.forms import DayInput
from governance.evidence.forms import EvidenceForm
from governance.evidence.models import EvidenceItem
from governance.obligations.models import Duty
from governance.obligations.proof_queries import evidence_behind, evidence_left

LINES = forms.Textarea(attrs={"rows": 3})


class SayForm(forms.Form):
    """A word about a duty; `seen` says which state of it the person read."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = duty.row_version


class StartForm(SayForm):
    """Somebody works on it."""


class WaitForm(SayForm):
    """For whom or what it waits."""

    waits_for = forms.CharField(
        label="For whom or what does it wait?", max_length=200, help_text="“The vendor's report”."
    )


class MeetForm(SayForm):
    """That it is met, and when somebody looks at it again."""

    next_check_on = forms.DateField(
        label="Look at it again on",
        widget=DayInput(),
        help_text="What is met today may not be for ever. Choose a day after today.",
    )

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, duty=duty, **kwargs)
        today = timezone.localdate()
        ends = [item.valid_until for item in evidence_behind(duty).standing(today)]
        last = max((day for day in ends if day), default=None) if None not in ends else None
        usual = today + timedelta(days=365)
        self.initial["next_check_on"] = min(usual, last) if last else usual


class ProposeForm(SayForm):
    """Why it does not apply here."""

    reason = forms.CharField(
        label="Why does it not apply here?",
        widget=LINES,
        max_length=10_000,
        help_text="Another person has to agree. An auditor will read it.",
    )


class ApproveForm(SayForm):
    """Agree that it does not apply."""


class BecauseForm(SayForm):
    """Why it is open again."""

    because = forms.CharField(label="Why?", widget=LINES, max_length=10_000)


class PlanForm(SayForm):
    """The next day somebody looks at it."""

    next_check_on = forms.DateField(label="Look at it again on", widget=DayInput(), required=False)

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, duty=duty, **kwargs)
        self.initial["next_check_on"] = duty.next_check_on


class ItemField(forms.ModelChoiceField):
    """A choice of evidence by ref and title."""

    def label_from_instance(self, obj: EvidenceItem) -> str:
        """Return how a piece of evidence is offered."""
        return f"{obj.ref} {obj.title}"


class ShowForm(SayForm):
    """Evidence about the system that is there already."""

    item = ItemField(EvidenceItem.objects.none(), label="Which evidence shows it?")

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, duty=duty, **kwargs)
        field = self.fields["item"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = evidence_left(duty, timezone.localdate())


class DetachForm(SayForm):
    """Evidence that does not show the duty after all, and why."""

    item = ItemField(EvidenceItem.objects.none(), label="Which evidence?", to_field_name="ref")
    reason = forms.CharField(
        label="Why does it not show this?",
        widget=LINES,
        max_length=2_000,
        help_text="The system keeps it, and other duties too. An auditor will read why.",
    )

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, duty=duty, **kwargs)
        field = self.fields["item"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = evidence_behind(duty)


class AttachForm(EvidenceForm):
    """New evidence about the system that stands behind the duty at once."""

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
