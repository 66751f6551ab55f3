"""The page of one update, put together: checks, evidence, diff, consequences, voices, choices."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability, Proof
from governance.approvals import (
    consequences,
    facts,
    measured,
    proofs,
    sides,
    situations,
    voices,
    waiving,
)
from governance.approvals.going_back import way_back
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import (
    CLASS_WORDS,
    LIVE,
    OPEN,
    ChangeClass,
    Event,
    State,
)
from governance.approvals.models import Condition, Finding, Release, Remark, Viewing, Vote
from governance.approvals.queue import ENVIRONMENT_WORDS
from governance.approvals.quorum import Verdict
from governance.approvals.situation import Basis, Needed
from governance.approvals.situations import Choice
from governance.approvals.verbs import BY_EVENT, DECIDE_WORDS, DECIDES, REFUSES, SECOND, Verb
from governance.calendars.queries import calendar_of
from governance.common.reading import one_reading
from inventory.systems.bundles.diff import Group
from inventory.systems.models import ModelVersion

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


@dataclass(frozen=True)
class Step:
    """A step that the state allows: its verb, and what stands against it for this person."""

    verb: Verb
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class UpdatePage:
    """All that the page of one update shows."""

    release: Release
    version: ModelVersion
    running: Release | None
    before: Release | None
    checks: tuple[Check, ...]
    items: tuple[Item, ...]
    measured: list[measured.Measured]
    groups: tuple[Group, ...]
    viewed: set[str]
    follows: list[consequences.Line]
    remedy: consequences.Remedy
    verdict: Verdict
    voices: tuple[voices.Voice, ...]
    void: tuple[Vote, ...]
    others: tuple[Vote, ...]  # votes of other decisions about it, and vetoes
    conditions: list[Condition]
    findings: list[Finding]
    remarks: list[Remark]
    steps: list[Step]
    deciding: Choice | None
    refusing: Choice | None
    seal: str
    decide_by: datetime | None
    may_answer: bool

    @property
    def checks_fail(self) -> bool:
        """Return whether a decision must say why it is given all the same."""
        return any(check.fails for check in self.checks)

    @property
    def may_decide(self) -> bool:
        """Return whether the person has a voice now."""
        return self.deciding is not None and self.deciding.is_open

    @property
    def may_refuse(self) -> bool:
        """Return whether the person may say no now."""
        return self.refusing is not None and self.refusing.is_open

    @property
    def decide_words(self) -> tuple[str, str]:
        """Return the words of the two buttons of a decision."""
        return DECIDE_WORDS[self.deciding.event] if self.deciding else ("", "")

    @property
    def why_not(self) -> tuple[str, ...]:
        """Return why this person does not decide; empty when they may or nobody is asked."""
        return self.deciding.refusals if self.deciding and not self.may_decide else ()

    @property
    def open_steps(self) -> list[Step]:
        """Return the steps that the person may take now."""
        return [step for step in self.steps if not step.refusals]

    @property
    def refused_steps(self) -> list[Step]:
        """Return the steps that fit the state, but not now or not for this person."""
        return [step for step in self.steps if step.refusals]

    @property
    def items_open(self) -> int:
        """Return how many items of evidence are not met."""
        return sum(not item.needed.is_met for item in self.items)

    @property
    def open_items(self) -> list[Item]:
        """Return the items that are missing, too old, or of another digest."""
        return [item for item in self.items if not item.needed.is_met]

    @property
    def met_items(self) -> list[Item]:
        """Return the items that are there."""
        return [item for item in self.items if item.needed.is_met]

    @property
    def place_words(self) -> str:
        """Return where it goes, as people say it."""
        return ENVIRONMENT_WORDS.get(self.release.environment, self.release.environment)

    @property
    def class_words(self) -> str:
        """Return what the class of the change is called."""
        known = self.release.change_class
        return CLASS_WORDS[ChangeClass(known)] if known else ""

    @property
    def is_late(self) -> bool:
        """Return whether the time for a decision is over."""
        return self.decide_by is not None and self.decide_by < timezone.now()

    @property
    def shown(self) -> str:
        """Return the evidence that the page shows, for telling later what changed."""
        return ",".join(f"{one['kind']}={one['sha256'][:16]}" for one in self.evidence)

    @property
    def evidence(self) -> list[dict[str, str]]:
        """Return the evidence set that the seal covers."""
        return proofs.seen_list(self.release)


def update_page(release: Release, user: User, proof: Proof | None = None) -> UpdatePage:
    """Return the page of an update as one person sees it."""
    with one_reading():
        return _page(release, user, proof)


def _page(release: Release, user: User, proof: Proof | None) -> UpdatePage:
    running = proofs.running_in(release)
    before = release.before or running
    votes = list(release.votes.select_related("person", "acting_for"))
    now = situations.verdict(release)
    choices = situations.possible(release, user, proof)
    shown = measured.measured(release.version, before.version if before else None)
    groups = sides.side_by_side(before.version if before else None, release.version)
    viewing = Viewing.objects.filter(release=release, person=user).first()
    standing = {vote.pk for vote in situations.standing_votes(release)}
    return UpdatePage(
        release=release,
        version=release.version,
        running=running,
        before=before,
        checks=checks(release),
        items=items(release),
        measured=shown,
        groups=groups,
        viewed=sides.viewed_in(viewing, groups),
        follows=consequences.consequences(release, running, _target(release, running)),
        remedy=consequences.remedy(release, before.version if before else None, shown),
        verdict=now,
        voices=voices.voices(release, now, [vote for vote in votes if vote.pk in standing]),
        void=tuple(vote for vote in votes if vote.void_at),
        others=voices.others(votes, standing, now),
        conditions=list(release.conditions.select_related("owner", "set_by", "met_by")),
        findings=list(_findings(release)),
        remarks=list(release.remarks.select_related("author")),
        steps=steps(release, user, choices),
        deciding=next((one for one in choices if one.event in DECIDES), None),
        refusing=next((one for one in choices if one.event in REFUSES), None),
        seal=proofs.seal(release),
        decide_by=_decide_by(release, now),
        may_answer=may(user, Capability.ANSWER, release.system.unit),
    )


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


def _target(release: Release, running: Release | None) -> Release | None:
    if release.state in LIVE | {State.SUSPENDED}:
        return way_back(release)
    return running


def _findings(release: Release) -> list[Finding]:
    rows = release.findings.select_related("opened_by", "accepted_by", "closed_by")
    return list(rows.order_by("closed_at", "severity", "-opened_at"))


def steps(release: Release, user: User, choices: list[Choice]) -> list[Step]:
    """Return the steps beside a decision, each with what stands against it for the person."""
    found = []
    for one in choices:
        if one.event == Event.EMERGENCY_ACTIVATE:
            found.append(Step(SECOND, _second_refusals(release, user)))
        if one.event in BY_EVENT:
            found.append(Step(BY_EVENT[one.event], one.refusals))
    return found


def _second_refusals(release: Release, user: User) -> tuple[str, ...]:
    if not may(user, Capability.APPROVE, release.system.unit):
        return ("Your role does not let you agree to it here.",)
    if refusal := situations.why_same_person(user, release):
        return (refusal,)
    return ()


def _decide_by(release: Release, now: Verdict) -> datetime | None:
    """Return until when it is to be decided, in the unit's working days."""
    if release.state == State.EMERGENCY_ACTIVE:
        return release.emergency_until
    if release.state not in OPEN - {State.DRAFT}:
        return None
    begins = release.review_began_at or release.submitted_at
    return calendar_of(release.system.unit).add_days(begins, now.rule.business_days)


def what_changed(shown: str, release: Release) -> list[str]:
    """Return in words how the evidence differs from what a page showed before."""
    before = dict(part.split("=", 1) for part in shown.split(",") if "=" in part)
    after = {one["kind"]: one["sha256"][:16] for one in proofs.seen_list(release)}
    found = [f"{_title(kind)} was added." for kind in sorted(after.keys() - before.keys())]
    found += [f"{_title(kind)} counts no more." for kind in sorted(before.keys() - after.keys())]
    found += [
        f"{_title(kind)} was replaced."
        for kind in sorted(before.keys() & after.keys())
        if before[kind] != after[kind]
    ]
    return found or ["The class of the change, the tier, the version or the rules changed."]


def _title(kind: str) -> str:
    known = evidence_table().kinds.get(kind)
    return known.title if known else kind.replace("run:", "The run: ").replace("_", " ")
