"""Taking what is due: one sweep holds it until its lease ends, by the database's clock.

Whoever claims holds the row of the person, or of the endpoint, while choosing: two sweeps at
once choose for different ones. Nothing is sent in here.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from governance.notices.actions import quiet_of
from governance.notices.models import Endpoint, Notice, Pace, Preferences
from governance.notices.rules import (
    DUE,
    KEPT_TIMES,
    WANTED,
    Channel,
    Choice,
    NoticeState,
    Severity,
    Waiting,
    choose,
    may_go_at,
    must_go,
)

LEASE = timedelta(seconds=150)
LONGEST = timedelta(days=2)  # for which anything is put off or held
AHEAD = timedelta(minutes=5)  # what a sweep beside this one may have noted meanwhile, and more
PEOPLE_AT_ONCE = 50
ENDPOINTS_AT_ONCE = 20
EVENTS_AT_ONCE = 8


@dataclass(frozen=True)
class Mail:
    """A claimed notice, and those that go in its mail."""

    lead: Notice
    others: Sequence[Notice] = ()


@dataclass(frozen=True)
class Load:
    """Claimed events of one endpoint, oldest first."""

    endpoint: Endpoint
    notices: list[Notice] = field(default_factory=list)


def database_now() -> datetime:
    """Return what the database's clock says, which all workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
        return at  # type: ignore[no-any-return]


def let_go(at: datetime) -> None:
    """Let go now what was put off or held by a clock that has been put back since."""
    beyond = at + LONGEST
    Notice.objects.filter(status__in=DUE, due_at__gt=beyond).update(due_at=at)
    Notice.objects.filter(status=NoticeState.SENDING, leased_until__gt=beyond).update(
        leased_until=at - LEASE
    )
    Endpoint.objects.filter(held_until__gt=beyond).update(held_until=None)
    Endpoint.objects.filter(claimed_until__gt=beyond).update(claimed_until=None)


def _due(channel: Channel, at: datetime) -> QuerySet[Notice]:
    """Return what may go at a moment, with what a silent worker left."""
    ready = Q(status__in=DUE, due_at__lte=at)
    return Notice.objects.filter(
        ready | Q(status=NoticeState.SENDING, leased_until__lt=at), channel=channel
    )


def _take_back(rows: QuerySet[Notice], at: datetime) -> None:
    """Let notices whose worker fell silent wait for another try."""
    lost = rows.filter(status=NoticeState.SENDING, leased_until__lt=at)
    lost.update(
        status=NoticeState.FAILED, leased_until=None, claim="", result="The worker fell silent."
    )


def _lease(pks: Iterable[int], at: datetime) -> str:
    """Take notices and return the name of the claim."""
    claim = uuid.uuid4().hex
    Notice.objects.filter(pk__in=list(pks), status__in=DUE).update(
        status=NoticeState.SENDING,
        claim=claim,
        leased_until=at + LEASE,
        attempts=F("attempts") + 1,
    )
    return claim


# --- mails ----------------------------------------------------------------------------------
@transaction.atomic
def claim_mails(at: datetime | None = None) -> list[Mail] | None:
    """Return the next mails of some people, at most one for each; None when nothing is due."""
    at = at or database_now()
    due = _due(Channel.EMAIL, at)
    paces = list(
        Pace.objects.select_for_update(skip_locked=True)
        .filter(Exists(due.filter(person=OuterRef("person"))))
        .order_by("pk")[:PEOPLE_AT_ONCE]
    )
    if not paces:
        return None
    mine = due.filter(person__in=[pace.pk for pace in paces])
    _take_back(mine, at)
    _hold_back(mine, at)
    waiting = defaultdict(list)
    for row in mine.order_by("pk"):
        waiting[row.person_id].append(_waiting(row))
    chosen = [
        (pace, choose(waiting[pace.pk], *_sent_before(pace, at), at))
        for pace in paces
        if waiting[pace.pk]
    ]
    return _claimed(chosen, at)


def _sent_before(pace: Pace, at: datetime) -> tuple[list[datetime], datetime | None]:
    """Return when a person was sent mails, without what the clock showed before it was put back."""
    latest = at + AHEAD
    bundled_at = pace.bundled_at if pace.bundled_at and pace.bundled_at <= latest else None
    return [one for one in pace.sent if one <= latest], bundled_at


