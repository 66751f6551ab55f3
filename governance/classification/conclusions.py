"""What rules that fired say together: the filter of Art. 6(3), and what a model is."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from governance.classification import order
from governance.classification.conditions import Fired, Truth
from governance.classification.law import Rule
from governance.classification.results import Exemption, Models
from governance.classification.verdict import FILTER, UNDETERMINED

NAMED_IN_FILTER = (
    "filter.narrow_procedural",
    "filter.improves_completed_human_work",
    "filter.detects_patterns",
    "filter.preparatory_task",
)
NOT_ASKED = Exemption("not_applicable")


def exemption_of(fired: Fired, facts: Mapping[str, Any], kinds: Container[str]) -> Exemption:
    """Return what became of the filter of Art. 6(3); `kinds` are those that the result lists."""
    if FILTER not in kinds or not fired[order.LISTED]:
        return NOT_ASKED
    conditions = tuple(name for name in order.FILTER_CONDITIONS if fired[name])
    claimed = any(facts[name] for name in NAMED_IN_FILTER)
    return filtered(conditions, fired[order.GRANTED], fired[order.PROFILING], claimed)


def filtered(
    conditions: tuple[str, ...], granted: Truth, profiling: Truth, claimed: bool
) -> Exemption:
    """Return whether a listed use is let out, why it is not, or that nobody claimed it is."""
    if granted:
        return Exemption("granted", conditions)
    if profiling:
        return Exemption("refused", conditions, "profiling")
    if conditions:
        return Exemption("refused", conditions, "material_influence")
    return Exemption("refused", (), "no_condition_met") if claimed else NOT_ASKED


def common_exemption(one: Exemption, other: Exemption) -> Exemption:
    """Return what two possible outcomes of the filter have in common."""
    return Exemption(
        one.outcome if one.outcome == other.outcome else UNDETERMINED,
        tuple(name for name in one.conditions if name in other.conditions),
        one.reason if one.reason == other.reason else "",
    )


def models_of(rules: Iterable[Rule], fired: Fired) -> Models:
    """Return what the rules on general-purpose models say."""
    truths: dict[str, set[Truth]] = {}
    for rule in rules:
        truths.setdefault(rule.tier, set()).add(fired[rule.id])

    def marked(mark: str) -> Truth:
        said = truths.get(mark, set())
        return True if True in said else None if None in said else False

    return Models(marked("gpai"), marked("gpai_systemic"), marked("gpai_open_source"))
