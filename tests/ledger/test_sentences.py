"""Entries in plain words, without a database."""

import pytest

from governance.ledger.phrases import SENTENCES
from governance.ledger.sentences import Change, changes, sentence, words


@pytest.mark.parametrize(
    ("action", "ref", "data", "expected"),
    [
        ("system.registered", "AIS-014", {"name": "Scorer"}, "registered Scorer as AIS-014"),
        ("system.retired", "AIS-014", {}, "retired AIS-014"),
        ("vendor.poked_twice", "V-001", {}, "poked twice the vendor V-001"),
        ("role.granted", "", {"role": "system_owner"}, "gave the role system owner"),
        ("person.added", "", {"name": {"c": "x"}}, "added (erased)"),
        ("person.added", "", {}, "added …"),
        (
            "system.changed",
            "AIS-014",
            {"changes": {"name": {"from": "a", "to": "b"}, "live_since": {"from": None}}},
            "changed AIS-014: name, live since",
        ),
        ("odd", "X", None, "noted the odd X"),
        (
            "pack.shared",
            "EP-003",
            {"until": "2027-11-03"},
            "gave the evidence pack EP-003 to somebody until 3 November 2027",
        ),
        (
            "pack.shared",
            "EP-3",
            {"until": "2027-13-03"},
            "gave the evidence pack EP-3 to somebody until 2027-13-03",
        ),
        (
            "preview.finished",
            "",
            {"touched": 8, "systems": 50},
            "saw what a change of the law would do: 8 of 50 touched",
        ),
    ],
)
def test_an_entry_reads_as_a_sentence(action, ref, data, expected):
    assert sentence(action, ref, data) == expected


@pytest.mark.parametrize("action", SENTENCES)
def test_no_sentence_needs_a_field_to_be_there(action):
    assert sentence(action, "REF", {})


def test_braces_in_a_value_stay_braces():
    assert sentence("person.added", "", {"name": "{ref} {0}"}) == "added {ref} {0}"


def test_changes_say_both_values_in_words():
    data = {"changes": {"our_roles": {"from": [], "to": ["provider", "product_manufacturer"]}}}

    assert changes(data) == [Change("our roles", "nothing", "provider, product manufacturer")]


@pytest.mark.parametrize("data", [None, [], {}, {"changes": None}, {"changes": {"a": 1}}])
def test_what_has_no_changes_shows_none(data):
    assert changes(data) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ({"id": 3, "name": "Claims"}, "Claims"),
        ({"a": 1}, "a: 1"),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_values_read_as_words(value, expected):
    assert words(value) == expected


def test_a_day_and_an_instant_read_as_people_write_them():
    assert words("2026-11-24T22:49:10.590653+00:00") == "24 November 2026, 22:49 UTC"
    assert words("2026-11-24T22:49:00+02:00") == "24 November 2026, 20:49 UTC"
    assert words("2026-11-24") == "24 November 2026"
