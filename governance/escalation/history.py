"""What happened to items, in sentences, with who was told by which channel and with what result."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from governance.accounts.models import User
from governance.escalation.models import Event, FrozenPlan, Item
from governance.escalation.page import names_by_id
from governance.escalation.rules import EventKind
from governance.escalation.wording import code_words, listed
from governance.notices.queries import Told, sent_for

E = EventKind
Said = Mapping[str, Any]
CHANGED_WORDS = {
    "title": "its title", "url": "its address", "severity": "its severity",
    "due_at": "when it is due", "since": "since when it runs", "activity": "its activity",
    "legal_clock_ends": "its legal clock", "whom": "who is responsible", "unit_id": "its unit",
    "system_id": "its system",
}  # fmt: skip
THROUGH_WORDS = {
    "on_call": "on call",
    "delegate": "as delegate",
    "deputy": "as deputy",
    "authority": "by authority",
    "fallback": "because nobody else is left",
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, who did it (nobody: the clock), and who was told of it."""

    at: datetime
    words: str
    actor: User | None
    kind: EventKind
    told: Sequence[Told] = field(default=())


def timeline(item: Item) -> list[Line]:
    """Return all that happened to an item, the newest first."""
    return timelines([item])[item.pk][::-1]


def timelines(items: Iterable[Item]) -> dict[int, list[Line]]:
    """Return all that happened to each of the items, the oldest first, in four queries."""
    rows = list(items)
    events = list(
        Event.objects.filter(item__in=[row.pk for row in rows])
        .select_related("actor")
        .order_by("pk")
    )
    told = sent_for(key for row in rows for key in row.notice_keys)
    names = names_by_id(pk for event in events for pk in _named(event))
    plans = FrozenPlan.objects.in_bulk({row.plan_id for row in rows})
    steps = {pk: code_words(frozen.plan) for pk, frozen in plans.items()}
    words = {row.pk: steps[row.plan_id] for row in rows}
    found: dict[int, list[Line]] = {row.pk: [] for row in rows}
    for event in events:
        found[event.item_id].append(_line(event, told, names, words[event.item_id]))
    return found


def _line(
    event: Event,
    told: Mapping[str, list[Told]],
    names: Mapping[int, str],
    steps: Mapping[str, str],
) -> Line:
    kind = EventKind(event.kind)
    of_run = told.get(f"item:{event.item_id}:{event.run}", ())
    key = _key(event)
    return Line(
        at=event.at,
        words=SENTENCES[kind](_in_words(event.data, steps), event, names),
        actor=event.actor,
        kind=kind,
        told=[one for one in of_run if (one.step, one.loop) == key] if key else (),
    )


def _in_words(data: Said, steps: Mapping[str, str]) -> Said:
    """Return what an event holds, its step as the plan on the page calls it."""
    code = str(data.get("step", ""))
    return {**data, "step": steps[code]} if code in steps else data


def _key(event: Event) -> tuple[int, int] | None:
    """Return step and loop of the notices that an event tells of; None for any other."""
    if event.kind == E.STEP_STARTED:
        return int(event.data.get("number", 0)), event.loop
    return (0, 0) if event.kind == E.NOTIFICATION else None


def _named(event: Event) -> list[int]:
    data = event.data
    found = [one["person"] for one in data.get("targets", ())]
    found += [one["for"] for one in data.get("targets", ()) if one.get("for")]
    found += [data[key] for key in ("person", "to", "by") if isinstance(data.get(key), int)]
    return [int(pk) for pk in found]


def _moment(text: Any) -> str:
    """Return a moment exactly: a timeline is read on any day, and printed."""
    moment = parse_datetime(str(text)) if text else None
    return f"{timezone.localtime(moment):%d %B %Y, %H:%M %Z}" if moment else "a time not set"


