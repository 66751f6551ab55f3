"""The lives of releases at random: what people and the clock may try, in whatever order."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
)

from governance.accounts.models import User
from governance.approvals import actions, evidence_actions, run_actions, vote_actions
from governance.approvals.around_actions import report_canary, say_materiality
from governance.approvals.finding_actions import close_finding
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import RUNNING, State
from governance.approvals.models import Finding, Release, ReleaseEvidence
from governance.approvals.proofs import needed, seal
from governance.approvals.situation import Basis
from governance.approvals.situations import END_CHECKLIST, verdict
from governance.approvals.tasks import sweep_releases
from governance.common.errors import DomainError
from inventory.systems.models import ModelVersion
from tests.approvals.world import Place, proof_of
from tests.factories import a_run

SPANS = [timedelta(hours=1), *(timedelta(days=days) for days in (3, 45, 200, 800))]
some = st.integers(min_value=0, max_value=30)


class Clock:
    """Time that a test moves on."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self.real, self.shift = real, timedelta()

    def now(self) -> datetime:
        """Return the moment that everybody takes for now."""
        return self.real() + self.shift


class Lives(RuleBasedStateMachine):
    """The lives of the releases of one system, at random."""

    place: ClassVar[Place]
    clock: ClassVar[Clock]

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.clock.shift = timedelta()
        self.made = 0
        self.hands: dict[int, set[int]] = defaultdict(set)  # version → who worked on it
        for version in ModelVersion.objects.all():  # of the submitter, as all their evidence
            self.hands[version.pk].add(self.place.submitter.pk)

    def teardown(self) -> None:
        """Undo this life."""
        transaction.savepoint_rollback(self.before)

    # --- what the rules below pick from -----------------------------------------------------
    @property
    def people(self) -> list[User]:
        """Return everybody who may try something."""
        return [*self.place.people.values(), self.place.owner, self.place.submitter]

    def pick(self, rows: QuerySet[Any], at: int) -> Any:
        """Return one of some rows."""
        found = list(rows)
        return found[at % len(found)]

    def releases(self, *states: State) -> QuerySet[Release]:
        """Return the releases in some states, the newest first."""
        return Release.objects.filter(status__in=states).with_all().order_by("-pk")

    def some_one(self, states: tuple[State, ...], at: int) -> Release | None:
        """Return a release in one of some states, None without any."""
        rows = self.releases(*states)
        return self.pick(rows, at) if rows.exists() else None

    def tried(self, verb: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """Do something; a refusal in words is as good an answer as any, an error is not."""
        try:
            with transaction.atomic():
                return verb(*args, **given)
        except (DomainError, PermissionDenied):
            return None

    # --- versions, evidence, what weighs ----------------------------------------------------
    @rule()
    def register(self) -> None:
        """Register a version without any evidence."""
        self.made += 1
        version = self.place.version(f"2.{self.made}.0")
        self.hands[version.pk].add(self.place.submitter.pk)

    @rule(at=some, task=st.sampled_from(["", "letters"]), is_ready=st.booleans())
    def submit(self, at: int, task: str, is_ready: bool) -> None:
        """Propose a version, mostly with all the evidence it needs."""
        said = {"reason": "It answers better.", "environment": "test", "task": task}
        version = self.pick(ModelVersion.objects.order_by("-pk"), at)
        release = self.tried(actions.submit, version, actor=self.place.submitter, **said)
        if release and is_ready:
            self.supply(release)

    def supply(self, release: Release) -> None:
        """Add what a release still lacks."""
        kinds = evidence_table().kinds
        for one in needed(release):
            if not one.is_met and kinds[one.kind].run:
                self.tried(
                    a_run, release.version, actor=self.place.submitter, kind=kinds[one.kind].run
                )
            elif not one.is_met and one.basis == Basis.ATTESTED:
                self.tried(self.place.prove, release.version, one.kind)
        sweep_releases()  # follows what the stages below did
        release.refresh_from_db()

    @rule(at=some, steps=st.integers(1, 4))
    def carry(self, at: int, steps: int) -> None:
        """Bring a release on, by the way that is meant for it."""
        release = self.pick(Release.objects.order_by("-pk"), at)
        for _ in range(steps):
            match release.state:
                case State.DRAFT:
                    self.tried(actions.propose, release, actor=self.place.submitter)
                case State.EVALUATING:
                    self.supply(release)
                case State.IN_REVIEW:
                    self.everybody_agrees(release)
                case State.APPROVED | State.SCHEDULED:
                    self.tried(run_actions.activate, release, actor=self.place.people["OC"])
                case State.SUSPENDED:
                    self.mend(release)
                    said = {"actor": self.place.owner, "reason": "Mended."}
                    self.tried(run_actions.resume, release, **said)
            release = Release.objects.with_all().get(pk=release.pk)

    def everybody_agrees(self, release: Release) -> None:
        """Let everybody whose voice is missing say yes."""
        for slot in verdict(release).missing:
            self.tried(self.place.agree, release, slot)

    def mend(self, release: Release) -> None:
        """Close what was found about a release."""
        for finding in Finding.objects.filter(release=release, closed_at__isnull=True):
            self.tried(close_finding, finding, actor=self.place.officer, reason="Mended.")

    @rule(at=some, who=some, kind=st.sampled_from(["cost_estimate", "drift_review"]))
    def prove(self, at: int, who: int, kind: str) -> None:
        """Add evidence about a version, in place of the one before."""
        version, person = self.pick(ModelVersion.objects.order_by("-pk"), at), self.people[who % 10]
        said = {"statement": f"Number {who}.", "produced_by": "Somebody"}
        add = evidence_actions.add_proof
        if self.tried(add, version, actor=person, kind=kind, **said):
            self.hands[version.pk].add(person.pk)

    @rule(at=some, who=some)
    def take_away(self, at: int, who: int) -> None:
        """Withdraw evidence."""
        proof, person = (
            self.pick(ReleaseEvidence.objects.order_by("-pk"), at),
            self.people[who % 10],
        )
        withdraw = evidence_actions.withdraw_proof
        if self.tried(withdraw, proof, actor=person, reason="Mistaken."):
            self.hands[proof.version_id].add(person.pk)

    @rule(at=some, who=some)
    def evaluate(self, at: int, who: int) -> None:
        """Run the suite once more."""
        version, person = self.pick(ModelVersion.objects.order_by("-pk"), at), self.people[who % 10]
        if self.tried(a_run, version, actor=person, passed=20 - who % 3, failed=who % 3):
            self.hands[version.pk].add(person.pk)
        sweep_releases()

    @rule(weight=st.integers(1, 3))
    def weigh(self, weight: int) -> None:
        """Say that the system weighs more, or less."""
        said = {"exposure": weight, "purpose": weight, "reason": "Seen anew."}
        self.tried(say_materiality, self.place.system, actor=self.place.officer, **said)
        sweep_releases()

    # --- deciding ---------------------------------------------------------------------------
    @rule(at=some, who=some, is_yes=st.booleans())
    def vote(self, at: int, who: int, is_yes: bool) -> None:
        """Let anybody at all say yes or no."""
        decided = (State.IN_REVIEW, State.EMERGENCY_ACTIVE, State.ACTIVE, State.EXPIRED)
        if release := self.some_one(decided, at):
            person, verb = self.people[who % 10], vote_actions.approve
            said = {"seen": seal(release), "reason": "Read.", "proof": proof_of(person)}
            self.tried(verb if is_yes else vote_actions.reject, release, actor=person, **said)

    @rule(at=some)
    def agree(self, at: int) -> None:
        """Let everybody whose voice is missing say yes."""
        decided = (State.IN_REVIEW, State.EMERGENCY_ACTIVE, State.ACTIVE, State.EXPIRED)
        if release := self.some_one(decided, at):
            self.supply(release)
            self.everybody_agrees(release)

    @rule(at=some, who=some, to=st.sampled_from(["A", "B", "C"]))
    def reclass(self, at: int, who: int, to: str) -> None:
        """Raise or lower the class of a change under review."""
        if release := self.some_one((State.EVALUATING, State.IN_REVIEW), at):
            said = {"to": to, "reason": "As seen in the diff."}
            self.tried(actions.set_class, release, actor=self.people[who % 10], **said)

    @rule(at=some)
    def withdraw(self, at: int) -> None:
        """Take a proposal back."""
        states = (State.EVALUATING, State.IN_REVIEW, State.APPROVED)
        if release := self.some_one(states, at):
            self.tried(actions.withdraw, release, actor=self.place.submitter)

    @precondition(lambda self: self.releases(State.REJECTED).exists())
    @rule(at=some)
    def reopen(self, at: int) -> None:
        """Open what was sent back again, and propose it."""
        rejected = self.some_one((State.REJECTED,), at)
        new = self.tried(actions.reopen, rejected, actor=self.place.submitter)
        if new:
            self.tried(actions.propose, new, actor=self.place.submitter, reason="Again.")

    # --- running ----------------------------------------------------------------------------
    @rule(at=some, who=some)
    def activate(self, at: int, who: int) -> None:
        """Let something run: mostly by who deploys."""
        if release := self.some_one((State.APPROVED, State.SCHEDULED), at):
            person = self.people[who % 10] if who > 20 else self.place.people["OC"]
            self.tried(run_actions.activate, release, actor=person)

    @precondition(lambda self: self.releases(State.APPROVED).exists())
    @rule(at=some)
    def schedule(self, at: int) -> None:
        """Set a window for what is approved."""
        since = self.clock.now() - timedelta(minutes=1)
        window = {"window_from": since, "window_until": since + timedelta(days=2)}
        release = self.some_one((State.APPROVED,), at)
        self.tried(run_actions.schedule, release, actor=self.place.people["OC"], **window)

    @precondition(lambda self: self.releases(State.APPROVED).exists())
    @rule(at=some)
    def canary(self, at: int) -> None:
        """Let what is approved run beside what is active."""
        release, said = self.some_one((State.APPROVED,), at), {"rule": {"tasks": 5, "hours": 1}}
        self.tried(run_actions.start_canary, release, actor=self.place.people["OC"], **said)

    @precondition(lambda self: self.releases(State.CANARY).exists())
    @rule(at=some, tasks=st.integers(0, 9))
    def promote(self, at: int, tasks: int) -> None:
        """Report what a canary did, an hour later, and make it the active one."""
        release, since = self.some_one((State.CANARY,), at), self.clock.now()
        self.clock.shift += timedelta(hours=2)
        until = self.clock.now()
        told = {"tasks": tasks, "metrics": {}, "observed_from": since, "observed_until": until}
        self.tried(report_canary, release, actor=self.place.submitter, **told)
        self.tried(run_actions.promote, release, actor=self.place.people["OC"])
        sweep_releases()

    @rule(at=some, who=some)
    def suspend(self, at: int, who: int) -> None:
        """Stop what runs."""
        states = (State.ACTIVE, State.CANARY, State.EMERGENCY_ACTIVE)
        if release := self.some_one(states, at):
            person = self.people[who % 10]
            self.tried(run_actions.suspend, release, actor=person, reason="It answers in Dutch.")

    @precondition(lambda self: self.releases(State.SUSPENDED).exists())
    @rule(at=some, is_closed=st.booleans())
    def resume(self, at: int, is_closed: bool) -> None:
        """Let what was stopped run again, its cause closed or not."""
        release = self.some_one((State.SUSPENDED,), at)
        if is_closed:
            self.mend(release)
        self.tried(run_actions.resume, release, actor=self.place.owner, reason="Mended.")

    @rule(at=some)
    def rollback(self, at: int) -> None:
        """Go back to what ran before."""
        states = (*sorted(RUNNING), State.CANARY, State.SUSPENDED)
        if release := self.some_one(states, at):
            said = {"actor": self.place.owner, "reason": "Complaints."}
            self.tried(run_actions.rollback, release, **said)

    @rule(at=some, hours=st.sampled_from([2, 72, 73]))
    def emergency(self, at: int, hours: int) -> None:
        """Let a version run at once, on the word of two."""
        version = self.pick(ModelVersion.objects.order_by("-pk"), at)
        said = {"reason": "People wait.", "environment": "test"}
        release = self.tried(actions.draft_release, version, actor=self.place.submitter, **said)
        if release:
            second = {"actor": self.place.officer, "reason": "People wait."}
            self.tried(run_actions.second, release, **second)
            first = {"actor": self.place.people["AO"], "reason": "Down.", "hours": hours}
            self.tried(run_actions.emergency_activate, release, **first)

    @rule(at=some)
    def retire(self, at: int) -> None:
        """End what does not run any more."""
        states = (State.SUPERSEDED, State.ROLLED_BACK, State.EXPIRED, State.SUSPENDED)
        if release := self.some_one(states, at):
            said = {"reason": "Replaced.", "done": list(END_CHECKLIST)}
            for person in self.people:
                self.tried(run_actions.retire, release, actor=person, **said)

    @rule(span=st.sampled_from(SPANS))
    def pass_time(self, span: timedelta) -> None:
        """Let time pass, and the sweep run."""
        self.clock.shift += span
        sweep_releases()
