"""Reads over model versions: what one page shows, what differs between two, which ones end."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from governance.accounts.models import User
from inventory.systems.bundles.diff import Group, compare_leaves, grouped
from inventory.systems.bundles.rules import Bundle, Leaf, Path
from inventory.systems.models import ModelVersion
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import pin_of
from inventory.systems.rules import Stage

BESIDE = ("label", "notes", "training_data_ref", "provider_retires_on")


def version_diff(before: ModelVersion | None, after: ModelVersion) -> tuple[Group, ...]:
    """Return two versions side by side: their bundles, and what stands beside them."""
    old = _leaves(before) if before else {}
    changes = compare_leaves(old, _leaves(after), before.texts if before else {}, after.texts)
    return grouped(changes)


def _leaves(version: ModelVersion) -> dict[Path, Leaf]:
    leaves = dict(Bundle.of(version.bundle).leaves)
    for name in BESIDE:
        if words := str(getattr(version, name) or ""):
            leaves[(name,)] = words
    return leaves


def retiring(until: date) -> QuerySet[ModelVersion]:
    """Return versions whose provider ends the model by a day, the soonest first.

    Those of systems that are retired themselves are left out. Whether a version is running is
    for who asks.
    """
    rows = ModelVersion.objects.filter(provider_retires_on__lte=until)
    alive = rows.exclude(system__stage=Stage.RETIRED).select_related(
        "system__unit", "system__owner"
    )
    return alive.order_by("provider_retires_on", "pk")


@dataclass(frozen=True)
class VersionPage:
    """A version as its own page shows it."""

    version: ModelVersion
    bundle: Bundle
    pin: Pin
    groups: tuple[Group, ...]
    contributors: tuple[User, ...]
    children: tuple[ModelVersion, ...]


def version_page(version: ModelVersion) -> VersionPage:
    """Return all that the page of a version shows."""
    groups = version_diff(None, version)
    people = version.contributors.select_related("user").order_by("at", "pk")
    return VersionPage(
        version,
        Bundle.of(version.bundle),
        pin_of(version.provider, version.model_id),
        tuple(group for group in groups if group.changes and group.key != "documents"),
        tuple(row.user for row in people),
        tuple(version.children.order_by("pk")),
    )
