"""Two people sign, answer or ask for a preview at once: one wins, the other is told."""

from collections.abc import Callable
from functools import partial

import pytest

from governance.classification import actions as classification
from governance.classification.models import Assessment, FactSheet, PackPreview
from governance.classification.preview_actions import finish, request_preview
from governance.classification.queries import provisional
from governance.common.canonical import digest
from governance.documents.actions import sign_document
from governance.documents.models import SignedDocument
from governance.documents.queries import draft_of
from governance.documents.rules import Kind
from governance.obligations import actions as duties
from governance.obligations.models import Duty
from tests.classification.conftest import sign
from tests.documents.samples import SCHEDULING
from tests.factories import make_system
from tests.house.racing import ROUNDS, answered, entries, on, race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def signing(system, actor) -> Callable[[], Assessment]:
    """Return a signature under what the system says at this moment, to be given later."""
    now = provisional(system)
    seen = {
        "facts_digest": now.facts.digest,
        "pack_version": now.classification.pack_version,
    }
    return on(system, classification.sign_classification, reason="Read.", actor=actor, **seen)


def test_of_three_signatures_under_the_same_one_stands(officer, second_officer, claims):
    for _ in range(ROUNDS):
        system = answered(officer, claims)
        people = (officer, second_officer, officer)
        results = race(*(signing(system, who) for who in people))

        assert refusals(results) == 2
        assert system.assessments.count() == 1
        assert entries("assessment.signed", system) == 1


def test_nobody_signs_other_answers_than_they_read(officer, second_officer, claims):
    for _ in range(ROUNDS):
        system = answered(officer, claims)
        read = provisional(system).facts.digest
        answer = {"tr.interacts_directly": True}
        signed, _ = race(
            signing(system, officer),
            on(system, classification.answer_facts, facts=answer, actor=second_officer),
        )

        assert FactSheet.objects.get(system=system).facts["tr.interacts_directly"] is True
        kept = [signed.facts_digest] if isinstance(signed, Assessment) else []
        assert [row.facts_digest for row in system.assessments.all()] == kept
        assert kept in ([], [read])
        assert entries("assessment.signed", system) == len(kept)


def test_the_first_answer_is_given_once(officer, second_officer, claims):
    for _ in range(ROUNDS):
        system = make_system(actor=officer, unit=claims)
        results = race(
            *(
                on(
                    system,
                    classification.answer_facts,
                    facts={"tr.interacts_directly": value},
                    actor=actor,
                    seen=0,
                )
                for actor, value in ((officer, True), (second_officer, False))
            )
        )

        assert refusals(results) == 1
        assert FactSheet.objects.get(system=system).row_version == 1
        assert entries("facts.changed", system) == 1


def test_duties_follow_a_signature_once_however_many_sweeps_run(officer, claims):
    for _ in range(ROUNDS):
        system = answered(officer, claims)
        signed = sign(system, officer)
        changes = race(*(on(signed, duties.follow, actor=officer) for _ in range(3)))

        assert [change.is_empty for change in changes].count(False) == 1
        assert entries("duties.followed", system) == 1


def test_duties_follow_the_later_of_two_signatures(officer, claims):
    for _ in range(ROUNDS):
        system = answered(officer, claims)
        first = sign(system, officer)
        answer = {"ins.functions": [], "ins.line": "none"}
        classification.answer_facts(system, facts=answer, actor=officer)
        later = signing(system, officer)
        _, second = race(on(first, duties.follow, actor=officer), later)
        duties.follow(second, actor=officer)

        asked = {(role, duty["id"]) for duty in second.result["duties"] for role in duty["roles"]}
        applying = Duty.objects.applying().filter(system=system)
        assert {(duty.role, duty.obligation) for duty in applying} == asked
        assert {duty.assessment_id for duty in applying} == {second.pk}


def test_of_three_signatures_under_a_document_one_is_current(officer, second_officer, claims):
    for _ in range(2):
        system = answered(
            officer, claims, SCHEDULING, name="Scheduling", intended_purpose="Finds a time."
        )
        sign(system, officer)
        read = digest(draft_of(system, Kind.NOT_HIGH_RISK).content())
        results = race(
            *(
                on(
                    system,
                    sign_document,
                    kind=Kind.NOT_HIGH_RISK,
                    reason="Read.",
                    actor=actor,
                    digest=read,
                )
                for actor in (officer, second_officer, officer)
            )
        )

        rows = SignedDocument.objects.filter(system=system)
        assert rows.count() == entries("document.signed", system) == 3 - refusals(results)
        assert rows.current().count() == 1


def test_a_preview_has_one_worker_and_ends_once(officer, system):
    for _ in range(ROUNDS):
        preview = request_preview(actor=officer, before_text="enacted")
        workers = [f"worker {at}" for at in range(4)]
        claim = PackPreview.objects.claim
        claims = race(*(partial(claim, preview.pk, worker) for worker in workers))
        found = {"systems": 1, "touched": 0, "tier": 0}
        ends = race(*(on(preview, finish, worker=worker, found=found) for worker in workers))

        assert [bool(claim) for claim in claims].count(True) == 1
        assert refusals(ends) == 3
        assert entries("preview.finished", preview) == 1


def test_a_person_waits_for_one_preview(officer, system):
    results = race(*[lambda: request_preview(actor=officer, before_text="enacted")] * 3)

    assert refusals(results) == 2
    assert PackPreview.objects.count() == entries("preview.requested") == 1
