"""The form of a preview: which pack, read under which text of the law."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from governance.classification.law import PackError
from governance.classification.uploads import MOST_BYTES, engine_from, sources_of

TEXT_CHOICES = [("amended", "As amended"), ("enacted", "As enacted")]


class PreviewForm(forms.Form):
    """A handed-in rule pack; a pack that does not hold is refused with file, rule and field."""

    file = forms.FileField(
        label="Rule pack",
        help_text="One YAML file, or a zip of several. It is checked as check_rulepack does.",
        widget=forms.FileInput(attrs={"class": "input", "accept": ".yaml,.yml,.zip"}),
    )
    text = forms.ChoiceField(
        label="Text of the law",
        choices=TEXT_CHOICES,
        help_text="Under which text both packs are read.",
        widget=forms.Select(attrs={"class": "select"}),
    )
    sources: dict[str, str]
    refused: PackError | None = None  # why the pack does not hold: file, rule, field, words

    def clean_file(self) -> UploadedFile:
        """Read and check the pack; its files are in `sources` then."""
        file: UploadedFile = self.cleaned_data["file"]
        name = file.name or "pack.yaml"
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"Choose a file of at most {MOST_BYTES:,} bytes.")
        try:
            self.sources = sources_of(name, file.read())
            engine_from(name, self.sources)
        except PackError as error:
            self.refused = error
            raise forms.ValidationError(f"This pack does not hold. {error}.") from error
        return file

    def wish(self) -> dict[str, Any]:
        """Return what request_preview takes."""
        text = self.cleaned_data["text"]
        title = self.cleaned_data["file"].name
        return {
            "title": title,
            "sources": self.sources,
            "before_text": text,
            "after_text": text,
        }
