"""What people read when they are told of an item."""

from datetime import datetime
from typing import Any

from governance.accounts.models import User
from governance.escalation.models import Item
from governance.escalation.rules import Step
from governance.notices.actions import Wish
from governance.notices.models import Endpoint
from governance.notices.rules import Channel, Severity

KIND = "escalation.stepped"
WHY = {
    "responsible": "You are responsible for it.",
    "owner": "You own the system.",
    "deputy": "You stand in for who is responsible.",
    "manager": "Who is responsible has not answered, and you are next.",
    "accountable": "You are accountable for it.",
    "fallback": "Nobody answered. You are told because nobody else is left.",
}
THROUGH = {
    "on_call": "You are on call.",
    "delegate": "You act for somebody who is away.",
    "deputy": "You stand in for somebody who cannot be reached.",
}
USUAL_WHY = "It climbed to you because nobody before you answered."


def subject_of(item: Item, step: Step | None) -> str:
    """Return the first line: what it is about, and how far it has climbed."""
    if step is None:
        return f"Nobody answered: {item.title}"
    return item.title if step.level <= 1 else f"Escalated to level {step.level}: {item.title}"


def lines_of(item: Item, why: str, at: datetime) -> tuple[str, ...]:
    """Return when it is due, why this person is told, and what can be done."""
    return (
        f"{_due(item.due_at, at)} {item.ref}, {item.unit.name}.",
        why,
        "Acknowledge it, and it climbs no further until that runs out.",
    )


def why_told(target: str, through: str) -> str:
    """Return why somebody is told, in words."""
    return THROUGH.get(through) or WHY.get(target) or USUAL_WHY


def _due(due_at: datetime, at: datetime) -> str:
    days = abs((due_at.date() - at.date()).days)
    day = f"{due_at:%d %B %Y, %H:%M} UTC"
    if due_at <= at:
        return f"It was due on {day}" + (f", {_days(days)} ago." if days else ".")
    return f"It is due on {day}" + (f", in {_days(days)}." if days else ".")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def wish_for(
    item: Item, person: User, channel: Channel, *, key: tuple[int, int], said: dict[str, Any]
) -> Wish:
    """Return what one person is told of an item by one channel; `key` is the step and the loop."""
    return Wish(
        item=item.notice_key,
        step=key[0],
        loop=key[1],
        channel=channel,
        url=item.url,
        person=person,
        legal_clock_ends=item.legal_clock_ends,
        kind=KIND,
        **said,
    )


def event_for(
    item: Item, endpoint: Endpoint, *, key: tuple[int, int], said: dict[str, Any], level: int
) -> Wish:
    """Return what another program is told of an item: no people, no links of theirs."""
    told = {"ref": item.ref, "kind": item.kind, "status": item.status, "level": level}
    told |= {"system": item.system.ref if item.system else None, "due_at": item.due_at.isoformat()}
    return Wish(
        item=item.notice_key,
        step=key[0],
        loop=key[1],
        channel=Channel.WEBHOOK,
        url=item.url,
        endpoint=endpoint,
        legal_clock_ends=item.legal_clock_ends,
        kind=KIND,
        data=told,
        severity=said["severity"],
        subject=said["subject"],
        lines=(),
    )


def said_of(item: Item, step: Step | None, why: str, at: datetime) -> dict[str, Any]:
    """Return the words of a notice and its severity."""
    severity = step.severity if step and step.severity else Severity(item.severity)
    return {
        "severity": severity,
        "subject": subject_of(item, step),
        "lines": lines_of(item, why, at),
    }
