"""The form of a recovery."""

from django import forms


class RecoveryForm(forms.Form):
    """Why the record goes on as it is."""

    reason = forms.CharField(
        label="What happened, and why the record goes on as it is",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For the record, for good. For example: restored from the backup of 3 a.m. "
        "after the disk failed; what was written since is lost.",
        error_messages={"required": "Say what happened"},
    )


class LossForm(forms.Form):
    """How the key was lost."""

    reason = forms.CharField(
        label="How the key was lost, and where you looked for it",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "id": "id_loss_reason"}),
        help_text="For the record, for good, and for every auditor who asks why the key changed.",
        error_messages={"required": "Say how it was lost"},
    )
