"""What a system's page of versions shows: each version with its releases, pins and waivers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.graph import Graph, Stop, draw
from governance.approvals.lifecycle import ENDED, LIVE, Environment
from governance.approvals.models import Release, Waiver
from governance.approvals.standing import standing
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import current_table, pin_of

DRAWN = 24  # versions in the drawing; the table has all
ORDER = {place: number for number, place in enumerate(Environment)}


@dataclass(frozen=True)
class VersionLine:
    """A version with its releases, newest first, and what the person may do with it now."""

    version: ModelVersion
    releases: tuple[Release, ...]
    pin: Pin
    waiver: Waiver | None
    is_current: bool
    may_propose: bool
    may_waive: bool


@dataclass(frozen=True)
class OnSystem:
    """Versions and releases as the system's own page shows them."""

    system: AISystem
    current: Release | None
    waiting: tuple[Release, ...]
    lines: tuple[VersionLine, ...]
    graph: Graph | None
    not_drawn: int


def on_system(system: AISystem, user: User) -> OnSystem:
    """Return a system's versions, newest first, with releases and waivers: constant queries."""
    versions = list(system.versions.select_related("parent"))
    releases: dict[int, list[Release]] = {}
    for release in Release.objects.filter(system=system).with_all().order_by("-pk"):
        releases.setdefault(release.version_id, []).append(release)
    waivers, table = _live_waivers(system), current_table()
    current = standing([system.pk]).get(system.pk)
    propose = not system.is_retired and may(user, Capability.SUBMIT, system.unit)
    waive = not system.is_retired and may(user, Capability.APPROVE, system.unit)

    def line(version: ModelVersion) -> VersionLine:
        own, waiver = releases.get(version.pk, []), waivers.get(version.pk)
        pin = pin_of(version.provider, version.model_id, table)
        can_run = pin.is_fixed or waiver is not None
        return VersionLine(
            version=version,
            releases=tuple(own),
            pin=pin,
            waiver=waiver,
            is_current=current is not None and version.pk == current.version_id,
            may_propose=propose and can_run and _is_free(own),
            may_waive=waive and not can_run and all(one.state in ENDED for one in own),
        )

    shown = tuple(line(version) for version in versions)
    every = [release for own in releases.values() for release in own]
    waiting = tuple(release for release in every if release.is_open)
    return OnSystem(
        system, current, waiting, shown, _graph(versions, every), max(len(versions) - DRAWN, 0)
    )


def _is_free(releases: Iterable[Release]) -> bool:
    """Return whether there is an environment into which nobody has proposed the version."""
    taken = {one.environment for one in releases if one.state not in ENDED and not one.task}
    return bool(set(Environment) - taken)


def _graph(versions: list[ModelVersion], releases: Iterable[Release]) -> Graph | None:
    """Return the drawing of the newest versions, the oldest of them left."""
    drawn = versions[:DRAWN][::-1]
    if len(drawn) < 2:
        return None
    latest: dict[tuple[int, str], Release] = {}
    for release in releases:  # newest first
        latest.setdefault((release.version_id, release.place), release)
    places = sorted(
        {place for _, place in latest},
        key=lambda place: (ORDER.get(Environment(place.split(" / ")[0]), 9), place),
    )
    stops = [
        Stop(pk, place, row.words, row.look, row.ref, row.state in LIVE)
        for (pk, place), row in latest.items()
    ]
    return draw([(row.pk, row.label, row.parent_id) for row in drawn], stops, places)


def _live_waivers(system: AISystem) -> dict[int, Waiver]:
    """Return version id → its waiver that counts today."""
    rows = Waiver.objects.filter(version__system=system, ends_on__gte=timezone.localdate())
    found = rows.select_related("version", "granted_by").order_by("ends_on", "pk")
    return {row.version_id: row for row in found if row.digest == row.version.digest}
