"""Why the law's articles on incidents concern a system, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification.law import Dates
from governance.classification.models import Assessment
from governance.classification.queries import UNCLASSIFIED, current, engine
from governance.incidents import rules
from inventory.systems.models import AISystem
from inventory.systems.rules import OurRole

REPORTING, INFORMING = "art73", "art26.5"  # obligations of provider and deployer
DAYS = ("enacted", "amended", "amended_formal")


@dataclass(frozen=True)
class Law:
    """Why Art. 73 concerns a system, and since when."""

    tier: str  # signed, or unclassified
    roles: tuple[str, ...]  # provider, deployer
    from_signature: bool  # whether a signed classification says so
    stated: bool  # whether anything says which role we have; else both are assumed
    dates: Dates

    def state_on(self, day: date) -> str:
        """Return in words whether Art. 73 applies on a day; both readings where they differ."""
        letter, effect = self.dates.amended_formal, self.dates.amended
        if letter and day < letter:
            return "On that day Art. 73 did not apply yet under any reading."
        if effect and day < effect:
            return "By the letter it applies; in effect not yet. The clock runs as if it did."
        return "It applies under both readings."


def law_of(system: AISystem) -> Law:
    """Return our roles and the days of Art. 73 for a system, from what was signed if anything."""
    return _law(system, current(system))


def laws_of(systems: Iterable[AISystem]) -> dict[int, Law]:
    """Return the same for many systems, in one query."""
    found = {system.pk: system for system in systems}
    signed = {row.system_id: row for row in Assessment.objects.current().filter(system__in=found)}
    return {pk: _law(system, signed.get(pk)) for pk, system in found.items()}


def _law(system: AISystem, signed: Assessment | None) -> Law:
    rows = signed.result.get("obligations", ()) if signed else ()
    duties = {duty["id"]: duty for duty in rows}
    pairs = (("provider", REPORTING), ("deployer", INFORMING))
    roles = [role for role, duty in pairs if duty in duties]
    said = [role for role in (OurRole.PROVIDER, OurRole.DEPLOYER) if role in system.our_roles]
    return Law(
        tier=signed.tier if signed else UNCLASSIFIED,
        roles=tuple(roles or [role.value for role in said] or ("provider", "deployer")),
        from_signature=bool(roles),
        stated=bool(roles or said),
        dates=_dates(duties.get(REPORTING)),
    )


def _dates(duty: dict[str, Any] | None) -> Dates:
    """Return since when Art. 73 applies: as signed, else the pack's days for Annex III."""
    told = (duty or {}).get("applies_from")
    if told:
        return Dates(**{name: _day(told.get(name)) for name in DAYS})
    return engine().pack.rules[rules.GENERAL].dates


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def law_behind(name: str) -> tuple[str, str]:
    """Return citation and words of an obligation or a deadline of the pack."""
    pack = engine().pack
    for deadline in pack.deadlines:
        if deadline.id == name:
            return ", ".join(deadline.citation), deadline.trigger
    duty = next(one for one in pack.obligations if one.id == name)
    return ", ".join(duty.citation), duty.duty