def _waiting(row: Notice) -> Waiting:
    return Waiting(row.pk, row.due_at, Severity(row.severity), is_retry=row.attempts > 0)


def _hold_back(rows: QuerySet[Notice], at: datetime) -> None:
    """Suppress what a person does not take any more, and let the rest wait for quiet hours."""
    people = Preferences.objects.in_bulk(list(rows.values_list("person", flat=True)))
    closed = "The account is closed."
    rows.filter(person__is_active=False).update(
        status=NoticeState.SUPPRESSED, result=closed, ack_url=""
    )
    for row in rows.filter(person__in=people).exclude(kind__in=WANTED).order_by("pk"):
        chosen = people[row.person_id or 0]
        severity, clock = Severity(row.severity), row.legal_clock_ends
        goes = may_go_at(at, quiet_of(chosen), severity, clock)
        if not chosen.by_email and not must_go(severity, clock, at):
            words = "The person takes no mails of this severity."
            fields = {"status": NoticeState.SUPPRESSED, "result": words, "ack_url": ""}
            Notice.objects.filter(pk=row.pk).update(**fields)
        elif goes > at:
            Notice.objects.filter(pk=row.pk).update(due_at=goes, result="quiet hours")


def _claimed(chosen: Sequence[tuple[Pace, Choice]], at: datetime) -> list[Mail]:
    """Write down what was chosen, and return the mails to send."""
    later = defaultdict(list)
    for pace, choice in chosen:
        for pk, when in choice.later.items():
            later[when].append(pk)
        if choice.others:
            Notice.objects.filter(pk__in=choice.others).update(
                status=NoticeState.BUNDLED, into=choice.lead
            )
        if choice.lead:
            _note_pace(pace, choice.lead, at)
    for when, pks in later.items():
        Notice.objects.filter(pk__in=pks).update(due_at=when)
    return _mails([choice.lead for _, choice in chosen if choice.lead], at)


def _note_pace(pace: Pace, pk: int, at: datetime) -> None:
    lead = Notice.objects.get(pk=pk)
    is_plain = lead.severity != Severity.CRITICAL and not lead.attempts
    pace.sent = [*_sent_before(pace, at)[0], at][-KEPT_TIMES:]
    pace.bundled_at = at if is_plain else pace.bundled_at
    pace.save(update_fields=["sent", "bundled_at"])


def _mails(leads: Sequence[int], at: datetime) -> list[Mail]:
    claim = _lease(leads, at)
    bundled = defaultdict(list)
    for row in Notice.objects.filter(into__in=leads).order_by("pk"):
        bundled[row.into_id].append(row)
    rows = Notice.objects.filter(claim=claim, pk__in=leads).select_related("person")
    return [Mail(row, bundled[row.pk]) for row in rows.order_by("pk")]


# --- events ---------------------------------------------------------------------------------
@transaction.atomic
def claim_events(at: datetime | None = None) -> list[Load]:
    """Return events that are due, by endpoint: one for an endpoint that fails, some for others."""
    at = at or database_now()
    due = _due(Channel.WEBHOOK, at)
    free = Endpoint.objects.enabled().filter(
        Q(held_until__isnull=True) | Q(held_until__lte=at),
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=at),
        Exists(due.filter(endpoint=OuterRef("pk"))),
    )
    endpoints = free.select_for_update(skip_locked=True).order_by("pk")[:ENDPOINTS_AT_ONCE]
    loads = []
    for endpoint in endpoints:
        mine = due.filter(endpoint=endpoint)
        _take_back(mine, at)
        most = 1 if endpoint.failures else EVENTS_AT_ONCE
        pks = list(mine.order_by("due_at", "pk").values_list("pk", flat=True)[:most])
        claim = _lease(pks, at)
        taken = Notice.objects.filter(claim=claim, pk__in=pks).order_by("due_at", "pk")
        Endpoint.objects.filter(pk=endpoint.pk).update(claimed_until=at + LEASE)
        loads.append(Load(endpoint, list(taken)))
    return loads
