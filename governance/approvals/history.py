"""What a system's page of versions shows: each version with its releases, pins and waivers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.graph import Graph, Stop, draw
from governance.approvals.lifecycle import ENDED, LIVE, OPEN, Environment
from governance.approvals.models import Release, Waiver
from governance.approvals.standing import standing
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import current_table, pin_of

PAGE = 50  # versions in the table
DRAWN = 24  # versions in the drawing
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
    waiting: int
    page: Page[ModelVersion]
    lines: tuple[VersionLine, ...]  # of that page
    graph: Graph | None
    not_drawn: int


def on_system(system: AISystem, user: User, number: str | None = None) -> OnSystem:
    """Return a page of a system's versions, newest first, with their releases and waivers.

    Constant queries, and no more rows than the page and the drawing show.
    """
    versions = system.versions.select_related("parent").defer(
        "texts", "bundle", "parent__texts", "parent__bundle"
    )
    page = Paginator(versions, PAGE).get_page(number)
    newest = list(page)[:DRAWN] if page.number == 1 else list(versions[:DRAWN])
    releases = _releases({*page, *newest})
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

    drawn = [release for version in newest for release in releases.get(version.pk, [])]
    return OnSystem(
        system=system,
        current=current,
        waiting=system.releases.filter(status__in=OPEN).count(),
        page=page,
        lines=tuple(line(version) for version in page),
        graph=_graph(newest, drawn),
        not_drawn=max(page.paginator.count - DRAWN, 0),
    )


def _releases(versions: Iterable[ModelVersion]) -> dict[int, list[Release]]:
    """Return version id → its releases, newest first."""
    found: dict[int, list[Release]] = {}
    rows = Release.objects.filter(version__in=[version.pk for version in versions])
    for release in rows.with_all().order_by("-pk"):
        found.setdefault(release.version_id, []).append(release)
    return found


def _is_free(releases: Iterable[Release]) -> bool:
    """Return whether there is an environment into which nobody has proposed the version."""
    taken = {one.environment for one in releases if one.state not in ENDED and not one.task}
    return bool(set(Environment) - taken)


def _graph(newest: list[ModelVersion], releases: Iterable[Release]) -> Graph | None:
    """Return the drawing of the newest versions, the oldest of them left."""
    drawn = newest[::-1]
    if len(drawn) < 2:
        return None
    latest: dict[tuple[int, str], Release] = {}
    for release in releases:  # of each version the newest first
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
