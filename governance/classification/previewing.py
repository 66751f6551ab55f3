"""Running a claimed preview: some systems at a time, each lot with its progress or not at all."""

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from governance.classification.law import PackError
from governance.classification.preview import KEPT, MOST_ATTEMPTS, Change, Comparer
from governance.classification.preview_actions import fail, finish
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.preview_queries import (
    OutdatedError,
    laws_of,
    subject_chunks,
)
from governance.common.errors import DomainError

log = logging.getLogger(__name__)
COPY = """COPY classification_previewrow
    (preview_id, system_id, tier_before, tier_after, gained, lost, dates, change) FROM STDIN"""


class LeaseLostError(DomainError):
    """Another worker has the preview."""


def run(preview: PackPreview, worker: str) -> None:
    """Run a preview that this worker holds; give it up after the last attempt.

    It goes on behind the last system whose row was written. Whoever lost the lease writes nothing.
    """
    try:
        _run(preview, worker)
    except LeaseLostError:
        log.warning("%s was taken over by another worker.", preview)
    except (OutdatedError, PackError) as error:
        fail(preview, reason=str(error))
    except Exception as error:
        log.exception("%s could not be run.", preview)
        if preview.attempts < MOST_ATTEMPTS:
            PackPreview.objects.release(preview.pk, worker)
        elif _hold(preview, worker, 0, preview.seen_to):
            times = f"It stopped {preview.attempts} times"
            fail(preview, reason=f"{times}, at last with a {type(error).__name__}: see the log.")


def _run(preview: PackPreview, worker: str) -> None:
    compare = Comparer(*laws_of(preview))
    for chunk in subject_chunks(preview.seen_to):
        found = [(one.pk, compare.change_of(one.given)) for one in chunk]
        with transaction.atomic():
            if not _hold(preview, worker, len(chunk), chunk[-1].pk):
                raise LeaseLostError(f"{preview} is not this worker's any more.")
            _write(_row(preview.pk, system, change) for system, change in found if change)
    finish(preview, worker=worker, found=_found(preview))


def _hold(preview: PackPreview, worker: str, more: int, seen_to: int) -> bool:
    done = preview.done + more
    if PackPreview.objects.hold(preview.pk, worker, done=done, seen_to=seen_to):
        preview.done, preview.seen_to = done, seen_to
        return True
    return False


def _row(preview: int, system: int, change: Change) -> tuple[Any, ...]:
    since_moved = change.tiers[0] == change.tiers[1] and change.since[0] != change.since[1]
    told = json.dumps(change.as_json())
    dates = len(change.moved) + since_moved
    return (preview, system, *change.tiers, len(change.gained), len(change.lost), dates, told)


def _write(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows by COPY, which costs a third of what inserts do."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _found(preview: PackPreview) -> dict[str, int]:
    """Return what the run found over all systems, for the record."""
    moved = Count("pk", filter=~Q(tier_before=F("tier_after")))
    counts = PreviewRow.objects.filter(preview=preview).aggregate(touched=Count("pk"), tier=moved)
    return {"systems": preview.done, **counts}


def forget_old_rows() -> None:
    """Remove the single systems of previews that are older than is kept; their record stays."""
    old = PackPreview.objects.filter(finished_at__lt=timezone.now() - KEPT)
    PreviewRow.objects.filter(preview__in=old).delete()
