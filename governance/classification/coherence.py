"""What the rules of a pack must say of each other, so that none is read and then forgotten."""

from collections.abc import Callable, Iterable, Mapping

from governance.classification.law import TEXTS, Deadline, PackError, Rule
from governance.classification.order import (
    HIGH_PRODUCT,
    HIGH_SECTORAL,
    LIMITED,
    LISTED,
    NEEDED,
    PROHIBITED,
    asks,
)

SUMMED_UP = {"prohibition": PROHIBITED, "high_risk_annex3": LISTED, "transparency": LIMITED}
MODEL_TIERS = frozenset({"gpai", "gpai_systemic", "gpai_open_source"})
TIERS_OF_KIND = {
    "scope_exclusion": frozenset({"out_of_scope"}),
    "prohibition": frozenset({"prohibited"}),
    "high_risk_annex1": frozenset({"high"}),
    "high_risk_annex3": frozenset({"high"}),
    "transparency": frozenset({"limited"}),
    "gpai": MODEL_TIERS,
}
Rules = Mapping[str, Rule]
FileOf = Callable[[str], str]  # of a rule


def check_coherence(rules: Rules, file_of: FileOf) -> None:
    """Refuse rules that would have no effect, or another one than they say.

    All rules that the evaluation needs must be there. Raises PackError.
    """
    for rule in rules.values():
        if problem := _alone(rule) or _asked(rules, rule):
            raise PackError(file_of(rule.id), rule.id, *problem)
    for kind, summary in SUMMED_UP.items():
        for name in asks(rules[summary]):
            if rules[name].kind != kind:
                words = f"{summary} sums up every {kind}, this is none"
                raise PackError(file_of(name), name, "kind", words)


def _alone(rule: Rule) -> tuple[str, str] | None:
    """Return field and words of what a rule itself says wrong."""
    known = TIERS_OF_KIND.get(rule.kind)
    if known and rule.tier not in known:
        return "tier", f"a {rule.kind} has {' or '.join(sorted(known))}"
    if rule.id in NEEDED and not all(rule.exists(text) for text in TEXTS):
        return "dates", "the evaluation needs this rule under both texts"
    return None


def _asked(rules: Rules, rule: Rule) -> tuple[str, str] | None:
    """Return field and words where nobody asks a rule that decides only through others."""
    summary = SUMMED_UP.get(rule.kind)
    if summary and rule.id not in asks(rules[summary]):
        return "kind", f"{summary} does not ask this {rule.kind}"
    if rule.kind == "high_risk_annex1" and not _asks(rules, (HIGH_PRODUCT, HIGH_SECTORAL), rule):
        return "kind", f"neither {HIGH_PRODUCT} nor {HIGH_SECTORAL} asks this {rule.kind}"
    products = [one.id for one in rules.values() if one.kind == "high_risk_annex1"]
    if rule.kind == "annex1" and not _asks(rules, products, rule):
        return "kind", "no rule of kind high_risk_annex1 asks this act"
    return None


def _asks(rules: Rules, names: Iterable[str], rule: Rule) -> bool:
    return any(rule.id in asks(rules[name]) for name in names)


def check_deadlines(rules: Rules, deadlines: Iterable[Deadline], file: str) -> None:
    """Refuse an incident without a number of days in which it is reported."""
    dated = {row.id for row in deadlines if row.days is not None}
    for rule in rules.values():
        if rule.kind == "incident" and rule.id not in dated:
            raise PackError(file, rule.id, "deadline_days", "this incident has no deadline in days")
