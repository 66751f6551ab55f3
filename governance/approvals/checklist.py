"""What an approver looks at first: the checks, and the evidence that is asked for."""

from dataclasses import dataclass

from django.utils import timezone

from governance.approvals import facts, proofs, waiving
from governance.approvals.kinds import evidence_table
from governance.approvals.models import Release
from governance.approvals.situation import Basis, Needed

LOOKS = {"met": "met", "stale": "progress", "missing": "missing", "foreign": "missing"}
STATE_WORDS = {
    "met": "Met",
    "stale": "Too old",
    "missing": "Missing",
    "foreign": "Of another digest",
}


@dataclass(frozen=True)
class Check:
    """One thing to look at first: met, missing, or not applicable."""

    label: str
    look: str
    words: str

    @property
    def fails(self) -> bool:
        """Return whether an approval must say why it is given all the same."""
        return self.look == "missing"


@dataclass(frozen=True)
class Item:
    """An item of evidence that is asked for, and how it stands."""

    needed: Needed
    look: str
    words: str
    is_ours: bool  # somebody adds it, Muster does not find it out


def checks(release: Release) -> tuple[Check, ...]:
    """Return what an approver looks at first."""
    system = release.system
    signed, signed_words = facts.classified(system)
    named, named_words = facts.answered(system)
    state, words = proofs.agreements(system)
    return (
        _pin_check(release),
        Check("Signed classification", _look(signed), _sentence(signed_words)),
        Check("Somebody accountable", _look(named), _sentence(named_words)),
        Check("Agreements in force", state, _sentence(words)),
    )


def _look(is_good: bool) -> str:
    return "met" if is_good else "missing"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _pin_check(release: Release) -> Check:
    version, label = release.version, "Pinned model id"
    words = waiving.pin_words(version)
    if waiving.why_not_pinned(version, proposed_by=release.submitted_by_id):
        return Check(label, "missing", words)
    waiver = version.waivers.filter(ends_on__gte=timezone.localdate()).first()
    if waiver:
        return Check(label, "progress", f"{words} Waived until {waiver.ends_on:%-d %B %Y}.")
    return Check(label, "met", words)


def items(release: Release) -> tuple[Item, ...]:
    """Return the items of evidence that are asked for, each with how it stands."""
    kinds = evidence_table().kinds
    return tuple(
        Item(
            one,
            LOOKS[one.state],
            STATE_WORDS[one.state],
            one.basis == Basis.ATTESTED and one.kind in kinds,
        )
        for one in proofs.needed(release)
    )
