"""What rules that fired say together: the filter of Art. 6(3), and what a model is."""

from collections.abc import Iterable, Mapping
from typing import Any

from governance.classification import order
from governance.classification.conditions import Fired, Truth
from governance.classification.law import Rule
from governance.classification.results import Exemption, Models
from governance.classification.verdict import KINDS_BY_TIER, UNDETERMINED

NAMED_IN_FILTER = (
    "filter.narrow_procedural",
    "filter.improves_completed_human_work",
    "filter.detects_patterns",
    "filter.preparatory_task",
)
ASKED = (order.LISTED, *order.FILTER_CONDITIONS, order.PROFILING, order.GRANTED)


def exemption_of(
    fired: Fired, facts: Mapping[str, Any], listed: tuple[str, ...], tier: str
) -> Exemption:
    """Return what became of the filter of Art. 6(3), "undetermined" while answers are missing."""
    if tier in KINDS_BY_TIER or fired[order.LISTED] is False:
        return Exemption("not_applicable")
    conditions = tuple(name for name in listed if name in order.FILTER_CONDITIONS)
    if tier == UNDETERMINED or any(fired[name] is None for name in ASKED):
        return Exemption(UNDETERMINED, conditions)
    if fired[order.GRANTED]:
        return Exemption("granted", conditions)
    return _refused(fired, facts, conditions)


def _refused(fired: Fired, facts: Mapping[str, Any], conditions: tuple[str, ...]) -> Exemption:
    """Return why a listed use is not let out, or that nobody claimed it is."""
    named = [facts.get(name) for name in NAMED_IN_FILTER]
    if fired[order.PROFILING]:
        return Exemption("refused", conditions, "profiling")
    if conditions:
        return Exemption("refused", conditions, "material_influence")
    if any(named):
        return Exemption("refused", (), "no_condition_met")
    return Exemption(UNDETERMINED if None in named else "not_applicable")


def models_of(rules: Iterable[Rule], fired: Fired) -> Models:
    """Return what the rules on general-purpose models say."""
    truths: dict[str, set[Truth]] = {}
    for rule in rules:
        truths.setdefault(rule.tier, set()).add(fired[rule.id])

    def marked(mark: str) -> Truth:
        said = truths.get(mark, set())
        return True if True in said else None if None in said else False

    return Models(marked("gpai"), marked("gpai_systemic"), marked("gpai_open_source"))
