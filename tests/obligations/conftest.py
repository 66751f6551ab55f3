"""A system with a signed high-risk classification, its duties, and evidence about it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.classification.actions import answer_facts, sign_classification
from governance.classification.models import Assessment
from governance.classification.queries import provisional, usual_answers
from governance.evidence.actions import add_evidence
from governance.evidence.models import EvidenceItem
from governance.obligations.actions import follow
from governance.obligations.models import Duty
from inventory.systems.models import AISystem
from tests.conftest import person

HIGH = {
    "actor.uses_professionally": True,
    "ins.line": "health",
    "ins.functions": ["risk_assessment"],
    "profiling.performed": True,
}
DAYS = {"enacted": "2026-08-02", "amended": "2027-12-02"}


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path


@pytest.fixture
def second_officer(organisation, administrator) -> User:
    """Another compliance officer of the whole organisation."""
    return person("Nora Second", Role.COMPLIANCE_OFFICER, organisation, administrator)


@pytest.fixture
def signed(system, officer) -> Assessment:
    """The system classified as high-risk, signed, and its duties taken over."""
    return classified(system, officer, HIGH)


def classified(
    system: AISystem, officer: User, facts: dict, *, taken_over: bool = True
) -> Assessment:
    """Return a real signed classification whose duties are taken over."""
    answer_facts(system, facts=usual_answers(system) | facts, actor=officer)
    now = provisional(system)
    assessment = sign_classification(
        system,
        reason="checked with the team",
        actor=officer,
        facts_digest=now.facts.digest,
        pack_version=now.classification.pack_version,
    )
    if taken_over:
        follow(assessment, actor=officer)
    return assessment


def told(obligation: str, roles: Iterable[str], amended: str | None = "2027-12-02") -> dict:
    """Return a duty as a signed result tells it."""
    return {
        "id": obligation,
        "roles": list(roles),
        "applies_from": {"enacted": "2026-08-02", "amended": amended},
        "disputed": False,
        "transition": None,
        "duty": f"Do what {obligation} asks for.",
        "citation": ["Art 26(2)"],
        "note": "",
        "retention": "",
    }


def sign_plain(system: AISystem, signer: User, duties: list[dict]) -> Assessment:
    """Return a signed classification with just these duties; the one before is superseded."""
    current = Assessment.objects.current().filter(system=system)
    number = Assessment.objects.filter(system=system).count() + 1
    current.update(superseded_at=timezone.now())
    return Assessment.objects.create(
        system=system,
        number=number,
        tier="high",
        tier_enacted="high",
        facts={},
        facts_digest="0" * 64,
        pack_version="test",
        result={"duties": duties, "why": [], "fired": []},
        signed_by=signer,
        reason="for a test",
        signed_at=timezone.now(),
    )


@pytest.fixture
def duty(signed) -> Duty:
    """Human oversight (Art 26(2)) of the system."""
    return Duty.objects.get(system=signed.system, obligation="art26.2")


@pytest.fixture
def literacy(signed) -> Duty:
    """AI literacy (Art 4), which applies already."""
    return Duty.objects.get(system=signed.system, obligation="art4", role="deployer")


@pytest.fixture
def item(system, owner) -> EvidenceItem:
    """A link about the system."""
    return add_evidence(system, actor=owner, title="Training record", link="https://x.example/1")


@pytest.fixture
def read() -> Callable[[Duty], Duty]:
    """Return a function that reads a duty again, with its state."""
    return lambda duty: Duty.objects.with_state(timezone.localdate()).get(pk=duty.pk)
