"""The verbs of a proposal: draft, submit, follow the evidence, class, withdraw, reopen."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import classing, proofs
from governance.approvals.advancing import advance
from governance.approvals.checking import check, noting_refusals
from governance.approvals.errors import NotYoursError
from governance.approvals.lifecycle import (
    CLASS_WORDS,
    ENDED,
    OPEN,
    ChangeClass,
    Environment,
    Event,
    State,
    rank,
)
from governance.approvals.models import Release
from governance.approvals.moving import hold, note, step
from governance.approvals.quorum import Slot
from governance.approvals.seats import seats
from governance.approvals.situations import situation
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.ledger.actions import Actor, Personal
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of
from inventory.systems.version_actions import freeze_version


def next_ref() -> str:
    """Return the next short id, UPD-001 and on; a refused transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('review_ref')")
        row = cursor.fetchone()
    return f"UPD-{row[0]:03d}"


class Said(TypedDict, total=False):
    """What a person says about a release: where it goes, why, and what no diff shows."""

    reason: str
    environment: str
    task: str
    declared: Mapping[str, Any]
    change_class: str
    gap_addressed: str


@transaction.atomic
def draft_release(
    version: ModelVersion, *, actor: User, seen: str | None = None, **said: Unpack[Said]
) -> Release:
    """Return a new draft of a release: a version on its way into a place, with its class.

    `seen` is the version's digest as the person read it. Raises PermissionDenied unless the
    actor may propose versions in the unit, DomainError when the version is on its way there
    already or its class is stated lower than the table says, StaleError for another digest.
    """
    system = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.system_id)
    require(actor, Capability.SUBMIT, system.unit)
    version.refresh_from_db()
    if seen is not None and version.digest != seen:
        raise StaleError(f"{version} changed since you read it. Read it again first.")
    _refuse_alive(version, said.get("environment", Environment.PROD), said.get("task", ""))
    return _drafted(system, version, actor, said)


def _drafted(system: AISystem, version: ModelVersion, actor: User, said: Said) -> Release:
    release = Release(
        ref=next_ref(),
        system=system,
        version=version,
        environment=said.get("environment", Environment.PROD),
        task=said.get("task", ""),
        digest=version.digest,
        reason=said.get("reason", ""),
        declared=dict(said.get("declared") or {}),
        gap_addressed=said.get("gap_addressed", ""),
        submitted_by=actor,
        submitted_at=timezone.now(),
    )
    release.round = _same(release).count() + 1
    release.before = proofs.running_in(release)
    release.risk_tier = proofs.tier_of(system)
    _classify(release, said.get("change_class", ""))
    release.save(force_insert=True)
    about = {"reason": release.reason, "change_class": release.change_class}
    note(release, "release.drafted", actor, about)
    return release


def _same(release: Release) -> QuerySet[Release]:
    """Return the releases of the same version on their way into the same place."""
    place = {"environment": release.environment, "task": release.task}
    return Release.objects.filter(version=release.version_id, **place)


def _refuse_alive(version: ModelVersion, environment: str, task: str) -> None:
    alive = Release.objects.filter(version=version, environment=environment, task=task)
    found = alive.exclude(status__in=ENDED).first()
    if found:
        raise DomainError(f"{version} is there already as {found.ref}: {found.words.lower()}.")
    back = alive.filter(status=State.REJECTED).order_by("-round").first()
    if back:
        raise DomainError(
            f"{version} was sent back ({back.ref}). Reopen it there, or add another version."
        )


def _classify(release: Release, wanted: str) -> None:
    """Write the suggested class and the one confirmed; it is never lower than the suggestion."""
    suggested = classing.suggested(release)
    chosen = ChangeClass(wanted) if wanted else suggested.change_class
    if rank(chosen) < rank(suggested.change_class):
        least = suggested.change_class
        raise DomainError(
            f"The change is at least class {least} ({CLASS_WORDS[least].lower()}): "
            f"{suggested.words}. Only the validator lowers it, with a reason."
        )
    release.change_class, release.class_suggested = chosen, suggested.change_class
    release.class_reasons = suggested.reasons


@transaction.atomic
def submit(
    version: ModelVersion, *, actor: User, seen: str | None = None, **said: Unpack[Said]
) -> Release:
    """Propose a version for a place and return its release; see `draft_release` and `propose`."""
    release = draft_release(version, actor=actor, seen=seen, **said)
    propose(release, actor=actor)
    return release


