"""What a classification says, as frozen values with one JSON form."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification.law import Dates


@dataclass(frozen=True, slots=True)
class Exemption:
    """Whether the filter of Art. 6(3) lets a listed use out of high-risk."""

    outcome: str  # not_applicable, granted, refused
    conditions: tuple[str, ...] = ()
    reason: str = ""  # profiling, material_influence, no_condition_met


@dataclass(frozen=True, slots=True)
class Models:
    """The result for a general-purpose AI model (Chapter V), beside every tier."""

    is_gpai: bool = False
    systemic: bool = False
    open_source_exempt: bool = False


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
    """The whole answer. `dates` are those of a new system, `dates_here` mind Art. 111."""

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

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form: text, truth values, lists and mappings only."""
        return {
            "tier": str(self.tier),
            "tier_enacted": str(self.tier_enacted),
            "fired": list(self.fired),
            "exceptions": list(self.exceptions),
            "exemption": {
                "outcome": self.exemption.outcome,
                "conditions": list(self.exemption.conditions),
                "reason": self.exemption.reason or None,
            },
            "roles": list(self.roles),
            "obligations": [_duty_json(duty) for duty in self.obligations],
            "dates": _dates_json(self.dates),
            "dates_here": _dates_json(self.dates_here),
            "gpai": {
                "is_gpai": self.gpai.is_gpai,
                "systemic": self.gpai.systemic,
                "open_source_exempt": self.gpai.open_source_exempt,
            },
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
    )


def _duty_json(duty: Duty) -> dict[str, Any]:
    return {
        "id": duty.id,
        "roles": list(duty.roles),
        "applies_from": _dates_json(duty.dates),
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


def _dates_json(dates: Dates) -> dict[str, str | None]:
    days = {"enacted": dates.enacted, "amended": dates.amended}
    if dates.amended_formal:
        days["amended_formal"] = dates.amended_formal
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _dates(raw: dict[str, str | None]) -> Dates:
    return Dates(**{name: date.fromisoformat(day) if day else None for name, day in raw.items()})
