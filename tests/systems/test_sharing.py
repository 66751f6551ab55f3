"""Sharing one system with one person, and the traps of object permissions."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from guardian.shortcuts import assign_perm

from governance.accounts.actions import deactivate
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from inventory.systems.actions import share, unshare
from inventory.systems.models import VIEW, AISystem, ModelVersion, SystemShare


def test_a_shared_system_is_seen_and_only_that_one(system, officer, stranger, claims):
    other = AISystem.objects.create(ref="AIS-900", name="Other", unit=claims)
    share(system, user=stranger, actor=officer)

    assert list(AISystem.objects.visible_to(stranger)) == [system]
    assert other not in AISystem.objects.visible_to(stranger)


def test_the_grant_points_directly_at_the_system_and_goes_with_it(system, officer, stranger):
    share(system, user=stranger, actor=officer)
    grant = SystemShare.objects.get()
    assert grant.content_object_id == system.pk

    AISystem.objects.filter(pk=system.pk).delete()
    assert not SystemShare.objects.exists()


def test_a_permission_for_all_systems_shows_nothing(system, stranger):
    everything = Permission.objects.get(codename=VIEW)
    stranger.user_permissions.add(everything)

    assert not AISystem.objects.visible_to(stranger).exists()


def test_a_group_with_the_permission_shows_nothing(system, stranger):
    group = Group.objects.create(name="readers")
    group.permissions.add(Permission.objects.get(codename=VIEW))
    stranger.groups.add(group)

    assert not AISystem.objects.visible_to(stranger).exists()


def test_a_superuser_flag_shows_nothing(system, stranger):
    stranger.is_superuser = True
    stranger.save(update_fields=["is_superuser"])

    assert not AISystem.objects.visible_to(stranger).exists()


def test_another_permission_on_the_system_does_not_show_it(system, stranger):
    assign_perm("change_aisystem", stranger, system)

    assert not AISystem.objects.visible_to(stranger).exists()


def test_a_closed_account_sees_nothing_although_the_grant_stays(
    system, officer, stranger, administrator
):
    share(system, user=stranger, actor=officer)
    deactivate(stranger, actor=administrator)

    assert SystemShare.objects.filter(user=stranger).exists()
    assert not AISystem.objects.visible_to(stranger).exists()


def test_a_generic_grant_does_not_count(system, stranger):
    from guardian.models import UserObjectPermission

    UserObjectPermission.objects.create(
        user=stranger,
        permission=Permission.objects.get(codename=VIEW),
        content_type=ContentType.objects.get_for_model(AISystem),
        object_pk=str(system.pk),
    )
    assert not AISystem.objects.visible_to(stranger).exists()


def test_versions_are_seen_with_a_shared_system(system, officer, stranger):
    ModelVersion.objects.create(system=system, label="1", provider="x", model_id="y", digest="d")
    share(system, user=stranger, actor=officer)

    assert ModelVersion.objects.visible_to(stranger).count() == 1


def test_sharing_twice_is_refused(system, officer, stranger):
    share(system, user=stranger, actor=officer)

    with pytest.raises(DomainError, match="already"):
        share(system, user=stranger, actor=officer)


def test_a_closed_account_gets_no_share(system, officer, stranger, administrator):
    deactivate(stranger, actor=administrator)

    with pytest.raises(DomainError, match="closed"):
        share(system, user=stranger, actor=officer)


def test_taking_it_back_hides_it_again_and_both_are_recorded(system, officer, stranger):
    share(system, user=stranger, actor=officer)
    unshare(system, user=stranger, actor=officer)

    assert not AISystem.objects.visible_to(stranger).exists()
    assert Entry.objects.filter(action__in=["system.shared", "system.unshared"]).count() == 2


def test_whoever_only_reads_may_not_share(system, auditor, stranger):
    with pytest.raises(PermissionDenied):
        share(system, user=stranger, actor=auditor)
