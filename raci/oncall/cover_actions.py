"""Who takes over from whom: overrides, swaps that the other accepts, handovers.

An override is made by whoever may assign, or for oneself by one who takes part in the schedule.
A swap is asked by who gives a time away and counts from when the other accepts it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change, move
from governance.ledger.actions import Personal, record
from raci.oncall.actions import note
from raci.oncall.guards import refuse_absent, refuse_closed
from raci.oncall.models import Handover, Override, Schedule, Swap
from raci.oncall.queries import roster_of, shift_to_confirm, takes_part
from raci.oncall.rules import SWAP_TRANSITIONS, SwapStatus

LONGEST = timedelta(days=366)


@transaction.atomic
def add_override(
    schedule: Schedule,
    *,
    actor: User,
    person: User,
    times: tuple[datetime, datetime],
    reason: str = "",
    uid: str = "",
) -> Override:
    """Put a person on call for a time, whatever the layers say.

    What has passed is not rewritten: it counts from now on at the earliest. Raises DomainError
    for a time that is over, or a person who left.
    """
    refuse_closed(schedule)
    if not (actor == person and takes_part(actor, schedule)):
        _require_assign(schedule, actor, "put somebody else on call")
    refuse_absent(person)
    begins, until = _in_future(*times), times[1]
    change(schedule, seen=None)
    try:
        with transaction.atomic():
            made = Override.objects.create(
                schedule=schedule, person=person, since=begins, until=until, reason=reason, uid=uid
            )
    except IntegrityError as error:
        raise DomainError("This event was imported already.") from error
    told = {"person": Personal(person.name), **_time(begins, until), "reason": Personal(reason)}
    note("oncall.overridden", schedule, actor, told)
    return made


def _require_assign(schedule: Schedule, actor: User, words: str) -> None:
    if not may(actor, Capability.ASSIGN, schedule.unit):
        raise PermissionDenied(f"Your role does not let you {words} in {schedule.unit}.")


def _in_future(since: datetime, until: datetime) -> datetime:
    """Return from when a time counts; DomainError for one that is over, empty or endless."""
    now = timezone.now()
    if until <= since:
        raise DomainError("It must end after it begins.")
    if until <= now:
        raise DomainError("This time is over. Who was on call then cannot be changed any more.")
    if until - since > LONGEST:
        raise DomainError("It may last a year at most.")
    return max(since, now)


def _time(since: datetime, until: datetime) -> dict[str, str]:
    return {"since": since.isoformat(), "until": until.isoformat()}


@transaction.atomic
def withdraw_override(override: Override, *, actor: User) -> None:
    """Take an override back from now on; who it put on call until now stays told."""
    schedule = override.schedule
    refuse_closed(schedule)
    if actor != override.person:
        _require_assign(schedule, actor, "take this back")
    rows = Override.objects.filter(pk=override.pk, withdrawn_at__isnull=True)
    if not rows.filter(until__gt=timezone.now()).update(withdrawn_at=timezone.now()):
        raise DomainError("It is over, or was taken back already.")
    override.refresh_from_db()
    change(schedule, seen=None)
    told = {"person": Personal(override.person.name), **_time(override.since, override.until)}
    note("oncall.override_withdrawn", schedule, actor, told)


@transaction.atomic
def ask_swap(
    schedule: Schedule,
    *,
    actor: User,
    taker: User,
    times: tuple[datetime, datetime],
    back: tuple[datetime, datetime] | None = None,
    reason: str = "",
) -> Swap:
    """Ask somebody to stand in for oneself, perhaps for a time of theirs in return.

    Raises PermissionDenied for somebody who does not take part in the schedule, DomainError for
    a swap with oneself, a time that is over, or two times that overlap.
    """
    refuse_closed(schedule)
    if not takes_part(actor, schedule):
        raise PermissionDenied("You do not take part in this schedule.")
    refuse_absent(taker)
    if taker == actor:
        raise DomainError("A swap needs somebody else.")
    fields: dict[str, Any] = {"since": _in_future(*times), "until": times[1]}
    if back:
        fields |= {"back_since": _in_future(*back), "back_until": back[1]}
        if back[0] < times[1] and times[0] < back[1]:
            raise DomainError("The two times overlap.")
    swap = Swap.objects.create(schedule=schedule, giver=actor, taker=taker, reason=reason, **fields)
    _tell("oncall.swap_asked", swap, actor)
    return swap


@transaction.atomic
def accept_swap(swap: Swap, *, actor: User) -> None:
    """Accept a swap that one was asked for; it counts from now on."""
    refuse_closed(swap.schedule)
    _only(swap.taker, actor, "Only who was asked can accept.")
    refuse_absent(swap.giver)
    now = timezone.now()
    if swap.until <= now:
        raise DomainError("This time is over.")
    move(swap, SwapStatus.ACCEPTED, SWAP_TRANSITIONS, accepted_at=now)
    change(swap.schedule, seen=None)
    _tell("oncall.swap_accepted", swap, actor)


@transaction.atomic
def refuse_swap(swap: Swap, *, actor: User) -> None:
    """Decline a swap that one was asked for."""
    _only(swap.taker, actor, "Only who was asked can decline.")
    move(swap, SwapStatus.REFUSED, SWAP_TRANSITIONS, ended_at=timezone.now())
    _tell("oncall.swap_refused", swap, actor)


@transaction.atomic
def withdraw_swap(swap: Swap, *, actor: User) -> None:
    """Take back what one asked; once it is accepted, whoever may assign takes it back."""
    if swap.status == SwapStatus.ACCEPTED:
        _require_assign(swap.schedule, actor, "take back a swap that was accepted")
        change(swap.schedule, seen=None)
    else:
        _only(swap.giver, actor, "Only who asked can take it back.")
    fields: dict[str, Any] = {"ended_at": timezone.now()}
    if swap.status == SwapStatus.ACCEPTED and swap.until <= fields["ended_at"]:
        raise DomainError("This time is over.")
    move(swap, SwapStatus.WITHDRAWN, SWAP_TRANSITIONS, **fields)
    _tell("oncall.swap_withdrawn", swap, actor)


def _only(person: User, actor: User, words: str) -> None:
    if person != actor:
        raise PermissionDenied(words)


def _tell(action: str, swap: Swap, actor: User) -> None:
    told: dict[str, Any] = {
        "name": swap.schedule.name,
        "giver": Personal(swap.giver.name),
        "taker": Personal(swap.taker.name),
        **_time(swap.since, swap.until),
    }
    if swap.back_since and swap.back_until:
        told["in_return"] = _time(swap.back_since, swap.back_until)
    record(action, subject=swap, actor=actor, data=told, unit=swap.schedule.unit_id)


@transaction.atomic
def confirm_handover(schedule: Schedule, *, actor: User, note_text: str = "") -> Handover:
    """Confirm that one has the pager, a quarter of an hour before one's shift at the earliest.

    Raises DomainError when it is not one's shift, or it was confirmed already.
    """
    refuse_closed(schedule)
    roster = roster_of(schedule)
    now, shift = roster.now, shift_to_confirm(roster, actor)
    if shift is None:
        raise DomainError("It is not your shift now, and none of yours begins within 15 minutes.")
    before = roster.held(max(shift.since, now)).holder
    outgoing = roster.person(before.person) if before and before.person != actor.pk else None
    try:
        with transaction.atomic():
            made = Handover.objects.create(
                schedule=schedule,
                incoming=actor,
                outgoing=outgoing,
                shift_since=shift.since,
                confirmed_at=now,
                note=note_text,
            )
    except IntegrityError as error:
        raise DomainError("You confirmed this shift already.") from error
    told = {
        "person": Personal(actor.name),
        "from": Personal(outgoing.name) if outgoing else None,
        "note": Personal(note_text),
    }
    note("oncall.confirmed", schedule, actor, told)
    return made
