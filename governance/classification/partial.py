"""A classification while answers are missing: what holds whatever they turn out to be."""

from collections.abc import Collection, Mapping
from typing import Any

from governance.classification import order
from governance.classification.conclusions import models_of
from governance.classification.conditions import Fired, Truth
from governance.classification.law import Pack
from governance.classification.results import Classification
from governance.classification.rules import Engine
from governance.classification.unknowns import Outlook
from governance.classification.verdict import LISTED_KINDS, MODEL_KINDS, STOPPED, UNDETERMINED


def classify_known(engine: Engine, outlook: Outlook, facts: Mapping[str, Any]) -> Classification:
    """Return what the known facts settle; `outlook` is the one of these facts.

    With every fact known it equals `classify`. Facts must have passed `checked`.
    """
    fired = truths(engine.pack, outlook)
    open_yet = outlook.tier == UNDETERMINED
    kinds, with_exceptions = outlook.listing
    exceptions = _exceptions(engine, outlook)
    return Classification(
        tier=outlook.tier,
        tier_enacted=outlook.tier_enacted,
        fired=_of_kinds(engine, fired, kinds),
        exceptions=exceptions if with_exceptions else (),
        exemption=outlook.exemption,
        roles=tuple(name.removeprefix("role.") for name in engine.by_kind["role"] if fired[name]),
        obligations=outlook.duties,
        dates=outlook.dates,
        dates_here=outlook.dates_here,
        gpai=models_of(engine.models, fired),
        pack_version=engine.pack.version,
        possible_tiers=outlook.tiers if open_yet else (),
        possible_obligations=tuple(duty.id for duty in outlook.possible_duties),
        open_questions=outlook.open_questions,
        fired_so_far=_so_far(engine, fired) if open_yet else (),
        exceptions_so_far=exceptions if open_yet and not _out(engine, fired) else (),
    )


NO_FACTS: Mapping[str, Any] = {}


def truths(pack: Pack, outlook: Outlook) -> dict[str, Truth]:
    """Return which rules fire, None where it is not settled."""
    fired = {rule: outlook.truth(rule) for rule in pack.rules}
    stop = fired[order.PROHIBITED]  # the evaluation stops before the high-risk step
    if stop is not False:
        fired |= {rule: False if stop or fired[rule] is False else None for rule in STOPPED}
    return fired


def _of_kinds(engine: Engine, fired: Fired, kinds: Collection[str]) -> tuple[str, ...]:
    """Return the rules of these kinds that fire in any case."""
    return tuple(
        name for kind, names in engine.by_kind.items() if kind in kinds
        for name in names if fired[name]
    )  # fmt: skip


def _so_far(engine: Engine, fired: Fired) -> tuple[str, ...]:
    """Return the rules whose conditions hold, though a stricter answer may take them off."""
    no_system = fired[order.AI_SYSTEM] is False
    return _of_kinds(engine, fired, MODEL_KINDS if no_system else LISTED_KINDS)


def _exceptions(engine: Engine, outlook: Outlook) -> tuple[str, ...]:
    """Return the exceptions that in any case keep their rule from firing."""
    rules = (engine.pack.rules[name] for name in engine.guarded)
    return tuple(item.id for rule in rules for item in rule.unless if outlook.applied(item.id))


def _out(engine: Engine, fired: Fired) -> Truth:
    return engine.shut_out(NO_FACTS, fired)
