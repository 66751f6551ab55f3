"""States of an item, the steps of a plan, and who they are meant for. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from governance.notices.rules import Channel, Severity

DELAYS = (1, 10_080)  # minutes that a level has before the next, least and most
MOST_LOOPS = 5
SILENCE = timedelta(minutes=5)  # without a sweep that ended: an alarm
LINK_HOLDS = timedelta(days=7)
AGAIN_DAYS = 7  # until what nobody answered is told again
TARGET = re.compile(
    r"responsible|owner|deputy|manager|accountable|fallback"
    r"|role:[A-Z]{2,16}|activity:[A-Z]{3}-\d\d:[AR]|person:[1-9]\d*|schedule:[1-9]\d*"
    r"|authority:[a-z-]+"
)


class ItemStatus(StrEnum):
    """Where an item stands."""

    OPEN = "open"  # nobody was told yet
    NOTIFIED = "notified"  # those directly responsible were
    ESCALATED = "escalated"  # somebody above them was
    ACKNOWLEDGED = "acknowledged"  # somebody works on it, until a moment
    SNOOZED = "snoozed"
    UNHANDLED = "unhandled"  # all were told and nobody answered
    RESOLVED = "resolved"


S = ItemStatus
OPEN_STATUSES = frozenset(S) - {S.RESOLVED}
TRANSITIONS: dict[ItemStatus, frozenset[ItemStatus]] = {
    status: frozenset({S.OPEN}) if status == S.RESOLVED else frozenset(S) for status in S
}


class EventKind(StrEnum):
    """What can happen to an item."""

    CREATED = "created"
    ABSORBED = "absorbed"  # it came up again while it was open
    CHANGED = "changed"
    STEP_STARTED = "step_started"
    NOTIFICATION = "notification"  # somebody was told outside the steps
    ACKED = "acked"
    ACK_EXPIRED = "ack_expired"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    LOOPED = "looped"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    SUPPRESSED = "suppressed"  # a step that came due while somebody held the item
    SKIPPED = "skipped"
    UNHANDLED = "unhandled"


class ClockKind(StrEnum):
    """Which time counts."""

    ALWAYS = "24x7"
    BUSINESS = "business"


class Expiry(StrEnum):
    """How long an acknowledgement holds before the item climbs again."""

    HALF_HOUR = "30m"
    FOUR_HOURS = "4h"
    BUSINESS_DAY = "1bd"


EXPIRIES = {
    Severity.CRITICAL: Expiry.HALF_HOUR,
    Severity.HIGH: Expiry.FOUR_HOURS,
    Severity.WARNING: Expiry.BUSINESS_DAY,
    Severity.INFO: Expiry.BUSINESS_DAY,
}
LONGEST_SNOOZE = {
    Severity.CRITICAL: timedelta(hours=4),
    Severity.HIGH: timedelta(days=3),
    Severity.WARNING: timedelta(days=14),
    Severity.INFO: timedelta(days=30),
}


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something that falls due, as its source tells it; `key` is the same whenever it is told."""

    key: str
    kind: str
    title: str
    unit_id: int
    url: str
    due_at: datetime
    since: datetime
    severity: Severity
    whom: tuple[int, ...] = ()  # people directly responsible, the first first
    system_id: int | None = None
    legal_clock_ends: datetime | None = None
    activity: str = ""  # whose accountable person decides, where the catalogue has one


class Base(StrEnum):
    """From what a step counts."""

    DUE = "due"
    SINCE = "since"


class Span(StrEnum):
    """In what a step counts."""

    MINUTES = "minutes"
    DAYS = "days"  # of the calendar, on the wall clock
    BUSINESS_DAYS = "business_days"
    PERCENT = "percent"  # of the time from `since` until `due`


@dataclass(frozen=True)
class Offset:
    """When a step comes: so long after, or before, something."""

    base: Base
    number: int
    span: Span


@dataclass(frozen=True)
class Step:
    """One step of a plan: when, or how long it has before the next, and who is told how."""

    code: str  # "T-30", "day 0", "level 2"
    level: int  # 1: those directly responsible; above: who it climbs to
    targets: tuple[str, ...]
    channels: tuple[Channel, ...] = (Channel.APP, Channel.EMAIL)
    offset: Offset | None = None
    wait: int = 0  # minutes before the next step; of steps without an offset
    severity: Severity | None = None  # another than the item's


