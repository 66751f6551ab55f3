"""What other answers would lead to, as sentences grouped by outcome."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.classification.explain import words
from governance.classification.verdict import STRICTEST

Change = Mapping[str, Any]  # one entry of "otherwise", see otherwise()


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer and what it would change. `known` is the answer now."""

    ask: str
    instead: str
    known: str
    effects: tuple[str, ...]
    enacted: str = ""  # the tier under the text as published, where another than the outcome's


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tiers then possible, one where it is certain, with the answers that lead there."""

    tiers: tuple[str, ...]
    is_same: bool  # as now: only duties, dates or the text as published would differ
    turns: tuple[Turn, ...]


def outcomes(trace: Mapping[str, Any], tier: str) -> tuple[Outcome, ...]:
    """Return what would change a result of this tier: other tiers first, the strictest on top."""
    found: dict[tuple[str, ...], list[Turn]] = {}
    for change in trace.get("otherwise", ()):
        found.setdefault(tuple(change["possible_tiers"]), []).append(_turn(trace, change))
    groups = [Outcome(tiers, tiers == (tier,), tuple(found[tiers])) for tiers in found]
    return tuple(sorted(groups, key=lambda group: (group.is_same, _places(group.tiers))))


def _places(tiers: Iterable[str]) -> list[int]:
    return [STRICTEST.index(tier) for tier in tiers]


def _turn(trace: Mapping[str, Any], change: Change) -> Turn:
    name, answer = change["fact"], change["answer"]
    fact = trace["facts"].get(name)
    enacted = change["tier_enacted"]
    return Turn(
        ask=fact["ask"] if fact else name,
        instead=" or ".join(said(other, answer) for other in change["instead"]),
        known=fact["words"] if fact else said(answer, answer),
        effects=tuple(_effects(change)),
        enacted=enacted if enacted != change["tier"] else "",
    )


def _effects(change: Change) -> Iterable[str]:
    for key, verb in (("gained", "gains"), ("lost", "loses")):
        if count := len(change.get(key, ())):
            yield f"{verb} {_duties(count)}"
    if count := len(change.get("moved", ())):
        yield f"other days or roles for {_duties(count)}"


def _duties(count: int) -> str:
    return f"{count} {'duty' if count == 1 else 'duties'}"


def said(value: Any, beside: Any) -> str:
    """Return an answer as people say it; of a list, by what it has more or less than another."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return _list(value, beside if isinstance(beside, list) else [])
    if value in (None, ""):
        return "New: before none of the days that matter"
    return words(value) if isinstance(value, str) else f"{value:g}"


def _list(value: list[str], beside: list[str]) -> str:
    more = [words(item) for item in value if item not in beside]
    less = [words(item) for item in beside if item not in value]
    if more and beside:
        return f"with {', '.join(more)} too"
    if less and value:
        return f"without {', '.join(less)}"
    return ", ".join(more) or "None of these"
