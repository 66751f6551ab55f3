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
