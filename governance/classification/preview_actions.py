"""Asking what another law would change, and ending such a run. Nothing is adopted here."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.law import TEXTS, PackError
from governance.classification.preview import (
    PREVIEW_TRANSITIONS,
    Law,
    PreviewStatus,
    duty_words,
)
from governance.classification.preview_models import PackPreview
from governance.classification.preview_queries import differences, subjects
from governance.classification.queries import engine
from governance.classification.rules import Engine
from governance.classification.uploads import engine_from
from governance.common.errors import DomainError, TransitionError
from governance.common.states import move
from governance.ledger.actions import record

SHIPPED = "From the Act as enacted to the Act as amended"


@transaction.atomic
def request_preview(
    *,
    actor: User,
    title: str = SHIPPED,
    sources: Mapping[str, str] | None = None,
    before_text: str = "amended",
    after_text: str = "amended",
) -> PackPreview:
    """Return a preview that waits for a worker; `sources` empty means the pack in force.

    Raises PermissionDenied unless the actor may classify somewhere, and DomainError for a pack
    that does not hold and while another preview of theirs is not finished.
    """
    if not units_with(actor, Capability.CLASSIFY).exists():
        raise PermissionDenied("Your role does not let you preview a change of the law.")
    if not {before_text, after_text} <= set(TEXTS):
        raise DomainError("There are two texts of the law: enacted and amended.")
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if PackPreview.objects.waiting().filter(requested_by=actor).exists():
        raise DomainError("One of your previews is not finished yet. Wait for it first.")
    before, after = Law(engine(), before_text), Law(_engine(title, sources), after_text)
    preview = PackPreview.objects.create(
        title=title[:200],
        requested_by=actor,
        sources=dict(sources or {}),
        before_text=before_text,
        after_text=after_text,
        before_version=before.engine.pack.version,
        after_version=after.engine.pack.version,
        differences=differences(before, after),
        duties=duty_words(before.engine.pack, after.engine.pack),
        total=subjects().count(),
    )
    record("preview.requested", subject=preview, actor=actor, data=_entry(preview))
    return preview


def _entry(preview: PackPreview) -> dict[str, Any]:
    """Return what the ledger keeps of a wish."""
    return {
        "name": preview.title,
        "before": {"version": preview.before_version, "text": preview.before_text},
        "after": {"version": preview.after_version, "text": preview.after_text},
        "systems": preview.total,
    }


def _engine(title: str, sources: Mapping[str, str] | None) -> Engine:
    if not sources:
        return engine()
    try:
        return engine_from(title, sources)
    except PackError as error:
        raise DomainError(f"This pack does not hold. {error}.") from error


@transaction.atomic
def finish(preview: PackPreview, *, worker: str, found: Mapping[str, int]) -> None:
    """End a run whose every system is looked at; `found` says in numbers what came out.

    Raises TransitionError when the worker's lease was lost to another one.
    """
    held = PackPreview.objects.select_for_update().filter(
        pk=preview.pk, status=PreviewStatus.RUNNING, worker=worker
    )
    if not held.exists():
        raise TransitionError(f"{preview} is not this worker's any more.")
    move(
        preview,
        PreviewStatus.DONE,
        PREVIEW_TRANSITIONS,
        finished_at=timezone.now(),
        lease_until=None,
        worker="",
    )
    record("preview.finished", subject=preview, actor=preview.requested_by, data=found)


@transaction.atomic
def fail(preview: PackPreview, *, reason: str) -> None:
    """Give a run up, with words for the person who asked."""
    move(
        preview,
        PreviewStatus.FAILED,
        PREVIEW_TRANSITIONS,
        error=reason[:500],
        lease_until=None,
        worker="",
    )
    data = {"reason": reason[:500], "attempts": preview.attempts}
    record("preview.failed", subject=preview, actor=preview.requested_by, data=data)
