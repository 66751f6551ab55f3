"""The signature as a form."""

from django import forms


class SignForm(forms.Form):
    """Why somebody signs, and what exactly they saw."""

    reason = forms.CharField(
        label="Why do you sign?",
        help_text="One or two sentences. An auditor will read them next to the result.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "area", "rows": 4}),
        error_messages={"required": "Say why you sign: an auditor will read it."},
    )
    facts_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    pack_version = forms.CharField(max_length=64, widget=forms.HiddenInput)
