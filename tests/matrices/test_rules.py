"""The rules of a matrix: each fixture breaks one thing and gets its own message."""

from dataclasses import replace
from decimal import Decimal

import pytest

from raci.matrices.catalogue import catalogue, read
from raci.matrices.row_rules import findings
from raci.matrices.rules import (
    Activity,
    Finding,
    Party,
    PartyKind,
    Row,
    Severity,
    Snapshot,
    applies,
)
from raci.matrices.schemes import Letter, strongest
from raci.people.rules import Money

MIRA = Party("Mira Rossi", person="mira", authorities=frozenset({"stop-system"}))
JONAS = Party("Jonas Weber", person="jonas")
GONE = Party("Lena Left", person="lena", left=True)
TEAM = Party("Data team", PartyKind.TEAM)
MAILBOX = Party("ai-ops@halden.example", PartyKind.MAILBOX)
KELDA = Party("Kelda AI", PartyKind.VENDOR)
BOT = Party("Deploy bot", PartyKind.SERVICE)
VACANT = Party("Data protection officer", PartyKind.ROLE)
A, R, AR, C, INF = Letter.A, Letter.R, Letter.AR, Letter.C, Letter.I
PLAIN = Activity("OPS-02", "Watch dashboards", "Operations", {})
ROLLBACK = Activity("CHG-05", "Decide a rollback", "Change", {}, authority="stop-system")
OVERSIGHT = Activity("SAF-01", "Human oversight", "Safety", {}, law="AI Act Art. 26(2)")
WORDS = {"stop-system": "Stop a system"}


def check(*cells, activity=PLAIN, is_default=False) -> list[Finding]:
    row = Row(activity, tuple(cells))
    return findings(Snapshot((row,), is_default=is_default, authority_words=WORDS))


BROKEN = [
    ("R02", "Nobody is accountable.", PLAIN, [(JONAS, R)]),
    ("R02", "shared by Mira Rossi and Jonas Weber", PLAIN, [(MIRA, A), (JONAS, AR)]),
    ("R03", "Nobody is responsible", PLAIN, [(MIRA, A)]),
    ("R04", "Data team is a team", PLAIN, [(TEAM, AR)]),
    ("R04", "is a mailbox", PLAIN, [(MAILBOX, AR)]),
    ("R04", "one of our own people", PLAIN, [(KELDA, AR)]),
    ("R04", "is a service account", PLAIN, [(BOT, AR)]),
    ("R04", "Nobody holds the role Data protection officer", PLAIN, [(VACANT, AR)]),
    ("R04", "Lena Left has left.", PLAIN, [(GONE, AR)]),
    ("R05", "lacks the authority this row needs: stop a system", ROLLBACK, [(JONAS, AR)]),
    ("R06", "The row is empty.", PLAIN, []),
    ("R06", "only has people to consult or to inform", PLAIN, [(MIRA, C), (JONAS, INF)]),
    ("R17", "the law puts this duty (AI Act Art. 26(2)) on us", OVERSIGHT, [(KELDA, AR)]),
]


@pytest.mark.parametrize(("rule", "words", "activity", "cells"), BROKEN)
def test_each_broken_row_is_one_error_with_its_reason(rule, words, activity, cells):
    (finding,) = check(*cells, activity=activity)

    assert (finding.rule, finding.severity, finding.row) == (rule, Severity.ERROR, activity.code)
    assert words in finding.reason
    assert finding.fix.endswith(".")


def test_every_kind_of_break_has_a_message_of_its_own():
    reasons = [check(*cells, activity=activity)[0].reason for _, _, activity, cells in BROKEN]

    assert len(set(reasons)) == len(BROKEN)


