"""Who answers for a duty."""

import pytest

from governance.accounts.actions import deactivate
from governance.classification.packs import load
from governance.obligations.answering import OWNER, Answering, answered_by, read, table
from governance.obligations.models import Duty
from inventory.systems.actions import change_system
from raci.matrices import actions as raci
from raci.matrices.models import Assignment
from raci.matrices.queries import accountable
from raci.matrices.rules import MatrixStatus
from tests.browser.duties import staff
from tests.factories import put_in_force


@pytest.fixture
def staffed(signed, organisation, officer):
    """The system with a matrix in force, whose roles all have holders."""
    put_in_force(raci.make_default_matrix(organisation, actor=officer), actor=officer)
    staff(organisation, signed.system, officer)
    matrix = raci.make_matrix(signed.system, actor=officer)
    put_in_force(matrix, actor=officer)
    return matrix


def answer(system, obligation):
    return Answering([system.pk]).answer(system.pk, obligation)


def mine(user):
    return set(Duty.objects.filter(answered_by(user)).values_list("obligation", flat=True))


def test_the_table_names_obligations_of_the_pack_and_activities_of_the_catalogue():
    known = {duty.id for duty in load().obligations}

    assert set(table().by_obligation) <= known


@pytest.mark.parametrize(
    "raw",
    [
        {"usual": "GOV-99", "activities": {}},
        {"usual": "GOV-02", "activities": {"GOV-05": ["art4"], "SAF-01": ["art4"]}},
    ],
)
def test_a_wrong_table_is_refused(raw):
    with pytest.raises(ValueError, match=r"activity|activities"):
        read(raw)


def test_without_a_matrix_the_owner_answers(signed, owner):
    assert answer(signed.system, "art26.2").person == owner
    assert answer(signed.system, "art26.2").why == OWNER


def test_without_matrix_and_owner_nobody_is_invented(signed, officer):
    change_system(signed.system, actor=officer, owner=None)

    assert answer(signed.system, "art4").person is None


def test_a_person_who_left_does_not_answer(signed, owner, administrator):
    deactivate(owner, actor=administrator)

    assert answer(signed.system, "art4").person is None
    assert not Duty.objects.filter(answered_by(owner)).exists()


def test_a_matrix_in_force_names_who_answers_for_each_duty(staffed, signed):
    for obligation, code in [("art4", "GOV-05"), ("art27", "GOV-03"), ("art26.2", "SAF-01")]:
        found = answer(signed.system, obligation)

        assert found.person == accountable(signed.system, code)
        assert code in found.why


def test_an_obligation_that_no_activity_names_belongs_to_the_usual_one(staffed, signed):
    assert answer(signed.system, "art26.1").person == accountable(signed.system, "GOV-02")


def test_a_matrix_that_is_not_in_force_names_nobody(staffed, signed, owner):
    staffed.status = MatrixStatus.SUPERSEDED
    staffed.save(update_fields=["status"])

    assert answer(signed.system, "art4").why == OWNER


def test_an_activity_with_two_who_answer_falls_back(staffed, signed):
    row = Assignment.objects.get(matrix=staffed, activity="GOV-05", letter="A")
    Assignment.objects.filter(matrix=staffed, activity="GOV-05").exclude(pk=row.pk).update(
        letter="A"
    )

    assert accountable(signed.system, "GOV-05") is None
    assert answer(signed.system, "art4").person == accountable(signed.system, "GOV-02")


def test_the_duties_of_a_person_are_those_the_person_answers_for(staffed, signed, owner):
    answering = Answering([signed.system.pk])
    everybody = {
        duty.obligation: answering.answer(signed.system.pk, duty.obligation).person
        for duty in Duty.objects.all()
    }

    assert len(set(everybody.values())) > 2
    for person in set(everybody.values()):
        assert mine(person) == {name for name, who in everybody.items() if who == person}


def test_many_systems_take_the_same_number_of_queries(
    staffed, signed, officer, claims, owner, django_assert_num_queries
):
    from tests.factories import make_system

    others = [
        make_system(actor=officer, unit=claims, name=f"S{at}", owner=owner).pk for at in range(5)
    ]
    with django_assert_num_queries(3):
        Answering([signed.system.pk])
    with django_assert_num_queries(3):
        Answering([signed.system.pk, *others])
