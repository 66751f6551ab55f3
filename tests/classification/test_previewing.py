"""Previews of the law: asked for, claimed, run once, visible to those who may."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.classification import previewing, tasks
from governance.classification.actions import answer_facts
from governance.classification.packs import EU_AI_ACT
from governance.classification.preview import KEPT, LEASE, MOST_ATTEMPTS, fitting
from governance.classification.preview_actions import request_preview
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.preview_queries import (
    Wanted,
    subject_chunks,
    tally,
)
from governance.classification.queries import engine, facts_of
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from inventory.systems.actions import change_system
from inventory.systems.models import AISystem
from tests.factories import make_system

HIRING = {"actor.uses_professionally": True, "work.functions": ["evaluate_candidates"]}
FILES = {file.name: file.read_text(encoding="utf-8") for file in EU_AI_ACT.glob("*.yaml")}


def texts(actor, **over):
    """Ask for the shipped example."""
    return request_preview(actor=actor, before_text="enacted", **over)


def ran(actor, **over) -> PackPreview:
    """Ask for the shipped example and run it."""
    preview = texts(actor, **over)
    tasks.run_preview(preview.pk)
    preview.refresh_from_db()
    return preview


@pytest.fixture
def hiring(system, officer):
    """The system, used for hiring."""
    answer_facts(system, facts=HIRING, actor=officer)
    return system


@pytest.fixture
def elsewhere(lending, officer):
    """Another hiring system, in Lending."""
    other = make_system(actor=officer, unit=lending, name="Applicant ranking")
    answer_facts(other, facts=HIRING, actor=officer)
    return other


def test_the_shipped_example_finds_the_systems_whose_duties_begin_later(hiring, elsewhere, officer):
    preview = ran(officer)

    assert (preview.status, preview.done, preview.total) == ("done", 2, 2)
    row = preview.rows.get(system=hiring)
    assert (row.tier_before, row.tier_after) == ("high", "high")
    assert row.dates > 1
    days = {(one["from"], one["to"]) for one in row.change["moved"]}
    assert ("2026-08-02", "2027-12-02") in days
    actions = Entry.objects.filter(object_type="packpreview").values_list("action", flat=True)
    assert sorted(actions) == ["preview.finished", "preview.requested"]


def test_a_handed_in_pack_is_held_against_the_one_in_force(hiring, officer):
    files = dict(FILES)
    files["06_uses.yaml"] = files["06_uses.yaml"].replace("evaluate_candidates, rec", "rec")
    preview = request_preview(actor=officer, title="law.zip", sources=files)
    tasks.run_preview(preview.pk)

    row = PreviewRow.objects.get()
    assert (row.system, row.tier_before, row.tier_after) == (hiring, "high", "minimal")
    assert row.lost > 5
    assert preview.differences["rules"]["changed"] == ["annex3.4.a"]
    assert tally(preview_again(preview), officer).words.startswith(
        "1 of 1 system changes tier: 1 high-risk → minimal."
    )


def preview_again(preview):
    """Return the preview as it is stored now."""
    return PackPreview.objects.get(pk=preview.pk)


def test_facts_are_read_as_the_pages_read_them(hiring, officer):
    change_system(hiring, actor=officer, our_roles=["provider"])
    answer_facts(hiring, facts={"tr.ai_obvious": None, "gpai.training_flop": 10}, actor=officer)
    [[subject]] = subject_chunks()

    facts = facts_of(AISystem.objects.get())
    assert fitting(engine(), subject.given) == fitting(engine(), facts.values)
    assert "actor.develops_under_own_name" in fitting(engine(), subject.given)


def test_retired_systems_are_left_out(hiring, officer):
    AISystem.objects.update(stage="retired", retired_on="2026-01-01")

    assert list(subject_chunks()) == []


def test_systems_are_read_in_lots_with_one_statement_each(claims, officer):
    for at in range(5):
        make_system(actor=officer, unit=claims, name=f"System {at}")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        lots = list(subject_chunks(size=2))
    assert [len(lot) for lot in lots] == [2, 2, 1]
    assert len(asked) == 4


def test_only_who_may_classify_asks_for_a_preview(system, owner, auditor, officer):
    for person in (owner, auditor):
        with pytest.raises(PermissionDenied):
            texts(person)

    assert texts(officer).status == "queued"


def test_a_pack_that_does_not_hold_is_refused_by_file_rule_and_field(system, officer):
    with pytest.raises(DomainError, match=r"does not hold\. x\.yaml"):
        request_preview(actor=officer, title="x.yaml", sources={"x.yaml": "meta: 1"})
    assert not PackPreview.objects.exists()


def test_a_second_preview_waits_for_the_first(system, officer, stranger):
    texts(officer)

    with pytest.raises(DomainError, match="not finished yet"):
        texts(officer)
    assert texts(stranger).pk


def test_a_doubled_message_changes_nothing(hiring, officer):
    preview = ran(officer)
    tasks.run_preview(preview.pk)

    assert PreviewRow.objects.count() == 1
    assert Entry.objects.filter(action="preview.finished").count() == 1


def test_a_lost_message_is_made_good_by_the_sweep(hiring, officer, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    preview = texts(officer)
    started = PackPreview.objects.claimable().values_list("pk", flat=True)

    assert list(started) == [preview.pk]
    for pk in started:
        tasks.run_preview(pk)
    assert preview_again(preview).status == "done"


def test_the_sweep_sends_for_what_waits_and_gives_up_what_took_down_three_workers(
    hiring, officer, stranger, monkeypatch
):
    sent = []
    monkeypatch.setattr(
        tasks.run_preview, "apply_async", lambda args, **options: sent.append(args[0])
    )
    waits, dead = texts(officer), texts(stranger)
    past = timezone.now() - LEASE
    PackPreview.objects.filter(pk=dead.pk).update(
        status="running", worker="gone", lease_until=past, attempts=MOST_ATTEMPTS
    )

    tasks.sweep_previews()
    assert sent == [waits.pk]
    assert preview_again(dead).status == "failed"
    assert "stopped 3 times" in preview_again(dead).error


def test_a_worker_takes_up_where_the_silent_one_stopped(hiring, elsewhere, officer):
    preview = texts(officer)
    first = PackPreview.objects.claim(preview.pk, "first")
    assert PackPreview.objects.claim(preview.pk, "second") is None
    PackPreview.objects.hold(preview.pk, "first", done=1, seen_to=hiring.pk)
    PackPreview.objects.filter(pk=preview.pk).update(lease_until=timezone.now() - LEASE)

    tasks.run_preview(preview.pk)
    assert [row.system for row in PreviewRow.objects.all()] == [elsewhere]
    assert preview_again(preview).done == 2
    assert first is not None


def test_a_worker_that_lost_its_lease_writes_no_row(hiring, officer):
    preview = texts(officer)
    first = PackPreview.objects.claim(preview.pk, "first")
    PackPreview.objects.filter(pk=preview.pk).update(lease_until=timezone.now() - LEASE)
    PackPreview.objects.claim(preview.pk, "second")

    previewing.run(first, "first")
    assert not PreviewRow.objects.exists()
    assert preview_again(preview).worker == "second"


def test_a_crash_leaves_it_to_the_next_and_the_last_one_says_why(hiring, officer, monkeypatch):
    def crash(*_args):
        raise RuntimeError("no memory")

    monkeypatch.setattr(previewing.Comparer, "change_of", crash)
    preview = texts(officer)
    for _attempt in range(MOST_ATTEMPTS):
        PackPreview.objects.filter(lease_until__isnull=False).update(
            lease_until=timezone.now() - LEASE
        )
        tasks.run_preview(preview.pk)

    failed = preview_again(preview)
    assert (failed.status, failed.attempts) == ("failed", MOST_ATTEMPTS)
    assert "RuntimeError" in failed.error
    assert "no memory" not in failed.error  # nobody knows what such words hold


def test_a_preview_against_a_pack_that_is_no_longer_in_force_fails_in_words(hiring, officer):
    preview = texts(officer)
    PackPreview.objects.update(before_version="0" * 64)
    tasks.run_preview(preview.pk)

    assert preview_again(preview).status == "failed"
    assert "Another rule pack came into force" in preview_again(preview).error


def test_counts_and_rows_are_of_the_systems_the_person_sees(hiring, elsewhere, officer, stranger):
    preview = ran(officer)

    assert tally(preview, officer).systems == 2
    assert tally(preview, stranger).systems == 1
    assert tally(preview, stranger).touched == 1
    assert [row.system for row in Wanted().of(preview, stranger)] == [elsewhere]


def test_old_rows_are_forgotten_and_the_record_stays(hiring, officer):
    preview = ran(officer)
    long_ago = timezone.now() - KEPT - timedelta(days=1)
    PackPreview.objects.update(finished_at=long_ago)

    previewing.forget_old_rows()
    assert not PreviewRow.objects.exists()
    assert preview_again(preview).status == "done"


def test_a_broker_that_is_down_does_not_lose_the_wish(
    hiring, officer, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*_args):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.run_preview, "delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        preview = texts(officer)
        tasks.start_soon(preview.pk)

    assert list(PackPreview.objects.claimable()) == [preview]
