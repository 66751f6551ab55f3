"""A system for which everything is in place: people, matrix, rota, classification, suites."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Proof, Role
from governance.approvals import evidence_actions, vote_actions
from governance.approvals.actions import submit
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import State
from governance.approvals.models import Release
from governance.approvals.proofs import needed, seal
from governance.approvals.quorum import Slot
from governance.approvals.run_actions import activate
from governance.approvals.seats import seats
from governance.approvals.situation import Basis
from governance.approvals.situations import verdict
from governance.classification.actions import answer_facts, sign_classification
from governance.classification.queries import provisional, usual_answers
from governance.common.clock import database_now
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version
from raci.matrices import actions as matrices
from raci.people.actions import empower
from raci.people.vocabulary import vocabulary
from tests.conftest import person
from tests.factories import a_run, put_in_force, staff

PINNED = "gpt-4o-2024-11-20"
ROLES = ("VAL", "DPO", "BS", "LEG", "EXEC", "AO", "OC", "DS")


def proof_of(user: User) -> Proof:
    """Return the proof that somebody just gave their password."""
    return Proof(user.handle, "password", database_now())


class Place:
    """A system with everybody it needs, and the verbs to bring a version through."""

    def __init__(self, system: AISystem, officer: User, admin: User, **same: User) -> None:
        root = system.unit.parent or system.unit
        self.system, self.officer, self.admin = system, officer, admin
        self.people = {
            role: person(f"{role.title()} Holder", Role.SYSTEM_OWNER, root, admin) for role in ROLES
        } | same
        others = person("Olga Other", Role.SYSTEM_OWNER, root, admin)
        self.submitter = person("Dana Science", Role.AI_OPS_LEAD, root, admin)
        staff(root, actor=officer, people=self.people, others=others)
        assert system.owner
        for kind in vocabulary().authorities:
            empower(root, person=system.owner, kind=kind, actor=officer)
            empower(root, person=self.people["AO"], kind=kind, actor=officer)
        put_in_force(matrices.make_default_matrix(root, actor=officer), actor=officer)
        put_in_force(matrices.make_matrix(system, actor=officer), actor=officer)
        self.classify()

    @property
    def owner(self) -> User:
        """Return who answers for updates (CHG-01)."""
        assert self.system.owner
        return self.system.owner

    def classify(self, **facts: Any) -> None:
        """Answer every question, most as usual, and sign what follows."""
        said = usual_answers(self.system) | {"actor.uses_professionally": True} | facts
        answer_facts(self.system, facts=said, actor=self.officer)
        now = provisional(self.system)
        sign_classification(
            self.system,
            reason="As answered.",
            actor=self.officer,
            facts_digest=now.facts.digest,
            pack_version=now.classification.pack_version,
        )

    def version(self, label: str = "1.0.0", **over: Any) -> ModelVersion:
        """Return a registered version."""
        fields = {"provider": "openai", "model_id": PINNED, "prompt_sha256": sha(label)} | over
        if "bundle" in over:
            fields = over
        return add_version(self.system, actor=self.submitter, label=label, **fields)

    def evidence(self, version: ModelVersion, release: Release | None = None) -> None:
        """Add everything that may be asked for a version."""
        a_run(version, actor=self.submitter)
        a_run(version, actor=self.submitter, kind="adversarial")
        for kind in evidence_table().kinds.values():
            if kind.basis == Basis.ATTESTED:
                self.prove(version, kind.key)

    def prove(self, version: ModelVersion, kind: str, text: str = "Read and found good.") -> None:
        """Add one item of evidence as a statement."""
        evidence_actions.add_proof(
            version, actor=self.submitter, kind=kind, produced_by="Test bench", statement=text,
            observed_until=timezone.localdate() - timedelta(days=1),
        )  # fmt: skip

    def proposed(self, label: str = "1.0.0", **said: Any) -> Release:
        """Return a release that waits for its quorum."""
        version = self.version(label, **said.pop("fields", {}))
        self.evidence(version)
        release = submit(version, actor=self.submitter, reason="Better recall.", **said)
        assert release.state == State.IN_REVIEW, (release.state, needed(release))
        return release

    def agree(self, release: Release, slot: Slot, **given: Any) -> None:
        """Let whoever has a voice say yes."""
        who = seats(release.system, [slot])[slot].person
        assert who, slot
        vote_actions.approve(
            release, actor=who, seen=seal(release), reason="Read.", proof=proof_of(who), **given
        )

    def approved(self, label: str = "1.0.0", **said: Any) -> Release:
        """Return a release to which everybody agreed."""
        release = self.proposed(label, **said)
        for slot in verdict(release).rule.slots:
            self.agree(release, slot)
        assert release.state in (State.APPROVED, State.APPROVED_CONDITIONAL)
        return release

    def active(self, label: str = "1.0.0", **said: Any) -> Release:
        """Return a release that runs."""
        release = self.approved(label, **said)
        activate(release, actor=self.people["OC"])
        return release


def sha(text: str) -> str:
    """Return some SHA-256 that differs with the text."""
    return hashlib.sha256(text.encode()).hexdigest()


TODAY: date = timezone.localdate()
