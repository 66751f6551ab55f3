"""Writing for an item, and the signature."""

from typing import Any

from django import forms

from governance.documents.models import DocumentEntry
from governance.documents.rules import LawText
from governance.evidence.models import EvidenceItem
from inventory.systems.models import AISystem


class EvidenceField(forms.ModelChoiceField):
    """A choice of evidence by ref and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Return what stands in the list."""
        return f"{obj.ref} {obj.title}"


class EntryForm(forms.Form):
    """What a person says for one item; it remembers which state of it the person read."""

    text = forms.CharField(
        label="What the document shall say",
        help_text="It stands there with your name and today's date.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "area", "rows": 6}),
        error_messages={"required": "Write something, or take the text back."},
    )
    evidence = EvidenceField(
        EvidenceItem.objects.none(),
        label="Evidence",
        required=False,
        empty_label="None",
        to_field_name="ref",
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, system: AISystem, entry: DocumentEntry | None) -> None:
        kept = {"text": entry.text, "evidence": entry.evidence} if entry else {}
        super().__init__(data, initial={"seen": entry.row_version if entry else 0} | kept)
        field = self.fields["evidence"]
        assert isinstance(field, EvidenceField)  # noqa: S101 - declared above
        field.queryset = EvidenceItem.objects.filter(system=system, withdrawn_at__isnull=True)


class SignForm(forms.Form):
    """Why somebody signs, and what exactly they read."""

    reason = forms.CharField(
        label="Why do you sign?",
        help_text="One or two sentences. An auditor will read them next to the document.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "area", "rows": 4}),
        error_messages={"required": "Say why you sign: an auditor will read it."},
    )
    digest = forms.RegexField("^[0-9a-f]{64}$", widget=forms.HiddenInput)
    law_text = forms.TypedChoiceField(
        choices=[(text.value, text.value) for text in LawText],
        coerce=LawText,
        widget=forms.HiddenInput,
    )
