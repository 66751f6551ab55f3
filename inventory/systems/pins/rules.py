"""Whether a model id is pinned: a pure function over a table of patterns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PinState(StrEnum):
    PINNED = "pinned"
    FLOATING = "floating"
    UNTIL_RETIREMENT = "until_retirement"
    UNKNOWN = "unknown"


# What may be proposed without a recorded waiver.
FIXED = frozenset({PinState.PINNED, PinState.UNTIL_RETIREMENT})


@dataclass(frozen=True)
class PinRule:
    """One pattern, what it says about ids that match, and why."""

    state: PinState
    pattern: re.Pattern[str]
    why: str


@dataclass(frozen=True)
class PinProvider:
    """A provider whose ids the table knows how to read."""

    key: str
    name: str
    rules: tuple[PinRule, ...]


@dataclass(frozen=True)
class PinTable:
    """The rules for every provider; `aliases` gives a folded spelling its provider."""

    anywhere: tuple[PinRule, ...]
    providers: Mapping[str, PinProvider]
    aliases: Mapping[str, str]
    retires: Mapping[tuple[str, str], str]  # (provider, id) → ISO day, as published


@dataclass(frozen=True)
class Pin:
    """What the table says about one model id."""

    state: PinState
    reason: str
    provider: str  # as the table calls it, or as it was given
    retires_on: str = ""  # ISO day, where one was published

    @property
    def is_fixed(self) -> bool:
        """Return whether the id keeps its meaning until it retires."""
        return self.state in FIXED


def folded(provider: str) -> str:
    """Return a provider's spelling as the table writes keys: small, words joined by _."""
    return "_".join(re.findall(r"[a-z0-9]+", provider.casefold()))


def classify_pin(provider: str, model_id: str, table: PinTable) -> Pin:
    """Return whether the id is pinned, and the reason; the first matching rule decides.

    Rules for any provider come first: a content hash is fixed whoever serves it. A provider
    that the table does not know gives unknown otherwise.
    """
    key = table.aliases.get(folded(provider), "")
    known = table.providers.get(key)
    name = known.name if known else provider
    exact = model_id.strip()
    for rule in (*table.anywhere, *(known.rules if known else ())):
        if rule.pattern.search(exact):
            return Pin(rule.state, rule.why, name, table.retires.get((key, exact), ""))
    if known:
        return Pin(PinState.UNKNOWN, f"No rule for {name} fits this id.", name)
    ours = folded(provider) == "own"
    whose = "models of our own" if ours else f"the provider {provider.strip() or '(none)'}"
    reason = f"No rule speaks about {whose}."
    return Pin(PinState.UNKNOWN, reason, provider)
