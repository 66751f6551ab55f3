"""Trying a policy: who would be told when, if something began to climb by it at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from governance.accounts.models import BusinessUnit, User
from governance.escalation.models import Item, Policy
from governance.escalation.names import names_behind
from governance.escalation.outlook import PlanLine, preview
from governance.escalation.plans import policy_plan, usual_plan
from governance.escalation.policy_forms import Draft
from governance.escalation.rules import ClockKind, Plan
from governance.escalation.wording import (
    CLOCK_WORDS,
    EXPIRY_WORDS,
    SEVERITY_WORDS,
    channels_words,
    minutes_words,
    targets_words,
)
from governance.notices.rules import Severity
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class LevelLine:
    """A level of a policy in words."""

    position: int
    whom: str
    how: str
    time: str


@dataclass(frozen=True)
class PolicyLine:
    """A policy with its levels in words."""

    row: Policy
    severity: str
    clock: str
    holds: str
    levels: list[LevelLine]


def told(rows: Iterable[Policy]) -> list[PolicyLine]:
    """Return policies in words; the names behind all their targets in a few queries."""
    found = list(rows)
    targets = {one for row in found for level in row.levels.all() for one in level.targets}
    names = names_behind(targets)
    return [_told(row, names) for row in found]


def _told(row: Policy, names: dict[str, str]) -> PolicyLine:
    clock = CLOCK_WORDS[ClockKind(row.clock)]
    hours = f", {row.calendar.name}" if row.calendar and row.clock == ClockKind.BUSINESS else ""
    return PolicyLine(
        row=row,
        severity=SEVERITY_WORDS[Severity(row.severity)] if row.severity else "Every severity",
        clock=f"{clock}{hours}",
        holds=next((w for one, w in EXPIRY_WORDS.items() if one == row.ack), "by severity"),
        levels=[
            LevelLine(
                position=level.position,
                whom=targets_words(level.targets, names),
                how=channels_words(level.channels),
                time=minutes_words(level.delay),
            )
            for level in row.levels.all()
        ],
    )


def usual_levels() -> list[LevelLine]:
    """Return the levels by which items climb where no policy serves."""
    plan = usual_plan(Severity.WARNING)
    names = names_behind(one for step in plan.steps for one in step.targets)
    return [
        LevelLine(
            position=step.level,
            whom=targets_words(step.targets, names),
            how=channels_words(step.channels),
            time=minutes_words(step.wait),
        )
        for step in plan.steps
    ]


def tried(
    plan: Plan, unit: BusinessUnit, system: AISystem | None, severity: str, now: datetime
) -> list[PlanLine]:
    """Return who would be told when, if something of a system began by a plan now.

    Without a system: of the unit itself, for which nobody in particular is responsible.
    """
    owner = system.owner_id if system else None
    item = Item(
        key="try",
        kind="try",
        title="Something",
        unit=system.unit if system else unit,
        system=system,
        severity=severity or Severity.WARNING,
        due_at=now,
        since=now,
        begun_at=now,
        opened_at=now,
        whom=[owner] if owner else [],
    )
    return preview(item, plan, now)


def tried_draft(draft: Draft, now: datetime) -> list[PlanLine]:
    """Return the same for a policy as it stands in the form."""
    wish = draft.wish
    below = draft.form.fields["sample"].queryset.filter(  # type: ignore[attr-defined]
        unit__path__contains=[wish.unit.pk]
    )
    plan = policy_plan(
        wish.levels,
        code="try",
        loops=wish.loops,
        clock=wish.clock,
        ack=wish.ack,
        policy={"calendar": wish.calendar.pk} if wish.calendar else None,
    )
    system = draft.form.cleaned_data["sample"] or below.first()
    return tried(plan, wish.unit, system, wish.severity or "", now)


def require_units(
    user: User, units: QuerySet[BusinessUnit], row: Policy | None
) -> QuerySet[BusinessUnit]:
    """Return the units whose policies the person keeps; PermissionDenied when it is not theirs."""
    wanted = units.filter(pk=row.unit_id) if row else units
    if not wanted.exists():
        raise PermissionDenied(
            f"Your role does not let you keep the policies of {row.unit if row else 'any unit'}."
        )
    return wanted if row else units


def number(wish: str) -> int:
    """Return which level a button means; one that is not there for what is no number."""
    rest = wish.rpartition("-")[2]
    return int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 3 else -1
