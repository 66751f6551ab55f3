"""Forms of the import pages: the file, and what its columns mean."""

import re
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from inventory.imports import guess
from inventory.imports.library import load_preset, preset_names
from inventory.imports.mapping import FIELDS, Duplicates, Unclear
from inventory.imports.models import ImportRun

DATES = [
    ("iso", "Only dates that are clear: 2024-03-04, 4 March 2024, 4.3.2024"),
    ("us", "Month first: 3/4/2024 is 4 March"),
    ("eu", "Day first: 4/3/2024 is 4 March"),
]
UNCLEAR = [
    (Unclear.REJECT, "Refuse the row, and say why"),
    (Unclear.KEEP, "Take the row, leave the field empty and keep the text as a fact"),
]
DUPLICATES = [
    (Duplicates.REJECT, "Refuse the second row"),
    (Duplicates.NUMBER, "They are systems of their own: number them"),
]
SEPARATORS = [(";", "Semicolon"), (",", "Comma"), ("|", "Bar"), ("\n", "Line")]


class UploadForm(forms.Form):
    """The file, and the unit it goes into."""

    file = forms.FileField(label="File", help_text="CSV or XLSX, with the columns' names on top.")
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(),
        label="Into which unit",
        help_text="Units that the file names are found or made below it.",
        empty_label=None,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_with(user, Capability.IMPORT).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is larger than what is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            most = settings.IMPORT_MAX_BYTES // 2**20
            raise forms.ValidationError(f"Choose a file of at most {most} MiB.")
        return file


class PresetForm(forms.Form):
    """A mapping that ships."""

    preset = forms.ChoiceField(label="Preset")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, load_preset(name)["title"]) for name in preset_names()]
        self.fields["preset"].choices = choices  # type: ignore[attr-defined]

    def mapping(self) -> dict[str, Any]:
        """Return the mapping data."""
        return load_preset(self.cleaned_data["preset"])


class ColumnsForm(forms.Form):
    """Which column becomes which field; begins with a guess."""

    source = forms.CharField(
        label="Name of the source",
        max_length=100,
        help_text="Where the list comes from, like cmdb. The next file of the same source changes "
        "these systems instead of adding them again.",
    )
    key = forms.ChoiceField(
        label="Key",
        required=False,
        help_text="The column that tells rows apart for good. Without one: unit and name.",
    )
    unit = forms.ChoiceField(label="Unit", required=False)
    sub_unit = forms.ChoiceField(label="Unit below it", required=False)
    dates = forms.ChoiceField(label="How to read 3/4/2024", choices=DATES)
    separator = forms.ChoiceField(
        label="Several values in a cell are parted by", choices=SEPARATORS
    )
    unclear = forms.ChoiceField(label="When a cell cannot be read", choices=UNCLEAR)
    duplicates = forms.ChoiceField(label="When two rows have one key", choices=DUPLICATES)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        guessed = guess.guess_columns(run.header)
        kwargs.setdefault("initial", _initial(run, guessed))
        super().__init__(*args, **kwargs)
        columns = [("", "Not in the file"), *((name, name) for name in run.header)]
        for name in ("key", "unit", "sub_unit"):
            self.fields[name].choices = columns  # type: ignore[attr-defined]
        for name, target in FIELDS.items():
            self.fields[f"field_{name}"] = forms.ChoiceField(
                label=target.label, choices=columns, required=name == "name"
            )

    def field_rows(self) -> list[forms.BoundField]:
        """Return the selects of the systems' fields."""
        return [self[f"field_{name}"] for name in FIELDS]

    def setting_rows(self) -> list[forms.BoundField]:
        """Return the selects of everything else."""
        return [field for field in self if not field.name.startswith("field_")]

    def mapping(self) -> dict[str, Any]:
        """Return the mapping data that was chosen."""
        chosen = self.cleaned_data
        return guess.build_mapping(
            {name: chosen[f"field_{name}"] for name in FIELDS},
            separator=chosen["separator"],
            title=chosen["source"],
            source=chosen["source"],
            key=[chosen["key"]] if chosen["key"] else None,
            unit=[chosen[name] for name in ("unit", "sub_unit") if chosen[name]],
            dates=chosen["dates"],
            unclear=chosen["unclear"],
            duplicates=chosen["duplicates"],
        )


def _initial(run: ImportRun, guessed: dict[str, str]) -> dict[str, str]:
    stem = re.sub(r"[\W_]+", "-", Path(run.file_name).stem.lower()).strip("-")
    return {f"field_{name}": column for name, column in guessed.items()} | {
        "source": stem or "file",
        "key": guess.guess_column(run.header, guess.KEY),
        "unit": guess.guess_column(run.header, guess.UNIT),
        "sub_unit": guess.guess_column(run.header, guess.SUB_UNIT),
    }
