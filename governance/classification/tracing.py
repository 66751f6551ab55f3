"""The whole trace of a classification: the way to it, and what other answers would lead to."""

from collections.abc import Mapping
from typing import Any

from governance.classification.law import Pack
from governance.classification.otherwise import Change, otherwise, tiers_otherwise
from governance.classification.partial import truths
from governance.classification.results import Classification
from governance.classification.rules import Engine, fired_by
from governance.classification.trace import facts_told, trace_of
from governance.classification.unknowns import Outlook


def traced(
    engine: Engine, outlook: Outlook, facts: Mapping[str, Any], result: Classification
) -> dict[str, Any]:
    """Return the trace of what these facts settle, as stable JSON; `outlook` is theirs.

    Every other fact is unknown, so "otherwise" names tiers only: what else would follow depends
    on questions that only then would be asked.
    """
    symbols = outlook.symbols
    fired = truths(engine.pack, outlook)
    told = trace_of(engine.pack, facts, fired, result.holding, symbols.text)
    return _with(told, tiers_otherwise(symbols, engine.pack, facts), engine.pack, facts)


def traced_with_defaults(
    engine: Engine,
    facts: Mapping[str, Any],
    result: Classification,
    *,
    text: str = "amended",
) -> dict[str, Any]:
    """Return the trace where every fact not given has its default.

    Then "otherwise" names the duties gained, lost and moved too.
    """
    known = {**engine.defaults, **facts}
    fired, _exceptions = fired_by(engine, facts, text)
    told = trace_of(engine.pack, known, fired, result.fired, text)
    told = _with(told, otherwise(engine, facts, result, text), engine.pack, known)
    for name, fact in told["facts"].items():
        fact["given"] = name in facts
    return told


def _with(
    told: dict[str, Any], changes: list[Change], pack: Pack, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the trace with what would change it, and with the facts that this names."""
    asked = told["facts"].keys() | {change["fact"] for change in changes}
    return told | {"facts": facts_told(pack, asked, known), "otherwise": changes}
