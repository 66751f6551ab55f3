"""The one way to change a status, and to change a row that may have moved."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.db import models
from django.db.models import F

from governance.common.errors import StaleError, TransitionError

S = TypeVar("S", bound=StrEnum)


def choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    """Return Django choices of an enum: the value and its words."""
    return [(state.value, words(state.value)) for state in states]


def words(value: str) -> str:
    """Return the words of an enum's value; an abbreviation like DPA stays as it is."""
    return value if value.isupper() else value.replace("_", " ").capitalize()


def move(row: models.Model, to: S, transitions: Mapping[S, frozenset[S]], **fields: Any) -> None:
    """Set the row's status to `to` if the stored status allows it (compare-and-set).

    Raises TransitionError when it does not, also when another request moved the row first.
    Only actions call this: they write the ledger entry in the same transaction.
    """
    sources = [source for source, targets in transitions.items() if to in targets]
    rows = row._meta.model._default_manager.filter(pk=row.pk, status__in=sources)
    moved = rows.update(status=to, **fields)
    row.refresh_from_db(fields=["status", *fields])
    if not moved:
        raise TransitionError(f"{row} cannot become {to}; it is {row.status}.")  # type: ignore[attr-defined]


def change(row: models.Model, *, seen: int | None, **fields: Any) -> None:
    """Write fields and raise `row_version` by one, if the row still is the one that was seen.

    `seen` is the row version the person read; None means the one in hand.
    Raises StaleError when another request changed the row first.
    """
    expected = seen if seen is not None else row.row_version  # type: ignore[attr-defined]
    rows = row._meta.model._default_manager.filter(pk=row.pk, row_version=expected)
    if not rows.update(row_version=F("row_version") + 1, **fields):
        raise StaleError(f"{row} was changed by someone else meanwhile. Read it again first.")
    row.refresh_from_db()
