"""The shapes of a rule pack: facts, rules, obligations and both sets of dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from governance.classification.conditions import Condition
from governance.classification.papers import Papers

TEXTS = ("enacted", "amended")  # the two texts of the law


class PackError(ValueError):
    """A pack that must not be used: names file, rule and field."""

    def __init__(self, file: str, rule: str, at: str, words: str) -> None:
        self.file, self.rule, self.field, self.words = file, rule, at, words
        super().__init__(f"{file}: {rule or 'pack'}: {at}: {words}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One question about a system."""

    name: str
    type: str  # bool, enum, list, number, date
    default: Any
    ask: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """From which day: under the text as published, as amended, and by the letter of Art. 113."""

    enacted: date | None = None
    amended: date | None = None
    amended_formal: date | None = None

    def under(self, text: str) -> date | None:
        """Return the day under one of the two texts, None where that text has no such rule."""
        return self.enacted if text == "enacted" else self.amended


@dataclass(frozen=True, slots=True)
class RuleException:
    """What keeps a rule from firing."""

    id: str
    question: str
    when: Condition
    citation: tuple[str, ...]
    confidence: str = "statute"
    dates: Dates | None = None  # None: exists in both texts

    def exists(self, text: str) -> bool:
        """Return whether this text of the law has the exception."""
        return self.dates is None or self.dates.under(text) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the law: fires when its condition holds and no exception does."""

    id: str
    kind: str
    title: str
    question: str
    when: Condition
    effect: str
    citation: tuple[str, ...]
    confidence: str
    dates: Dates
    tier: str = ""
    note: str = ""
    unless: tuple[RuleException, ...] = ()
    guidance: tuple[str, ...] = ()
    applies_to_roles: tuple[str, ...] = ()

    def exists(self, text: str) -> bool:
        """Return whether this text of the law has the rule."""
        return self.dates.under(text) is not None


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty of some roles. `dates` is by route: all, annex3, annex1a, annex1b."""

    id: str
    roles: tuple[str, ...]
    when: Condition
    duty: str
    citation: tuple[str, ...]
    dates: Mapping[str, Dates]
    note: str = ""
    retention: str = ""
    disputed: bool = False  # the first day of application is disputed


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a serious incident is reported (Art. 73). `days` None: no day of its own."""

    id: str
    days: int | None
    trigger: str
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Penalty:
    """One row of fines (Arts 99 to 101). Sums are whole euros, shares are of the turnover."""

    id: str
    infringement: str
    most: Mapping[str, int]  # eur, turnover_pct; for EU institutions eur_art5, eur_other
    dates: Dates
    citation: tuple[str, ...]
    lower_for_sme: bool = False  # the lower of sum and share counts, not the higher
    lower_for_smc: bool = False  # the same for small mid-caps, under the amended text only
    follows: str = ""  # prohibition, duties, information, union_bodies; empty: nobody asks
    duties: tuple[str, ...] = ()  # whose breach it follows
    duties_amended: tuple[str, ...] = ()  # the same, under the amended text only
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """The whole law as data. `version` is the digest of the files it was read from."""

    version: str
    meta: Mapping[str, Any]
    facts: Mapping[str, Fact]
    rules: Mapping[str, Rule]
    obligations: tuple[Obligation, ...]
    transitional: Mapping[str, Mapping[str, Any]]
    timelines: Mapping[str, tuple[tuple[date, str], ...]]
    deadlines: tuple[Deadline, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    papers: Papers = field(default_factory=Papers)  # the documents of the Act
    rest: Mapping[str, Any] = field(default_factory=dict)  # annexes, retention, guidance, …

    @property
    def short_version(self) -> str:
        """Return the version in the form people read: the day it is as of, and seven digits."""
        return f"{self.meta['as_of']} · {self.version[:7]}"

    @property
    def disclaimer(self) -> str:
        """Return what must stand beside every result."""
        return str(self.meta["disclaimer"])
