"""What the rules of retention ask of systems, read for many at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Max, Model, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from governance.approvals.models import Release
from governance.classification.models import FactSheet
from governance.classification.signed import current_tiers
from governance.ledger.models import Entry
from governance.retention.rules import Standing
from inventory.systems.models import AISystem

PLACED = "market.first_placed"
WAYS = ("system", "version__system", "release__version__system", "run__suite__system")


@dataclass(frozen=True)
class Standings:
    """Every system's standing by its key, and which systems lie in a unit and below."""

    by_system: dict[int, Standing]
    by_unit: dict[int, list[Standing]]

    def of(self, entry: Entry, systems: dict[tuple[str, str], int]) -> Iterable[Standing]:
        """Return the systems an entry is about: its own, else all of its unit and below.

        An entry of the whole organisation is about every system.
        """
        key = systems.get((entry.object_type, entry.object_id))
        if key is not None:
            one = self.by_system.get(key)
            return [one] if one else []
        if entry.unit_id is None:
            return self.by_system.values()
        return self.by_unit.get(entry.unit_id, [])


def with_service_days(systems: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Return the systems, each with the days that `standing_of` needs."""
    lives = Release.objects.filter(version__system=OuterRef("pk"), activated_at__isnull=False)
    sheets = FactSheet.objects.filter(system=OuterRef("pk")).order_by()
    said = sheets.annotate(said=KeyTextTransform(PLACED, "facts"))
    return systems.annotate(
        last_activated=Subquery(lives.order_by("-activated_at").values("activated_at")[:1]),
        said_placed=Subquery(said.values("said")[:1]),
    )


def standing_of(system: AISystem, tier: str | None) -> Standing:
    """Return the standing of one system that `with_service_days` gave; asks nothing more."""
    activated, said = system.last_activated, system.said_placed  # type: ignore[attr-defined]
    known = [
        system.live_since,
        activated and activated.date(),
        date.fromisoformat(said) if said else None,
    ]
    return Standing(
        ref=system.ref,
        our_roles=frozenset(system.our_roles),
        tier=tier,
        in_service=max((day for day in known if day), default=None),
        agreements=frozenset(one.kind for one in system.agreements.all()),
    )


def standings() -> Standings:
    """Return the standing of every system: six queries, however many there are."""
    systems = list(AISystem.objects.select_related("unit").order_by("pk"))
    tiers = current_tiers(system.pk for system in systems)
    days = _days()
    links = AISystem.agreements.through.objects.values_list("aisystem_id", "agreement__kind")
    agreements: dict[int, set[str]] = defaultdict(set)
    for system_id, kind in links:
        agreements[system_id].add(kind)
    told, below = {}, defaultdict(list)
    for system in systems:
        known = [day for day in (system.live_since, *days[system.pk]) if day]
        told[system.pk] = one = Standing(
            ref=system.ref,
            our_roles=frozenset(system.our_roles),
            tier=tiers.get(system.pk),
            in_service=max(known, default=None),
            agreements=frozenset(agreements[system.pk]),
        )
        for unit in system.unit.path:
            below[unit].append(one)
    return Standings(told, below)


def _days() -> dict[int, list[date]]:
    """Return system key → days on which it went live, or was said to be placed on the market."""
    days: dict[int, list[date]] = defaultdict(list)
    lives = Release.objects.filter(activated_at__isnull=False).order_by()
    for system_id, at in lives.values_list("version__system").annotate(at=Max("activated_at")):
        days[system_id].append(at.date())
    sheets = FactSheet.objects.filter(facts__has_key=PLACED)
    for system_id, said in sheets.values_list("system_id", f"facts__{PLACED}"):
        if said:
            days[system_id].append(date.fromisoformat(said))
    return days


def systems_of(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """Return (object type, id) → key of the system, for entries about a system or a part of one."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.object_type].add(entry.object_id)
    found = {}
    for kind, ids in wanted.items():
        model, way = _way(kind)
        if model is None:
            continue
        rows = model._default_manager.filter(pk__in=[key for key in ids if key.isdecimal()])
        for pk, system_id in rows.order_by().values_list("pk", way):
            found[kind, str(pk)] = system_id
    return found


@cache
def _way(kind: str) -> tuple[type[Model] | None, str]:
    """Return the model of an object type and the path from it to its system."""
    if kind == "aisystem":
        return AISystem, "pk"
    for model in apps.get_models():
        if model._meta.model_name == kind and model._meta.app_label != "ledger":
            return next(((model, way) for way in WAYS if _leads(model, way)), (None, ""))
    return None, ""


def _leads(model: type[Model], way: str) -> bool:
    """Return whether a path of foreign keys leads from a model to a system."""
    at: type[Model] | None = model
    for name in way.split("__"):
        try:
            at = at._meta.get_field(name).related_model if at else None
        except FieldDoesNotExist:
            return False
    return at is AISystem
