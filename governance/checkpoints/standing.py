"""Whether the record may be written, and signed: not while something outside speaks against it."""

from django.db.models import QuerySet

from governance.checkpoints.delivery_rules import READ_ONLY, DoubtKind
from governance.checkpoints.models_delivery import Doubt, Recovery


def open_doubts() -> QuerySet[Doubt]:
    """Return what speaks against the record and was not answered by a recovery."""
    return Doubt.objects.filter(ended_at__isnull=True)


def loss_declared() -> Doubt | None:
    """Return who declared the key that signs lost, and when; None when nobody did."""
    return open_doubts().filter(kind=DoubtKind.KEY).select_related("person").first()


def is_read_only() -> bool:
    """Return whether nothing may be written until somebody signs a recovery."""
    return open_doubts().filter(kind__in=READ_ONLY).exists()


# Signs of life, and looking whether the record is still in doubt.
FREE = {
    "governance.health.tasks.heartbeat",
    "governance.checkpoints.tasks.look_outside",
}


def holds_back(task: str) -> bool:
    """Return whether a task of the clock's has to wait, because it would write."""
    return task not in FREE and is_read_only()


def is_held() -> bool:
    """Return whether no head is signed until somebody signs a recovery."""
    return open_doubts().exists()


def is_lost(size: int, root: str) -> bool:
    """Return whether a recovery left a checkpoint behind."""
    return Recovery.objects.filter(lost__contains=[[size, root]]).exists()


def lost() -> set[tuple[int, str]]:
    """Return size and root of every checkpoint that a recovery left behind."""
    return {
        (size, root)
        for row in Recovery.objects.values_list("lost", flat=True)
        for size, root in row
    }
