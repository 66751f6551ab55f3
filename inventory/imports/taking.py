"""A field of a system, taken out of the cells of a row as the mapping says. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from inventory.imports.dates import parse_date
from inventory.imports.mapping import FIELDS, FileMapping, Kind, Take, Unclear, fold
from inventory.imports.table import Problem


@dataclass
class Row:
    """A row while its fields are taken."""

    cells: Mapping[str, str]
    mapping: FileMapping
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)  # columns whose text arrived verbatim

    def says(self, column: str) -> str:
        """Return the cell's text, "" where it says nothing."""
        text = self.cells[column].strip()
        return "" if fold(text) in self.mapping.blank else text

    def unclear(self, take: Take, column: str, reason: str) -> None:
        (self.problems if take.unclear == Unclear.REJECT else self.notes).append(
            Problem(column, reason)
        )


def _texts(row: Row, take: Take) -> Iterator[tuple[str, str]]:
    """Give (column, text) of the cells that count: all, or the first that says something."""
    for column in take.columns:
        if text := row.says(column):
            yield column, text
            if not take.all_columns:
                return


def values(row: Row, take: Take) -> list[tuple[str, str]]:
    """Return (column, value) after words, split and lookup, without repeats."""
    if take.constant is not None:
        given = take.constant if isinstance(take.constant, list) else [take.constant]
        return [("", str(value)) for value in given]
    found: dict[str, str] = {}
    for column, text in _texts(row, take):
        for value in _worked(row, take, column, text):
            found.setdefault(value, column)
    if not found and take.default is not None:
        return [("", value) for value in take.default]
    return [(column, value) for value, column in found.items()]


def _worked(row: Row, take: Take, column: str, text: str) -> Iterator[str]:
    if take.words is not None:
        yield from words_in(text, take.words)
        return
    parts = [part.strip() for part in text.split(take.split)] if take.split else [text]
    for part in filter(None, parts):
        if take.lookup is None:
            yield part
        elif fold(part) in take.lookup:
            yield from take.lookup[fold(part)]
        elif take.default is None:
            row.unclear(take, column, f"“{_short(part)}” is not in the table of values")


def words_in(text: str, words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the labels of which a word, as a whole word, stands in the text."""
    folded = fold(text)
    for label, spellings in words.items():
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) for word in spellings):
            yield label


def _text_field(row: Row, name: str, take: Take) -> str:
    found = values(row, take)
    text = "\n".join(value for _, value in found)
    return _within(row, name, found[0][0], text, take) if found else ""


def _within(row: Row, name: str, column: str, text: str, take: Take) -> str:
    if len(text) > (most := FIELDS[name].most):
        reason = f"has {len(text):,} characters; {FIELDS[name].label} takes at most {most:,}"
        row.unclear(take, column, reason)
        return ""
    if take.is_verbatim:
        row.used.add(column)
    return text


def _choice_field(row: Row, name: str, take: Take) -> str | None:
    for column, value in values(row, take):
        if value in FIELDS[name].among:
            return value
        row.unclear(take, column, f"“{_short(value)}” is none of {_among(name)}")
    return None


def _list_field(row: Row, name: str, take: Take) -> list[str]:
    target, taken = FIELDS[name], []
    for column, value in values(row, take):
        value = value.upper() if name == "countries" else value
        if target.among and value not in target.among:
            row.unclear(take, column, f"“{_short(value)}” is none of {_among(name)}")
        elif name == "countries" and not re.fullmatch("[A-Z]{2}", value):
            row.unclear(take, column, f"“{_short(value)}” is no country of two letters, like DE")
        elif len(value) > target.most:
            row.unclear(take, column, f"“{_short(value)}” is longer than {target.most} characters")
        else:
            taken.append(value)
    return taken


def _date_field(row: Row, name: str, take: Take) -> date | None:
    for column, value in values(row, take):
        try:
            day = parse_date(value, row.mapping.dates)
        except ValueError as error:
            row.unclear(take, column, str(error))
            return None
        row.used.add(column)
        return day
    return None


READERS: dict[Kind, Callable[[Row, str, Take], Any]] = {
    Kind.TEXT: _text_field,
    Kind.CHOICE: _choice_field,
    Kind.LIST: _list_field,
    Kind.DATE: _date_field,
}


def _among(name: str) -> str:
    return ", ".join(FIELDS[name].among)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
