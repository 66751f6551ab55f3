"""Who must agree to a change, and whether enough of them did (APPROVALS parts 3 and 4). Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from governance.approvals.lifecycle import ChangeClass, Tier, rank


class Slot(StrEnum):
    """A voice in a quorum: whoever has this role, or answers for this activity."""

    PO = "PO"  # answers for updates: CHG-01
    VAL = "VAL"  # validates independently: CHG-03
    DPO = "DPO"
    BS = "BS"
    LEG = "LEG"
    EXEC = "EXEC"


ACTIVITIES: dict[Slot, str] = {Slot.PO: "CHG-01", Slot.VAL: "CHG-03"}
SLOT_WORDS: dict[Slot, str] = {
    Slot.PO: "Answers for updates (CHG-01)",
    Slot.VAL: "Independent validator (CHG-03)",
    Slot.DPO: "Data protection officer",
    Slot.BS: "Business sponsor",
    Slot.LEG: "Legal and compliance",
    Slot.EXEC: "Executive board",
}
PERSONAL_ONLY = frozenset({Slot.DPO})  # of a major change: asked when the data are personal

C, T = ChangeClass, Tier
PO, VAL, DPO, BS, LEG, EXEC = Slot
# The table of APPROVALS part 3. A substantial modification asks all whom a critical one asks.
REQUIRED: dict[tuple[ChangeClass, Tier], tuple[Slot, ...]] = {
    (C.CONFIG, T.MINIMAL): (),
    (C.CONFIG, T.LIMITED): (),
    (C.CONFIG, T.HIGH): (),
    (C.MINOR, T.MINIMAL): (PO,),
    (C.MINOR, T.LIMITED): (PO,),
    (C.MINOR, T.HIGH): (PO, VAL),
    (C.MAJOR, T.MINIMAL): (PO,),
    (C.MAJOR, T.LIMITED): (PO, VAL),
    (C.MAJOR, T.HIGH): (PO, VAL, DPO, BS),
    (C.CRITICAL, T.MINIMAL): (PO, VAL),
    (C.CRITICAL, T.LIMITED): (PO, VAL, DPO, BS),
    (C.CRITICAL, T.HIGH): (PO, VAL, DPO, BS, LEG, EXEC),
    (C.SUBSTANTIAL, T.MINIMAL): (PO, VAL, LEG),
    (C.SUBSTANTIAL, T.LIMITED): (PO, VAL, DPO, BS, LEG),
    (C.SUBSTANTIAL, T.HIGH): (PO, VAL, DPO, BS, LEG, EXEC),
}
REDUCED = (PO, VAL)  # a release that goes on as it is, once more
VETO = frozenset({DPO, LEG})  # may say no where they are not asked for a yes
BUSINESS_DAYS: dict[Tier, int] = {T.MINIMAL: 5, T.LIMITED: 5, T.HIGH: 5}


@dataclass(frozen=True)
class Rule:
    """What a quorum asks for: who, how many people, in which order, within what time."""

    slots: tuple[Slot, ...]
    ordered: bool = False  # the last voice waits for the others
    business_days: int = 5
    veto: frozenset[Slot] = VETO

    @property
    def people(self) -> int:
        """Return how many different people must agree."""
        return len(self.slots)


@dataclass(frozen=True)
class Cast:
    """A vote that counts: who, in which voice, for or against."""

    person: int
    slot: Slot
    yes: bool


@dataclass(frozen=True)
class Verdict:
    """How far a quorum is."""

    rule: Rule
    filled: Mapping[Slot, int]  # voice → person
    refused_by: tuple[int, ...] = ()

    @property
    def missing(self) -> tuple[Slot, ...]:
        """Return whose yes is missing."""
        return tuple(slot for slot in self.rule.slots if slot not in self.filled)

    @property
    def is_reached(self) -> bool:
        """Return whether everybody agreed and nobody said no."""
        return not self.missing and not self.refused_by

    @property
    def words(self) -> str:
        """Return n of m, as people say it."""
        if not self.rule.slots:
            return "Nobody has to agree."
        return f"{len(self.filled)} of {len(self.rule.slots)} agreed"


def rule_for(change: ChangeClass, tier: Tier, *, personal_data: bool) -> Rule:
    """Return the quorum of a change; of a major one the DPO only where data are personal."""
    asked = REQUIRED[change, tier]
    if change == C.MAJOR and not personal_data:
        asked = tuple(slot for slot in asked if slot not in PERSONAL_ONLY)
    ordered = EXEC in asked
    return Rule(asked, ordered, BUSINESS_DAYS[tier])


def count(rule: Rule, votes: Iterable[Cast], excluded: Collection[int] = ()) -> Verdict:
    """Return how far the quorum is. One human counts once, whatever roles they hold.

    Votes of people who had a part in the version count for nothing. The order of the votes is
    the order in which they were given.
    """
    given = [vote for vote in votes if vote.person not in excluded]
    filled: dict[Slot, int] = {}
    for vote in given:
        if vote.yes and vote.slot in rule.slots and vote.person not in filled.values():
            filled.setdefault(vote.slot, vote.person)
    against = tuple(vote.person for vote in given if not vote.yes)
    return Verdict(rule, filled, against)


def why_not_yet(rule: Rule, slot: Slot, verdict: Verdict) -> str:
    """Return why a voice has to wait for others; empty when it need not."""
    others = [one for one in verdict.missing if one != slot]
    if rule.ordered and slot == rule.slots[-1] and others:
        names = ", ".join(SLOT_WORDS[one] for one in others)
        return f"{SLOT_WORDS[slot]} decides last. Still missing: {names}."
    return ""


def highest(*tiers: Tier) -> Tier:
    """Return the highest of some tiers."""
    return max(tiers, key=rank)


def materiality(exposure: int, purpose: int) -> Tier:
    """Return the tier of exposure (1 to 3) times purpose (1 to 3): to 2, to 4, above."""
    product = exposure * purpose
    if product >= 6:
        return Tier.HIGH
    return Tier.LIMITED if product >= 3 else Tier.MINIMAL


LAW: dict[str, Tier] = {  # the tier of the AI Act that was signed; nothing signed counts as high
    "minimal": Tier.MINIMAL,
    "out_of_scope": Tier.MINIMAL,
    "not_applicable": Tier.MINIMAL,
    "limited": Tier.LIMITED,
}
HIGH_DATA = frozenset({"special_category", "health", "children", "biometric"})
LIMITED_DATA = frozenset({"personal", "financial"})


def of_data(categories: Sequence[str]) -> Tier:
    """Return the tier that the kinds of data bring."""
    found = set(categories)
    if found & HIGH_DATA:
        return Tier.HIGH
    return Tier.LIMITED if found & LIMITED_DATA else Tier.MINIMAL


def of_law(signed: str | None) -> Tier:
    """Return the tier that a signed classification brings; without one, the strictest."""
    return LAW.get(signed or "", Tier.HIGH)
