"""Where a control stands over some systems, and how standings are counted. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from governance.crosswalk.rules import Clause, Control, Evidence, Framework, Shows, State


@dataclass(frozen=True)
class Standing:
    """What there is for one control in one framework, over the systems that were asked about."""

    control: Control
    framework: Framework
    present: frozenset[int]  # systems about which something current shows it
    stale: frozenset[int]
    missing: frozenset[int]
    why_not: Mapping[int, str]  # the systems to which it does not apply, and why
    in_part: frozenset[int]  # those of `present` about which nothing shows it whole

    @property
    def applies(self) -> int:
        """Return to how many systems it applies."""
        return len(self.present) + len(self.stale) + len(self.missing)

    @property
    def state(self) -> State:
        """Return the worst state of the systems to which it applies."""
        for rows, state in ((self.missing, State.MISSING), (self.stale, State.STALE)):
            if rows:
                return state
        return State.PRESENT if self.present else State.NOT_APPLICABLE

    @property
    def is_partial(self) -> bool:
        """Return whether it is present, and shows its clauses in part only."""
        is_whole = self.control.is_full(self.framework) and not self.in_part
        return self.state == State.PRESENT and not is_whole

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Return what it concerns in its framework."""
        return self.control.refs[self.framework]

    def state_of(self, system: int) -> State:
        """Return its state for one system."""
        for rows, state in (
            (self.present, State.PRESENT),
            (self.stale, State.STALE),
            (self.missing, State.MISSING),
        ):
            if system in rows:
                return state
        return State.NOT_APPLICABLE


@dataclass(frozen=True)
class Sets:
    """About which systems a query found anything, and anything that counts today."""

    seen: frozenset[int]
    current: frozenset[int]


def standing(
    control: Control,
    framework: Framework,
    systems: Iterable[int],
    why: Mapping[int, str],
    sets: Mapping[Evidence, Sets],
) -> Standing:
    """Return where a control stands: something current makes it present, older things stale.

    `why` says of the systems to which it does not apply why not. A hint never counts.
    """
    applies = frozenset(systems) - why.keys()
    none: frozenset[int] = frozenset()
    counted = [one for one in control.evidence if one.counts]
    present = none.union(*(sets[one].current for one in counted)) & applies
    whole = none.union(*(sets[one].current for one in counted if one.shows == Shows.WHOLE))
    stale = (none.union(*(sets[one].seen for one in counted)) & applies) - present
    return Standing(
        control=control,
        framework=framework,
        present=present,
        stale=stale,
        missing=applies - present - stale,
        why_not=why,
        in_part=present - whole,
    )


@dataclass(frozen=True)
class Counts:
    """How many controls of a framework are in each state; never one number over frameworks."""

    present: int
    partial: int  # of those present
    stale: int
    missing: int
    not_applicable: int

    @property
    def applicable(self) -> int:
        """Return how many controls apply to any system asked about."""
        return self.present + self.stale + self.missing

    @property
    def total(self) -> int:
        """Return how many controls concern the framework."""
        return self.applicable + self.not_applicable


def counts_of(standings: Sequence[Standing]) -> Counts:
    """Return how many controls are in each state; stale ones are not present."""
    states = [one.state for one in standings]
    return Counts(
        present=states.count(State.PRESENT),
        partial=sum(one.is_partial for one in standings),
        stale=states.count(State.STALE),
        missing=states.count(State.MISSING),
        not_applicable=states.count(State.NOT_APPLICABLE),
    )
