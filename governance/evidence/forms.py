"""Forms of evidence: a file or a link, and why an item counts no more."""

from typing import Any

from django import forms

from governance.common.forms import DayInput
from governance.evidence.rules import days_out_of_order, misfit


class ContentForm(forms.Form):
    """A file or a link: one of them, not both."""

    upload = forms.FileField(label="File", required=False, help_text="Up to 50 MiB.")
    link = forms.URLField(
        label="Or a link",
        required=False,
        max_length=2_000,
        assume_scheme="https",
        help_text="https:// only. What stands behind a link may change; a file cannot.",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse neither and both of file and link, and what is too large or no https."""
        data: dict[str, Any] = super().clean() or {}
        upload, link = data.get("upload"), data.get("link", "")
        if not self.errors and bool(upload) == bool(link):
            raise forms.ValidationError("Give either a file or a link.")
        if upload and (reason := misfit(upload.size)):
            self.add_error("upload", reason)
        if link and not link.startswith("https://"):
            self.add_error("link", "A link begins with https://.")
        return data


class EvidenceForm(ContentForm):
    """A file or a link, with what it shows and until when."""

    field_order = ("title", "upload", "link")
    title = forms.CharField(
        label="What does it show?", max_length=200, help_text="“Bias test, third quarter”."
    )
    observed_from = forms.DateField(label="Shows the time from", required=False, widget=DayInput())
    observed_until = forms.DateField(label="Until", required=False, widget=DayInput())
    valid_until = forms.DateField(
        label="Counts until",
        required=False,
        widget=DayInput(),
        help_text="Last day. Empty: until somebody withdraws it.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean()
        if days_out_of_order(data.get("observed_from"), data.get("observed_until")):
            self.add_error("observed_until", "This day lies before the first.")
        return data


class WithdrawForm(forms.Form):
    """Why an item counts no more."""

    reason = forms.CharField(
        label="Why does it count no more?",
        help_text="It stays readable, with this reason.",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
