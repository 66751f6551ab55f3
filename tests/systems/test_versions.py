"""Model versions: equal digest, frozen, contributors."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.canonical import digest
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from inventory.systems.actions import register, retire
from inventory.systems.bundles.kinds import sha256_of
from inventory.systems.bundles.problems import BundleError
from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import (
    Registered,
    add_version,
    change_version,
    digest_of,
    freeze_version,
    register_version,
)
from inventory.systems.version_queries import retiring
from tests.factories import refusal_of_the_later
from tests.systems.bundles.examples import SHA, WHOLE, a_bundle

FACTS = {"provider": "openai", "model_id": "gpt-4o-2024-08-06", "region": "eu", "notes": "First"}


@pytest.fixture
def version(system, officer) -> ModelVersion:
    return add_version(system, actor=officer, label="1.0", **FACTS)


def test_notes_and_label_do_not_move_the_digest_but_the_prompt_does():
    assert digest_of(FACTS) == digest_of(FACTS | {"notes": "Other", "label": "2"})
    assert digest_of(FACTS) != digest_of(FACTS | {"prompt_sha256": "0" * 64})


def test_an_equal_digest_is_the_same_version_and_adds_nothing(version, system, officer, owner):
    again = register_version(system, actor=owner, label="2.0", **FACTS | {"notes": "Other"})

    assert again == Registered(version, is_new=False)
    assert Entry.objects.filter(action="version.added").count() == 1
    assert {row.user for row in version.contributors.all()} == {officer}


def test_a_label_is_used_once_per_system(version, system, officer):
    with pytest.raises(DomainError, match="already"):
        add_version(system, actor=officer, label="1.0", **FACTS | {"region": "us"})


@pytest.mark.django_db(transaction=True)
def test_a_label_that_is_just_being_used_is_refused_in_words(system, officer):
    regions = iter(["eu", "us"])
    refusal = refusal_of_the_later(
        lambda: add_version(system, actor=officer, label="1.0", **FACTS | {"region": next(regions)})
    )

    assert isinstance(refusal, DomainError)
    assert ModelVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_bundle_at_the_same_time_is_one_version(system, officer):
    assert (
        refusal_of_the_later(lambda: add_version(system, actor=officer, label="1.0", **FACTS))
        is None
    )
    assert ModelVersion.objects.count() == 1


def test_whoever_edits_becomes_a_contributor(version, owner, officer):
    change_version(version, actor=owner, notes="Clearer")

    assert {row.user for row in version.contributors.all()} == {owner, officer}


@pytest.mark.parametrize("name", ["model_id", "prompt_sha256", "region", "label", "bundle"])
def test_what_a_version_runs_is_refused_to_change(version, officer, name):
    with pytest.raises(DomainError, match="Copy it and change the copy"):
        change_version(version, actor=officer, **{name: "other"})


FIXED = {
    "label": "2.0",
    "bundle": {"provider": "x"},
    "texts": {"prompts": {"system": "Hello"}},
    "digest": "0" * 64,
    "provider": "x",
    "model_id": "x",
    "region": "x",
    "prompt_sha256": "x",
}


@pytest.mark.parametrize("name", FIXED)
def test_the_database_refuses_another_bundle_under_the_same_version(version, name):
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(**{name: FIXED[name]})


def test_the_database_refuses_another_system_and_another_parent(version, system, officer, claims):
    other = register(actor=officer, name="Other", unit=claims)
    child = add_version(system, actor=officer, label="2", **FACTS | {"region": "us"})
    for over in ({"system": other}, {"parent": child}, {"created_at": timezone.now()}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            ModelVersion.objects.filter(pk=version.pk).update(**over)


def test_the_database_refuses_the_end_of_a_version(version):
    version.contributors.all().delete()

    with pytest.raises(IntegrityError, match="DELETE"), transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).delete()


def test_notes_change_until_the_version_is_frozen_and_its_last_day_afterwards_too(version, officer):
    rows = ModelVersion.objects.filter(pk=version.pk)
    rows.update(notes="Other", training_data_ref="x")
    freeze_version(ModelVersion.objects.get(pk=version.pk), actor=officer)

    rows.update(provider_retires_on=timezone.localdate())
    for over in ({"notes": "Later"}, {"training_data_ref": "y"}, {"frozen_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**over)


def test_a_whole_bundle_fills_the_columns(system, officer):
    version = add_version(system, actor=officer, label="1", bundle=WHOLE)

    assert version.bundle == WHOLE
    assert version.digest == digest(WHOLE)
    assert (version.provider, version.model_id) == ("openai", "gpt-4o-2024-08-06")
    assert (version.region, version.prompt_sha256) == ("eu-west-1", SHA)


def test_a_prompt_given_as_text_is_kept_beside_the_bundle(system, officer):
    prompts = {"system": {"text": "You rank claims."}}
    bundle = a_bundle(prompts=prompts)
    version = add_version(system, actor=officer, label="1", bundle=bundle)

    assert version.texts == {"prompts": {"system": "You rank claims."}}
    assert version.bundle["prompts"]["system"] == sha256_of("You rank claims.")


def test_the_record_holds_the_digest_and_no_text(system, officer):
    bundle = a_bundle(prompts={"system": {"text": "You rank claims."}})
    version = add_version(system, actor=officer, label="1", bundle=bundle)
    (entry,) = Entry.objects.filter(action="version.added")

    assert version.digest in str(bytes(entry.body))
    assert "You rank claims" not in str(bytes(entry.body))


def test_a_bundle_with_faults_makes_no_version(system, officer):
    with pytest.raises(BundleError) as caught:
        add_version(system, actor=officer, label="1", bundle={"colour": "red"})

    assert {problem.path for problem in caught.value.problems} == {"colour", "provider", "model_id"}
    assert not ModelVersion.objects.exists()


def test_a_row_of_the_first_shape_is_the_version_with_the_same_facts(system, officer):
    flat = {"provider": "x", "model_id": "y", "region": "eu", "prompt_sha256": SHA}
    older = ModelVersion.objects.create(
        system=system, label="0.9", bundle=flat, digest=digest(flat), **flat
    )

    assert add_version(system, actor=officer, label="1", **flat) == older


def test_a_parent_is_a_version_of_the_same_system(version, officer, claims):
    other = register(actor=officer, name="Other", unit=claims)

    with pytest.raises(DomainError, match="another system"):
        add_version(other, actor=officer, label="1", parent=version, **FACTS)


def test_the_published_end_is_kept_and_a_given_one_counts_more(system, officer):
    published = add_version(
        system, actor=officer, label="1", provider="openai", model_id="gpt-4o-2024-11-20"
    )
    given = add_version(
        system, actor=officer, label="2", provider_retires_on=date(2030, 1, 1), **FACTS
    )

    assert published.provider_retires_on == date(2027, 1, 14)
    assert given.provider_retires_on == date(2030, 1, 1)


def test_versions_that_end_are_found_the_soonest_first(system, officer, version):
    late, soon = (
        add_version(
            system,
            actor=officer,
            label=f"9.{day}",
            provider="x",
            model_id=f"m{day}",
            provider_retires_on=date(2030, 1, day),
        )
        for day in (9, 3)
    )

    assert list(retiring(date(2030, 1, 9))) == [soon, late]
    assert list(retiring(date(2030, 1, 8))) == [soon]
    retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")
    assert not retiring(date(2030, 1, 9)).exists()


def test_a_change_that_changes_nothing_leaves_no_entry(version, officer):
    assert change_version(version, actor=officer, notes="First") is False
    assert not Entry.objects.filter(action="version.changed").exists()


def test_a_frozen_version_refuses_changes(version, officer):
    freeze_version(version, actor=officer)

    with pytest.raises(DomainError, match="frozen"):
        change_version(version, actor=officer, notes="Later")


def test_the_last_day_is_told_of_a_frozen_version_too_and_makes_no_contributor(
    version, officer, owner
):
    freeze_version(version, actor=officer)

    assert change_version(version, actor=owner, provider_retires_on=date(2030, 1, 1))
    assert version.provider_retires_on == date(2030, 1, 1)
    assert {row.user for row in version.contributors.all()} == {officer}


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
