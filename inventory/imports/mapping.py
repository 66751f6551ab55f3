"""A mapping: which column becomes which field, as data that a user can write. Pure.

`docs/import.md` shows the form. A mapping is checked whole before a row is read, and every
mistake is named at once.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from governance.common.errors import DomainError
from inventory.imports.dates import DateStyle
from inventory.systems.rules import Architecture, DataCategory, OurRole, People, Stage

KEY_COLUMN = "Import key"  # in a corrected file: the key that the row had
DEFAULT_BLANK = ("n/a", "na", "none", "not applicable", "-")


class Kind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    DATE = "date"


@dataclass(frozen=True)
class Field:
    """A field of a system that a file can fill; `most` is characters, of one item in a list."""

    kind: Kind
    label: str
    most: int = 0
    among: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    "name": Field(Kind.TEXT, "Name", 400),
    "intended_purpose": Field(Kind.TEXT, "Intended purpose", 10_000),
    "outputs": Field(Kind.TEXT, "Outputs", 10_000),
    "owner": Field(Kind.TEXT, "Owner (e-mail address)", 254),
    "vendor": Field(Kind.TEXT, "Vendor", 200),
    "stage": Field(Kind.CHOICE, "Stage", 16, tuple(Stage)),
    "architecture": Field(Kind.CHOICE, "Architecture", 16, tuple(Architecture)),
    "our_roles": Field(Kind.LIST, "Our roles under the Act", 32, tuple(OurRole)),
    "data_categories": Field(Kind.LIST, "Data categories", 32, tuple(DataCategory)),
    "people_affected": Field(Kind.LIST, "People affected", 16, tuple(People)),
    "countries": Field(Kind.LIST, "Countries (two letters)", 2),
    "impact_flags": Field(Kind.LIST, "Impact flags", 40),
    "initiated_on": Field(Kind.DATE, "Initiated on"),
    "live_since": Field(Kind.DATE, "Live since"),
    "retired_on": Field(Kind.DATE, "Retired on"),
}


class Unclear(StrEnum):
    """What happens to a cell that a rule cannot read."""

    REJECT = "reject"  # the row is refused
    KEEP = "keep"  # the field stays empty, the cell is kept as a fact, and a note says so


class Duplicates(StrEnum):
    """What happens to a second row with the same key."""

    REJECT = "reject"
    NUMBER = "number"  # its key gets #2; a note says so


class MappingError(DomainError):
    """A mapping that cannot be used; names every mistake."""

    code = "bad-mapping"


@dataclass(frozen=True)
class Take:
    """Where one value comes from, and what is done to it on the way."""

    columns: tuple[str, ...] = ()
    all_columns: bool = False  # every column adds its values; otherwise the first that has one
    constant: Any = None
    lookup: Mapping[str, tuple[str, ...]] | None = None  # by folded cell
    default: tuple[str, ...] | None = None
    split: str = ""
    words: Mapping[str, tuple[str, ...]] | None = None  # label by folded words to look for
    unclear: Unclear = Unclear.REJECT

    @property
    def is_verbatim(self) -> bool:
        """Return whether the cell's own text arrives, so that no fact need keep it."""
        return not (self.lookup or self.words or self.split or self.all_columns)


@dataclass(frozen=True)
class FileMapping:
    """How the rows of one kind of file become systems."""

    title: str
    source: str
    fields: Mapping[str, Take]
    key: tuple[str, ...]
    unit: tuple[str, ...] = ()
    dates: DateStyle = DateStyle.ISO
    duplicates: Duplicates = Duplicates.REJECT
    blank: frozenset[str] = frozenset()
    hints: Mapping[str, Take] = field(default_factory=dict)

    def columns(self) -> set[str]:
        """Return every column that is named."""
        takes = [*self.fields.values(), *self.hints.values()]
        return {name for take in takes for name in take.columns} | {*self.key, *self.unit}


def fold(text: str) -> str:
    """Return text for comparing: without case, space at the ends and double space."""
    return " ".join(text.split()).casefold()


def parse_mapping(data: Any) -> FileMapping:
    """Return a mapping from its YAML or JSON form.

    Raises MappingError with every mistake when something is unknown or missing.
    """
    if not isinstance(data, dict):
        raise MappingError("A mapping is a list of settings like “fields:” and “key:”.")
    mistakes: list[str] = []
    known = {"title", "source", "fields", "key", "unit", "dates", "duplicates", "blank"}
    known |= {"hints", "unclear", "note"}
    mistakes += [_unknown("setting", name, known) for name in data if name not in known]
    unclear = _choice(data, "unclear", Unclear, Unclear.REJECT, mistakes)
    fields = _takes(data.get("fields"), unclear, mistakes)
    hints = _hints(data.get("hints") or {}, mistakes)
    unit = _columns(data.get("unit"), "unit", mistakes)
    if "name" not in fields:
        mistakes.append("fields: “name” must come from a column")
    mapping = FileMapping(
        title=str(data.get("title") or "Mapping"),
        source=str(data.get("source") or "").strip(),
        fields=fields,
        key=_columns(data.get("key"), "key", mistakes) or _default_key(unit, fields),
        unit=unit,
        dates=_choice(data, "dates", DateStyle, DateStyle.ISO, mistakes),
        duplicates=_choice(data, "duplicates", Duplicates, Duplicates.REJECT, mistakes),
        blank=frozenset(fold(str(word)) for word in data.get("blank", DEFAULT_BLANK)),
        hints=hints,
    )
    mistakes += _source_mistakes(mapping.source)
    if mistakes:
        raise MappingError("The mapping cannot be used: " + "; ".join(mistakes) + ".")
    return mapping


