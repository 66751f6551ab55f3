"""Registering and changing systems."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from governance.accounts.actions import deactivate
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from inventory.systems.actions import (
    change_system,
    forget_view,
    link_agreement,
    retire,
    save_view,
    unlink_agreement,
)
from inventory.systems.models import AISystem
from inventory.vendors.models import Agreement, Vendor


def test_registering_gives_a_short_id_and_one_entry(system):
    assert system.ref.startswith("AIS-")
    assert Entry.objects.filter(action="system.registered", object_id=str(system.pk)).count() == 1


def test_a_stranger_may_not_change_and_leaves_no_trace(system, stranger):
    before = Entry.objects.count()

    with pytest.raises(PermissionDenied):
        change_system(system, actor=stranger, name="Mine")
    assert Entry.objects.count() == before


def test_a_stale_change_is_refused(system, officer):
    seen = system.row_version
    change_system(system, actor=officer, seen=seen, name="First")

    with pytest.raises(StaleError):
        change_system(system, actor=officer, seen=seen, name="Second")


def test_a_stranger_sees_nothing_of_another_unit(system, stranger, officer, owner, auditor):
    assert not AISystem.objects.visible_to(stranger).exists()
    for person in (officer, owner, auditor):
        assert AISystem.objects.visible_to(person).get() == system


def test_a_closed_account_cannot_own_a_system(system, officer, owner, stranger, administrator):
    deactivate(stranger, actor=administrator)

    with pytest.raises(DomainError, match="closed"):
        change_system(system, actor=officer, owner=stranger)


def test_a_retired_system_is_kept_as_it_was(system, officer):
    retire(system, actor=officer, on=date(2026, 11, 1), reason="Replaced by the new one.")

    assert system.stage == "retired"
    with pytest.raises(DomainError, match="retired"):
        change_system(system, actor=officer, name="Other")
    with pytest.raises(DomainError, match="retired"):
        retire(system, actor=officer, on=date(2026, 11, 2), reason="Again.")


def test_its_source_may_still_correct_a_retired_system(system, officer):
    retire(system, actor=officer, on=date(2026, 11, 1), reason="Replaced.")

    assert change_system(system, actor=officer, from_source=True, name="Corrected")


def test_retiring_needs_a_reason(system, officer):
    with pytest.raises(DomainError, match="why"):
        retire(system, actor=officer, on=date(2026, 11, 1), reason=" ")


@pytest.mark.parametrize("countries", [["de"], ["D"], ["DE", "x"], ["1A"]])
def test_the_database_refuses_countries_that_are_not_two_letters(countries, system):
    with pytest.raises(IntegrityError, match="system_countries_iso"):
        AISystem.objects.filter(pk=system.pk).update(countries=countries)


def test_a_change_moves_the_time_of_the_last_change(system, officer):
    before = system.changed_at
    change_system(system, actor=officer, name="Renamed")

    assert system.changed_at > before


def test_views_are_kept_per_person_and_replaced_by_name(officer, owner):
    save_view(name="Mine", query="owner=me", actor=officer)
    view = save_view(name="Mine", query="owner=me&gaps=1", actor=officer)
    assert officer.saved_views.get().query == "owner=me&gaps=1"

    with pytest.raises(PermissionDenied):
        forget_view(view, actor=owner)
    forget_view(view, actor=officer)
    assert not officer.saved_views.exists()


def test_an_agreement_is_linked_once_and_can_be_unlinked(system, officer, organisation):
    vendor = Vendor.objects.create(ref="VEN-900", name="Kelda AI")
    agreement = Agreement.objects.create(
        ref="AGR-900", kind="DPA", title="DPA", vendor=vendor, unit=organisation, our_party="Us"
    )
    link_agreement(system, agreement=agreement, actor=officer)
    with pytest.raises(DomainError, match="already"):
        link_agreement(system, agreement=agreement, actor=officer)
    unlink_agreement(system, agreement=agreement, actor=officer)

    assert not system.agreements.exists()
