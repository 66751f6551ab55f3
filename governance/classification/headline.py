"""The first day on which the rule behind a tier applies."""

from collections.abc import Iterable
from datetime import date
from functools import reduce

from governance.classification import order
from governance.classification.conditions import Fired
from governance.classification.duties import MARKING, Market, Transition, legacy
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
    market: Market | None = None,
) -> Dates:
    """Return the earliest day under each text, None where no dated duty stands at that tier.

    With `transition` and `market`, for a system already on the market (Art. 111).
    """
    kinds = KINDS.get(tier, NOTHING)
    rules = [rule for name in listed if (rule := pack.rules[name]).kind in kinds]
    if tier == "high" and not fired[order.HIGH_USE]:
        rules = [rule for rule in rules if rule.kind == "high_risk_annex1"]
    pairs = [rule.dates for rule in rules]
    if transition and market:
        pairs = [dates_here(transition, rule, market) for rule in rules]
    return reduce(earliest, pairs, Dates())


def earliest(one: Dates, other: Dates) -> Dates:
    """Return the earlier day under each text."""
    return Dates(_first(one.enacted, other.enacted), _first(one.amended, other.amended))


def _first(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


def dates_here(transition: Transition, rule: Rule, market: Market) -> Dates:
    """Return a rule's dates, for something placed on the market before by Art. 111."""
    if market.first_placed is None:
        return rule.dates
    placed = date.fromisoformat(market.first_placed)
    if rule.kind in KINDS["high"]:
        route = "annex3" if rule.kind == "high_risk_annex3" else "annex1a"
        return legacy(transition, route, rule.dates, market)[0]
    if rule.id == MARKING and placed < transition.marking_before:
        return Dates(rule.dates.enacted, transition.marking)
    if rule.kind == "gpai" and placed < transition.models_before:
        return Dates(transition.models["enacted"], transition.models["amended"])
    return rule.dates
