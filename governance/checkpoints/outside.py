"""What lies outside, read back, and whether the record here still agrees with it.

The newest checkpoint that any place shows is compared with the record, at every start and every
minute: fewer entries here, or other ones, and nothing is written until a recovery is signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from governance.checkpoints.alarms import alarm_contradiction
from governance.checkpoints.delivery_rules import DeliveryState, DoubtKind
from governance.checkpoints.doubting import doubt, mail_doubts
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.models_delivery import Delivery, Doubt, Place
from governance.checkpoints.queries import keys, newest
from governance.checkpoints.sinks.base import Kept, Sink, SinkError, on_its_own
from governance.checkpoints.sinks.configured import sinks
from governance.checkpoints.standing import is_lost, lost
from governance.common.clock import database_now
from governance.common.notes import NoteError, open_checkpoint
from governance.ledger.models import Entry, LeafSequence, Pending
from governance.ledger.tree import GapError, root_at, tree_size

DATABASE = "database"  # where a checkpoint lies that is not outside
MOST_READ = 20  # of one place, until one holds


@dataclass(frozen=True)
class Outside:
    """A checkpoint that lies outside: how many entries it covers, and where it is."""

    size: int
    root: str
    note: str
    sink: str
    words: str  # which place it is
    at: datetime  # when it was signed here, or first seen there

    @property
    def as_pair(self) -> tuple[int, str]:
        """Return what tells it from other checkpoints."""
        return self.size, self.root


def origin() -> str:
    """Return the name of this record, empty before its first key was made."""
    return SigningKey.objects.order_by("-pk").values_list("name", flat=True).first() or ""


# --- reading back -----------------------------------------------------------------------------
def look(now: datetime | None = None) -> None:
    """Read every place back, and doubt the record where one speaks against it."""
    at = now or database_now()
    for sink in sinks():
        if sink.is_read_back:
            _read(sink, at)
    compare(at)
    mail_doubts(at)


def _read(sink: Sink, at: datetime) -> None:
    """Note the newest checkpoint that a place shows, or what is wrong there."""
    place, _ = Place.objects.get_or_create(pk=sink.key)
    try:
        with on_its_own(sink):
            found, note, fault = _newest_in(sink, place)
    except SinkError as error:
        Place.objects.filter(pk=place.pk).update(fault=str(error)[:300])
        return
    is_behind = is_lost(place.size, place.root)
    if found is None and place.size and not fault and not is_behind:
        fault = f"It kept {place.size:,} entries and shows no checkpoint any more."
    fields: dict[str, object] = {"read_at": at, "fault": fault[:300]}
    if found is None and is_behind:
        fields |= {"size": 0, "root": "", "note": "", "since": None}
    if found and (found.size, found.root) != (place.size, place.root):
        fields |= {"size": found.size, "root": found.root, "since": at, "note": note}
    Place.objects.filter(pk=place.pk).update(**fields)
    if fault and fault != place.fault:
        with transaction.atomic():
            alarm_contradiction(sink.key, sink.words, fault, at)


def _newest_in(sink: Sink, place: Place) -> tuple[Kept | None, str, str]:
    """Return the newest checkpoint of a place that was signed here, its note, what is wrong."""
    name, left, fault = origin(), lost(), ""
    since = min(place.size, tree_size())
    found = [one for one in sink.kept(name, since) if (one.size, one.root) not in left]
    for one in found[:MOST_READ]:
        note = sink.read(one)
        if not (wrong := _fault_of(note, one, name)):
            return one, note.decode(), fault
        fault = fault or wrong
    return None, "", fault


def _fault_of(note: bytes, one: Kept, name: str) -> str:
    """Return what is wrong with a checkpoint outside, empty when it is one of ours."""
    try:
        head = open_checkpoint(note, keys(), name)
    except NoteError as error:
        return f"The checkpoint over {one.size:,} entries there does not hold: {error}"
    if (head.size, head.root.hex()) != (one.size, one.root):
        return f"The checkpoint over {one.size:,} entries there is another than its name says."
    return ""


# --- the newest one ---------------------------------------------------------------------------
def newest_outside() -> Outside | None:
    """Return the newest checkpoint outside: read back, cosigned, or mailed; None for none."""
    found = [one for sink in sinks() if (one := outside_at(sink))]
    return max(found, key=lambda one: one.size, default=None)


def outside_at(sink: Sink) -> Outside | None:
    """Return the newest checkpoint at one place, None before the first."""
    place = Place.objects.filter(pk=sink.key, size__gt=0).first()
    sent = Delivery.objects.filter(sink=sink.key, status=DeliveryState.SENT)
    row = None
    if not sink.is_read_back or sink.key.startswith("witness:"):
        row = sent.select_related("checkpoint").order_by("-checkpoint__size").first()
    if row and (place is None or row.checkpoint.size > place.size):
        head = row.checkpoint
        return _outside(sink, (head.size, head.root_hex, head.note), head.signed_at)
    if place is None or is_lost(place.size, place.root):
        return None
    here = Checkpoint.objects.filter(size=place.size).values_list("signed_at", flat=True).first()
    at = here or place.since or database_now()
    return _outside(sink, (place.size, place.root, place.note), at)


def _outside(sink: Sink, head: tuple[int, str, str], at: datetime) -> Outside:
    size, root, note = head
    return Outside(size, root, note, sink.key, sink.words, at)


def uncovered_since() -> datetime | None:
    """Return when the oldest entry was made that no checkpoint outside covers; None for none."""
    out = newest_outside()
    leaf = LeafSequence.objects.filter(seq=out.size if out else 0).values("entry_id")
    first = Pending.objects.order_by("pk").values("entry_id")[:1]
    made = Entry.objects.filter(pk__in=leaf).first() or Entry.objects.filter(pk__in=first).first()
    if made is None:
        return None
    return max(made.at, _begun_at() or made.at) if out is None else made.at


def _begun_at() -> datetime | None:
    """Return when the first checkpoint was to leave this machine."""
    return Delivery.objects.order_by("pk").values_list("created_at", flat=True).first()


def target() -> timedelta:
    """Return how soon what is written should be outside; twice as long raises the alarm."""
    return timedelta(minutes=settings.CHECKPOINT_TARGET_MINUTES)


# --- against the record here ------------------------------------------------------------------
def compare(at: datetime) -> None:
    """Doubt the record when a checkpoint outside, or the newest signed here, speaks against it."""
    left = lost()
    for one in [*_places(), *_own()]:
        if one.as_pair in left:
            continue
        if found := disagreement(one):
            doubt(found, at)


def _places() -> Iterable[Outside]:
    return [one for sink in sinks() if (one := outside_at(sink))]


def _own() -> Iterable[Outside]:
    """Return the newest checkpoint in the database itself, which an intruder may have forgotten."""
    if (head := newest()) is None:
        return []
    words = "The newest checkpoint in the database"
    return [Outside(head.size, head.root_hex, head.note, DATABASE, words, head.signed_at)]


def disagreement(one: Outside) -> Doubt | None:
    """Return how the record contradicts a checkpoint, None when it begins as that one says."""
    size = tree_size()
    if one.size > size:
        words = (
            f"{one.words}: it covers {one.size:,} entries, and the record here has {size:,}. "
            f"Missing: {one.size - size:,}."
        )
        return _doubt(DoubtKind.SMALLER, one, words)
    try:
        root = root_at(one.size).hex()
    except GapError as error:
        return _doubt(DoubtKind.ROOT, one, f"{one.words}: it covers {one.size:,} entries. {error}")
    if root != one.root:
        or_it = "or that checkpoint itself " if one.sink == DATABASE else ""
        words = (
            f"{one.words}: it covers {one.size:,} entries with another root: what was written "
            f"before {or_it}was changed since."
        )
        return _doubt(DoubtKind.ROOT, one, words)
    return None


def _doubt(kind: DoubtKind, one: Outside, words: str) -> Doubt:
    return Doubt(
        kind=kind,
        sink=one.sink,
        words=words,
        outside_size=one.size,
        outside_root=one.root,
        note=one.note,
    )
