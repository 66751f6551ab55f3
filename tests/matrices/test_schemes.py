"""Schemes of letters: what each rule says in its own letters, and that letters never mix."""

import pytest
from django.db import IntegrityError, transaction

from governance.common.errors import DomainError
from raci.matrices import actions, checking
from raci.matrices.models import Assignment, Matrix
from raci.matrices.row_rules import findings
from raci.matrices.rules import Activity, Party, PartyKind, Row, Snapshot
from raci.matrices.schemes import (
    ACCOUNTABLE,
    DACI,
    RACI,
    RACI_VS,
    RASCI,
    RESPONSIBLE,
    SCHEMES,
    Letter,
    spoken,
    strongest,
)

ANN, BEN, CEM = (Party(name, person=name.lower()) for name in ("Ann", "Ben", "Cem"))
A, R, AR, C, INF = Letter.A, Letter.R, Letter.AR, Letter.C, Letter.I
D, DA, S, V = Letter.D, Letter.DA, Letter.S, Letter.V
PLAIN = Activity("OPS-02", "Watch dashboards", "Operations", {})


def says(scheme, *cells, separated=frozenset()) -> list[tuple[str, str]]:
    snapshot = Snapshot((Row(PLAIN, cells),), scheme=scheme, separated=separated)
    return [(found.rule, found.reason) for found in findings(snapshot)]


def test_there_are_four_schemes_and_each_has_one_letter_of_every_duty():
    assert list(SCHEMES) == ["RACI", "RASCI", "RACI-VS", "DACI"]
    for scheme in SCHEMES.values():
        letters = set(scheme.letters)
        assert {Letter.A, Letter.C, Letter.I} <= letters
        assert (len(letters & ACCOUNTABLE), len(letters & RESPONSIBLE)) == (2, 2)
        assert set(scheme.says) == letters


def test_letters_of_daci_are_those_of_raci_to_the_rules():
    assert {D, DA} <= RESPONSIBLE
    assert {A, DA} <= ACCOUNTABLE
    assert D not in ACCOUNTABLE


FIRES = {
    "R06 empty, RACI": (RACI, (), "R06", "The row is empty."),
    "R06 told only, DACI": (DACI, ((ANN, C), (BEN, INF)), "R06", "consult or to inform"),
    "R06 support is no doing": (RASCI, ((ANN, S), (BEN, C)), "R06", "only has: support."),
    "R06 signing is no doing": (RACI_VS, ((ANN, S), (BEN, V)), "R06", "signs off and verifies."),
    "R02 none, DACI": (DACI, ((BEN, D),), "R02", "Nobody is the approver."),
    "R02 two, DACI": (DACI, ((ANN, A), (BEN, DA)), "R02", "Approval is shared by Ann and Ben."),
    "R02 none, RASCI": (RASCI, ((BEN, R), (ANN, S)), "R02", "Nobody is accountable."),
    "R02 two, RACI-VS": (RACI_VS, ((ANN, A), (BEN, AR)), "R02", "is shared by Ann and Ben."),
    "R03 support is no R": (RASCI, ((ANN, A), (BEN, S)), "R03", "Nobody is responsible"),
    "R03 signing is no R": (RACI_VS, ((ANN, A), (BEN, S)), "R03", "Nobody is responsible"),
    "R03 no driver": (DACI, ((ANN, A), (BEN, C)), "R03", "Nobody is the driver."),
    "R03 two drivers": (DACI, ((ANN, DA), (BEN, D)), "R03", "It is driven by Ann and Ben."),
    "R11 signs own work": (
        RACI_VS,
        ((ANN, A), (BEN, R), (BEN, S)),
        "R11",
        "Ben has both S and R here. Nobody signs off what they did themselves.",
    ),
    "R12 letters of DACI": (
        DACI,
        ((ANN, A), (BEN, D), (BEN, C)),
        "R12",
        "Ben has more than one letter here: C and D.",
    ),
    "R12 letters of RASCI": (
        RASCI,
        ((ANN, A), (BEN, R), (BEN, S)),
        "R12",
        "Ben has more than one letter here: R and S.",
    ),
}


@pytest.mark.parametrize(("scheme", "cells", "rule", "words"), FIRES.values(), ids=FIRES.keys())
def test_a_rule_speaks_the_letters_of_the_scheme(scheme, cells, rule, words):
    assert any(found == rule and words in reason for found, reason in says(scheme, *cells))


