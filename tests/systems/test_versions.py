"""Model versions: equal digest, frozen, contributors."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from inventory.systems.actions import retire
from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import (
    add_version,
    change_version,
    digest_of,
    freeze_version,
)
from tests.factories import refusal_of_the_later

FACTS = {"provider": "openai", "model_id": "gpt-4o-2024-08-06", "region": "eu", "notes": "First"}


@pytest.fixture
def version(system, officer) -> ModelVersion:
    return add_version(system, actor=officer, label="1.0", **FACTS)


def test_notes_and_label_do_not_move_the_digest_but_the_prompt_does():
    assert digest_of(FACTS) == digest_of(FACTS | {"notes": "Other", "label": "2"})
    assert digest_of(FACTS) != digest_of(FACTS | {"prompt_sha256": "0" * 64})


def test_an_equal_digest_is_the_same_version_and_says_which(version, system, officer):
    with pytest.raises(DomainError, match=r"This is version 1\.0"):
        add_version(system, actor=officer, label="2.0", **FACTS)


def test_a_label_is_used_once_per_system(version, system, officer):
    with pytest.raises(DomainError, match="already"):
        add_version(system, actor=officer, label="1.0", **FACTS | {"region": "us"})


@pytest.mark.django_db(transaction=True)
def test_a_label_that_is_just_being_used_is_refused_in_words(system, officer):
    refusal = refusal_of_the_later(lambda: add_version(system, actor=officer, label="1.0", **FACTS))

    assert isinstance(refusal, DomainError)
    assert ModelVersion.objects.count() == 1


def test_whoever_edits_becomes_a_contributor(version, owner, officer):
    change_version(version, actor=owner, notes="Clearer")

    assert {row.user for row in version.contributors.all()} == {owner, officer}


def test_changing_what_decides_behaviour_moves_the_digest(version, officer):
    before = version.digest
    change_version(version, actor=officer, prompt_sha256="a" * 64)

    assert version.digest != before
    assert Entry.objects.filter(action="version.changed").count() == 1


def test_a_change_that_changes_nothing_leaves_no_entry(version, officer):
    assert change_version(version, actor=officer, notes="First") is False
    assert not Entry.objects.filter(action="version.changed").exists()


def test_a_frozen_version_refuses_changes(version, officer):
    freeze_version(version, actor=officer)

    with pytest.raises(DomainError, match="frozen"):
        change_version(version, actor=officer, notes="Later")


def test_a_version_frozen_meanwhile_refuses_the_change_in_hand(version, officer):
    in_hand = ModelVersion.objects.get(pk=version.pk)
    freeze_version(version, actor=officer)

    with pytest.raises(StaleError):
        change_version(in_hand, actor=officer, notes="Later")


def test_freezing_twice_is_once(version, officer):
    assert freeze_version(version, actor=officer) is True
    assert freeze_version(version, actor=officer) is False
    assert Entry.objects.filter(action="version.frozen").count() == 1


def test_a_retired_system_gets_no_version(system, officer):
    retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    with pytest.raises(DomainError, match="retired"):
        add_version(system, actor=officer, label="1.0", **FACTS)


@pytest.mark.parametrize("verb", ["add", "change", "freeze"])
def test_strangers_and_auditors_may_do_nothing(version, system, auditor, verb):
    act = {
        "add": lambda: add_version(system, actor=auditor, label="9", **FACTS | {"region": "x"}),
        "change": lambda: change_version(version, actor=auditor, notes="x"),
        "freeze": lambda: freeze_version(version, actor=auditor),
    }[verb]

    with pytest.raises(PermissionDenied):
        act()