SOUND = [
    (PLAIN, [(MIRA, A), (JONAS, R)]),
    (PLAIN, [(MIRA, AR)]),
    (PLAIN, [(MIRA, A), (KELDA, R), (TEAM, C), (MAILBOX, INF)]),
    (ROLLBACK, [(MIRA, A), (JONAS, R)]),
    (OVERSIGHT, [(MIRA, A), (KELDA, R)]),
    (OVERSIGHT, [(MIRA, A), (JONAS, R), (KELDA, C)]),
]


@pytest.mark.parametrize(("activity", "cells"), SOUND)
def test_a_sound_row_has_no_finding(activity, cells):
    assert check(*cells, activity=activity) == []


LIMITED = Activity(
    "AGR-01", "Sign", "Agreements", {}, authority="stop-system", amount=Money(Decimal(9000), "EUR")
)


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        (None, []),
        (Money(Decimal(9000), "EUR"), []),
        (Money(Decimal(8999), "EUR"), ["may stop a system up to EUR 8,999, and this row needs"]),
        (Money(Decimal(99999), "CHF"), ["up to CHF 99,999, and this row needs EUR 9,000."]),
    ],
)
def test_an_authority_must_go_as_far_as_the_row_needs(limit, says):
    mira = replace(MIRA, limits={"stop-system": limit} if limit else {})
    found = check((mira, AR), activity=LIMITED)

    assert [one.rule for one in found] == ["R05"] * len(says)
    assert all(words in one.reason for one, words in zip(found, says, strict=True))
    assert check((mira, AR), activity=ROLLBACK) == []


def test_a_mandatory_activity_without_a_row_is_an_error():
    (finding,) = findings(Snapshot((), required=(ROLLBACK,)))

    assert (finding.rule, finding.row, finding.is_error) == ("R01", "CHG-05", True)
    assert "Decide a rollback" in finding.reason


def test_two_letters_for_one_person_in_two_columns_is_a_warning():
    (finding,) = check((MIRA, A), (JONAS, R), (JONAS, C))

    assert (finding.rule, finding.severity) == ("R12", Severity.WARNING)
    assert finding.reason == "Jonas Weber has more than one letter here: C and R."


def test_accountable_and_responsible_in_two_columns_counts_as_one_letter():
    assert check((MIRA, A), (MIRA, R)) == []


def test_in_a_default_a_role_may_be_accountable_but_a_team_may_not():
    assert check((VACANT, A), (VACANT, R), is_default=True) == []
    assert check((VACANT, A), (VACANT, R), activity=ROLLBACK, is_default=True) == []
    assert [f.rule for f in check((TEAM, AR), is_default=True)] == ["R04"]


@pytest.mark.parametrize(
    ("letters", "one"),
    [([A, R], AR), ([AR, C], AR), ([A, C], A), ([R, INF], R), ([C, INF], C), ([INF], INF)],
)
def test_several_letters_become_the_strongest_one(letters, one):
    assert strongest(letters) == one


def test_an_activity_applies_by_any_of_its_facts():
    activity = Activity("X", "X", "X", {}, applies_if=frozenset({"vendor", "provider"}))

    assert applies(activity, frozenset({"vendor"}))
    assert not applies(activity, frozenset({"personal_data"}))
    assert applies(PLAIN, frozenset())


def test_the_catalogue_has_every_standard_activity_and_only_sound_rows():
    activities = catalogue().activities
    roles = {code: Party(words, PartyKind.ROLE) for code, words in catalogue().roles.items()}
    rows = tuple(
        Row(activity, tuple((roles[role], letter) for role, letter in activity.letters.items()))
        for activity in activities.values()
    )

    assert len(activities) == 48
    assert findings(Snapshot(rows, required=tuple(activities.values()), is_default=True)) == []


def test_a_catalogue_with_an_unknown_role_names_the_activity():
    raw = {
        "roles": {"PO": "System owner"},
        "authorities": {},
        "phases": [
            {"title": "One", "activities": [{"code": "X-01", "title": "X", "A": ["NOBODY"]}]}
        ],
    }
    with pytest.raises(ValueError, match="X-01"):
        read(raw)
