"""What the inventory itself says of systems; no look-up of its own."""

from collections.abc import Callable, Iterable
from datetime import date

from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from inventory.systems.models import AISystem
from inventory.systems.rules import OurRole
from inventory.vendors.models import Vendor

Rows = Iterable[tuple[int, Shown]]
YEAR = 365
UNTOUCHED = "Nobody changed its entry for a year."


def _of_register(scope: Scope, words: Callable[[AISystem], str]) -> Rows:
    """Yield the entry of each system about which there are words."""
    for system in scope.systems:
        if said := words(system):
            yield system.pk, _row(scope, system, said, scope.changed_on[system.pk])


def _row(scope: Scope, system: AISystem, said: str, on: date | None) -> Shown:
    page = ("overview:system", system.ref)
    stale = UNTOUCHED if scope.age(on) > YEAR else ""
    return Shown(system.ref, said, on, "aisystem", system.pk, page, stale)


@query(AISystem, "entries of the register")
def systems(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return each system's entry; stale once nobody changed it for a year."""
    return _of_register(scope, lambda system: f"In the register as {system.ref}")


@query(AISystem, "stated intended purposes")
def purposes(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems whose intended purpose is stated."""
    return _of_register(
        scope, lambda system: "Intended purpose is stated" if system.intended_purpose else ""
    )


@query(AISystem, "roles that we have")
def system_roles(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems about which our role is recorded."""

    def said(system: AISystem) -> str:
        roles = ", ".join(OurRole(one).value.replace("_", " ") for one in system.our_roles)
        return f"Our role: {roles}" if roles else ""

    return _of_register(scope, said)


@query(AISystem, "categories of data")
def data_categories(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems whose categories of data are recorded."""

    def said(system: AISystem) -> str:
        return f"{len(system.data_categories)} categories of data" if system.data_categories else ""

    return _of_register(scope, said)


@query(AISystem, "owners")
def owners(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems that somebody who is still here owns."""
    return _of_register(
        scope,
        lambda one: "Has a named owner" if one.owner and one.owner.is_active else "",
    )


@query(AISystem, "retirements")
def retirements(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems that were retired, by the day."""
    for system in scope.systems:
        if system.is_retired:
            page = ("overview:system", system.ref)
            yield (
                system.pk,
                Shown(system.ref, "Was retired", system.retired_on, "aisystem", system.pk, page),
            )


@query(Vendor, "vendors in the register")
def vendors(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the vendors that systems come from."""
    for system in scope.systems:
        if vendor := system.vendor:
            yield (
                system.pk,
                Shown(
                    ref=vendor.ref,
                    words="The vendor is in the register",
                    on=scope.day(vendor.created_at),
                    kind="vendor",
                    pk=vendor.pk,
                    page=("vendors:vendor", vendor.ref),
                ),
            )