@transaction.atomic
def propose(release: Release, *, actor: User, reason: str = "") -> None:
    """Submit a draft: the bundle is frozen, and what evidence there is is looked at.

    Only who drafted it proposes it. Raises GuardError for a retired system, a missing reason, or
    a model id that is neither pinned nor waived.
    """
    held = hold(release)
    require(actor, Capability.SUBMIT, held.system.unit)
    said = reason or held.reason
    mine = actor.pk == held.submitted_by_id
    now = situation(
        held,
        Event.SUBMIT,
        actor=None,
        not_allowed="" if mine else "Only who drafted it proposes it.",
        unfilled=() if said.strip() else ("the reason why this version is proposed",),
    )
    check(Event.SUBMIT, now)
    freeze_version(held.version, actor=actor)
    pin = pin_of(held.version.provider, held.version.model_id)
    data = {
        "reason": said,
        "pin": pin.state.value,
        "change_class": held.change_class,
        "tier": held.risk_tier,
    }
    fields = {"reason": said, "submitted_at": timezone.now()}
    step(held, Event.SUBMIT, State.SUBMITTED, actor=actor, data=data, **fields)
    advance(held)
    release.refresh_from_db()


@transaction.atomic
def withdraw(release: Release, *, actor: User, reason: str = "") -> None:
    """Take a proposal back; only who made it, or the system's owner, and not once it runs."""
    held = hold(release)
    require(actor, Capability.SUBMIT, held.system.unit)
    check(Event.WITHDRAW, situation(held, Event.WITHDRAW, actor=actor))
    said = {"decided_by": actor, "decision_reason": reason}
    step(held, Event.WITHDRAW, State.WITHDRAWN, actor=actor, data={"reason": reason}, **said)
    release.refresh_from_db()


@transaction.atomic
def reopen(release: Release, *, actor: User, reason: str = "") -> Release:
    """Return a new draft of what was sent back, with the next number; the old one stays."""
    held = hold(release)
    require(actor, Capability.SUBMIT, held.system.unit)
    check(Event.REOPEN, situation(held, Event.REOPEN, actor=actor))
    if _same(held).exclude(status__in=ENDED).exists():
        raise DomainError(f"{held.version} is on its way again already.")
    said = Said(
        reason=reason or held.reason,
        environment=held.environment,
        task=held.task,
        declared=held.declared,
        gap_addressed=held.gap_addressed,
    )
    new = _drafted(held.system, held.version, actor, said)
    note(held, "release.reopened", actor, {"as": new.ref})
    return new


@noting_refusals
@transaction.atomic
def set_class(release: Release, *, actor: User, to: str, reason: str) -> None:
    """Raise the class of a change under review, or lower it: only the validator may lower it.

    Votes that were given are about another class and count no more. Raises NotYoursError,
    DomainError without a reason, TransitionError when nobody decides about it any more.
    """
    held = hold(release)
    if held.state not in OPEN:
        raise TransitionError(f"{held.ref} is {held.words.lower()}; its class is settled.")
    if not reason.strip():
        raise DomainError("Say why the class is another one.")
    wanted = ChangeClass(to)
    require(actor, Capability.ANSWER, held.system.unit)
    lower = rank(wanted) < rank(ChangeClass(held.change_class))
    if lower and seats(held.system, [Slot.VAL])[Slot.VAL].person != actor:
        raise NotYoursError("Only whoever validates independently (CHG-03) lowers the class.")
    if lower and actor.pk in proofs.contributors(held):
        raise NotYoursError("You worked on this version, so somebody else must lower its class.")
    change = {"change_class": {"from": held.change_class, "to": wanted.value}}
    rows = Release.objects.filter(pk=held.pk, row_version=held.row_version)
    if not rows.update(change_class=wanted, row_version=F("row_version") + 1):
        raise TransitionError(f"{held.ref} was moved by somebody else first.")
    held.refresh_from_db(fields=["change_class", "row_version"])
    note(held, "release.class_set", actor, {"changes": change, "reason": reason})
    advance(held)
    release.refresh_from_db()


@transaction.atomic
def reassign(release: Release, *, actor: Actor, to: User | None) -> None:
    """Give a waiting release to who approves updates now; nothing happens when they have it."""
    before = release.assigned_to
    if before == to:
        return
    waiting = Release.objects.filter(pk=release.pk, assigned_to=before).waiting()
    if not waiting.update(assigned_to=to, row_version=F("row_version") + 1):
        raise TransitionError(f"{release} is decided, or somebody else has it by now.")
    release.refresh_from_db()
    names = {
        "from": Personal(before.name) if before else None,
        "to": Personal(to.name) if to else None,
    }
    note(release, "release.reassigned", actor, {"changes": {"assigned_to": names}})
