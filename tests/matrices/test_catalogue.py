"""The standard activities: row by row against the list they were taken from.

`standard_activities.txt` is that list as its authors wrote it; the catalogue says the same in
codes of roles, in sentences and in data.
"""

import re
from pathlib import Path

import pytest

from raci.matrices.catalogue import catalogue
from raci.matrices.rules import applies
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, Letter

LIST = Path(__file__).with_name("standard_activities.txt")
COLUMNS = ("code", "title", "A", "R", "C", "I", "note")
NAMED = {
    "Privacy Officer": "PRIV",
    "IC (rota)": "IC",
    "all": "ALL",
    "Overseer": "OVS",
    "Red team": "RED",
    "Data owner": "DO",
    "SecOps": "SECOPS",
    "staff": "STAFF",
    "users": "USERS",
    "DPO*": "DPO",
    "PO (out of hours: AO)": "PO",
    "see READINESS §4": "LEG",  # each criterion names its own approver; this one is the usual
}
LAWS = {
    "INC-03": "GDPR Art. 33, 34",
    "INC-04": "HIPAA",
    "INC-05": "AI Act Art. 26(5), 73",
    "SAF-01": "AI Act Art. 26(2)",
    "DAT-02": "AI Act Art. 26(4)",
    "DAT-03": "AI Act Art. 26(6)",
    "GOV-04": "AI Act Art. 50, 26(7), 26(11)",
    "GOV-05": "AI Act Art. 4",
    "GOV-09": "AI Act Art. 17, 11, 18, 43, 49, 72",
}


def listed_rows() -> list[dict[str, str]]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


ROWS = {row["code"]: row for row in listed_rows()}


def roles(cell: str) -> set[str]:
    given = [cell] if cell in NAMED else [part.strip() for part in cell.split(",")]
    return {NAMED.get(role, role) for role in given if role != "—"}


def test_the_catalogue_has_the_activities_of_the_list_in_its_order():
    assert list(catalogue().activities) == list(ROWS)
    assert len(ROWS) == 48


@pytest.mark.parametrize("code", ROWS)
def test_every_letter_is_the_one_of_the_list(code):
    row, letters = ROWS[code], catalogue().activities[code].letters
    held = {
        "A": {role for role, letter in letters.items() if letter in ACCOUNTABLE},
        "R": {role for role, letter in letters.items() if letter in RESPONSIBLE},
        "C": {role for role, letter in letters.items() if letter == Letter.C},
        "I": {role for role, letter in letters.items() if letter == Letter.I},
    }

    said = {letter: roles(row[letter]) for letter in "ARCI"}
    said["I"] -= said["A"]  # who answers need not be told: Legal approves waivers

    assert held == said


# in data, tested below; a rule that holds for every row (R04); and a word without content
SAID_ELSEWHERE = {"needs_24x7", "R04 strict", "checklist"}


@pytest.mark.parametrize("code", [code for code, row in ROWS.items() if row["note"]])
def test_every_note_of_the_list_is_kept(code):
    note, activity = ROWS[code]["note"], catalogue().activities[code]
    text = " ".join([activity.sod, " ".join(sorted(activity.applies_if))])
    pairs = [pair for pair in catalogue().separations if code in (pair.one[0], pair.other[0])]
    text += " ".join(side[0] for pair in pairs for side in (pair.one, pair.other))

    if note in SAID_ELSEWHERE:
        return
    assert text.strip()
    for number in re.findall(r"(?<![-\d])\d+(?![-\d])|\d+(?=-day)", note):
        assert re.search(rf"\b{number}\b", text), (number, text)
    for other in re.findall(r"[A-Z]{3}-\d\d", note):
        assert other in text


def test_only_the_first_response_needs_somebody_at_any_hour():
    assert [code for code, row in ROWS.items() if row["note"] == "needs_24x7"] == ["OPS-01"]
    night = [code for code, activity in catalogue().activities.items() if activity.needs_24x7]

    assert night == ["OPS-01"]


def test_two_activities_need_an_authority():
    needed = {code: a.authority for code, a in catalogue().activities.items() if a.authority}

    assert needed == {"CHG-05": "stop-system", "AGR-01": "sign-contract"}


def test_a_rollback_climbs_to_the_ai_ops_lead():
    assert catalogue().activities["CHG-05"].then == ("AO",)


def test_every_duty_of_the_law_cites_it_and_the_articles_of_the_list():
    cited = {code: a.law for code, a in catalogue().activities.items() if a.law}

    assert cited == LAWS
    for code, row in ROWS.items():
        inside = re.search(r"\(([^)]*\d[^)]*(?:\(\d+\)[^)]*)*)\)", row["title"])
        for number in re.findall(r"\d+", inside.group(1)) if inside and code in LAWS else ():
            assert re.search(rf"\b{number}\b", f"{LAWS[code]} {row['title']}"), (code, number)


SEPARATED = {
    ("CHG-02", "R", "CHG-03", "R"),
    ("CHG-02", "R", "CHG-01", "A"),
    ("QLT-02", "R", "QLT-03", "A"),
    ("GOV-08", "R", "GOV-08", "A"),
    ("DAT-01", "R", "DAT-01", "A"),
    ("INC-02", "R", "OPS-01", "R"),
    ("CHG-01", "A", "CHG-04", "A"),  # "not the accountable of CHG-01, for high risk"
}


def test_the_pairs_to_keep_separate_are_those_of_the_list():
    word = {ACCOUNTABLE: "A", RESPONSIBLE: "R"}
    pairs = {
        (*(pair.one[0], word[pair.one[1]]), *(pair.other[0], word[pair.other[1]]))
        for pair in catalogue().separations
    }

    assert pairs == SEPARATED


def test_in_a_small_organisation_only_who_approves_and_who_submits_stay_an_error():
    always = [(pair.one[0], pair.other[0]) for pair in catalogue().separations if pair.always]

    assert always == [("CHG-02", "CHG-01")]


EVERY_SYSTEM = {
    *("OPS-01", "OPS-02", "QLT-01", "QLT-02", "QLT-03", "CHG-01", "CHG-02", "CHG-03"),
    *("CHG-04", "CHG-05", "INC-01", "GOV-01", "GOV-02"),
}
WANTED = {
    "high_risk": {"INC-05", "SAF-01", "DAT-02", "DAT-03", "GOV-03"},
    "personal_data": {"INC-03", "DAT-04", "GOV-03"},
    "vendor": {"AGR-01"},
    "provider": {"GOV-09"},
}


def required(facts: set[str]) -> set[str]:
    everything = catalogue().activities.values()
    return {a.code for a in everything if a.mandatory and applies(a, frozenset(facts))}


def test_some_activities_are_mandatory_for_every_system():
    assert required(set()) == EVERY_SYSTEM


@pytest.mark.parametrize("fact", WANTED)
def test_classification_data_and_role_make_activities_mandatory(fact):
    assert required({fact}) - EVERY_SYSTEM == WANTED[fact]


def test_health_data_brings_the_duties_of_hipaa():
    lawful = [
        a.code for a in catalogue().activities.values() if a.law and "health_data" in a.applies_if
    ]

    assert lawful == ["INC-04"]