STILL = {
    "RASCI with support": (RASCI, ((ANN, A), (BEN, R), (CEM, S))),
    "RACI-VS with both": (RACI_VS, ((ANN, A), (BEN, R), (CEM, S))),
    "RACI-VS verified": (RACI_VS, ((ANN, AR), (BEN, V), (CEM, S))),
    "DACI": (DACI, ((ANN, A), (BEN, D), (CEM, C))),
    "DACI, one for both": (DACI, ((ANN, DA), (CEM, INF))),
    "DACI, two columns": (DACI, ((ANN, A), (ANN, D))),
    "RACI, several R": (RACI, ((ANN, A), (BEN, R), (CEM, R))),
}


@pytest.mark.parametrize(("scheme", "cells"), STILL.values(), ids=STILL.keys())
def test_a_sound_row_of_a_scheme_has_no_finding(scheme, cells):
    assert says(scheme, *cells) == []


@pytest.mark.parametrize("cells", [((ANN, DA),), ((ANN, A), (ANN, D))])
def test_who_approves_does_not_drive_where_duties_are_kept_separate(cells):
    separated = frozenset({"OPS-02"})

    assert says(DACI, *cells, separated=separated) == [
        ("R11", "Ann has both D and A here. Whoever approves it does not drive it.")
    ]
    assert says(DACI, (ANN, A), (BEN, D), separated=separated) == []
    assert says(RACI, (ANN, AR), separated=separated) == []


@pytest.mark.parametrize(
    ("scheme", "letters", "one"),
    [
        (DACI, [A, D], DA),
        (DACI, [DA, C], DA),
        (DACI, [D, INF], D),
        (RASCI, [R, S], R),
        (RASCI, [S, C], S),
        (RACI_VS, [R, S], S),  # a signature is kept, and nobody acts: that is seen
        (RACI_VS, [A, R], AR),
        (RACI_VS, [V, C], V),
    ],
)
def test_several_letters_become_the_strongest_of_the_scheme(scheme, letters, one):
    assert strongest(letters, scheme) == one


@pytest.mark.parametrize(
    ("scheme", "letter", "one"),
    [(DACI, R, D), (DACI, AR, DA), (RACI, D, R), (RACI, DA, AR), (RACI, S, C), (DACI, A, A)],
)
def test_a_letter_becomes_the_one_of_another_scheme(scheme, letter, one):
    assert scheme.translated(letter) == one


def test_two_letters_of_one_party_are_written_with_a_stroke():
    assert [spoken(each) for each in (A, AR, DA, S)] == ["A", "A/R", "D/A", "S"]


@pytest.mark.parametrize("code", SCHEMES)
def test_a_default_of_each_scheme_has_its_letters_only(organisation, officer, code):
    matrix = actions.make_default_matrix(organisation, actor=officer, scheme=code)
    used = set(matrix.assignments.values_list("letter", flat=True))

    assert used <= set(SCHEMES[code].letters)
    errors = [(found.rule, found.row) for found in checking.findings(matrix) if found.is_error]
    assert errors == ([("R11", "CHG-03")] if code == "DACI" else [])


def test_a_scheme_that_there_is_not_is_refused(organisation, officer):
    with pytest.raises(DomainError, match="no scheme RACE; there are RACI, RASCI"):
        actions.make_default_matrix(organisation, actor=officer, scheme="RACE")


@pytest.fixture
def daci(organisation, officer) -> Matrix:
    """A default in DACI."""
    return actions.make_default_matrix(organisation, actor=officer, scheme="DACI")


def test_a_letter_of_another_scheme_is_refused_in_words(daci, officer):
    column = daci.parties.first()

    with pytest.raises(DomainError, match="R is no letter of DACI, which has D, A, D/A, C and I"):
        actions.save_matrix(daci, actor=officer, cells={("OPS-01", column.pk): R})


@pytest.mark.parametrize("code", SCHEMES)
def test_the_database_knows_the_same_letters_of_each_scheme(organisation, code):
    matrix = Matrix.objects.create(unit=organisation, scheme=code)
    party = matrix.parties.create(kind=PartyKind.ROLE, roles=["AO"])
    refused = set()
    for letter in Letter:
        row = Assignment(matrix=matrix, party=party, activity=letter, letter=letter)
        try:
            with transaction.atomic():
                Assignment.objects.bulk_create([row])
        except IntegrityError:
            refused.add(letter)

    assert refused == set(Letter) - set(SCHEMES[code].letters)


def test_the_database_keeps_a_scheme_and_its_letters(daci):
    with pytest.raises(IntegrityError, match="keeps its scheme"), transaction.atomic():
        Matrix.objects.filter(pk=daci.pk).update(scheme="RACI")
    with pytest.raises(IntegrityError, match="The letter R is none"), transaction.atomic():
        Assignment.objects.filter(matrix=daci).update(letter="R")
