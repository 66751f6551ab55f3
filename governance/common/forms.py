"""Forms over one record that remember which state of it the person read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.forms.models import fields_for_model, model_to_dict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from governance.common.dates import short_day
from governance.common.errors import DomainError, StaleError


class Worded(Protocol):
    """A field of a record with its words."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def hint(self) -> str: ...


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else changed meanwhile: what is stored and what was typed."""

    label: str
    stored: str
    typed: str


class DayInput(forms.DateInput):
    """A native date control; its value is always ISO."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RecordForm(forms.Form):
    """A form over listed fields of a model; it reads and checks, an action writes.

    The hidden `row_version` says which state of the record the person read.
    """

    model: ClassVar[type[models.Model]]
    listed: ClassVar[Iterable[Worded]] = ()
    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, row: models.Model | None = None, only: Iterable[str] = (), **kwargs: Any
    ) -> None:
        wanted = [item for item in self.listed if not only or item.name in set(only)]
        names = [item.name for item in wanted]
        if row is not None:
            stored = model_to_dict(row, names) | {"row_version": row.row_version}  # type: ignore[attr-defined]
            kwargs["initial"] = stored | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        made = fields_for_model(
            self.model,
            fields=names,
            labels={item.name: item.label for item in wanted},
            help_texts={item.name: item.hint for item in wanted},
            formfield_callback=_form_field,
        )
        self.fields = {name: made[name] for name in names} | self.fields
        for field in made.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label:
                field.empty_label = "Choose one" if field.required else "None"

    @property
    def seen(self) -> int | None:
        """Return the row version that the person read, None when the form did not say."""
        version: int | None = self.cleaned_data.get("row_version")
        return version

    def values(self) -> dict[str, Any]:
        """Return the fields of the record that the form holds."""
        names = {item.name for item in self.listed}
        return {
            name: self._settled(name, value)
            for name, value in self.cleaned_data.items()
            if name in names
        }

    def _settled(self, name: str, value: Any) -> Any:
        """Return a value; a list that only stands in another order is the stored one."""
        before = self.initial.get(name)
        if isinstance(value, list) and before and sorted(before) == sorted(value):
            return before
        return value

    def conflicts(self, row: models.Model) -> list[Conflict]:
        """Return the fields in which the stored row and the typed values differ, in words.

        From then on the form stands on the stored row: sending it again is a decision.
        """
        found = [
            Conflict(
                str(self.fields[name].label), in_words(row, name), self._typed_words(name, value)
            )
            for name, value in self.values().items()
            if getattr(row, name) != value
        ]
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data[self.add_prefix("row_version")] = str(row.row_version)  # type: ignore[attr-defined]
            self.data = data
        return found

    def _typed_words(self, name: str, value: Any) -> str:
        return words_of(self.model._meta.get_field(name), value)


def in_words(row: models.Model, name: str) -> str:
    """Return a field of a row as a person reads it: choices and people by their words."""
    return words_of(row._meta.get_field(name), getattr(row, name))


def words_of(field: Any, value: Any) -> str:
    """Return a value of a model field as a person reads it; nothing is nothing."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, date):
        return short_day(value)
    if isinstance(value, list | tuple):
        inner = getattr(field, "base_field", field)
        return ", ".join(words_of(inner, item) for item in value)
    known = dict(getattr(field, "flatchoices", None) or ())
    return str(known.get(value, value))


def _form_field(field: models.Field, **options: Any) -> forms.Field | None:
    if isinstance(field, ArrayField) and field.base_field.choices:
        words = {key: options[key] for key in ("label", "help_text") if key in options}
        return forms.MultipleChoiceField(
            choices=field.base_field.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **words,
        )
    if isinstance(field, models.DateField):
        options["widget"] = DayInput()
    if isinstance(field, models.URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Run an action; put its refusal on top of the form. Returns whether it went through.

    A StaleError is not a refusal of what was typed, so it passes on.
    """
    try:
        act()
    except StaleError:
        raise
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def attempt_change(
    form: RecordForm, row: models.Model, act: Callable[[], object]
) -> list[Conflict] | None:
    """Run a change of a record; None when it went through, else what conflicts.

    The list is empty when the refusal stands on top of the form; it holds fields when
    somebody else changed the record meanwhile. Nothing that was typed is lost.
    """
    try:
        return None if attempt(form, act) else []
    except StaleError as refusal:
        row.refresh_from_db()
        form.add_error(None, str(refusal))
        return form.conflicts(row)


def form_page(
    request: HttpRequest,
    form: forms.Form,
    conflicts: list[Conflict] | None = None,
    **context: Any,
) -> HttpResponse:
    """Return the page of a form: 409 for a conflict, 422 for what is wrong, 200 when fresh.

    `context` holds title, lead, trail (address and words of the pages above), submit and
    cancel_url, as templates/record_form.html says.
    """
    status = 409 if conflicts else 422 if form.errors else 200
    whole = {"form": form, "conflicts": conflicts, **context}
    return render(request, "record_form.html", whole, status=status)
