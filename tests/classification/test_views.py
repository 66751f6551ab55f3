"""Pages of classification: what a person reads and may do."""

import pytest
from django.urls import reverse

from governance.classification.actions import answer_facts
from governance.classification.models import Assessment
from governance.classification.queries import (
    engine,
    provisional,
    usual_answers,
)
from governance.classification.signed import legal_days
from inventory.systems.actions import change_system
from inventory.systems.models import AISystem
from tests.classification.conftest import CHATBOT, sign
from tests.factories import make_system


def page(client, name, *args, status=200, **query):
    """Return the text of a page."""
    response = client.get(reverse(f"classification:{name}", args=args), query)
    assert response.status_code == status
    return response.content.decode()


def test_the_result_names_tier_article_reason_duties_and_both_dates(as_user, answered, officer):
    answer_facts(
        answered,
        facts={"credit.functions": ["credit_score"], "profiling.performed": True},
        actor=officer,
    )

    text = page(as_user(officer), "review", answered.ref)
    for words in (
        "High-risk",
        "Annex III point 5(b)",
        "it profiles natural persons",
        "Fundamental rights impact assessment",
        "2 August 2026",
        "2 December 2027",
        "by the letter of Art 113",
        "not legal advice",
        "Sign the classification",
    ):
        assert words in text, words


def test_a_text_without_the_rule_is_said_in_words(as_user, answered, officer):
    facts = {"ncii.generates_intimate_identifiable": True, "gen.abuse_is_intended_purpose": True}
    answer_facts(answered, facts=facts, actor=officer)

    text = page(as_user(officer), "review", answered.ref)
    assert "does not stand in the text as enacted" in text
    assert "Under the text as enacted: Limited" in text


def test_signing_leads_to_the_frozen_result_that_says_when_facts_changed(
    as_user, answered, officer
):
    client = as_user(officer)
    now = provisional(answered)
    data = {
        "reason": "Checked with the vendor's model card.",
        "facts_digest": now.facts.digest,
        "pack_version": engine().pack.version,
    }
    response = client.post(reverse("classification:review", args=[answered.ref]), data)
    assert response.url == reverse("classification:signed", args=[answered.ref, 1])
    assert "vendor&#x27;s model card" in page(client, "signed", answered.ref, 1)

    answer_facts(answered, facts={"profiling.performed": True}, actor=officer)
    signed = page(client, "signed", answered.ref, 1)
    assert "Facts changed since the classification was signed. One answer changed:" in signed
    assert "No → Yes" in signed
    assert "Facts changed since" in page(client, "review", answered.ref)


def test_a_signature_without_a_reason_is_sent_back(as_user, answered, officer):
    response = as_user(officer).post(reverse("classification:review", args=[answered.ref]), {})

    assert response.status_code == 422
    assert b"Say why you sign" in response.content
    assert not Assessment.objects.exists()


def test_an_open_answer_is_named_and_leaves_no_form_to_sign(as_user, answered, officer):
    answer_facts(answered, facts={"profiling.performed": None}, actor=officer)

    text = page(as_user(officer), "review", answered.ref)
    assert "1 answer is not sure yet" in text
    assert "Sign the classification" not in text


def test_an_answer_not_sure_leaves_the_tier_open_and_the_possible_ones_are_said(
    as_user, answered, officer
):
    answer_facts(answered, facts={"elec.voters_exposed_to_output": None}, actor=officer)
    assert "Undetermined" not in page(as_user(officer), "review", answered.ref)

    answer_facts(answered, facts={"elec.influences_vote": True}, actor=officer)
    text = page(as_user(officer), "review", answered.ref)
    assert "Undetermined" in text
    assert "Still possible: High-risk or Limited." in text


def test_a_stranger_finds_none_of_the_pages(as_user, answered, officer, stranger):
    sign(answered, officer)
    client = as_user(stranger)

    page(client, "review", answered.ref, status=404)
    page(client, "page", answered.ref, "role", status=404)
    page(client, "signed", answered.ref, 1, status=404)
    assert answered.name not in page(client, "queue")


def test_an_auditor_reads_and_has_nothing_to_change(as_user, answered, officer, auditor):
    sign(answered, officer)
    client = as_user(auditor)

    text = page(client, "review", answered.ref) + page(client, "signed", answered.ref, 1)
    assert "Answer the questions" not in text
    assert "Sign the classification" not in text
    page(client, "page", answered.ref, "role", status=403)


