"""The page of one update, put together: checks, evidence, diff, consequences, voices, choices."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability, Proof
from governance.approvals import (
    consequences,
    measured,
    proofs,
    sides,
    situations,
    voices,
)
from governance.approvals.checklist import Check, Item, checks, items
from governance.approvals.going_back import way_back
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import (
    CLASS_WORDS,
    LIVE,
    OPEN,
    ChangeClass,
    State,
)
from governance.approvals.models import Condition, Finding, Release, Remark, Viewing, Vote
from governance.approvals.queue import ENVIRONMENT_WORDS
from governance.approvals.quorum import Verdict
from governance.approvals.situations import Choice
from governance.approvals.steps import Step, steps
from governance.approvals.verbs import DECIDE_WORDS, DECIDES, REFUSES
from governance.calendars.queries import calendar_of
from governance.common.reading import one_reading
from inventory.systems.bundles.diff import Group
from inventory.systems.models import ModelVersion


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


def _target(release: Release, running: Release | None) -> Release | None:
    if release.state in LIVE | {State.SUSPENDED}:
        return way_back(release)
    return running


def _findings(release: Release) -> list[Finding]:
    rows = release.findings.select_related("opened_by", "accepted_by", "closed_by")
    return list(rows.order_by("closed_at", "severity", "-opened_at"))


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
