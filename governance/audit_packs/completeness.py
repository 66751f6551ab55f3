"""What a pack says about its own completeness: samples that anybody can draw again. Pure."""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.common.canonical import digest

SAMPLE = 25
RULE = (
    "seed: SHA-256 of the RFC 8785 JSON of systems in data.json; drawn: the 25 lowest SHA-256 of "
    "seed, a colon and the ref or the number"
)
FLAGGED = {
    "refused": frozenset({"release.refused", "review.refused"}),
    "overridden": frozenset({"matrix.overridden"}),
    "waivers": frozenset({"waiver.granted"}),
    "emergencies": frozenset(
        {
            *("release.emergency_activate", "release.emergency_expire"),
            *("release.retro_approve", "release.retro_reject"),
        }
    ),
}  # actions that an auditor asks for first, by the name of their list in data.json


@dataclass(frozen=True)
class Interval:
    """The numbers of a period in the ledger, both counted; None when it has none."""

    first: int | None
    last: int | None

    def __len__(self) -> int:
        if self.first is None or self.last is None:
            return 0
        return self.last - self.first + 1

    def count(self, numbers: Iterable[int]) -> int:
        """Return how many of the numbers lie in it."""
        if self.first is None or self.last is None:
            return 0
        return sum(self.first <= number <= self.last for number in numbers)

    def withheld(self, given: Iterable[int]) -> Iterator[int]:
        """Yield the numbers that are not among those given."""
        if self.first is not None and self.last is not None:
            known = set(given)
            yield from (at for at in range(self.first, self.last + 1) if at not in known)


def seed_of(systems: Sequence[Mapping[str, str]]) -> str:
    """Return the seed: the digest of what data.json says of its systems."""
    return digest(list(systems))


def drawn(seed: str, among: Iterable[str | int], count: int = SAMPLE) -> list[str | int]:
    """Return the sample: those whose SHA-256 together with the seed is lowest, lowest first."""
    return heapq.nsmallest(
        count, among, key=lambda it: hashlib.sha256(f"{seed}:{it}".encode()).digest()
    )


def sample(
    systems: Sequence[Mapping[str, str]], interval: Interval, numbers: Iterable[int]
) -> dict[str, Any]:
    """Return systems to look into first, and entries outside the pack to ask for."""
    seed = seed_of(systems)
    return {
        "seed": seed,
        "refs": drawn(seed, (it["ref"] for it in systems)),
        "numbers": drawn(seed, interval.withheld(numbers)),
        "rule": RULE,
    }


def by_kind(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return flagged entries under the name of their list; every list is there, empty or not."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for kind, actions in FLAGGED.items():
            if row["action"] in actions:
                found[kind].append(row)
    return {kind: found[kind] for kind in FLAGGED}


def flagged_actions() -> frozenset[str]:
    """Return every action that data.json lists by itself."""
    return frozenset().union(*FLAGGED.values())
