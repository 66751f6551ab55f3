"""Registering and changing systems."""

import pytest
from django.core.exceptions import PermissionDenied

from governance.common.errors import StaleError
from governance.ledger.models import Entry
from inventory.systems.actions import change_system
from inventory.systems.models import AISystem


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
