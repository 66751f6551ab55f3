"""The plans that runs go by: of deadlines, of approvals, of policies. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.escalation.rules import (
    Base,
    ClockKind,
    Expiry,
    Offset,
    Plan,
    Span,
    Step,
)
from governance.notices.rules import Channel, Severity

BOTH = (Channel.APP, Channel.EMAIL)
DAYS_BEFORE = (90, 60, 30, 14, 7, 1)
OVERDUE: tuple[tuple[int, int, tuple[str, ...]], ...] = (  # business days, level, who
    (0, 1, ("responsible",)),
    (2, 2, ("deputy",)),
    (5, 3, ("manager", "accountable")),
    (10, 4, ("role:CIO", "role:CISO", "role:DPO")),
)
SHARES: tuple[tuple[int, int, tuple[str, ...]], ...] = (  # percent of the time, level, who
    (50, 1, ("responsible",)),
    (80, 1, ("responsible",)),
    (100, 2, ("deputy", "accountable")),
    (200, 3, ("manager",)),
)
WAITS = {Severity.CRITICAL: (5, 10, 15)}
USUAL_WAITS = (15, 15, 30)
USUAL_TARGETS: tuple[tuple[str, ...], ...] = (
    ("responsible",),
    ("deputy", "accountable"),
    ("manager", "role:CISO"),
)


@dataclass(frozen=True)
class LevelWish:
    """One level of a policy: minutes before the next, who is told, and by which channels."""

    delay: int
    targets: tuple[str, ...]
    channels: tuple[Channel, ...] = BOTH


def deadline_plan(
    code: str, *, days: Iterable[int] = DAYS_BEFORE, channels: tuple[Channel, ...] = BOTH
) -> Plan:
    """Return the plan of a deadline: reminders before it, and whom it climbs to when overdue.

    After its last step it comes again each week, to the fallback.
    """
    before = [
        Step(f"T-{day}", 1, ("responsible",), channels, Offset(Base.DUE, -day, Span.DAYS))
        for day in sorted(set(days), reverse=True)
    ]
    overdue = [
        Step(_overdue(day), level, whom, channels, Offset(Base.DUE, day, Span.BUSINESS_DAYS))
        for day, level, whom in OVERDUE
    ]
    return Plan(code, (*before, *overdue))


def _overdue(day: int) -> str:
    return f"{day} business days overdue" if day else "due day"


def approval_plan(code: str, *, channels: tuple[Channel, ...] = BOTH) -> Plan:
    """Return the plan of what waits for a decision: by shares of the time that it has."""
    steps = (
        Step(f"{share} %", level, whom, channels, Offset(Base.SINCE, share, Span.PERCENT))
        for share, level, whom in SHARES
    )
    return Plan(code, tuple(steps))


def policy_plan(
    levels: Iterable[LevelWish],
    *,
    code: str,
    loops: int = 0,
    clock: ClockKind = ClockKind.BUSINESS,
    ack: Expiry | None = None,
    policy: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of a policy: its levels one after the other, each with its time."""
    steps = (
        Step(f"level {number}", number, level.targets, level.channels, wait=level.delay)
        for number, level in enumerate(levels, start=1)
    )
    return Plan(code, tuple(steps), loops, clock, ack, policy=policy or {})


def usual_plan(severity: Severity) -> Plan:
    """Return the plan where no policy serves: 15, 15 and 30 minutes; critical 5, 10 and 15."""
    waits = WAITS.get(severity, USUAL_WAITS)
    levels = (LevelWish(wait, whom) for wait, whom in zip(waits, USUAL_TARGETS, strict=True))
    clock = ClockKind.ALWAYS if severity.rank >= Severity.HIGH.rank else ClockKind.BUSINESS
    return policy_plan(levels, code="usual", clock=clock)
