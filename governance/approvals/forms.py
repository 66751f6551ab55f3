"""What people type when they propose, waive or decide."""

from typing import Any

from django import forms

REASON = forms.Textarea(attrs={"rows": 4})
DAY = forms.DateInput(attrs={"type": "date"})


class SubmitForm(forms.Form):
    """A proposal: why, for the version as it was read."""

    reason = forms.CharField(
        label="Why this version, and what changes for people",
        widget=REASON,
        max_length=10_000,
        help_text="The approver reads this first. It stands in the ledger.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class WaiverForm(forms.Form):
    """A waiver for a model id that is not pinned."""

    reason = forms.CharField(
        label="Why this may run on an id that is not pinned", widget=REASON, max_length=10_000
    )
    ends_on = forms.DateField(label="Last day of the waiver", widget=DAY)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DecisionForm(forms.Form):
    """A decision; its reason is optional only where every check passes and it is a yes."""

    reason = forms.CharField(
        label="Reason",
        widget=REASON,
        max_length=10_000,
        required=False,
        error_messages={"required": "Say why."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decision = forms.ChoiceField(
        choices=[("approve", "Approve"), ("reject", "Send back")], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, checks_fail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks_fail = checks_fail
        hint = "Sending back needs a reason."
        if checks_fail:
            hint = "A check fails, so either decision needs a reason."
            self.fields["reason"].required = True
        self.fields["reason"].help_text = hint

    def clean(self) -> dict[str, Any]:
        """Return the decision; a refusal, or a yes against a check, must say why."""
        data = super().clean() or self.cleaned_data
        if data.get("decision") == "reject" and not self.checks_fail and not data.get("reason"):
            self.add_error("reason", "Say why.")
        return data
