"""How long a personal value must be kept: rules over the systems an entry is about. Pure."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CountedFrom(StrEnum):
    SERVICE = "service"
    ENTRY = "entry"


class Ground(StrEnum):
    """Why personal values are erased."""

    ASKED = "asked"
    PURPOSE = "purpose"
    CONTRACT = "contract"
    ORDER = "order"


GROUNDS = {
    Ground.ASKED: "the person asked for it (GDPR Art. 17)",
    Ground.PURPOSE: "they are needed no longer (GDPR Art. 5(1)(e))",
    Ground.CONTRACT: "a contract asks for it (GDPR Art. 28(3)(g))",
    Ground.ORDER: "an authority or a court ordered it",
}


@dataclass(frozen=True)
class Rule:
    """One duty to keep: what, how long, from when, for whom, and the source."""

    id: str
    what: str
    citation: str
    why: str
    months: int
    counted_from: CountedFrom
    our_roles: frozenset[str]  # empty: whatever our role
    tiers: frozenset[str]  # empty: whatever the class
    needs: str  # a kind of agreement, empty for none
    kinds: frozenset[str]

    @property
    def period(self) -> str:
        """Return the period in words."""
        years, months = divmod(self.months, 12)
        return f"{months} months" if months else f"{years} years"

    @property
    def is_by_entry(self) -> bool:
        """Return whether each entry has a period of its own."""
        return self.counted_from == CountedFrom.ENTRY

    def covers(self, one: "Standing") -> bool:
        """Return whether the rule speaks of a system; one not classified may be of any class."""
        return (
            (not self.our_roles or bool(self.our_roles & one.our_roles))
            and (not self.tiers or one.tier is None or one.tier in self.tiers)
            and (not self.needs or self.needs in one.agreements)
        )


@dataclass(frozen=True)
class Standing:
    """What the rules ask of a system."""

    ref: str
    our_roles: frozenset[str]
    tier: str | None  # as signed; None before
    in_service: date | None  # the newest day known
    agreements: frozenset[str]  # kinds


@dataclass(frozen=True)
class Ruling:
    """Why a value is kept, and until when; None while the period has not begun."""

    rule: Rule
    ref: str
    until: date | None

    @property
    def words(self) -> str:
        """Return the end of the period in words."""
        if self.until:
            return f"until {self.until:%-d %B %Y}"
        return f"{self.rule.period} from the day {self.ref} goes into service"


def ruling(
    kind: str, on: date, systems: Iterable[Standing], rules: Iterable[Rule], today: date
) -> Ruling | None:
    """Return the ruling that keeps an entry's values longest, None where nothing keeps them.

    `kind` is the first word of the action, `on` the day of the entry, `systems` what it is about.
    """
    told = [rule for rule in rules if kind in rule.kinds]
    if not told:
        return None
    found = [
        Ruling(rule, one.ref, end_of(rule, one, on))
        for one in systems
        for rule in told
        if rule.covers(one)
    ]
    running = [one for one in found if one.until is None or one.until >= today]
    return max(running, key=lambda one: one.until or date.max, default=None)


def end_of(rule: Rule, system: Standing, on: date) -> date | None:
    """Return the last day of a rule's period for a system, None while it has not begun."""
    start = on if rule.counted_from == CountedFrom.ENTRY else system.in_service
    return start and later(start, rule.months)


def later(day: date, months: int) -> date:
    """Return a day some months later; the last of the month where that day is missing."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