def _created(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return "It was found to fall due."


def _absorbed(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"It came up again while it was open: {data.get('count', 2)} times by now."


def _changed(data: Said, event: Event, names: Mapping[int, str]) -> str:
    fields = [CHANGED_WORDS.get(name, name) for name in data.get("changes", {})]
    return f"Its source told other things: {listed(fields)}." if fields else "It was told anew."


def _step_started(data: Said, event: Event, names: Mapping[int, str]) -> str:
    people = listed(_person(one, names) for one in data.get("targets", ())) or "nobody"
    step = str(data.get("step", ""))
    if step == "fallback":
        return f"Nobody is left to ask. Told: {people}."
    return f"{step[:1].upper()}{step[1:]}. Told: {people}."


def _person(one: Said, names: Mapping[int, str]) -> str:
    name = names.get(int(one["person"]), "somebody")
    through = THROUGH_WORDS.get(str(one.get("through")), "")
    instead = names.get(int(one["for"]), "") if one.get("for") else ""
    if instead:
        return f"{name} ({through or 'in place'} for {instead})"
    return f"{name} ({through})" if through else name


def _notification(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"{names.get(int(data.get('person', 0)), 'Somebody')} was told that it is theirs now."


def _acked(data: Said, event: Event, names: Mapping[int, str]) -> str:
    link = " by the link of a mail" if data.get("link") else ""
    return f"acknowledged it{link}, until {_moment(data.get('until'))}."


def _ack_expired(data: Said, event: Event, names: Mapping[int, str]) -> str:
    who = names.get(int(data.get("by") or 0), "")
    return f"The acknowledgement{f' of {who}' if who else ''} ran out. It climbs again."


def _snoozed(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"let it sleep until {_moment(data.get('until'))}: {data.get('reason', '')}"


def _woken(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return "It woke up and begins to climb again."


def _reassigned(data: Said, event: Event, names: Mapping[int, str]) -> str:
    who = names.get(int(data.get("to") or 0), "somebody else")
    return f"handed it to {who}: {data.get('reason', '')}"


def _escalated(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"It climbed to level {data.get('to', event.level)}."


def _looped(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return "All levels were told and nobody answered: they come again."


def _resolved(data: Said, event: Event, names: Mapping[int, str]) -> str:
    reason = data.get("reason", "")
    return f"resolved it: {reason}" if event.actor_id else f"Resolved by itself. {reason}".strip()


def _reopened(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"opened it again: {data.get('reason', '')}"


def _suppressed(data: Said, event: Event, names: Mapping[int, str]) -> str:
    return f"{_step(data)} was held back: the item was {data.get('why', 'held')} when it came."


def _skipped(data: Said, event: Event, names: Mapping[int, str]) -> str:
    if data.get("why") == "nobody":
        return f"{_step(data)} was passed over: nobody there can be reached."
    due = f", due {_moment(data['was_due'])}" if data.get("was_due") else ""
    return f"{_step(data)}{due}, was passed over: {data.get('why', 'a later one was due')}."


def _step(data: Said) -> str:
    step = str(data.get("step", "a step"))
    return step[:1].upper() + step[1:]


def _unhandled(data: Said, event: Event, names: Mapping[int, str]) -> str:
    if data.get("again"):
        return "Still unhandled: it is told again."
    return "All levels were told and nobody answered. It is unhandled."


SENTENCES: dict[EventKind, Callable[[Said, Event, Mapping[int, str]], str]] = {
    E.CREATED: _created,
    E.ABSORBED: _absorbed,
    E.CHANGED: _changed,
    E.STEP_STARTED: _step_started,
    E.NOTIFICATION: _notification,
    E.ACKED: _acked,
    E.ACK_EXPIRED: _ack_expired,
    E.SNOOZED: _snoozed,
    E.WOKEN: _woken,
    E.REASSIGNED: _reassigned,
    E.ESCALATED: _escalated,
    E.LOOPED: _looped,
    E.RESOLVED: _resolved,
    E.REOPENED: _reopened,
    E.SUPPRESSED: _suppressed,
    E.SKIPPED: _skipped,
    E.UNHANDLED: _unhandled,
}
