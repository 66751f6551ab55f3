"""All that decides whether something may happen to a release, as it stood at one moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from governance.approvals.lifecycle import ChangeClass, State, Tier
from governance.approvals.quorum import Rule, Verdict


class Basis(StrEnum):
    """Whether Muster found it out, or somebody says so."""

    COMPUTED = "computed"
    ATTESTED = "attested"


@dataclass(frozen=True)
class Needed:
    """One item of evidence that the tier or the class asks for, and how it stands."""

    kind: str
    title: str
    state: str  # met, stale, missing, foreign: of another digest
    words: str
    basis: Basis = Basis.ATTESTED

    @property
    def is_met(self) -> bool:
        """Return whether it is there, fresh, and about this version."""
        return self.state == "met"


NOBODY = Verdict(Rule(()), {})


@dataclass(frozen=True)
class Situation:
    """What the guards look at. The defaults refuse nothing, so that a test names what it is about.

    Sentences are empty where nothing stands against it; they are shown to people as they are.
    """

    state: State = State.DRAFT
    tier: Tier = Tier.LIMITED
    change_class: ChangeClass | None = ChangeClass.MINOR
    class_floor: ChangeClass | None = None  # of the cumulative rule
    not_allowed: str = ""  # why this person may not do it at all
    same_person: str = ""  # why four eyes forbid it to this person
    unproved: str = ""  # why the person has to prove who they are first
    reason: str = "given"
    unfilled: tuple[str, ...] = ()  # fields that a proposal needs
    pin_refusal: str = ""
    is_retired: bool = False  # the system
    suites_missing: str = ""
    evidence: tuple[Needed, ...] = ()
    hard_failures: tuple[str, ...] = ()
    open_failures: tuple[str, ...] = ()  # soft ones without a finding that accepts them
    serious: str = ""  # an open finding or incident of severity 1
    evidence_changed: bool = False
    verdict: Verdict = NOBODY
    waits_for: str = ""  # whose voice comes first
    window_refusal: str = ""
    freeze: str = ""
    coverage: tuple[str, ...] = ()  # times without anybody on call
    target_refusal: str = ""  # why the way back is closed
    next_target: str = ""  # another one that would do
    gate: tuple[str, ...] = ()  # checks that fail
    agreements: tuple[str, ...] = ()
    expired: bool = False
    blocking: tuple[str, ...] = ()  # conditions to be met before
    echo: str = ""  # what reports another model id
    separate: str = ""  # for high risk, whoever approves does not deploy
    occupied: str = ""  # another release runs in this place
    canary: str = ""  # what the canary has not shown yet
    cause_open: str = ""
    days_since_eval: int | None = 0
    days_suspended: int = 0
    incident: bool = True  # a serious incident runs
    second: str = ""  # what the second person lacks
    hours: int = 72
    is_over: bool = True  # the time has come: a validity or an emergency ended
    in_grace: bool = False
    checklist: tuple[str, ...] = ()  # of the end (END-02)
    renewal: tuple[str, ...] = ()  # what a recertification lacks
    more: Mapping[str, str] = field(default_factory=dict)
