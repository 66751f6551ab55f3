"""Items as pages and lists show them: where each stands, in a sentence, and on whom it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from governance.accounts.models import User
from governance.common.dates import due_words
from governance.escalation.kinds import kinds
from governance.escalation.models import Item, ItemQuerySet
from governance.escalation.names import names_behind
from governance.escalation.rules import ItemStatus, expiry_of
from governance.escalation.wording import EXPIRY_WORDS, STATUS_MARKS, STATUS_WORDS, listed
from governance.escalation.zones import clock_words, local_day
from governance.notices.rules import Severity

S = ItemStatus
RELATED = ("unit", "system", "acked_by", "snoozed_by", "reassigned_to", "resolved_by")
TONES = {
    S.OPEN: ("flag-info", "clock"),
    S.NOTIFIED: ("flag-warn", "bell"),
    S.ESCALATED: ("flag-bad", "triangle-alert"),
    S.ACKNOWLEDGED: ("flag-info", "circle-dot"),
    S.SNOOZED: ("flag-info", "hourglass"),
    S.UNHANDLED: ("flag-bad", "octagon-x"),
    S.RESOLVED: ("flag-ok", "circle-check"),
}


@dataclass(frozen=True)
class Standing:
    """Where an item stands: as one of the five states, in a word, and in a sentence."""

    mark: str
    words: str
    lead: str
    sentence: str
    tone: str
    icon: str


def standing(item: Item, now: datetime) -> Standing:
    """Return where an item stands, with what happens next and when."""
    status = ItemStatus(item.status)
    tone, icon = TONES[status]
    lead, sentence = SENTENCES[status](item, now)
    return Standing(
        mark=STATUS_MARKS[status],
        words=status_words(item),
        lead=lead,
        sentence=sentence,
        tone=tone,
        icon=icon,
    )


def status_words(item: Item) -> str:
    """Return the state in a few words: Escalated to level 3."""
    if item.status == S.ESCALATED:
        return f"Escalated to level {item.level}"
    return STATUS_WORDS[ItemStatus(item.status)]


def _open(item: Item, now: datetime) -> tuple[str, str]:
    return "Nobody is told yet.", f"Its first step comes {_next(item, now)}."


def _notified(item: Item, now: datetime) -> tuple[str, str]:
    words = f"If nobody acknowledges it, its next step comes {_next(item, now)}."
    return "Told, and nobody has answered yet.", words


def _escalated(item: Item, now: datetime) -> tuple[str, str]:
    words = f"Nobody before has answered. The next step comes {_next(item, now)}."
    return f"It has climbed to level {item.level}.", words


def _acknowledged(item: Item, now: datetime) -> tuple[str, str]:
    until = clock_words(item.ack_until, now)
    return f"{item.acked_by} works on it.", f"Until {until}; then it climbs again, a level higher."


def _snoozed(item: Item, now: datetime) -> tuple[str, str]:
    until = clock_words(item.snoozed_until, now)
    return f"Silent until {until}.", f"{item.snoozed_by} said: {item.snooze_reason}"


def _unhandled(item: Item, now: datetime) -> tuple[str, str]:
    words = "The organisation's owner and the administrators were told. "
    return "All were told, and nobody answered.", f"{words}It is told again {_next(item, now)}."


def _resolved(item: Item, now: datetime) -> tuple[str, str]:
    at = clock_words(item.resolved_at, now)
    who = f"{item.resolved_by}, {at}" if item.resolved_by else f"By itself, {at}"
    return "Resolved.", f"{who}: {item.resolution}" if item.resolution else f"{who}."


SENTENCES = {
    S.OPEN: _open,
    S.NOTIFIED: _notified,
    S.ESCALATED: _escalated,
    S.ACKNOWLEDGED: _acknowledged,
    S.SNOOZED: _snoozed,
    S.UNHANDLED: _unhandled,
    S.RESOLVED: _resolved,
}


def _next(item: Item, now: datetime) -> str:
    at = item.next_step_at
    return "now" if at is None or at <= now else clock_words(at, now)


@dataclass(frozen=True)
class Line:
    """An item as a row of a list."""

    item: Item
    mark: str
    words: str
    due: str
    is_late: bool
    on: str  # whose it is, in words
    held: str  # who works on it, or let it sleep, until when


def page_lines(rows: Iterable[Item], now: datetime) -> list[Line]:
    """Return rows of a list; the names of all people in one query."""
    found = list(rows)
    names = names_by_id(pk for row in found for pk in row.whom)
    return [line_of(row, names, now) for row in found]


def line_of(row: Item, names: dict[int, str], now: datetime) -> Line:
    """Return one row of a list."""
    today = local_day(now)
    on = listed([names[pk] for pk in row.whom if pk in names])
    return Line(
        item=row,
        mark=STATUS_MARKS[ItemStatus(row.status)],
        words=status_words(row),
        due=due_words(local_day(row.due_at), today),
        is_late=row.due_at < now and row.status != S.RESOLVED,
        on=on or "nobody",
        held=_held(row, now),
    )


def _held(row: Item, now: datetime) -> str:
    if row.acked_by_id:
        return f"{row.acked_by}, until {clock_words(row.ack_until, now)}"
    if row.snoozed_by_id:
        return f"until {clock_words(row.snoozed_until, now)}"
    return ""


def names_by_id(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of people; no query without any."""
    wanted = set(ids)
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "name") if wanted else ()
    return dict(rows)


def people_of(rows: ItemQuerySet) -> dict[int, str]:
    """Return the names of all who are responsible for items of a list."""
    found = rows.order_by().values_list("whom", flat=True)
    return names_by_id({pk for whom in found for pk in whom})


@dataclass(frozen=True)
class Facts:
    """What a page says beside the plan: what it is, on whom, how long a word to it holds."""

    kind: str
    responsible: str
    activity: str
    rests: str
    plan: str


def facts_of(item: Item) -> Facts:
    """Return the facts of one item in words."""
    plan = item.plan.plan
    names = names_by_id(item.whom)
    severity = Severity(item.severity)
    activity = f"activity:{item.activity}:A"
    return Facts(
        kind=kind_words(item.kind),
        responsible=listed(names.get(pk, "") for pk in item.whom) or "nobody is named",
        activity=names_behind([activity])[activity] if item.activity else "",
        rests=EXPIRY_WORDS[expiry_of(plan, severity)],
        plan="the steps of its kind" if plan.is_planned else "the usual levels",
    )


def kind_words(kind: str) -> str:
    """Return what kind of thing falls due, in words."""
    known = kinds().by_code.get(kind)
    return known.title if known else kind.replace("_", " ").capitalize()
