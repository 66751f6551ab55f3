"""What of a trace decided: the one pruning that the page, the PDF and evidence packs share."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from governance.common.canonical import canonical_bytes

Told = dict[str, Any]  # a node of a trace, see trace_of()
EXACT = 2**53  # whole numbers beyond it are fractions in JSON
HEADING = ("tier", "truth", "rule", "again", "title", "citation", "confidence")
CITED = ("title", "citation", "confidence")


def trace_bytes(trace: Mapping[str, Any]) -> bytes:
    """Return a trace as canonical JSON: the same bytes for the same result, stored or not."""
    return canonical_bytes(_numbers(trace))


def as_published(trace: Mapping[str, Any]) -> Told:
    """Return a trace as whoever reads its bytes gets it."""
    published: Told = json.loads(trace_bytes(trace))
    return published


def _numbers(value: Any) -> Any:
    """Return JSON as before it was stored: the database gives 1e25 back as a whole number."""
    if isinstance(value, Mapping):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, int) and abs(value) > EXACT else value


def truth_of(node: Mapping[str, Any]) -> bool | None:
    """Return the truth of a node; that of an exception is its condition's."""
    truth: bool | None = node["when"]["truth"] if "exception" in node else node["truth"]
    return truth


def parts_of(node: Mapping[str, Any]) -> list[Told]:
    """Return the nodes below a node: parts, condition, exceptions."""
    parts = [*node.get("all", ()), *node.get("any", ())]
    parts += [node[key] for key in ("not", "when") if key in node]
    return [*parts, *node.get("unless", ())]


def because(node: Mapping[str, Any]) -> list[Told]:
    """Return the parts that made a node's truth what it is.

    Of "all" and "any" those of the same truth: the false parts of a false "all", the true ones of
    a true "any". Of a rule its condition, and the exceptions that kept it back or did not.
    """
    truth = truth_of(node)
    if "rule" in node:
        return list(_because_of_rule(node, truth))
    if "not" in node or "exception" in node:
        return parts_of(node)
    return [part for part in parts_of(node) if part["truth"] is truth]


def _because_of_rule(node: Mapping[str, Any], truth: bool | None) -> Iterator[Told]:
    if "when" not in node:
        return
    holds, exceptions = node["when"]["truth"], node.get("unless", ())
    wanted = {True: (False,), None: (None,), False: () if holds is False else (True,)}[truth]
    found = [item for item in exceptions if truth_of(item) in wanted]
    if holds or truth is not False or not found:
        yield node["when"]
    yield from found


def is_stopped(node: Mapping[str, Any]) -> bool:
    """Return whether a rule holds and has no exception, but an earlier step may end the matter."""
    if "when" not in node or node["when"]["truth"] is not True or node["truth"]:
        return False
    return all(truth_of(item) is False for item in node.get("unless", ()))


def pruned(trace: Mapping[str, Any]) -> Told:
    """Return a trace with only what decided: its steps, the rules beside them that fired, facts.

    To prune it again changes nothing.
    """
    if not trace.get("steps"):
        return {}
    rules = rules_in(trace)
    steps = [_pruned(step, rules) for step in trace["steps"]]
    also = [_pruned(rule, rules) for rule in trace["also"] if rule["truth"]]
    asked = {node["fact"] for node in walk([*steps, *also]) if "fact" in node}
    facts = {name: fact for name, fact in trace["facts"].items() if name in asked}
    return {"text": trace["text"], "steps": steps, "also": also, "facts": facts}


def deciding_only(trace: Mapping[str, Any]) -> Told:
    """Return a pruned trace in which steps that did not give the tier have no parts."""
    left = pruned(trace)
    if not left:
        return {}
    steps = [step if step["truth"] else _headed(step) for step in left["steps"]]
    asked = {node["fact"] for node in walk([*steps, *left["also"]]) if "fact" in node}
    facts = {name: fact for name, fact in left["facts"].items() if name in asked}
    return left | {"steps": steps, "facts": facts}


def _headed(node: Mapping[str, Any]) -> Told:
    """Return a node without what is below it, of a "not" with the heading of what it denies."""
    head: Told = {key: node[key] for key in node if key in HEADING}
    head |= {key: [] for key in ("all", "any") if key in node}
    return head | {"not": _headed(node["not"])} if "not" in node else head


def _pruned(node: Mapping[str, Any], rules: Mapping[str, Told]) -> Told:
    """Return a node with only the parts that made it so; a rule told elsewhere with its title."""
    kept = {id(part) for part in because(node)}
    left = dict(node)
    for key in ("all", "any", "unless"):
        if key in node:
            left[key] = [_pruned(part, rules) for part in node[key] if id(part) in kept]
    for key in ("not", "when"):
        if key in node and id(node[key]) in kept:
            left[key] = _pruned(node[key], rules)
        else:
            left.pop(key, None)
    if "again" in node:
        left |= {key: rules[node["rule"]][key] for key in CITED if node["rule"] in rules}
    return left


def rules_in(trace: Mapping[str, Any]) -> dict[str, Told]:
    """Return the rules of a trace that are told in full, or at least with their title, by id."""
    found: dict[str, Told] = {}
    for node in walk([*trace["steps"], *trace["also"]]):
        if (
            "rule" in node
            and "title" in node
            and ("again" not in node or node["rule"] not in found)
        ):
            found[node["rule"]] = node
    return found


def walk(nodes: Iterable[Told]) -> Iterator[Told]:
    """Yield nodes and all nodes below them, in the order of evaluation."""
    for node in nodes:
        yield node
        yield from walk(parts_of(node))
