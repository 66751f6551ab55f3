"""The law as the rules in force read it: everything once, with article and days."""

from collections import Counter

import pytest
from django.urls import reverse

from governance.classification.packs import load
from governance.classification.reader import KINDS, TITLES, part_of, read

PACK = load()
ENTRIES = {part: read(PACK, part) for part in TITLES}


def test_every_rule_duty_transition_deadline_and_fine_stands_once():
    rules = Counter(one.id for part in KINDS for one in ENTRIES[part])

    deadlines = {f"deadline.{one.id}" for one in PACK.deadlines}
    assert rules == Counter([*PACK.rules, *deadlines])
    assert [one.id for one in ENTRIES["duties"]] == [one.id for one in PACK.obligations]
    assert [one.id for one in ENTRIES["transition"]] == [*PACK.transitional]
    assert [one.id for one in ENTRIES["fines"]] == [one.id for one in PACK.penalties]


def test_every_entry_names_its_article_and_every_exception_too():
    for entries in ENTRIES.values():
        for one in entries:
            assert one.title, one.id
            assert one.citation, one.id
            assert all(item.citation and item.text for item in one.exceptions), one.id


def test_exceptions_are_those_of_the_rule():
    told = {one.id: [item.id for item in one.exceptions] for one in ENTRIES["transparency"]}

    assert told["art50.1"] == [item.id for item in PACK.rules["art50.1"].unless]


def test_days_are_told_by_route_and_where_the_letter_differs_the_dispute_too():
    [registered] = [one for one in ENTRIES["duties"] if one.id == "art49.2"]

    [(route, days)] = registered.days
    assert (route, registered.disputed) == ("Annex III", True)
    assert days.amended != days.amended_formal is not None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("annex3.4.a", "uses"),
        ("art5.1.a", "prohibited"),
        ("art26.11", "duties"),
        ("art99.3", "fines"),
        ("art111.2", "transition"),
        ("d.high", "joined"),
        ("art50.1", "transparency"),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_an_entry_is_found_by_its_name(name, part):
    assert part_of(PACK, name) == part


def page(client, **query):
    response = client.get(reverse("classification:law"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_rule_leads_to_its_part_with_article_exceptions_and_both_days(as_user, auditor):
    text = page(as_user(auditor), rule="annex3.5.b")

    for words in ('id="annex3.5.b"', "Annex III point 5(b)", "2 August 2026", "2 December 2027",
                  "Unless:", "not legal advice"):  # fmt: skip
        assert words in text, words
    assert 'id="art5.1.a"' not in text


@pytest.mark.parametrize("query", [{}, {"part": "nothing"}, {"part": "uses", "rule": ""}])
def test_an_unknown_part_shows_the_first_or_what_is_known(as_user, auditor, query):
    assert "The law as read" in page(as_user(auditor), **query)


def test_a_rule_that_is_no_longer_in_force_is_said(as_user, auditor):
    assert "have nothing called" in page(as_user(auditor), rule="art5.1.zz")


def test_reasons_lead_to_the_rule_they_rest_on(as_user, answered, officer):
    client = as_user(officer)
    for name in ("review", "trace"):
        text = client.get(reverse(f"classification:{name}", args=[answered.ref])).content.decode()
        assert "/classification/law/?rule=art50.1#art50.1" in text, name
    assert reverse("classification:law") in client.get("/classification/").content.decode()
