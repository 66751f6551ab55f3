"""The order in which scope, Art. 5, Art. 6 and Art. 50 decide the tier, as conditions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from governance.classification import order
from governance.classification.conditions import All, AnyOf, Condition, FactIs, Not, RuleFired
from governance.classification.law import Pack


class Tier(StrEnum):
    """What a system is under the Act; NOT_APPLICABLE is a model that is no system."""

    PROHIBITED = "prohibited"
    HIGH = "high"
    LIMITED = "limited"
    MINIMAL = "minimal"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_APPLICABLE = "not_applicable"


UNDETERMINED = "undetermined"  # in place of a tier while answers are missing that decide it
STRICTEST = (
    Tier.PROHIBITED, Tier.HIGH, Tier.LIMITED, Tier.MINIMAL, Tier.NOT_APPLICABLE, Tier.OUT_OF_SCOPE,
)  # fmt: skip
LISTED_KINDS = frozenset({
    "prohibition", "annex1", "high_risk_annex1", "high_risk_annex3", "filter_condition",
    "filter_override", "filter_outcome", "transparency", "gpai", "role_change", "incident",
    "scope_exclusion",
})  # fmt: skip
FILTER = "filter_outcome"  # where this kind is listed, the filter of Art. 6(3) is asked
KINDS_BY_TIER: Mapping[str, frozenset[str]] = {
    Tier.PROHIBITED: frozenset({"prohibition"}),
    Tier.OUT_OF_SCOPE: frozenset({"scope_exclusion"}),
}
NOTHING: frozenset[str] = frozenset()
MODEL_KINDS = frozenset({"gpai"})  # what is left where there is no AI system
STOPPED = frozenset({  # not reached where a practice is prohibited
    order.HIGH_USE, order.HIGH_PRODUCT, order.HIGH_SECTORAL, order.HIGH_FULL, order.HIGH,
    order.GRANTED,
})  # fmt: skip
IS_MODEL = AnyOf((FactIs("gpai.model", True), RuleFired(order.MODIFIER)))
NO_SYSTEM = Not(RuleFired(order.AI_SYSTEM))


class Listing(NamedTuple):
    """What a result lists: rules of these kinds, and exceptions or none."""

    kinds: frozenset[str]
    exceptions: bool


def listing(tier: str, system: bool, out: bool) -> Listing:
    """Return what a result of this tier lists.

    `system`: it is an AI system at all; where it is none, Art. 2 has nothing to exclude and no
    exception anything to except. `out`: an exclusion of Art. 2 ended the matter.
    """
    if not system:
        return Listing(NOTHING if tier == Tier.OUT_OF_SCOPE else MODEL_KINDS, exceptions=False)
    return Listing(KINDS_BY_TIER.get(tier, LISTED_KINDS), exceptions=not out)


def by_kind(pack: Pack) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of the rules of each kind, in the order of the pack."""
    kinds = dict.fromkeys(rule.kind for rule in pack.rules.values())
    return {
        kind: tuple(rule.id for rule in pack.rules.values() if rule.kind == kind) for kind in kinds
    }


def steps(pack: Pack) -> tuple[tuple[Condition, Tier], ...]:
    """Return what is asked one after the other; the first that holds gives the tier.

    Where none holds the tier is MINIMAL.
    """
    return (
        (shut_out(pack), Tier.OUT_OF_SCOPE),
        (All((NO_SYSTEM, IS_MODEL)), Tier.NOT_APPLICABLE),
        (NO_SYSTEM, Tier.OUT_OF_SCOPE),
        (RuleFired(order.PROHIBITED), Tier.PROHIBITED),
        (RuleFired(order.HIGH), Tier.HIGH),
        (RuleFired(order.LIMITED), Tier.LIMITED),
        (RuleFired(order.OPEN_SOURCE), Tier.OUT_OF_SCOPE),
        (IS_MODEL, Tier.NOT_APPLICABLE),
    )


def shut_out(pack: Pack) -> Condition:
    """Return when an exclusion of Art. 2 ends the matter, models included."""
    excluded = by_kind(pack)["scope_exclusion"]
    return AnyOf(tuple(RuleFired(rule) for rule in excluded if rule != order.OPEN_SOURCE))
