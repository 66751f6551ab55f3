"""What the pages of schedules show: who is on call, who is next, the strip, the gaps in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from governance.accounts.models import User
from raci.oncall.coverage import shifts
from raci.oncall.models import Handover, Layer, Override, Schedule, Swap
from raci.oncall.queries import Roster, rosters, shift_to_confirm
from raci.oncall.roles import roles
from raci.oncall.rotation import LATEST
from raci.oncall.rules import FORECAST_DAYS, Answer, Gap, Shift, SwapStatus
from raci.oncall.strip import Strip, strip
from raci.oncall.words import STEPS, both, length, rotation, why

LATEST_HANDOVERS = 5


@dataclass(frozen=True)
class Said:
    """A shift or a gap in words."""

    person: User | None
    since: str
    until: str
    length: str
    step: str
    why: str = ""
    note: str = ""

    @property
    def is_gap(self) -> bool:
        """Return whether nobody is on call."""
        return self.person is None


@dataclass(frozen=True)
class Line:
    """A schedule in the list: who has the pager, until when, who is next, how many gaps."""

    roster: Roster
    now: Said
    next: Said | None
    waits_for: User | None
    gaps: int

    @property
    def schedule(self) -> Schedule:
        """Return the schedule."""
        return self.roster.schedule

    @property
    def role_words(self) -> str:
        """Return the role it serves, in words."""
        return roles().get(self.schedule.role, self.schedule.role)


@dataclass(frozen=True)
class LayerLine:
    """A layer with its people and how it turns."""

    layer: Layer
    people: list[User]
    words: str


@dataclass(frozen=True)
class Span:
    """An override or a swap with its times in words."""

    row: Override | Swap
    since: str
    until: str
    back: str = ""
    may_answer: bool = False
    may_take_back: bool = False


@dataclass(frozen=True)
class Board:
    """The page of one schedule."""

    line: Line
    strip: Strip
    shifts: list[Said]
    gaps: list[Said]
    layers: list[LayerLine]
    overrides: list[Span]
    swaps: list[Span]
    handovers: list[Handover]
    beside: User | None
    to_confirm: Said | None


def lines(schedules: Iterable[Schedule]) -> list[Line]:
    """Return schedules that were read `with_plan()` for the list."""
    return [line_of(roster) for roster in rosters(schedules, timezone.now())]


def line_of(roster: Roster) -> Line:
    """Return what a list says of one schedule."""
    held = roster.held(roster.now)
    now = held.holder or held.planned
    return Line(
        roster=roster,
        now=said(roster, now),
        next=_next(roster, held.planned),
        waits_for=roster.person(held.waits_for),
        gaps=len(roster.gaps(roster.now)),
    )


def _next(roster: Roster, planned: Answer) -> Said | None:
    """Return the next shift of another person, within the time that was looked ahead."""
    mine = planned.person if isinstance(planned, Shift) else None
    for one in shifts(roster.plan, planned.until, roster.now + timedelta(days=FORECAST_DAYS)):
        if isinstance(one, Shift) and one.person != mine:
            return said(roster, one)
    return None


def said(roster: Roster, one: Answer) -> Said:
    """Return a shift or a gap in words, with the times of the schedule and of the reader."""
    zone, reader = roster.plan.clock, reader_zone()
    until = (
        "no end in sight" if one.goes_on or one.until >= LATEST else both(one.until, zone, reader)
    )
    since, span = both(one.since, zone, reader), length(one.until - one.since)
    if isinstance(one, Shift):
        person, step = roster.person(one.person), STEPS[one.through]
        return Said(person, since, until, span, step, note=one.note)
    return Said(None, since, until, span, "", why(one, roster.names), one.note)


def reader_zone() -> ZoneInfo:
    """Return the zone in which pages show moments."""
    return ZoneInfo(timezone.get_current_timezone_name())


def board(roster: Roster, user: User, *, may_assign: bool) -> Board:
    """Return the page of a schedule as somebody sees it."""
    line = line_of(roster)
    held = roster.held(roster.now)
    ahead = list(shifts(roster.plan, roster.now, roster.now + timedelta(days=FORECAST_DAYS)))
    zone = roster.plan.clock
    return Board(
        line=line,
        strip=strip(ahead, roster.now, FORECAST_DAYS, zone, roster.names),
        shifts=[said(roster, one) for one in ahead],
        gaps=[said(roster, one) for one in ahead if isinstance(one, Gap)],
        layers=_layers(roster),
        overrides=_overrides(roster, user, may_assign),
        swaps=_swaps(roster, user, may_assign),
        handovers=list(
            roster.schedule.handovers.select_related("incoming", "outgoing")[:LATEST_HANDOVERS]
        ),
        beside=roster.person(held.beside),
        to_confirm=_to_confirm(roster, user),
    )


def _to_confirm(roster: Roster, user: User) -> Said | None:
    """Return one's shift that one has not confirmed yet."""
    shift = shift_to_confirm(roster, user)
    if shift is None or not roster.schedule.confirms:
        return None
    confirmed = any(
        row.incoming_id == user.pk and row.shift_since == shift.since
        for row in roster.schedule.handovers.all()
    )
    return None if confirmed else said(roster, shift)


def _layers(roster: Roster) -> list[LayerLine]:
    rules = {layer.id: layer for layer in roster.plan.layers}
    rows = [row for row in roster.schedule.layers.all() if row.until is None]
    return [
        LayerLine(row, [one.person for one in row.members.all()], rotation(rules[row.pk]))
        for row in sorted(rows, key=lambda row: -row.position)
    ]


def _overrides(roster: Roster, user: User, may_assign: bool) -> list[Span]:
    rows = [row for row in roster.schedule.overrides.all() if row.withdrawn_at is None]
    zone, reader = roster.plan.clock, reader_zone()
    return [
        Span(
            row,
            both(row.since, zone, reader),
            both(row.until, zone, reader),
            may_take_back=may_assign or row.person_id == user.pk,
        )
        for row in rows
        if row.until > roster.now
    ]


def _swaps(roster: Roster, user: User, may_assign: bool) -> list[Span]:
    alive = {SwapStatus.ASKED, SwapStatus.ACCEPTED}
    rows = [row for row in roster.schedule.swaps.all() if row.status in alive]
    return [_swap(roster, row, user, may_assign) for row in rows if _ends(row) > roster.now]


def _ends(row: Swap) -> datetime:
    return max(row.until, row.back_until or row.until)


def _swap(roster: Roster, row: Swap, user: User, may_assign: bool) -> Span:
    zone, reader = roster.plan.clock, reader_zone()
    is_asked = row.status == SwapStatus.ASKED
    back = ""
    if row.back_since and row.back_until:
        back = f"{both(row.back_since, zone, reader)} to {both(row.back_until, zone, reader)}"
    return Span(
        row,
        both(row.since, zone, reader),
        both(row.until, zone, reader),
        back=back,
        may_answer=is_asked and row.taker_id == user.pk,
        may_take_back=row.giver_id == user.pk if is_asked else may_assign,
    )
