"""Answering facts and signing: who may, once, and what the record keeps."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from governance.accounts.actions import grant, revoke
from governance.accounts.rules import Role
from governance.classification.actions import NotSettledError, answer_facts, sign_classification
from governance.classification.models import Assessment, FactSheet
from governance.classification.queries import (
    facts_changed_since,
    facts_of,
    gaps,
    provisional,
    usual_answers,
)
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import change_system
from inventory.systems.models import AISystem
from tests.classification.conftest import CHATBOT, sign


def test_an_answer_is_kept_and_recorded_with_from_and_to(answered, officer):
    before = FactSheet.objects.get().facts
    answer_facts(answered, facts={"tr.ai_obvious": True}, actor=officer, seen=1)

    entry = Entry.objects.filter(action="facts.changed").latest("pk")
    assert FactSheet.objects.get().facts == before | {"tr.ai_obvious": True}
    assert body(entry)["data"]["changes"] == {"tr.ai_obvious": {"from": False, "to": True}}


def test_the_same_answers_again_change_nothing_and_leave_no_trace(answered, officer):
    before = Entry.objects.count()

    assert not answer_facts(answered, facts=CHATBOT, actor=officer, seen=1)
    assert Entry.objects.count() == before


def test_the_answers_of_a_retired_system_stay_as_they_are(answered, officer):
    change_system(answered, actor=officer, stage="retired")
    before = FactSheet.objects.get().facts

    with pytest.raises(DomainError, match="is retired"):
        answer_facts(answered, facts={"actor.uses_professionally": None}, actor=officer)
    assert FactSheet.objects.get().facts == before


def test_an_answer_can_be_taken_back(answered, officer):
    answer_facts(answered, facts={}, cleared=["tr.interacts_directly"], actor=officer)

    assert "tr.interacts_directly" not in FactSheet.objects.get().facts


@pytest.mark.parametrize(
    "facts",
    [
        {"tr.invented": True},
        {"tr.invented": None},
        {"tr.ai_obvious": "yes"},
        {"ins.line": "yacht"},
        {"tr.generates": ["smell"]},
        {"gpai.training_flop": float("nan")},
        {"gpai.training_flop": 10**400},
        {"gpai.training_flop": -1},
        {"gpai.training_flop": True},
        {"tr.generates": "text"},
        {"tr.generates": [["text"]]},
        {"market.first_placed": "soon"},
    ],
)
def test_an_invented_fact_or_a_false_type_is_refused(system, officer, facts):
    with pytest.raises(DomainError, match="does not fit"):
        answer_facts(system, facts=facts, actor=officer)
    assert not FactSheet.objects.exists()


def test_answers_over_somebody_elses_are_refused(answered, officer):
    with pytest.raises(StaleError):
        answer_facts(answered, facts={"tr.ai_obvious": True}, actor=officer, seen=0)


def test_the_owner_may_answer_and_an_auditor_or_a_stranger_may_not(
    system, owner, auditor, stranger
):
    answer_facts(system, facts=CHATBOT, actor=owner)

    for person in (auditor, stranger):
        with pytest.raises(PermissionDenied):
            answer_facts(system, facts={"tr.ai_obvious": True}, actor=person)


def test_a_signature_freezes_facts_law_and_reasons(answered, officer):
    assessment = sign(answered, officer)

    assert (assessment.number, assessment.tier) == (1, "limited")
    assert assessment.facts == FactSheet.objects.get().facts
    entry = body(Entry.objects.get(action="assessment.signed"))["data"]
    assert entry["facts_digest"] == assessment.facts_digest
    assert entry["pack_version"] == assessment.pack_version
    assert entry["fired"] == ["art50.1"]


def test_the_next_signature_supersedes_the_former(answered, officer):
    first = sign(answered, officer)
    answer_facts(answered, facts={"tr.generates": ["text"]}, actor=officer)
    second = sign(answered, officer)

    first.refresh_from_db()
    assert first.superseded_at == second.signed_at
    assert list(Assessment.objects.current()) == [second]
    assert second.number == 2


def test_signing_exactly_the_same_twice_is_refused_and_leaves_no_trace(answered, officer):
    sign(answered, officer)
    before = Entry.objects.count()

    with pytest.raises(DomainError, match="signed exactly this already"):
        sign(answered, officer)
    assert Entry.objects.count() == before


def test_facts_that_changed_since_the_page_was_shown_are_not_signed(answered, officer):
    now = provisional(answered)
    answer_facts(answered, facts={"profiling.performed": True}, actor=officer)

    with pytest.raises(StaleError, match="facts changed"):
        sign_classification(
            answered,
            reason="seen",
            actor=officer,
            facts_digest=now.facts.digest,
            pack_version=now.classification.pack_version,
        )


def test_another_rule_pack_than_the_one_shown_is_not_signed(answered, officer):
    with pytest.raises(StaleError, match="rule pack changed"):
        sign_classification(
            answered,
            reason="seen",
            actor=officer,
            facts_digest=provisional(answered).facts.digest,
            pack_version="0" * 64,
        )


def test_an_answer_not_sure_blocks_the_signature(answered, officer):
    answer_facts(answered, facts={"profiling.performed": None}, actor=officer)

    with pytest.raises(NotSettledError, match="not sure"):
        sign(answered, officer)


def test_a_question_that_can_still_change_the_result_blocks_the_signature(answered, officer):
    answer_facts(answered, facts={}, cleared=["profiling.performed"], actor=officer)
    listed = {"work.functions": ["evaluate_candidates"], "filter.narrow_procedural": True}
    answer_facts(answered, facts=listed, actor=officer)

    with pytest.raises(NotSettledError, match="1 open question can still change the tier"):
        sign(answered, officer)


def test_a_question_that_can_change_nothing_may_stay_open(answered, officer):
    answer_facts(answered, facts={}, cleared=["profiling.performed"], actor=officer)

    assert sign(answered, officer).tier == "limited"


def test_without_answers_or_reason_nothing_is_signed(system, officer):
    with pytest.raises(NotSettledError):
        sign(system, officer)
    answer_facts(system, facts=usual_answers(system) | CHATBOT, actor=officer)
    with pytest.raises(DomainError, match="why you sign"):
        sign(system, officer, reason="  ")


def test_only_those_who_classify_in_the_unit_sign(answered, owner, ops_lead, auditor, stranger):
    for person in (owner, ops_lead, auditor, stranger):
        with pytest.raises(PermissionDenied):
            sign(answered, person)
    assert not Assessment.objects.exists()


def test_nobody_signs_for_a_retired_system(answered, officer):
    change_system(answered, actor=officer, stage="retired")

    with pytest.raises(DomainError, match="is retired"):
        sign(answered, officer)
    assert not Assessment.objects.exists()


def test_who_signs_needs_the_right_where_the_system_stands_by_now(
    answered, officer, stranger, lending, claims, administrator
):
    read_before = AISystem.objects.select_related("unit").get(pk=answered.pk)
    grant(stranger, role=Role.COMPLIANCE_OFFICER, unit=claims, actor=administrator)
    revoke(stranger.memberships.get(unit=lending), actor=administrator)
    change_system(answered, actor=officer, unit=lending)

    with pytest.raises(PermissionDenied):
        sign(read_before, stranger)


def test_changed_facts_show_as_changed_since(answered, officer):
    assessment = sign(answered, officer)
    assert not facts_changed_since(assessment)

    answer_facts(answered, facts={"profiling.performed": True}, actor=officer)
    assert facts_changed_since(assessment)
    assert [gap.kind for gap in gaps(answered)] == ["facts_changed"]


def test_another_role_in_the_register_changes_the_facts_too(answered, officer):
    change_system(answered, actor=officer, our_roles=["provider"])
    answer_facts(answered, facts={}, cleared=["actor.develops_under_own_name"], actor=officer)
    assessment = sign(answered, officer)

    change_system(answered, actor=officer, our_roles=["deployer"])
    assert facts_changed_since(assessment, facts_of(answered))


@pytest.mark.parametrize("sql", ["UPDATE {} SET tier = 'minimal'", "DELETE FROM {}"])
def test_the_database_keeps_a_signed_classification_as_it_is(answered, officer, sql):
    sign(answered, officer)

    with pytest.raises(IntegrityError, match="frozen"), connection.cursor() as cursor:
        cursor.execute(sql.format("classification_assessment"))


@pytest.mark.django_db(transaction=True)
def test_of_two_signers_at_once_one_signs(answered, officer, administrator):
    now, together = provisional(answered), Barrier(2)

    def attempt(reason: str) -> str:
        together.wait()
        try:
            sign_classification(
                answered,
                reason=reason,
                actor=officer,
                facts_digest=now.facts.digest,
                pack_version=now.classification.pack_version,
            )
        except DomainError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(attempt, ["one", "two"]))

    assert results == ["DomainError", "signed"]
    assert Entry.objects.filter(action="assessment.signed").count() == 1
