"""The first day on which the rule behind a tier applies."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from governance.classification import order
from governance.classification.conditions import Fired
from governance.classification.duties import MARKING, Transition, legacy
from governance.classification.law import Dates, Pack, Rule

KINDS = {
    "prohibited": frozenset({"prohibition"}),
    "high": frozenset({"high_risk_annex1", "high_risk_annex3"}),
    "limited": frozenset({"transparency"}),
    "not_applicable": frozenset({"gpai"}),
}
NOTHING: frozenset[str] = frozenset()


def first_days(
    pack: Pack,
    tier: str,
    fired: Fired,
    listed: Iterable[str],
    transition: Transition | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Dates:
    """Return the earliest day under each text, None where no dated duty stands at that tier.

    With `transition` and `facts`, for a system already on the market (Art. 111).
    """
    kinds = KINDS.get(tier, NOTHING)
    rules = [rule for name in listed if (rule := pack.rules[name]).kind in kinds]
    if tier == "high" and not fired[order.HIGH_USE]:
        rules = [rule for rule in rules if rule.kind == "high_risk_annex1"]
    pairs = [rule.dates for rule in rules]
    if transition and facts and facts["market.first_placed"] is not None:
        pairs = [_here(transition, rule, facts) for rule in rules]
    return Dates(
        min((pair.enacted for pair in pairs if pair.enacted), default=None),
        min((pair.amended for pair in pairs if pair.amended), default=None),
    )


def _here(transition: Transition, rule: Rule, facts: Mapping[str, Any]) -> Dates:
    """Return a rule's dates for something placed on the market before."""
    placed = date.fromisoformat(facts["market.first_placed"])
    if rule.kind in KINDS["high"]:
        route = "annex3" if rule.kind == "high_risk_annex3" else "annex1a"
        return legacy(transition, route, rule.dates, facts)[0]
    if rule.id == MARKING and placed < transition.marking_before:
        return Dates(rule.dates.enacted, transition.marking)
    if rule.kind == "gpai" and placed < transition.models_before:
        return Dates(transition.models["enacted"], transition.models["amended"])
    return rule.dates
