"""What the ledger's page shows of the checkpoints outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.checkpoints.delivery_rules import DeliveryState
from governance.checkpoints.key_loss_actions import key_missing
from governance.checkpoints.models import SigningKey
from governance.checkpoints.models_delivery import Delivery, Doubt, Lateness, Place
from governance.checkpoints.outside import (
    Outside,
    newest_outside,
    outside_at,
    target,
    uncovered_since,
)
from governance.checkpoints.queries import losses
from governance.checkpoints.sinks.base import Sink
from governance.checkpoints.sinks.configured import sinks
from governance.checkpoints.standing import open_doubts
from governance.ledger.tree import tree_size


@dataclass(frozen=True)
class Line:
    """One place: what it is, what it keeps, and what is wrong there."""

    words: str
    out: Outside | None
    state: str  # met, wait or missing
    said: str
    fault: str
    due_at: datetime | None


@dataclass(frozen=True)
class Panel:
    """The record here against what lies outside."""

    size: int
    out: Outside | None
    since: datetime | None  # of the oldest entry that is not outside
    target_minutes: int
    late: Lateness | None
    doubts: Sequence[Doubt]
    lines: Sequence[Line]
    losses: Sequence[SigningKey]
    no_key: str = ""  # why nothing is signed on this host, looked for once it is late

    @property
    def missing(self) -> int:
        """Return how many entries are not outside yet."""
        return max(self.size - (self.out.size if self.out else 0), 0)


def panel() -> Panel:
    """Return what the page shows: constant queries for each place."""
    lines, minutes = [_line(sink) for sink in sinks()], int(target().total_seconds() // 60)
    if not lines:
        return Panel(0, None, None, minutes, None, list(open_doubts()), [], losses())
    late = Lateness.objects.filter(ended_at__isnull=True).first()
    return Panel(
        size=tree_size(),
        out=newest_outside(),
        since=uncovered_since(),
        target_minutes=minutes,
        late=late,
        doubts=list(open_doubts()),
        lines=lines,
        losses=losses(),
        no_key=key_missing() if late else "",
    )


def _line(sink: Sink) -> Line:
    row = Delivery.objects.filter(sink=sink.key).order_by("-pk").first()
    place = Place.objects.filter(pk=sink.key).first()
    fault = place.fault if place else ""
    if row and row.status in (DeliveryState.FAILED, DeliveryState.REFUSED):
        fault = row.result
    waits = row is not None and row.status != DeliveryState.SENT
    state, said = ("wait", "on its way") if waits else ("met", "kept")
    if fault:
        state, said = "missing", "fails"
    elif row is None:
        state, said = "wait", "nothing yet"
    due_at = row.due_at if row and row.status == DeliveryState.FAILED else None
    return Line(sink.words, outside_at(sink), state, said, fault, due_at)
