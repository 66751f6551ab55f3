"""How many systems a change of the law touches, counted as they come and told in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from governance.classification.preview import Change, Kind
from governance.common.templatetags.ui import tier_words


@dataclass(frozen=True)
class Tally:
    """How many systems a change touches, and how."""

    systems: int
    moves: Mapping[tuple[str, str], int]  # (tier before, tier after) → systems
    gains: int
    loses: int
    dates: int
    touched: int

    @property
    def tier_changes(self) -> int:
        """Return how many systems change tier."""
        return sum(self.moves.values())

    @property
    def words(self) -> str:
        """Return the whole in a sentence or two."""
        if not self.touched:
            return f"Nothing changes for any of the {_systems(self.systems)}."
        moves = sorted(self.moves.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f"{n:,} {_tier(old)} → {_tier(new)}" for (old, new), n in moves)
        count, systems = self.tier_changes, _systems(self.systems)
        verb = "changes" if count == 1 else "change"
        head = f"{count:,} of {systems} {verb} tier" if count else f"No tier changes in {systems}"
        return ". ".join([f"{head}: {told}" if told else head, *self._duties()]) + "."

    def _duties(self) -> Iterator[str]:
        told = (
            (self.gains, "{} gain{s} duties"),
            (self.loses, "{} lose{s} duties"),
            (self.dates, "{} ha{s_ve} duties or a tier that begin on another day"),
        )
        parts = [
            words.format(f"{n:,}", s="s" if n == 1 else "", s_ve="s" if n == 1 else "ve")
            for n, words in told
            if n
        ]
        if parts:
            yield ", ".join(parts)


def _systems(count: int) -> str:
    return f"{count:,} system{'' if count == 1 else 's'}"


def _tier(name: str) -> str:
    return tier_words(name).lower()


class Counter:
    """Counts changes as they come, so that nobody must hold them all."""

    def __init__(self) -> None:
        self.systems = self.touched = 0
        self.moves: dict[tuple[str, str], int] = {}
        self.of_kind = dict.fromkeys(Kind, 0)

    def add(self, change: Change | None) -> None:
        """Count one system."""
        self.systems += 1
        if change is None:
            return
        self.touched += 1
        for kind in change.kinds:
            self.of_kind[kind] += 1
        if Kind.TIER in change.kinds:
            self.moves[change.tiers] = self.moves.get(change.tiers, 0) + 1

    def tally(self) -> Tally:
        """Return what was counted."""
        of = self.of_kind
        return Tally(
            self.systems, self.moves, of[Kind.GAINS], of[Kind.LOSES], of[Kind.DATES], self.touched
        )
