"""When a notice may go and with which others, when it is tried again, which events go where.

Pure: instants come in as arguments. Quiet hours are wall-clock times of the person's zone; of a
time that the clocks skip the end of the gap counts, of one that comes twice the first.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from governance.calendars.clock import moment_at

ADDRESS_ASKED = "address.asked"  # a link that verifies an address
WANTED = frozenset(
    {ADDRESS_ASKED}
)  # kinds asked for just now: no quiet hours, no choice, holds them


class Channel(StrEnum):
    EMAIL = "email"
    APP = "app"
    WEBHOOK = "webhook"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for the least, 3 for the most severe."""
        return list(Severity).index(self)


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # tried again later
    DEAD = "dead"  # tried for the last time
    SUPPRESSED = "suppressed"
    BUNDLED = "bundled"  # in the mail of another


TOLD = frozenset({NoticeState.SENT, NoticeState.BUNDLED})
DUE = frozenset({NoticeState.WAITING, NoticeState.FAILED})
OVER = frozenset({NoticeState.SENT, NoticeState.DEAD, NoticeState.SUPPRESSED, NoticeState.BUNDLED})


def stable_id(item: str, step: int, loop: int, recipient: str, channel: str) -> str:
    """Return 32 hexadecimal digits that name one notice, the same for every try."""
    key = "\x1f".join([item, str(step), str(loop), recipient, channel])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


# --- quiet hours ----------------------------------------------------------------------------
LEGAL_HASTE = timedelta(hours=24)


@dataclass(frozen=True)
class Quiet:
    """From when until when a person is left alone, every night of the person's zone."""

    zone: str
    begins: time
    ends: time


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a wall-clock time is, in UTC: the end of a gap, the first of a repeated one."""
    return moment_at(datetime.combine(day, at), zone).at


def quiet_until(at: datetime, quiet: Quiet) -> datetime | None:
    """Return when the quiet hours around a moment end, None outside of them."""
    zone = ZoneInfo(quiet.zone)
    today = at.astimezone(zone).date()
    over_night = timedelta(days=1 if quiet.ends <= quiet.begins else 0)
    for day in (today - timedelta(days=1), today):
        begins = instant(day, quiet.begins, zone)
        ends = instant(day + over_night, quiet.ends, zone)
        if begins <= at < ends:
            return ends
    return None


def may_go_at(
    at: datetime, quiet: Quiet | None, severity: Severity, legal_clock_ends: datetime | None
) -> datetime:
    """Return from when on a notice may go: now, or when the quiet hours end.

    They never hold what is critical, nor a legal clock with less than 24 hours left.
    """
    ends = quiet_until(at, quiet) if quiet and severity != Severity.CRITICAL else None
    if ends is None:
        return at
    if legal_clock_ends is None:
        return ends
    return max(at, min(ends, legal_clock_ends - LEGAL_HASTE))


def must_go(severity: Severity, legal_clock_ends: datetime | None, at: datetime) -> bool:
    """Return whether neither quiet hours nor a person's choice may hold this back."""
    is_legal = legal_clock_ends is not None and legal_clock_ends - at < LEGAL_HASTE
    return severity == Severity.CRITICAL or is_legal


# --- how often a person hears from us -------------------------------------------------------
BUNDLE = timedelta(minutes=5)


@dataclass(frozen=True)
class Limit:
    """At most `count` in any time of this length."""

    count: int
    within: timedelta


MAIL_LIMITS = (Limit(5, timedelta(seconds=5)), Limit(1, timedelta(minutes=1)))
KEPT_TIMES = max(limit.count for limit in MAIL_LIMITS)


def free_at(sent: Sequence[datetime], limits: Sequence[Limit]) -> datetime | None:
    """Return from when on one more may go after those sent; None when nothing stands against it."""
    newest = sorted(sent, reverse=True)
    holds = [newest[one.count - 1] + one.within for one in limits if len(newest) >= one.count]
    return max(holds, default=None)


@dataclass(frozen=True)
class Waiting:
    """A mail that is due, as far as choosing needs to know it."""

    pk: int
    due_at: datetime
    severity: Severity
    is_retry: bool = False  # it went before: the same mail again, with nothing added


@dataclass(frozen=True)
class Choice:
    """The one mail that goes to a person now, those in it, and when each of the others may."""

    lead: int | None = None
    others: tuple[int, ...] = ()
    later: Mapping[int, datetime] = field(default_factory=dict)


def choose(
    due: Sequence[Waiting], sent: Sequence[datetime], bundled_at: datetime | None, at: datetime
) -> Choice:
    """Return which mail goes to a person now.

    At most one a minute. What is critical goes first and by itself, then what has to be tried
    again; all else goes as one mail, at most one of those in five minutes.
    """
    free = free_at(sent, MAIL_LIMITS)
    if free and free > at:
        return Choice(later={one.pk: free for one in due})
    single = [one for one in due if one.severity == Severity.CRITICAL or one.is_retry]
    plain = [one for one in due if one not in single]
    next_bundle = bundled_at + BUNDLE if bundled_at else at
    if single:
        after = free_at([*sent, at], MAIL_LIMITS) or at
        first, *rest = sorted(single, key=lambda one: (one.is_retry, one.due_at, one.pk))
        held = {one.pk: max(after, next_bundle) for one in plain}
        return Choice(first.pk, later=held | {one.pk: after for one in rest})
    if not plain or next_bundle > at:
        return Choice(later={one.pk: next_bundle for one in plain})
    lead, *rest = sorted(plain, key=lambda one: (-one.severity.rank, one.due_at, one.pk))
    return Choice(lead.pk, tuple(one.pk for one in rest))


# --- trying again ---------------------------------------------------------------------------
MAIL_TRIES = tuple(min(timedelta(seconds=30 * 2**n), timedelta(hours=6)) for n in range(11))
WEBHOOK_TRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2
LONGEST_HOLD = timedelta(hours=24)
BREAKS_AT = 5  # failures in a row, after which an endpoint gets one try in half a minute
PROBE = timedelta(seconds=30)
GIVE_UP = timedelta(days=5)  # of failures only


@dataclass(frozen=True)
class Outcome:
    """What came of one try to deliver."""

    is_ok: bool
    code: int | None  # of SMTP or HTTP
    words: str
    took_ms: int = 0
    ask: timedelta | None = None  # how long the receiver wants us to wait
    is_final: bool = False  # no other try can end otherwise


def next_try(
    tries: int, schedule: Sequence[timedelta], *, jitter: float, ask: timedelta | None = None
) -> timedelta | None:
    """Return how long to wait after `tries` failed tries, None when that was the last.

    `jitter` is -1 to 1 and moves the wait by up to a fifth; `ask` is what the receiver asked
    for (Retry-After), and is granted up to a day.
    """
    if tries > len(schedule):
        return None
    wait = schedule[tries - 1] * (1 + JITTER * jitter)
    return max(wait, min(ask, LONGEST_HOLD)) if ask else wait


# --- webhook events -------------------------------------------------------------------------
PING = "ping"


def lets_through(events: Sequence[str], kind: str) -> bool:
    """Return whether a filter lets an event through; none lets all, `system.*` a family."""
    return not events or any(
        kind == one or (one.endswith(".*") and kind.startswith(one[:-1])) for one in events
    )
