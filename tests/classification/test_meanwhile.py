"""Two people, two tabs, two clicks: nothing is lost, nobody is stopped without a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from governance.classification.actions import answer_facts, sign_classification
from governance.classification.models import AnswerNote, FactRequest, FactSheet
from governance.classification.queries import facts_of, provisional
from governance.common.errors import StaleError
from governance.ledger.models import Entry
from tests.classification.pages import at, send
from tests.house.racing import race


def signed_in(user):
    """Return a client of their own for a person."""
    client = Client()
    client.force_login(user)
    return client


def test_what_somebody_answers_on_another_page_stands_in_nobodys_way(
    answered, officer, owner, as_user
):
    answer_facts(answered, facts={"profiling.performed": True}, actor=owner)
    send(as_user(officer), answered, "emo.infers", seen=1, answer="yes")

    facts = facts_of(answered).values
    assert facts["profiling.performed"] is True
    assert facts["emo.infers"] is True


def test_what_somebody_answered_on_this_page_is_shown_and_not_overwritten(
    answered, officer, owner, as_user
):
    answer_facts(answered, facts={"bio.data_used": True}, actor=owner)
    response = send(as_user(officer), answered, "biometrics", 409, seen=1, answer=["emo.infers"])

    assert "Mira Rossi answered meanwhile" in response.content.decode()
    assert facts_of(answered).values["emo.infers"] is False


def test_once_shown_it_can_be_replaced(answered, officer, owner, as_user):
    answer_facts(answered, facts={"bio.data_used": True}, actor=owner)
    client = as_user(officer)
    response = send(client, answered, "biometrics", 409, seen=1, answer=["emo.infers"])
    seen = response.context["form"]["seen"].value()
    send(client, answered, "biometrics", seen=seen, answer=["emo.infers"])

    assert facts_of(answered).values["emo.infers"] is True
    assert facts_of(answered).values["bio.data_used"] is False


def test_an_older_page_of_ones_own_is_no_conflict(answered, officer, as_user):
    client = as_user(officer)
    send(client, answered, "profiling", seen=1, answer="yes")
    send(client, answered, "profiling", seen=1, answer="no")

    assert facts_of(answered).values["profiling.performed"] is False


def test_the_same_sent_twice_is_kept_once(answered, officer, as_user):
    client = as_user(officer)
    for _click in range(2):
        send(client, answered, "profiling", seen=1, answer="yes", because="A score per person.")

    assert FactSheet.objects.get().row_version == 2
    assert Entry.objects.filter(action="facts.changed").count() == 2  # with the first answers


def test_a_box_that_was_not_on_the_page_is_not_answered(system, officer, as_user):
    boxes = "tr.interacts_directly"
    send(as_user(officer), system, "content", shown=boxes, answer=[boxes])

    assert "tr.generates" not in facts_of(system).values
    assert facts_of(system).values["tr.interacts_directly"] is True


def test_a_box_that_is_asked_no_more_is_answered_all_the_same(answered, officer, as_user):
    boxes = "faces scrape.untargeted scrape.source_internet_or_cctv weather"
    send(as_user(officer), answered, "faces", shown=boxes, answer=["scrape.untargeted"])

    assert facts_of(answered).values["scrape.untargeted"] is True


def test_an_answer_somebody_gave_meanwhile_is_not_taken_back_unread(
    answered, officer, owner, as_user
):
    answer_facts(answered, facts={"profiling.performed": True}, actor=owner)
    response = send(as_user(officer), answered, "profiling", 409, seen=1, take_back="1")

    assert "Mira Rossi answered meanwhile" in response.content.decode()
    assert facts_of(answered).values["profiling.performed"] is True


@pytest.mark.parametrize("seen", ["", "weather", "-1", "99999999999"])
def test_a_page_without_a_sensible_version_is_sent_back(answered, officer, as_user, seen):
    send(as_user(officer), answered, "profiling", 422, seen=seen, answer="yes")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_a_page_at_once_one_is_asked_again(answered, officer, owner):
    people = {officer: "yes", owner: "yes"}
    answer_facts(answered, facts={}, cleared=["profiling.performed"], actor=officer)
    sent = [
        lambda who=who, answer=answer: signed_in(who).post(
            at(answered, "profiling"),
            {"seen": 2, "answer": answer, "because": who.name},
        )
        for who, answer in people.items()
    ]
    codes = sorted(response.status_code for response in race(*sent))

    assert codes == [302, 409]
    note = AnswerNote.objects.get(fact="profiling.performed")
    assert note.because == note.by.name


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_different_pages_at_once_both_are_kept(answered, officer, owner):
    sent = [
        lambda: signed_in(officer).post(at(answered, "profiling"), {"seen": 1, "answer": "yes"}),
        lambda: signed_in(owner).post(at(answered, "emo.infers"), {"seen": 1, "answer": "yes"}),
    ]
    assert [response.status_code for response in race(*sent)] == [302, 302]

    facts = facts_of(answered).values
    assert facts["profiling.performed"] is True
    assert facts["emo.infers"] is True


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_kept_once_and_leads_on_twice(answered, officer):
    client = signed_in(officer)
    data = {"seen": 1, "answer": "~unsure", "asked_person": officer.pk}
    cookies = client.cookies

    def click():
        other = Client()
        other.cookies = cookies
        return other.post(at(answered, "profiling"), data).status_code

    assert race(click, click) == [302, 302]
    assert FactSheet.objects.get().row_version == 2
    assert FactRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_moment_of_signing_is_either_signed_over_or_refuses_it(
    answered, officer, owner
):
    now = provisional(answered)
    seen = {
        "facts_digest": now.facts.digest,
        "pack_version": now.classification.pack_version,
    }
    result, _answered = race(
        lambda: sign_classification(answered, reason="Read.", actor=officer, **seen),
        lambda: answer_facts(answered, facts={"profiling.performed": True}, actor=owner),
    )

    signed = answered.assessments.first()
    assert facts_of(answered).values["profiling.performed"] is True
    assert isinstance(result, StaleError) if signed is None else result == signed
    assert signed is None or signed.facts == dict(now.facts.values)


def test_leaving_and_coming_back_leads_to_where_one_was(system, officer, owner, as_user):
    onward = reverse("classification:next", args=[system.ref])
    client = as_user(officer)
    send(client, system, "what-it-is", answer=["sys.machine_based", "sys.infers_outputs"])
    left = client.get(onward).url
    review = client.get(reverse("classification:review", args=[system.ref])).content.decode()

    assert "Continue the questions" in review
    assert as_user(owner).get(onward).url == left
