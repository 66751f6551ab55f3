"""What a change of the law would do to a system: two outcomes compared. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from governance.classification.law import Pack
from governance.classification.reading import misfit
from governance.classification.results import Classification
from governance.classification.rules import Engine, classify, normal


class PreviewStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


S = PreviewStatus
PREVIEW_TRANSITIONS: dict[PreviewStatus, frozenset[PreviewStatus]] = {
    S.QUEUED: frozenset({S.RUNNING, S.FAILED}),
    S.RUNNING: frozenset({S.DONE, S.FAILED}),
    S.DONE: frozenset(),
    S.FAILED: frozenset(),
}
LEASE = timedelta(seconds=60)  # a worker that is silent for longer has lost the run
MOST_ATTEMPTS = 3
MOST_REMEMBERED = 2_000  # systems that a run compares without asking twice
KEPT = timedelta(days=30)  # then the single systems of a preview are forgotten


class Kind(StrEnum):
    """How a system is touched; one may be touched in several ways."""

    TIER = "tier"
    GAINS = "gains"
    LOSES = "loses"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class Law:
    """A compiled rule pack, read under one of the two texts of the law."""

    engine: Engine
    text: str = "amended"


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A duty under one law: whose it is, and from which day."""

    roles: tuple[str, ...]
    day: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one law says of a system: tier, its first day, and the duties that have a day."""

    tier: str
    since: date | None
    duties: Mapping[str, DutyDay]
    resting: Mapping[str, str]  # a duty without a day → the transitional rule that keeps it back


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One duty that comes, goes or begins on another day."""

    duty: str
    roles: tuple[str, ...]
    before: date | None
    after: date | None
    rests_on: str = ""  # the transitional rule without which it would be there

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form."""
        return {
            "duty": self.duty,
            "roles": list(self.roles),
            "from": _iso(self.before),
            "to": _iso(self.after),
            "rests_on": self.rests_on or None,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What is different for one system under the other law."""

    tiers: tuple[str, str]
    since: tuple[date | None, date | None]
    gained: tuple[DutyChange, ...] = ()
    lost: tuple[DutyChange, ...] = ()
    moved: tuple[DutyChange, ...] = ()

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return the ways in which the system is touched; none for one that is not."""
        before, after = self.tiers
        found = {
            Kind.TIER: before != after,
            Kind.GAINS: bool(self.gained),
            Kind.LOSES: bool(self.lost),
            Kind.DATES: bool(self.moved) or (before == after and self.since[0] != self.since[1]),
        }
        return frozenset(kind for kind, holds in found.items() if holds)

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form."""
        return {
            "tier": {"from": self.tiers[0], "to": self.tiers[1]},
            "since": {"from": _iso(self.since[0]), "to": _iso(self.since[1])},
            "gained": [one.as_json() for one in self.gained],
            "lost": [one.as_json() for one in self.lost],
            "moved": [one.as_json() for one in self.moved],
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def fitting(engine: Engine, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that tell a pack something, in its normal form.

    "Not sure" (null), an answer to a question the pack does not ask, and one outside its values
    are left out, so that they count as the pack's default; so is an answer that is the default.
    """
    facts, defaults, telling = engine.pack.facts, engine.defaults, {}
    for name, value in given.items():
        if value is None or name not in facts or value == defaults[name]:
            continue
        if not misfit(facts[name], value):
            telling[name] = normal(facts[name], value)
    return telling


def outcome(result: Classification, text: str) -> Outcome:
    """Return tier, duties and dates of a classification made under this text of the law.

    A duty without a day under that text does not exist there.
    """
    days = [(duty, duty.dates.under(text)) for duty in result.obligations]
    return Outcome(
        tier=str(result.tier),
        since=result.dates_here.under(text),
        duties={duty.id: DutyDay(duty.roles, day) for duty, day in days if day},
        resting={duty.id: duty.transition for duty, day in days if not day},
    )


def compared(before: Outcome, after: Outcome) -> Change:
    """Return what is different in the second outcome."""
    gained, lost, moved = [], [], []
    for name, then in before.duties.items():
        now = after.duties.get(name)
        if now == then:
            continue
        here = now.roles if now else ()
        gone = tuple(role for role in then.roles if role not in here)
        if gone:
            rests = "" if now else after.resting.get(name, "")
            lost.append(DutyChange(name, gone, then.day, None, rests))
        if now and now.day != then.day and len(gone) < len(then.roles):
            kept = tuple(role for role in then.roles if role in here)
            moved.append(DutyChange(name, kept, then.day, now.day))
    for name, now in after.duties.items():
        known = before.duties.get(name)
        new = tuple(role for role in now.roles if known is None or role not in known.roles)
        if new:
            rests = "" if known else before.resting.get(name, "")
            gained.append(DutyChange(name, new, None, now.day, rests))
    return Change(
        (before.tier, after.tier), (before.since, after.since),
        tuple(gained), tuple(lost), tuple(moved),
    )  # fmt: skip


class Comparer:
    """Compares systems one after the other; remembers some, as many answer the same."""

    def __init__(self, before: Law, after: Law) -> None:
        self.before, self.after = before, after
        self.known: dict[str, Change | None] = {}

    def change_of(self, given: Mapping[str, Any]) -> Change | None:
        """Return what the second law changes for a system of these answers, None for nothing."""
        old = fitting(self.before.engine, given)
        new = old if self.after.engine is self.before.engine else fitting(self.after.engine, given)
        key = repr((old, new))
        if key not in self.known:
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            self.known[key] = self._change(old, new)
        return self.known[key]

    def _change(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change | None:
        then, now = outcome_of(self.before, old), outcome_of(self.after, new)
        if then == now:
            return None
        change = compared(then, now)
        return change if change.kinds else None


def outcome_of(law: Law, facts: Mapping[str, Any]) -> Outcome:
    """Return what a law says of facts that its pack understands; others have their default."""
    return outcome(classify(law.engine, facts, law.text), law.text)


@dataclass(frozen=True)
class Parts:
    """Ids of what one pack has and the other has not, or has otherwise."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def pack_parts(before: Pack, after: Pack) -> dict[str, Parts]:
    """Return in which questions, rules and duties two packs differ."""
    pairs: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
        "questions": (before.facts, after.facts),
        "rules": (before.rules, after.rules),
        "duties": (
            {duty.id: duty for duty in before.obligations},
            {duty.id: duty for duty in after.obligations},
        ),
    }
    return {name: _parts(*pair) for name, pair in pairs.items()}


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Parts:
    return Parts(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and after[name] != before[name]),
    )


def duty_words(before: Pack, after: Pack) -> dict[str, dict[str, Any]]:
    """Return each duty of either pack in words with its articles, the later words first."""
    return {
        duty.id: {"duty": duty.duty, "citation": list(duty.citation)}
        for pack in (before, after)
        for duty in pack.obligations
    }
