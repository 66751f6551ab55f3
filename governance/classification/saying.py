"""What comes with an answer: why, shown by what, and whom to ask where one is not sure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from governance.accounts.models import User
from governance.evidence.models import EvidenceItem


@dataclass(frozen=True)
class Why:
    """A sentence to the auditor, and what shows it."""

    because: str = ""
    evidence: tuple[EvidenceItem, ...] = ()

    @property
    def is_given(self) -> bool:
        """Return whether it gives a reason or something that shows it."""
        return bool(self.because or self.evidence)

    @property
    def key(self) -> tuple[str, frozenset[int]]:
        """Return what two that say the same have in common."""
        return self.because, frozenset(item.pk for item in self.evidence)


@dataclass(frozen=True)
class Said(Why):
    """What comes with answers: for all of them, for single ones, and who is asked."""

    asked: User | None = None  # None: the system's owner
    due_on: date | None = None  # None: in a week
    note: str = ""
    each: Mapping[str, Why] = field(default_factory=dict)  # of single facts, in place of the rest

    def of(self, fact: str) -> Why:
        """Return what is said for one fact."""
        return self.each.get(fact, Why(self.because, self.evidence))

    def only(self, facts: Collection[str]) -> "Said":
        """Return the same without what single facts say that are none of these."""
        return replace(self, each={name: why for name, why in self.each.items() if name in facts})

    @property
    def shown(self) -> frozenset[EvidenceItem]:
        """Return all evidence that comes along."""
        return frozenset(item for why in (self, *self.each.values()) for item in why.evidence)
