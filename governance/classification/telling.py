"""Facts of a case in, everything the law says of it out: what the command and tools print."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from governance.classification.explain import explain
from governance.classification.law import Pack
from governance.classification.partial import classify_known
from governance.classification.results import Classification
from governance.classification.rules import Engine, checked, classify
from governance.classification.symbols import Symbols, symbols_of
from governance.classification.tracing import traced, traced_with_defaults
from governance.classification.unknowns import outlook_of
from governance.classification.verdict import UNDETERMINED

PROMISED = (
    "tier", "tier_enacted", "possible_tiers", "fired", "exceptions", "exemption", "roles",
    "obligations", "dates", "gpai", "open_questions",
)  # fmt: skip


@dataclass  # not frozen: it keeps its diagrams
class Teller:
    """Classifies cases under one pack. `on` chooses the text of the law in force on that day."""

    engine: Engine
    unknown: bool = False  # facts not given are unknown, else they have their default
    on: date | None = None

    @property
    def text(self) -> str:
        """Return which text of the law decides."""
        return text_on(self.engine.pack, self.on)

    @cached_property
    def symbols(self) -> Symbols:
        """Return the diagrams, made when first needed."""
        return symbols_of(self.engine, self.text)

    def checked(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts in normal form.

        Raises FactError for a fact the pack does not know or a value outside its type.
        """
        return checked(self.engine.pack, raw)

    def told(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON of one case: the promised keys, and all the rest in the trace.

        `facts` must have passed `checked`.
        """
        if self.unknown:
            outlook = outlook_of(self.symbols, facts)
            result = classify_known(self.engine, outlook, facts)
            trace = traced(self.engine, outlook, facts, result)
            told = explain(self.engine.pack, result, facts)
        else:
            result = classify(self.engine, facts, self.text)
            trace = traced_with_defaults(self.engine, facts, result, text=self.text)
            told = explain(self.engine.pack, result, {**self.engine.defaults, **facts}, facts)
        if self.on:
            told["on"] = applying(result, self.on, self.text)
        promised = {name: told.pop(name) for name in PROMISED}
        for duty in promised["obligations"]:
            duty["applies_from"].setdefault("amended_formal", None)
        return promised | {"trace": trace | told}


def text_on(pack: Pack, day: date | None) -> str:
    """Return which text is in force on a day: the amended one from its entry into force.

    Without a day it is the amended text, the one in force now.
    """
    raw = pack.meta["instruments"]["amended"]["in_force"]
    return "enacted" if day and day < date.fromisoformat(str(raw)) else "amended"


def applying(result: Classification, day: date, text: str) -> dict[str, Any]:
    """Return what of a result already applies on a day: the tier's rule, and which duties."""
    first = result.dates.under(text)
    return {
        "date": day.isoformat(),
        "text": text,
        "tier_applies": result.tier != UNDETERMINED and first is not None and first <= day,
        "obligations": [
            duty.id for duty in result.obligations
            if (starts := duty.dates.under(text)) is not None and starts <= day
        ],
    }  # fmt: skip
