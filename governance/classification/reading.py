"""From the YAML of a pack to its shapes; every refusal names file, rule and field."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from reprlib import Repr

from governance.classification.conditions import Condition, ConditionError, parse
from governance.classification.law import (
    Dates,
    Fact,
    Obligation,
    PackError,
    Rule,
    RuleException,
)

KINDS = frozenset({
    "scope", "scope_exclusion", "role", "role_change", "prohibition", "annex1",
    "annex1_condition", "high_risk_annex1", "high_risk_annex3", "derived", "filter_condition",
    "filter_override", "filter_outcome", "transparency", "gpai", "incident",
})  # fmt: skip
TIERS = frozenset({
    "prohibited", "high", "limited", "minimal", "out_of_scope",
    "gpai", "gpai_systemic", "gpai_open_source",
})  # fmt: skip
CONFIDENCE = frozenset({"statute", "statute_amended", "guideline", "draft_guideline"})
RULE_FIELDS = (
    "id", "kind", "title", "question", "when", "unless", "effect", "tier", "applies_to_roles",
    "citation", "guidance", "confidence", "dates", "note",
)  # fmt: skip
MOST = 1e300  # of a number, so that it stays one
DUTY_FIELDS = (
    "id", "roles", "when", "duty", "citation", "dates", "note", "retention", "disputed",
)  # fmt: skip
ROUTES = frozenset({"all", "annex3", "annex1a", "annex1b"})
FIRST_DAY = date(2024, 8, 1)  # the Act enters into force (Art. 113)
LAST_DAY = date(2099, 12, 31)  # anything later is a slip of the pen
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SHORT = Repr()
SHORT.maxlevel, SHORT.maxlist, SHORT.maxdict, SHORT.maxset = 2, 3, 3, 3
SHORT.maxstring = SHORT.maxother = 60
FACT_TYPES = frozenset({"bool", "enum", "list", "number", "date"})


class Entry:
    """One mapping of the file with its place, so that an error can say where it is."""

    def __init__(self, file: str, rule: str, raw: object, at: str = "") -> None:
        self.file, self.rule, self.at = file, rule, at
        if not isinstance(raw, Mapping):
            raise PackError(file, rule, at or "entry", "a mapping expected")
        self.raw = raw

    def refuse(self, field: str, words: str) -> PackError:
        """Return the error for one of the fields."""
        return PackError(self.file, self.rule, f"{self.at}.{field}" if self.at else field, words)

    def only(self, *known: str) -> None:
        """Refuse a field that nobody would read."""
        for name in self.raw:
            if name not in known:
                raise self.refuse(str(name), "unknown field")

    def text(self, field: str, *, required: bool = True) -> str:
        """Return a text; it may be missing or empty only where it is not required."""
        value = self.raw.get(field, None if required else "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise self.refuse(field, "a text expected")
        return value

    def one_of(self, field: str, known: frozenset[str]) -> str:
        """Return a text out of a known set."""
        value = self.text(field)
        if value not in known:
            raise self.refuse(field, f"{value} is none of {', '.join(sorted(known))}")
        return value

    def texts(self, field: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.raw.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(field, "a list of texts expected")
        if not all(item.strip() for item in value):
            raise self.refuse(field, "an empty text")
        if len(set(value)) < len(value):
            raise self.refuse(field, "the same text twice")
        if required and not value:
            raise self.refuse(field, "missing")
        return tuple(value)

    def truth(self, field: str) -> bool:
        """Return true or false; false where the field is missing."""
        value = self.raw.get(field, False)
        if not isinstance(value, bool):
            raise self.refuse(field, "true or false expected")
        return value

    def condition(self, field: str = "when") -> Condition:
        """Return the condition of a field."""
        try:
            return parse(self.raw.get(field), field)
        except ConditionError as error:
            raise self.refuse(error.field, error.words) from error

    def day(self, field: str, raw: object) -> date | None:
        """Return a day written as YYYY-MM-DD, or None."""
        try:
            day = None if raw is None else day_of(raw)
        except ValueError as error:
            raise self.refuse(field, f"{str(raw)[:40]} is not a day (YYYY-MM-DD)") from error
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise self.refuse(field, f"{day} is not between {FIRST_DAY} and {LAST_DAY}")
        return day

    def needed_day(self, field: str) -> date:
        """Return the day of a field that must have one."""
        day = self.day(field, self.raw.get(field))
        if day is None:
            raise self.refuse(field, "a day expected (YYYY-MM-DD)")
        return day

    def dates(self, field: str, raw: object) -> Dates:
        """Return a pair of dates, with the formal one where the pack has it."""
        known = {"enacted", "amended", "amended_formal"}
        if not isinstance(raw, Mapping) or not {"enacted", "amended"} <= set(raw) <= known:
            raise self.refuse(field, "enacted and amended expected")
        days = {name: self.day(f"{field}.{name}", value) for name, value in raw.items()}
        if days["enacted"] is None and days["amended"] is None:
            raise self.refuse(field, "the rule exists in neither text")
        return Dates(**days)


def read_fact(file: str, name: object, raw: object) -> Fact:
    """Return one fact of the vocabulary."""
    if not isinstance(name, str) or not name.strip():
        raise PackError(file, str(name), "facts", "the name of a fact expected")
    entry = Entry(file, name, raw)
    entry.only("type", "default", "ask", "values")
    kind, values = entry.one_of("type", FACT_TYPES), entry.texts("values")
    if (kind in ("enum", "list")) != bool(values):
        raise entry.refuse("values", "an enum or list needs values, no other fact has them")
    if "default" not in entry.raw:
        raise entry.refuse("default", "missing")
    fact = Fact(name, kind, entry.raw["default"], entry.text("ask"), values)
    if problem := misfit(fact, fact.default):
        raise entry.refuse("default", problem)
    return fact


def day_of(raw: object) -> date:
    """Return the day of a text written as YYYY-MM-DD; ValueError for anything else."""
    if isinstance(raw, str) and DAY.fullmatch(raw):
        return date.fromisoformat(raw)
    raise ValueError("not a day")


def misfit(fact: Fact, value: object) -> str:
    """Return why a value is no value of the fact, empty when it is one."""
    return MISFITS[fact.type](fact, value)


def _bool_misfit(_fact: Fact, value: object) -> str:
    return "" if isinstance(value, bool) else f"{shown(value)} is not true or false"


def _enum_misfit(fact: Fact, value: object) -> str:
    known = isinstance(value, str) and value in fact.values
    return "" if known else f"{shown(value)} is none of {', '.join(fact.values)}"


def _list_misfit(fact: Fact, value: object) -> str:
    if not isinstance(value, list | tuple):
        return f"{shown(value)} is not a list"
    wrong = [item for item in value if item not in fact.values]
    return f"{shown(wrong[0])} is none of {', '.join(fact.values)}" if wrong else ""


def _number_misfit(_fact: Fact, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST:
        return ""
    return f"{shown(value)} is not a number from 0 up"


def _date_misfit(_fact: Fact, value: object) -> str:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return ""
    try:
        day_of(value)
    except ValueError:
        return f"{shown(value)} is not a day (YYYY-MM-DD)"
    return ""


def shown(value: object) -> str:
    """Return a value as an error shows it: short, whatever it is."""
    return SHORT.repr(value)


MISFITS: dict[str, Callable[[Fact, object], str]] = {
    "bool": _bool_misfit,
    "enum": _enum_misfit,
    "list": _list_misfit,
    "number": _number_misfit,
    "date": _date_misfit,
}


def read_rule(file: str, raw: object) -> Rule:
    """Return one rule with its exceptions."""
    entry = Entry(file, name_of(file, raw), raw)
    entry.only(*RULE_FIELDS)
    return Rule(
        id=entry.rule,
        kind=entry.one_of("kind", KINDS),
        title=entry.text("title"),
        question=entry.text("question", required=False),
        when=entry.condition(),
        effect=entry.text("effect"),
        citation=entry.texts("citation", required=True),
        confidence=entry.one_of("confidence", CONFIDENCE),
        dates=entry.dates("dates", entry.raw.get("dates")),
        tier=entry.one_of("tier", TIERS) if "tier" in entry.raw else "",
        note=entry.text("note", required=False),
        unless=tuple(_read_exception(entry, item) for item in _list_of(entry, "unless")),
        guidance=entry.texts("guidance"),
        applies_to_roles=entry.texts("applies_to_roles"),
    )


def _list_of(entry: Entry, field: str) -> list[object]:
    value = entry.raw.get(field, [])
    if not isinstance(value, list):
        raise entry.refuse(field, "a list expected")
    return value


def _read_exception(rule: Entry, raw: object) -> RuleException:
    entry = Entry(rule.file, name_of(rule.file, raw), raw)
    entry.only("id", "question", "when", "citation", "confidence", "note", "dates")
    entry.text("note", required=False)
    dates = entry.raw.get("dates")
    return RuleException(
        id=entry.rule,
        question=entry.text("question"),
        when=entry.condition(),
        citation=entry.texts("citation", required=True),
        confidence=entry.one_of("confidence", CONFIDENCE),
        dates=None if dates is None else entry.dates("dates", dates),
    )


def read_obligation(file: str, raw: object) -> Obligation:
    """Return one duty with its dates by route."""
    entry = Entry(file, name_of(file, raw), raw)
    entry.only(*DUTY_FIELDS)
    dates = entry.raw.get("dates")
    if not isinstance(dates, Mapping) or not dates or not set(dates) <= ROUTES:
        raise entry.refuse("dates", f"by route expected: {', '.join(sorted(ROUTES))}")
    if "all" in dates and len(dates) > 1:
        raise entry.refuse("dates", "all stands alone, or other routes would never be read")
    return Obligation(
        id=entry.rule,
        roles=entry.texts("roles", required=True),
        when=entry.condition(),
        duty=entry.text("duty"),
        citation=entry.texts("citation", required=True),
        dates={route: entry.dates(f"dates.{route}", pair) for route, pair in dates.items()},
        note=entry.text("note", required=False),
        retention=entry.text("retention", required=False),
        disputed=entry.truth("disputed"),
    )


def entries(file: str, section: str, raw: object) -> Iterator[Entry]:
    """Yield the entries of a section that is a list of mappings with ids."""
    if not isinstance(raw, list) or not raw:
        raise PackError(file, "", section, "a list of entries expected")
    for item in raw:
        yield Entry(file, name_of(file, item), item)


def name_of(file: str, raw: object) -> str:
    """Return the id of an entry."""
    identifier = raw.get("id") if isinstance(raw, Mapping) else None
    if not isinstance(identifier, str) or not identifier.strip():
        raise PackError(file, str(identifier or ""), "id", "missing")
    return identifier