def check_columns(mapping: FileMapping, header: tuple[str, ...]) -> None:
    """Raise MappingError, naming near misses, for columns that the file does not have."""
    missing = sorted(mapping.columns() - set(header))
    if missing:
        words = [_unknown("column", name, set(header)) for name in missing]
        raise MappingError("The file does not fit the mapping: " + "; ".join(words) + ".")


def _default_key(unit: tuple[str, ...], fields: Mapping[str, Take]) -> tuple[str, ...]:
    return (*unit, *fields["name"].columns) if "name" in fields else ()


def _source_mistakes(source: str) -> list[str]:
    if not source:
        return ["source: give the file's origin a name, like “cmdb”"]
    return ["source: at most 100 characters"] if len(source) > 100 else []


def _takes(data: Any, unclear: Unclear, mistakes: list[str]) -> dict[str, Take]:
    if not isinstance(data, dict):
        mistakes.append("fields: name at least the column of “name”")
        return {}
    takes = {}
    for name, rule in data.items():
        if name not in FIELDS:
            mistakes.append(_unknown("field", str(name), set(FIELDS)))
            continue
        given = Unclear.REJECT if name == "name" else unclear  # there is no system without one
        take = parse_take(f"fields: {name}", rule, given, mistakes)
        mistakes += _value_mistakes(name, take)
        takes[name] = take
    return takes


def _hints(data: Any, mistakes: list[str]) -> dict[str, Take]:
    if not isinstance(data, dict):
        mistakes.append("hints: a list of names, each with its rule")
        return {}
    return {
        str(name): parse_take(f"hints: {name}", rule, Unclear.KEEP, mistakes)
        for name, rule in data.items()
    }


def parse_take(where: str, rule: Any, unclear: Unclear, mistakes: list[str]) -> Take:
    """Return the rule of one field, adding to `mistakes` what is wrong with it."""
    if isinstance(rule, str):
        return Take(columns=(rule,), unclear=unclear)
    if not isinstance(rule, dict):
        mistakes.append(f"{where}: a column's name, or settings like “column:”")
        return Take()
    known = {"column", "first_of", "all_of", "constant", "lookup", "default", "split", "words"}
    known |= {"unclear"}
    mistakes += [f"{where}: {_unknown('setting', str(n), known)}" for n in rule if n not in known]
    sources = [name for name in ("column", "first_of", "all_of", "constant") if name in rule]
    if len(sources) != 1:
        mistakes.append(f"{where}: exactly one of column, first_of, all_of and constant")
        return Take()
    given = rule.get(sources[0])
    columns = () if sources[0] == "constant" else _columns(given, where, mistakes)
    default = rule.get("default")
    return Take(
        columns=columns,
        all_columns=sources[0] == "all_of",
        constant=rule.get("constant"),
        lookup=_table(rule.get("lookup"), f"{where}: lookup", mistakes),
        default=None if default is None else _values(default),
        split=str(rule.get("split") or ""),
        words=_words(rule.get("words"), f"{where}: words", mistakes),
        unclear=_choice(rule, "unclear", Unclear, unclear, mistakes),
    )


def _table(data: Any, where: str, mistakes: list[str]) -> dict[str, tuple[str, ...]] | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        mistakes.append(f"{where}: a table of cell and value")
        return None
    return {fold(_text(cell)): _values(value) for cell, value in data.items()}


def _words(data: Any, where: str, mistakes: list[str]) -> dict[str, tuple[str, ...]] | None:
    table = _table(data, where, mistakes)
    if table is None or not isinstance(data, dict):
        return None
    return {str(label): tuple(fold(word) for word in table[fold(_text(label))]) for label in data}


def _values(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(_text(item) for item in value) if isinstance(value, list) else (_text(value),)


def _text(value: Any) -> str:
    """Return a YAML value as the text that stood there: yes and no are words, not truths."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _columns(data: Any, where: str, mistakes: list[str]) -> tuple[str, ...]:
    names = [data] if isinstance(data, str) else data or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        mistakes.append(f"{where}: a column's name, or a list of them")
        return ()
    return tuple(" ".join(name.split()) for name in names)


def _choice(
    data: Mapping[str, Any], name: str, among: Any, default: Any, mistakes: list[str]
) -> Any:
    value = data.get(name, default)
    if value not in list(among):
        mistakes.append(f"{name}: {value!r} is none of {', '.join(among)}")
        return default
    return among(value)


def _value_mistakes(name: str, take: Take) -> list[str]:
    """Return what is wrong with the values a rule can give a field."""
    target = FIELDS[name]
    given = [*_values(take.constant), *(take.default or ())]
    given += [value for values in (take.lookup or {}).values() for value in values]
    given += list(take.words or {})
    if target.kind == Kind.DATE and (take.lookup or take.words or take.split):
        return [f"fields: {name} is a date; it takes no lookup, words or split"]
    if not target.among:
        return []
    return [
        f"fields: {name}: {_unknown('value', v, set(target.among))}"
        for v in given
        if v not in target.among
    ]


def _unknown(what: str, name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what} “{name}”" + (f" (do you mean “{near[0]}”?)" if near else "")
