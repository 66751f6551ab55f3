"""Bringing the newest checkpoint to every place outside: the rows are the queue.

A larger checkpoint covers every smaller one, so one that still waits gives way to the next. The
mark is a compare-and-set on the claim: a worker that was taken for dead marks nothing, and one
killed between putting and marking puts the same bytes under the same name again.
"""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q

from governance.checkpoints.alarms import alarm_contradiction, alarm_failing
from governance.checkpoints.delivery_rules import (
    DUE,
    LEASE,
    LONGEST_WAIT,
    TOLD_AFTER,
    DeliveryState,
    next_wait,
)
from governance.checkpoints.doubting import doubt_fork
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.models_delivery import Delivery, Place
from governance.checkpoints.queries import newest
from governance.checkpoints.sinks.base import (
    AheadError,
    ContradictionError,
    ForkError,
    Head,
    Put,
    Sink,
    SinkError,
    on_its_own,
)
from governance.checkpoints.sinks.configured import sinks
from governance.common.clock import database_now
from governance.ledger.tree import tree_size

chance = random.SystemRandom()


def deliver(now: datetime | None = None) -> int:
    """Put the newest checkpoint wherever it is due, and return how many places took it.

    `now` stands in for the database's clock in tests.
    """
    taken, places = 0, sinks()
    follow(places, now or database_now())
    for sink in places:
        if row := claim(sink, now or database_now()):
            taken += _try(sink, row, now)
    return taken


def follow(places: Iterable[Sink], at: datetime) -> None:
    """Let the newest checkpoint wait for every place that has none of it yet."""
    if (head := newest()) is None:
        return
    for sink in places:
        _let_go(sink, at)
        if not Delivery.objects.filter(checkpoint=head, sink=sink.key).exists():
            _queue(head, sink, at)


@transaction.atomic
def _queue(head: Checkpoint, sink: Sink, at: datetime) -> None:
    """Let a checkpoint take the turn of the one that waits: its tries, and when it is due."""
    mine = Delivery.objects.filter(sink=sink.key)
    before = mine.select_for_update().filter(status__in=DUE).order_by("-pk").first()
    sent_at = mine.aggregate(last=Max("sent_at"))["last"]
    due = [at, before.due_at if before else at, sent_at + sink.every if sent_at else at]
    row = Delivery(
        checkpoint=head,
        sink=sink.key,
        created_at=at,
        due_at=max(due),
        attempts=before.attempts if before else 0,
        result=before.result if before else "",
        status=DeliveryState.FAILED if before and before.attempts else DeliveryState.WAITING,
    )
    Delivery.objects.bulk_create([row], ignore_conflicts=True)
    older = mine.filter(status__in=DUE, checkpoint__size__lt=head.size)
    older.update(status=DeliveryState.SUPERSEDED)


def _let_go(sink: Sink, at: datetime) -> None:
    """Let go now what was put off or held by a clock that has been put back since."""
    mine, beyond = Delivery.objects.filter(sink=sink.key), at + sink.every + 2 * LONGEST_WAIT
    mine.filter(status__in=DUE, due_at__gt=beyond).update(due_at=at)
    lost = mine.filter(status=DeliveryState.SENDING, leased_until__gt=at + 2 * LEASE)
    lost.update(leased_until=at - LEASE)


@transaction.atomic
def claim(sink: Sink, at: datetime) -> Delivery | None:
    """Return what is due for a place, held by nobody else until the lease ends."""
    mine = Delivery.objects.filter(sink=sink.key)
    if mine.filter(status=DeliveryState.SENDING, leased_until__gte=at).exists():
        return None
    ready = Q(status__in=DUE, due_at__lte=at) | Q(status=DeliveryState.SENDING, leased_until__lt=at)
    due = mine.filter(ready).select_for_update(skip_locked=True).order_by("-pk")
    if (row := due.first()) is None:
        return None
    name = uuid.uuid4().hex
    Delivery.objects.filter(pk=row.pk).update(
        status=DeliveryState.SENDING,
        claim=name,
        leased_until=at + LEASE,
        attempts=F("attempts") + 1,
    )
    return Delivery.objects.select_related("checkpoint__key").get(pk=row.pk, claim=name)


@dataclass(frozen=True)
class _Tried:
    """What came of a try: a checkpoint that was put, or why not."""

    put: Put | None
    error: SinkError | None


def _try(sink: Sink, row: Delivery, now: datetime | None) -> bool:
    head = replace(head_of(row.checkpoint), key_note=_key_note(row))
    try:
        with on_its_own(sink):
            tried = _Tried(sink.put(head, known_to(sink)), None)
    except SinkError as error:
        tried = _Tried(None, error)
    at = now or database_now()
    return finish(row, sink, tried, at) == DeliveryState.SENT


def _key_note(row: Delivery) -> str:
    """Return how the key follows the one before, when the place has nothing of this key yet."""
    key = row.checkpoint.key
    mine = Delivery.objects.filter(sink=row.sink, status=DeliveryState.SENT)
    return "" if mine.filter(checkpoint__key=key).exists() else key.change_note


def head_of(checkpoint: Checkpoint) -> Head:
    """Return a checkpoint as it leaves the machine."""
    return Head(checkpoint.key.name, checkpoint.size, bytes(checkpoint.root), str(checkpoint.note))


def known_to(sink: Sink) -> int:
    """Return the size of the largest checkpoint that a place has taken or shown."""
    mine = Delivery.objects.filter(sink=sink.key, status=DeliveryState.SENT)
    sent = mine.aggregate(size=Max("checkpoint__size"))["size"] or 0
    shown = Place.objects.filter(pk=sink.key).values_list("size", flat=True).first() or 0
    return max(sent, shown)


@transaction.atomic
def finish(row: Delivery, sink: Sink, tried: _Tried, at: datetime) -> DeliveryState | None:
    """Write down what came of a try, and return it; None when another worker took it over."""
    state = _state(tried)
    fields: dict[str, object] = {"status": state, "claim": "", "leased_until": None}
    if tried.put:
        fields |= {"sent_at": at, "result": tried.put.words, "where": tried.put.where}
        fields |= {"cosignature": tried.put.cosignature}
    else:
        wait = next_wait(row.attempts, chance.uniform(-1, 1))
        fields |= {"result": str(tried.error)[:300], "due_at": at + wait}
    held = Delivery.objects.filter(pk=row.pk, claim=row.claim, status=DeliveryState.SENDING)
    if not held.update(**fields):
        return None
    if tried.error:
        _raise_alarm(sink, row, tried.error, at)
    return state


def _state(tried: _Tried) -> DeliveryState:
    if tried.put:
        return DeliveryState.SENT
    refused = isinstance(tried.error, ContradictionError)
    return DeliveryState.REFUSED if refused else DeliveryState.FAILED


def _raise_alarm(sink: Sink, row: Delivery, error: SinkError, at: datetime) -> None:
    """Tell of what no other try mends: a contradiction, a witness ahead of us; or of many tries."""
    if isinstance(error, ForkError) or (isinstance(error, AheadError) and error.size > tree_size()):
        doubt_fork(sink, row.checkpoint, str(error), at)
    elif isinstance(error, ContradictionError):
        alarm_contradiction(sink.key, sink.words, str(error), at)
    elif row.attempts == TOLD_AFTER:
        alarm_failing(row.pk, sink.words, str(error), at)