def test_an_unknown_page_of_questions_is_not_found(as_user, answered, officer):
    page(as_user(officer), "page", answered.ref, "weather", status=404)
    page(as_user(officer), "signed", answered.ref, 9, status=404)


def test_the_queue_shows_the_unsigned_and_then_those_with_changed_facts(
    as_user, answered, officer, claims
):
    client = as_user(officer)
    assert answered.name in page(client, "queue")

    change_system(answered, actor=officer, our_roles=["provider"])
    answer_facts(answered, facts={}, cleared=["actor.develops_under_own_name"], actor=officer)
    sign(answered, officer)
    assert answered.name not in page(client, "queue")
    assert answered.name not in page(client, "queue", show="changed")

    change_system(answered, actor=officer, our_roles=["deployer"])
    assert answered.name in page(client, "queue", show="changed", unit=claims.pk)


def test_an_unsure_answer_after_signing_brings_the_system_back(as_user, answered, officer):
    sign(answered, officer)
    answer_facts(answered, facts={"profiling.performed": None}, actor=officer)

    assert answered.name in page(as_user(officer), "queue", show="changed")


def test_an_empty_queue_teaches(as_user, officer):
    assert "Nothing waits for a classification" in page(as_user(officer), "queue")
    assert "Nothing changed since signing" in page(as_user(officer), "queue", show="changed")


@pytest.mark.parametrize("show", ["", "changed"])
def test_the_queue_asks_the_database_as_often_for_one_row_as_for_twenty(
    as_user, answered, officer, claims, django_assert_max_num_queries, show
):
    client = as_user(officer)
    page(client, "queue", show=show)
    for number in range(20):
        other = make_system(actor=officer, unit=claims, name=f"System {number}")
        answer_facts(other, facts=usual_answers(other) | CHATBOT, actor=officer)
        if show:
            sign(other, officer)
            answer_facts(other, facts={"profiling.performed": True}, actor=officer)

    with django_assert_max_num_queries(12):
        assert "System 19" in page(client, "queue", show=show)


def test_the_pages_of_a_system_stay_within_a_few_queries(
    as_user, answered, officer, django_assert_max_num_queries
):
    sign(answered, officer)
    client = as_user(officer)
    with django_assert_max_num_queries(17):
        page(client, "review", answered.ref)
    with django_assert_max_num_queries(18):
        page(client, "page", answered.ref, "profiling")
    with django_assert_max_num_queries(12):
        page(client, "signed", answered.ref, 1)


def test_legal_days_count_the_systems_they_touch(answered, officer, stranger):
    sign(answered, officer)
    since = next(iter(engine().pack.timelines["amended"]))[0]

    def touched(person):
        return {str(day.day): day.systems for day in legal_days(person, since=since)}

    assert touched(officer)["2025-02-02"] == 1  # Art. 4 of the deployer
    assert touched(stranger)["2025-02-02"] == 0


def test_every_system_page_fragment_shows_what_was_signed(rf, answered, officer):
    from django.template.loader import render_to_string

    from governance.classification.queries import on_system

    def fragment():
        context = {"classification": on_system(AISystem.objects.get(pk=answered.pk))}
        return render_to_string("classification/_on_system.html", context)

    assert "Provisional" in fragment()
    sign(answered, officer)
    assert "Signed" in fragment()


def test_of_an_unanswered_system_the_exemption_is_open_not_refused(as_user, system, officer):
    text = page(as_user(officer), "review", system.ref)

    assert "Exemption not settled yet" in text
    assert "Not available" not in text


def test_the_queue_offers_an_answer_only_to_those_who_may_give_it(
    as_user, system, officer, owner, auditor
):
    url = reverse("classification:next", args=[system.ref])

    assert url in page(as_user(officer), "queue")
    assert url in page(as_user(owner), "queue")
    assert url not in page(as_user(auditor), "queue")


def test_nobody_is_offered_to_sign_for_a_retired_system(as_user, answered, officer):
    change_system(answered, actor=officer, stage="retired")
    page = as_user(officer).get(reverse("classification:review", args=[answered.ref]))

    assert "Nobody signs for it any more" in page.content.decode()
    assert "Sign the classification" not in page.content.decode()
