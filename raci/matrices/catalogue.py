"""The standard activities, read from catalogue.yaml once, with the words of their roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from raci.matrices.rules import Activity
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, Letter, strongest
from raci.matrices.situation import Separation
from raci.people.rules import Money
from raci.people.vocabulary import vocabulary

SIDES = {"A": ACCOUNTABLE, "R": RESPONSIBLE}  # what they are in every scheme
CATALOGUE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True)
class Catalogue:
    """Activities in their order, and the words for roles and authorities."""

    activities: Mapping[str, Activity]
    roles: Mapping[str, str]
    authorities: Mapping[str, str]
    separations: tuple[Separation, ...] = ()

    @property
    def separated(self) -> frozenset[str]:
        """Return the activities that are kept separate from another, or within themselves."""
        return frozenset(side[0] for pair in self.separations for side in (pair.one, pair.other))

    def role_order(self, code: str) -> int:
        """Return where a role stands among the columns."""
        return list(self.roles).index(code) if code in self.roles else len(self.roles)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue; raises ValueError naming the activity that is wrong."""
    words = {"roles": vocabulary().roles, "authorities": vocabulary().authorities}
    return read({**yaml.safe_load(CATALOGUE.read_text(encoding="utf-8")), **words})


def read(raw: Mapping[str, Any]) -> Catalogue:
    """Return the catalogue that the parsed file describes."""
    roles, authorities = raw["roles"], raw["authorities"]
    activities: dict[str, Activity] = {}
    for phase in raw["phases"]:
        for item in phase["activities"]:
            activity = _activity(item, phase["title"])
            unknown = set(activity.letters) - set(roles)
            if unknown or activity.code in activities:
                raise ValueError(f"{activity.code}: unknown role {unknown} or a code used twice.")
            if activity.authority and activity.authority not in authorities:
                raise ValueError(f"{activity.code}: unknown authority {activity.authority}.")
            activities[activity.code] = activity
    separations = tuple(_separation(item, activities) for item in raw.get("separate", ()))
    return Catalogue(activities, roles, authorities, separations)


def _separation(item: Mapping[str, Any], activities: Mapping[str, Activity]) -> Separation:
    sides = [(code, SIDES[letter]) for code, letter in (item["one"], item["other"])]
    if unknown := [code for code, _ in sides if code not in activities]:
        raise ValueError(f"{unknown[0]}: separated, and no activity.")
    return Separation(
        one=sides[0],
        other=sides[1],
        why=item["why"],
        always=item.get("always", False),
        warn=item.get("warn", False),
        applies_if=frozenset(item.get("applies_if", ())),
    )


def _amount(given: str | None) -> Money | None:
    """Return the amount that a text like "EUR 50000" says."""
    if not given:
        return None
    currency, _, value = given.partition(" ")
    return Money(Decimal(value), currency)


def _activity(item: Mapping[str, Any], phase: str) -> Activity:
    given: dict[str, list[Letter]] = {}
    for letter in (Letter.A, Letter.R, Letter.C, Letter.I):
        for role in item.get(letter.value, []):
            given.setdefault(role, []).append(letter)
    return Activity(
        code=item["code"],
        title=item["title"],
        phase=phase,
        letters={role: strongest(letters) for role, letters in given.items()},
        mandatory=item.get("mandatory", False),
        applies_if=frozenset(item.get("applies_if", [])),
        law=item.get("law", ""),
        authority=item.get("authority", ""),
        amount=_amount(item.get("amount")),
        sod=item.get("sod", ""),
        needs_24x7=item.get("needs_24x7", False),
        is_decision=item.get("decision", False),
        then=tuple(item.get("then", ())),
    )
