"""A question nobody is sure of goes to a person who sees the system and may answer."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import Membership
from governance.accounts.rules import Role
from governance.classification.actions import answer_facts
from governance.classification.asking import people_to_ask
from governance.classification.models import AnswerNote, FactRequest, FactSheet
from governance.classification.queries import facts_of, provisional
from governance.classification.saying import Said
from governance.common.errors import DomainError
from inventory.systems.actions import share
from tests.classification.conftest import sign
from tests.classification.pages import at, seen_on, send
from tests.conftest import person

PROFILING = "profiling.performed"


@pytest.fixture
def colleague(claims, administrator):
    """Somebody who keeps systems in Claims, but not this one."""
    return person("Priya Nair", Role.SYSTEM_OWNER, claims, administrator)


@pytest.fixture
def put_to_colleague(system, officer, colleague):
    """The system, with one question put to the colleague."""
    said = Said(asked=colleague, note="Does the score name people?")
    answer_facts(system, facts={PROFILING: None}, actor=officer, said=said)
    return system


def test_whoever_sees_a_system_and_keeps_systems_can_be_asked(
    system, officer, owner, colleague, administrator, auditor, stranger
):
    assert set(people_to_ask(system)) == {administrator, colleague, officer, owner}


def test_with_whom_a_system_is_shared_can_be_asked_unless_they_only_read(
    system, officer, auditor, stranger, lending, administrator
):
    reader = person("Rolf Reader", Role.AUDITOR, lending, administrator)
    share(system, actor=officer, user=stranger)
    share(system, actor=officer, user=reader)

    found = people_to_ask(system)
    assert stranger in found
    assert reader not in found


def test_whose_role_has_ended_cannot_be_asked(system, colleague):
    Membership.objects.filter(user=colleague).update(
        ends_on=timezone.localdate() - timedelta(days=1)
    )

    assert colleague not in people_to_ask(system)


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_who_only_reads_or_sees_nothing_cannot_be_asked(request, system, officer, who):
    with pytest.raises(DomainError, match="may not answer"):
        answer_facts(
            system,
            facts={PROFILING: None},
            actor=officer,
            said=Said(asked=request.getfixturevalue(who)),
        )
    assert not FactSheet.objects.exists()


def test_who_is_asked_answers_just_this_question(as_user, put_to_colleague, colleague):
    system, client = put_to_colleague, as_user(colleague)
    text = seen_on(client, system, "profiling")
    assert "Does the score name people?" in text
    assert "Attach evidence" not in text
    response = send(client, system, "profiling", answer="no", because="Only damaged parts.")

    assert response.url == reverse("classification:review", args=[system.ref])
    assert facts_of(system).values[PROFILING] is False
    assert AnswerNote.objects.get(fact=PROFILING).by == colleague
    assert FactRequest.objects.get().answered_at
    assert client.get(at(system, "profiling")).status_code == 403


@pytest.mark.parametrize("step", ["uses", "work.functions", "what-it-is"])
def test_who_is_asked_one_question_answers_no_other(as_user, put_to_colleague, colleague, step):
    client = as_user(colleague)

    assert client.get(at(put_to_colleague, step)).status_code == 403
    assert client.post(at(put_to_colleague, step), {"seen": 1}).status_code == 403


def test_who_is_asked_cannot_bring_other_answers_along(put_to_colleague, colleague):
    with pytest.raises(PermissionDenied):
        answer_facts(put_to_colleague, facts={PROFILING: True, "emo.infers": True}, actor=colleague)
    assert facts_of(put_to_colleague).unsure == (PROFILING,)


def test_who_is_asked_and_lost_their_role_finds_nothing(as_user, put_to_colleague, colleague):
    Membership.objects.filter(user=colleague).delete()

    assert as_user(colleague).get(at(put_to_colleague, "profiling")).status_code == 404


def test_the_review_says_when_who_is_asked_may_not_answer_any_more(
    as_user, put_to_colleague, officer, colleague
):
    review = reverse("classification:review", args=[put_to_colleague.ref])
    client = as_user(officer)
    assert "ask somebody else" not in client.get(review).content.decode()
    Membership.objects.filter(user=colleague).delete()

    assert "ask somebody else" in client.get(review).content.decode()


def test_who_is_asked_and_is_not_sure_gives_the_question_back(
    as_user, put_to_colleague, officer, colleague
):
    client = as_user(colleague)
    assert "We ask Ines Halvorsen by" in seen_on(client, put_to_colleague, "profiling")
    send(client, put_to_colleague, "profiling", answer="~unsure", asked_person=officer.pk)

    assert FactRequest.objects.waiting().get().asked == officer


def test_the_next_question_put_to_the_same_person_follows(
    as_user, put_to_colleague, officer, colleague
):
    said = Said(asked=colleague)
    answer_facts(put_to_colleague, facts={"tr.generates": None}, actor=officer, said=said)
    response = send(as_user(colleague), put_to_colleague, "profiling", answer="no")

    assert response.url == at(put_to_colleague, "tr.generates")


@pytest.mark.parametrize(
    ("step", "fact", "answer"),
    [
        ("profiling", PROFILING, "~unsure"),
        ("union", "scope.eu_nexus", "~unsure"),
        ("tr.generates", "tr.generates", ["~unsure"]),
        ("compute", "gpai.training_flop", "~unsure"),
        ("market", "market.first_placed", "~unsure"),
    ],
)
def test_not_sure_blocks_the_signature_whatever_is_asked(
    as_user, answered, officer, step, fact, answer
):
    send(as_user(officer), answered, step, answer=answer)

    assert facts_of(answered).unsure == (fact,)
    assert fact not in provisional(answered).facts.values
    with pytest.raises(DomainError, match="not sure"):
        sign(answered, officer)


def test_not_sure_twice_asks_once_and_is_no_conflict(as_user, system, officer, owner):
    client, day = as_user(officer), timezone.localdate() + timedelta(days=7)
    again = {"seen": 0, "answer": "~unsure", "asked_person": owner.pk, "due_on": day}
    send(client, system, "profiling", **again)
    send(client, system, "profiling", **again)

    assert FactRequest.objects.count() == 1
    assert FactSheet.objects.get().row_version == 1


def test_of_a_screen_the_ticks_are_kept_and_the_unsure_boxes_asked(as_user, system, officer, owner):
    send(
        as_user(officer),
        system,
        "content",
        answer=["tr.interacts_directly"],
        unsure=["tr.generates"],
        asked_person=owner.pk,
        note="Does it write letters?",
    )

    facts = facts_of(system)
    assert facts.values["tr.interacts_directly"] is True
    assert facts.unsure == ("tr.generates",)
    request = FactRequest.objects.get()
    assert (request.fact, request.asked, request.note) == (
        "tr.generates", owner, "Does it write letters?",
    )  # fmt: skip


def test_a_box_that_is_not_sure_stands_on_a_page_of_its_own(as_user, system, officer):
    client = as_user(officer)
    send(client, system, "content", unsure=["tr.interacts_directly"])

    assert facts_of(system).values["tr.generates"] == []
    assert 'value="tr.interacts_directly"' not in seen_on(client, system, "content")
    assert "is asked, by" in seen_on(client, system, "tr.interacts_directly")


def test_a_box_is_either_ticked_or_not_sure(as_user, system, officer):
    box = ["tr.interacts_directly"]
    response = send(as_user(officer), system, "content", 422, answer=box, unsure=box)

    assert "either it holds, or you are not sure" in response.content.decode()
    assert not FactSheet.objects.exists()
