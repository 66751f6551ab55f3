"""How questions are put and what their answers are called, in plain words beside the pack's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from governance.classification.explain import in_words
from governance.classification.law import Fact, Pack
from governance.classification.packs import load

FILE = Path(__file__).parent / "questions" / "eu_ai_act_words.yaml"
FIELDS = {"ask", "hint", "values"}


class WordingError(ValueError):
    """Words that do not fit the rule pack; the message names the fact."""


@dataclass(frozen=True)
class Put:
    """The words for one fact."""

    ask: str = ""
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wording:
    """The words for the facts of a pack."""

    facts: Mapping[str, Put]

    def ask(self, fact: Fact) -> str:
        """Return the question in plain words, else in those of the pack."""
        return self.facts.get(fact.name, Put()).ask or fact.ask

    def hint(self, fact: Fact) -> str:
        """Return what helps to answer, often nothing."""
        return self.facts.get(fact.name, Put()).hint

    def label(self, fact: Fact, value: str) -> str:
        """Return what one answer of an enum or list is called."""
        return self.facts.get(fact.name, Put()).values.get(value) or in_words(fact, value)

    def answer(self, fact: Fact, value: Any) -> str:
        """Return any answer in words."""
        if fact.type == "list" and value:
            return "; ".join(self.label(fact, item) for item in value)
        if fact.type == "enum" and value is not None:
            return self.label(fact, value)
        return in_words(fact, value)


@cache
def wording() -> Wording:
    """Return the words for the rule pack in force, read once in a process."""
    return read_wording(load())


def read_wording(pack: Pack, file: Path = FILE) -> Wording:
    """Return the words of a file, checked.

    Raises WordingError for a fact the pack does not know, a field nobody reads, and an enum or list
    of which a value is left out or made up.
    """
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, entry in raw.items():
        _require_fitting(pack, name, entry)
    return Wording({name: Put(**entry) for name, entry in raw.items()})


def _require_fitting(pack: Pack, name: str, entry: Mapping[str, Any]) -> None:
    if name not in pack.facts:
        raise WordingError(f"There is no fact {name}.")
    if unknown := sorted(entry.keys() - FIELDS):
        raise WordingError(f"{name}: nobody reads {', '.join(unknown)}.")
    values = entry.get("values", {})
    if values.keys() ^ set(pack.facts[name].values):
        raise WordingError(f"{name}: its values are {', '.join(pack.facts[name].values)}.")
    if not all(isinstance(words, str) and words for words in values.values()):
        raise WordingError(f"{name}: each value needs words.")