@dataclass(frozen=True)
class Plan:
    """The steps of a run, as they were when it began."""

    code: str
    steps: tuple[Step, ...]
    loops: int = 0  # how often the steps come again
    clock: ClockKind = ClockKind.BUSINESS
    ack: Expiry | None = None  # None: by the item's severity
    again_days: int = AGAIN_DAYS
    policy: Mapping[str, Any] = field(
        default_factory=dict, hash=False
    )  # of which it was made: id, version

    @property
    def is_planned(self) -> bool:
        """Return whether each step has its moment; else each waits for the one before."""
        return bool(self.steps) and self.steps[0].offset is not None

    def as_data(self) -> dict[str, Any]:
        """Return the plan as JSON, to be kept."""
        return asdict(self)

    def step(self, position: int) -> Step | None:
        """Return a step; None past the last, where nobody answered."""
        return self.steps[position] if position < len(self.steps) else None

    def problem(self) -> str:
        """Return why nothing can run by this plan; empty when it can."""
        if not self.steps:
            return "It has no step: nobody would be told."
        if not 0 <= self.loops <= MOST_LOOPS:
            return f"It comes again {self.loops} times; 0 to {MOST_LOOPS} can be."
        if len({step.offset is None for step in self.steps}) > 1:
            return "Either every step has its moment, or none."
        return next(filter(None, map(_step_problem, self.steps)), "")


def _step_problem(step: Step) -> str:
    if not step.targets or not step.channels:
        return f"{step.code} tells nobody."
    least, most = DELAYS
    if step.offset is None and not least <= step.wait <= most:
        return f"{step.code} waits {step.wait} minutes; {least} to {most} can be."
    return next(filter(None, map(target_problem, step.targets)), "")


def plan_from(data: Mapping[str, Any]) -> Plan:
    """Return a plan that was kept."""
    return Plan(
        code=data["code"],
        steps=tuple(_step_from(step) for step in data["steps"]),
        loops=data["loops"],
        clock=ClockKind(data["clock"]),
        ack=Expiry(data["ack"]) if data["ack"] else None,
        again_days=data["again_days"],
        policy=data["policy"],
    )


def _step_from(data: Mapping[str, Any]) -> Step:
    offset, severity = data["offset"], data["severity"]
    return Step(
        code=data["code"],
        level=data["level"],
        targets=tuple(data["targets"]),
        channels=tuple(Channel(one) for one in data["channels"]),
        offset=Offset(Base(offset["base"]), offset["number"], Span(offset["span"]))
        if offset
        else None,
        wait=data["wait"],
        severity=Severity(severity) if severity else None,
    )


def target_problem(text: str) -> str:
    """Return why a target means nobody that can be; empty when it may."""
    return "" if TARGET.fullmatch(text) else f"“{text}” says not who is told."


def targets_of(texts: Iterable[str], head: str) -> list[str]:
    """Return what stands behind a head: of `role:CISO` and `role` it is CISO."""
    split = (text.partition(":") for text in texts)
    return [rest for before, _, rest in split if before == head and rest]


class Clock(Protocol):
    """Time that counts: all of it, or that of a business."""

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment so many counted minutes later."""

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the moment so many counted days later."""

    def wall_days(self, at: datetime, days: int) -> datetime:
        """Return the same wall time so many days of the calendar later, moved to counted time."""

    def between(self, start: datetime, end: datetime) -> int:
        """Return how many counted minutes lie between."""


def expiry_of(plan: Plan, severity: Severity) -> Expiry:
    """Return how long an acknowledgement of an item holds."""
    return plan.ack or EXPIRIES[severity]


def ack_ends(expiry: Expiry, at: datetime, business: Clock) -> datetime:
    """Return when an acknowledgement made at a moment runs out."""
    if expiry == Expiry.BUSINESS_DAY:
        return business.add_days(at, 1)
    return at + timedelta(minutes=30 if expiry == Expiry.HALF_HOUR else 240)


def snooze_ends(severity: Severity, at: datetime, due_at: datetime) -> datetime:
    """Return until when an item may be silent at most: what is not due yet, until it is."""
    last = at + LONGEST_SNOOZE[severity]
    return min(last, due_at) if due_at > at else last


def status_of(step: Step | None) -> ItemStatus:
    """Return where an item stands once a step was told; None: the plan is at its end."""
    if step is None:
        return S.UNHANDLED
    return S.NOTIFIED if step.level <= 1 else S.ESCALATED
