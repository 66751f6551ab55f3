"""The order of evaluation: a rule after all the rules it asks about."""

from collections.abc import Iterable, Mapping

from governance.classification.conditions import RuleFired, leaves
from governance.classification.law import Rule

# Results that the evaluation itself reads; a pack without one of them cannot be used.
AI_SYSTEM = "art3.1"
OPEN_SOURCE = "art2.12"
PROHIBITED = "d.prohibited"
LISTED = "d.annex3_listed"
HIGH_USE = "d.high_annex3"
HIGH_PRODUCT = "d.high_annex1a"
HIGH_SECTORAL = "d.high_annex1b"
HIGH_FULL = "d.high_full"
HIGH = "d.high"
LIMITED = "d.limited"
GRANTED = "art6.3.granted"
PROFILING = "art6.3.profiling"
MODIFIER = "gpai.modifier"
FILTER_CONDITIONS = ("art6.3.a", "art6.3.b", "art6.3.c", "art6.3.d")
NEEDED = (
    AI_SYSTEM, OPEN_SOURCE, PROHIBITED, LISTED, HIGH_USE, HIGH_PRODUCT, HIGH_SECTORAL, HIGH_FULL,
    HIGH, LIMITED, GRANTED, PROFILING, MODIFIER, *FILTER_CONDITIONS,
)  # fmt: skip


def asks(rule: Rule) -> Iterable[str]:
    """Return the ids of the rules that a rule asks about, exceptions included."""
    conditions = [rule.when, *(exception.when for exception in rule.unless)]
    found = (leaf for condition in conditions for leaf in leaves(condition))
    return dict.fromkeys(leaf.rule for leaf in found if isinstance(leaf, RuleFired))


def facts_of(rule: Rule) -> set[str]:
    """Return the names of the facts that a rule itself asks about, exceptions included."""
    conditions = [rule.when, *(exception.when for exception in rule.unless)]
    found = (leaf for condition in conditions for leaf in leaves(condition))
    return {leaf.fact for leaf in found if not isinstance(leaf, RuleFired)}


def in_order(rules: Mapping[str, Rule]) -> list[Rule]:
    """Return the rules so that each stands behind those it asks about, else as in the pack."""
    done: dict[str, Rule] = {}

    def visit(rule: Rule) -> None:
        if rule.id not in done:
            for name in asks(rule):
                visit(rules[name])
            done[rule.id] = rule

    for rule in rules.values():
        visit(rule)
    return list(done.values())


def cycle_in(rules: Mapping[str, Rule]) -> list[str]:
    """Return the ids of a circle of rules that wait for each other, empty when there is none."""
    cleared: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in cleared:
            return []
        for following in asks(rules[name]):
            if circle := walk(following, [*path, name]):
                return circle
        cleared.add(name)
        return []

    for name in rules:
        if circle := walk(name, []):
            return circle
    return []
