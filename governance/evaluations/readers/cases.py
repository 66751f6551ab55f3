"""Results as JSON: a list of cases, each with a key and whether it passed."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from governance.evaluations.readers.report import (
    Gathering,
    Result,
    score_of,
    short,
    slices_of,
)
from inventory.imports.table import CONTROL

FIELDS = frozenset({"key", "passed", "score", "slices", "message"})
NUMBER = re.compile(r"-?[0-9]{1,12}([.][0-9]{1,30})?")


def read_cases(rows: Sequence[Any]) -> tuple[Result, ...]:
    """Return the cases of a list; raises ReportError with a pointer to each that does not fit."""
    gathering = Gathering()
    for at, row in enumerate(rows):
        place = f"/cases/{at}"
        try:
            result = _result(row)
        except ValueError as error:
            gathering.refuse(place, str(error))
        else:
            gathering.take(place, result)
    return gathering.taken()


def _result(row: Any) -> Result:
    if not isinstance(row, Mapping):
        raise ValueError("a case is an object with key and passed.")
    if unknown := sorted(str(name) for name in set(row) - FIELDS):
        raise ValueError(f"“{unknown[0][:40]}” does not exist here.")
    return Result(
        _text(row, "key").strip(),
        _passed(row),
        _score(row.get("score")),
        _slices(row.get("slices")),
        short(_text(row, "message")),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is text.")
    return value or ""


def _passed(row: Mapping[str, Any]) -> bool | None:
    passed = row.get("passed", "")
    if passed is None or isinstance(passed, bool):
        return passed
    raise ValueError("passed is true, false, or null for a case that was skipped.")


def _score(given: Any) -> Decimal | None:
    """Return a score; a JSON number is taken by its shortest digits, as it was written."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("score is a number, or a number as text.")
    text = given if isinstance(given, str) else f"{Decimal(str(given)):f}"
    if not NUMBER.fullmatch(text.strip()) and "," not in text:
        raise ValueError(f"score “{text[:40]}” is not a number.")
    return score_of(text)


def _slices(given: Any) -> tuple[str, ...]:
    names = [] if given is None else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("slices is a list of texts.")
    if any(CONTROL.search(name) for name in names):
        raise ValueError("a slice has visible characters only.")
    return slices_of(names)
