"""The order of systems without answers: kept by a sweep, shown with the words, never a fact."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.classification import first
from governance.classification.actions import answer_facts
from governance.classification.models import FactSheet, TriageScore
from governance.ledger.models import Entry
from inventory.systems import actions as systems
from tests.classification.conftest import CHATBOT


@pytest.fixture
def three(claims, owner, officer):
    """A plain system, a recruiting one and a chatbot, in this order."""
    texts = {
        "Archive": "Keeps old files.",
        "Shortlister": "Ranks applicants by their resume.",
        "Helper": "A chatbot for customers.",
    }
    return [
        systems.register(
            actor=officer, name=name, intended_purpose=purpose, unit=claims, owner=owner
        )
        for name, purpose in texts.items()
    ]


def names(user):
    """Return the order that a person sees."""
    return [row.system.name for row in first.page_of(first.waiting_for(user), 1).rows]


def test_the_most_pressing_system_stands_first(three, officer):
    first.score_due(100)

    assert names(officer) == ["Shortlister", "Helper", "Archive"]


def test_reading_writes_no_fact_and_no_entry(three):
    entries = Entry.objects.count()
    first.score_due(100)

    assert FactSheet.objects.count() == 0
    assert Entry.objects.count() == entries


def test_a_second_reading_finds_nothing_to_do(three):
    assert first.score_due(100) == 3
    assert first.score_due(100) == 0


def test_no_more_is_read_than_asked_for(three):
    assert first.score_due(2) == 2
    assert TriageScore.objects.count() == 2


def test_another_text_is_read_again(three, officer):
    first.score_due(100)
    plain = three[0]
    systems.change_system(plain, actor=officer, intended_purpose="Facial recognition of suspects.")

    assert first.score_due(100) == 1
    assert names(officer)[0] == "Archive"


def test_other_words_are_reason_to_read_again(three):
    first.score_due(100)
    TriageScore.objects.update(lexicon_version="an older one")

    assert first.score_due(100) == 3


def test_answered_retired_and_foreign_systems_are_not_in_the_order(three, officer, stranger):
    plain, hiring, helper = three
    answer_facts(hiring, facts=CHATBOT, actor=officer)
    systems.retire(helper, actor=officer, on=timezone.localdate(), reason="replaced")
    first.score_due(100)

    assert names(officer) == [plain.name]
    assert names(stranger) == []


def test_systems_not_read_yet_stand_at_the_end_and_are_counted(three, officer):
    TriageScore.objects.create(
        system=three[0], score=0, system_version=1, lexicon_version="", read_at=three[0].created_at
    )
    page = first.page_of(first.waiting_for(officer), 1)

    assert page.rows[0].system == three[0]
    assert page.unread == 2


def test_the_page_quotes_the_words_and_links_to_the_questions(three, officer, as_user):
    first.score_due(100)
    page = as_user(officer).get(reverse("classification:first")).content.decode()

    assert "Recruitment and selection" in page
    assert "“applicants by their resume”" in page or "“Ranks applicants”" in page
    assert reverse("classification:review", args=[three[1].ref]) in page


def test_the_page_asks_the_same_number_of_queries_for_many(
    three, officer, as_user, claims, django_assert_num_queries
):
    client = as_user(officer)
    first.score_due(100)
    client.get(reverse("classification:first"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("classification:first"))
    for number in range(20):
        systems.register(actor=officer, name=f"Scorer {number}", unit=claims)

    with django_assert_num_queries(len(few)):
        client.get(reverse("classification:first"))


def test_before_the_first_answer_the_review_page_says_where_to_look(three, officer, as_user):
    client = as_user(officer)
    address = reverse("classification:review", args=[three[1].ref])

    assert "Where to look first" in client.get(address).content.decode()
    answer_facts(three[1], facts=CHATBOT, actor=officer)
    assert "suggestions, not answers" not in client.get(address).content.decode()


def test_the_api_tells_suggestions_beside_facts_not_in_them(three, officer, as_user):
    told = as_user(officer).get(f"/api/v1/classifications/{three[1].ref}/").json()

    assert told["facts"] == {}
    assert told["tier"] == "unclassified"
    assert told["look_first"][0]["rule"] == "annex3.4.a"
    assert told["look_first"][0]["because"][0]["field"] == "purpose"


def test_both_ways_to_order_give_the_same(three, officer):
    for read in (0, 2, 3):
        TriageScore.objects.all().delete()
        first.score_due(read)
        rows = first.waiting_for(officer)

        for begin in range(4):
            assert first._by_index(rows, begin, 2) == first._sorted(rows, begin, 2)


def test_who_may_answer_is_led_to_the_questions_and_others_to_the_reasons(
    three, officer, auditor, as_user
):
    first.score_due(10)
    url, ref = reverse("classification:first"), three[0].ref
    questions, reasons = f"/systems/{ref}/classify/next/", f"/systems/{ref}/classify/"

    assert f'class="btn btn-s" href="{questions}"' in as_user(officer).get(url).content.decode()
    text = as_user(auditor).get(url).content.decode()
    assert questions not in text
    assert f'class="btn btn-s" href="{reasons}"' in text
