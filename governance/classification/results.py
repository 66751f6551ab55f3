"""What a classification says, as frozen values with one JSON form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification.law import Dates


@dataclass(frozen=True, slots=True)
class Exemption:
    """Whether the filter of Art. 6(3) lets a listed use out of high-risk."""

    outcome: str  # not_applicable, granted, refused; undetermined while answers are missing
    conditions: tuple[str, ...] = ()
    reason: str = ""  # profiling, material_influence, no_condition_met


@dataclass(frozen=True, slots=True)
class Models:
    """The result for a general-purpose AI model (Chapter V), beside every tier; None is open."""

    is_gpai: bool | None = False
    systemic: bool | None = False
    open_source_exempt: bool | None = False


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation that applies here: for which of our roles, from which day."""

    id: str
    roles: tuple[str, ...]
    dates: Dates
    disputed: bool = False
    transition: str = ""  # the rule of Art. 111 that moved the dates


@dataclass(frozen=True, slots=True)
class Classification:
    """The whole answer. `dates` are those of a new system, `dates_here` mind Art. 111.

    Where answers are missing everything listed holds whatever they turn out to be; what is not
    settled is left out, and `tier` is "undetermined" while more than one is possible.
    """

    tier: str
    tier_enacted: str
    fired: tuple[str, ...]
    exceptions: tuple[str, ...]
    exemption: Exemption
    roles: tuple[str, ...]
    obligations: tuple[Duty, ...]
    dates: Dates
    dates_here: Dates
    gpai: Models
    pack_version: str
    possible_tiers: tuple[str, ...] = ()  # strictest first; none where the tier is settled
    possible_obligations: tuple[str, ...] = ()  # that may or may not apply
    open_questions: tuple[str, ...] = ()  # facts that can still change something, by weight
    fired_so_far: tuple[str, ...] = ()  # while the tier is open: also what a stricter one takes off
    exceptions_so_far: tuple[str, ...] = ()

    @property
    def holding(self) -> tuple[str, ...]:
        """Return the rules whose conditions hold, to tell people the reason so far."""
        return self.fired_so_far or self.fired

    @property
    def excepting(self) -> tuple[str, ...]:
        """Return the exceptions that hold, likewise."""
        return self.exceptions_so_far or self.exceptions

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form: text, truth values, lists and mappings only."""
        return {
            "tier": str(self.tier),
            "tier_enacted": str(self.tier_enacted),
            "possible_tiers": [str(tier) for tier in self.possible_tiers or (self.tier,)],
            "fired": list(self.fired),
            "exceptions": list(self.exceptions),
            "exemption": {
                "outcome": self.exemption.outcome,
                "conditions": list(self.exemption.conditions),
                "reason": self.exemption.reason or None,
            },
            "roles": list(self.roles),
            "obligations": [_duty_json(duty) for duty in self.obligations],
            "possible_obligations": list(self.possible_obligations),
            "dates": as_json_dates(self.dates),
            "dates_here": as_json_dates(self.dates_here),
            "gpai": {
                "is_gpai": self.gpai.is_gpai,
                "systemic": self.gpai.systemic,
                "open_source_exempt": self.gpai.open_source_exempt,
            },
            "open_questions": list(self.open_questions),
            "pack_version": self.pack_version,
        }


def from_json(raw: dict[str, Any]) -> Classification:
    """Return the classification that `as_json` wrote."""
    exemption = raw["exemption"]
    return Classification(
        tier=raw["tier"],
        tier_enacted=raw["tier_enacted"],
        fired=tuple(raw["fired"]),
        exceptions=tuple(raw["exceptions"]),
        exemption=Exemption(
            exemption["outcome"], tuple(exemption["conditions"]), exemption["reason"] or ""
        ),
        roles=tuple(raw["roles"]),
        obligations=tuple(_duty(item) for item in raw["obligations"]),
        dates=_dates(raw["dates"]),
        dates_here=_dates(raw["dates_here"]),
        gpai=Models(**raw["gpai"]),
        pack_version=raw["pack_version"],
        possible_tiers=_unless_alone(raw.get("possible_tiers", ()), raw["tier"]),
        possible_obligations=tuple(raw.get("possible_obligations", ())),
        open_questions=tuple(raw.get("open_questions", ())),
    )


def _unless_alone(tiers: Iterable[str], tier: str) -> tuple[str, ...]:
    """Return the tiers, none where the settled one is all there is."""
    return () if set(tiers) <= {tier} else tuple(tiers)


def _duty_json(duty: Duty) -> dict[str, Any]:
    return {
        "id": duty.id,
        "roles": list(duty.roles),
        "applies_from": as_json_dates(duty.dates),
        "disputed": duty.disputed,
        "transition": duty.transition or None,
    }


def _duty(raw: dict[str, Any]) -> Duty:
    return Duty(
        raw["id"],
        tuple(raw["roles"]),
        _dates(raw["applies_from"]),
        raw["disputed"],
        raw["transition"] or "",
    )


def as_json_dates(dates: Dates) -> dict[str, str | None]:
    """Return days as text; the formal one only where the pack has it."""
    days = {"enacted": dates.enacted, "amended": dates.amended}
    if dates.amended_formal:
        days["amended_formal"] = dates.amended_formal
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _dates(raw: dict[str, str | None]) -> Dates:
    return Dates(**{name: date.fromisoformat(day) if day else None for name, day in raw.items()})
