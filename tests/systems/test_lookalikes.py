"""Likely duplicates: the rule, and what registering makes of it."""

import pytest

from inventory.systems.actions import LookAlikeError, register, register_distinct
from inventory.systems.queries import look_alikes
from inventory.systems.rules import Sketch, alike_because
from inventory.vendors.models import Vendor


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ("Claims triage scorer", "claims-triage SCORER", "same name"),
        ("Réponse bot", "Reponse Bot", "same name"),
        ("Claims triage scorer", "Claims triage scoring", "similar name"),
        ("Claims triage scorer", "The scorer for triage of claims", "similar name"),
        ("Fraud screen", "Mortgage pricing", ""),
        ("Chatbot 1", "Chatbot 2", ""),
        ("", "Fraud screen", ""),
    ],
)
def test_names_are_compared_folded(one, other, because):
    assert because in alike_because(Sketch(one), Sketch(other))
    assert bool(because) == bool(alike_because(Sketch(one), Sketch(other)))


def test_one_vendor_and_a_similar_purpose_are_alike_another_vendor_is_not():
    one = Sketch("Alpha", "Ranks incoming claims by urgency for staff", 1)
    other = Sketch("Omega", "Ranks claims by urgency for the staff", 1)

    assert "same vendor" in alike_because(one, other)
    assert not alike_because(one, Sketch(other.name, other.purpose, 2))


def test_a_look_alike_stops_registering_until_a_reason_is_given(system, officer, claims):
    with pytest.raises(LookAlikeError) as refusal:
        register_distinct(actor=officer, unit=claims, name="Claims: triage-scorer")
    assert [item.system for item in refusal.value.look_alikes] == [system]

    reason = "The old one serves motor, this one household."
    made = register_distinct(
        actor=officer, unit=claims, name="Claims: triage-scorer", distinct_because=reason
    )
    assert made.distinct_because == reason


def test_blank_reasons_are_no_reasons(system, officer, claims):
    with pytest.raises(LookAlikeError):
        register_distinct(
            actor=officer, unit=claims, name="Claims triage scorer", distinct_because="  "
        )


def test_systems_one_may_not_see_are_not_told(system, stranger, lending):
    assert look_alikes(Sketch(system.name), seen_by=stranger) == []


def test_the_database_finds_the_vendor_with_a_similar_purpose(officer, claims):
    vendor = Vendor.objects.create(ref="VEN-900", name="Kelda AI")
    register(
        actor=officer,
        unit=claims,
        name="Alpha",
        vendor=vendor,
        intended_purpose="Ranks incoming claims by urgency",
    )
    sketch = Sketch("Omega", "Ranks incoming claims by their urgency", vendor.pk)

    assert look_alikes(sketch, seen_by=officer)[0].because.startswith("comes from the same vendor")


@pytest.mark.parametrize("name", ["'", "a & b | !", "\\", "???", "o'brien's scorer"])
def test_signs_in_names_break_nothing(name, officer, system):
    assert look_alikes(Sketch(name, name, 1), seen_by=officer) == []
