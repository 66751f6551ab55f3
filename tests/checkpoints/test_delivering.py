"""Checkpoints reach every place once, the newest first, whatever fails on the way."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.delivering import claim, deliver, follow, head_of
from governance.checkpoints.delivery_rules import LEASE, DeliveryState
from governance.checkpoints.models import Delivery
from governance.checkpoints.sinks.configured import sinks
from governance.notices.models import Notice

pytestmark = pytest.mark.django_db


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.txt"))


def test_a_checkpoint_is_written_once_and_word_by_word(folder: Path, write):
    write()
    head = checkpoint_now()

    assert deliver() == 1
    assert deliver() == 0
    (file,) = files(folder)
    assert file.read_text() == head.note
    assert file.name == f"{head.size:020d}-{head.root_hex}.txt"


def test_delivering_again_after_a_lost_mark_changes_nothing(folder: Path, write):
    write()
    checkpoint_now()
    follow(sinks(), timezone.now())
    (sink,) = sinks()
    row = claim(sink, timezone.now())
    assert row
    before = sink.put(head_of(row.checkpoint), 0)  # put, and killed before the mark
    after = timezone.now() + LEASE + timedelta(seconds=1)

    assert deliver(after) == 1
    row.refresh_from_db()
    assert (row.status, row.result) == (DeliveryState.SENT, "was there already")
    assert before.where == row.where
    assert len(files(folder)) == 1


def test_a_claimed_one_is_nobody_elses_until_the_lease_ends(folder: Path, write):
    write()
    checkpoint_now()
    now = timezone.now()
    follow(sinks(), now)
    (sink,) = sinks()

    assert claim(sink, now)
    assert claim(sink, now + LEASE / 2) is None
    assert claim(sink, now + LEASE * 1.1)


def test_a_place_that_is_gone_is_tried_again_later_and_gets_the_newest(folder: Path, write):
    now = timezone.now()
    write()
    first = checkpoint_now()
    folder.rmdir()
    deliver(now)
    failed = Delivery.objects.get()
    assert (failed.status, failed.attempts) == (DeliveryState.FAILED, 1)
    assert failed.due_at > now + timedelta(seconds=5)
    assert "is its disk mounted?" in failed.result
    write()
    second = checkpoint_now()
    deliver(now + timedelta(seconds=1))  # too early: the next one waits like the one before
    folder.mkdir()
    deliver(now + timedelta(minutes=1))

    states = dict(Delivery.objects.values_list("checkpoint__size", "status"))
    assert states == {
        first.size: DeliveryState.SUPERSEDED,
        second.size: DeliveryState.SENT,
    }


def test_a_file_with_other_content_stays_and_administrators_hear_of_it(
    folder: Path, write, administrator
):
    write()
    head = checkpoint_now()
    deliver()
    (file,) = files(folder)
    file.chmod(0o644)
    file.write_text("rewritten")
    Delivery.objects.update(status=DeliveryState.WAITING, sent_at=None)

    deliver()

    assert file.read_text() == "rewritten"
    assert Delivery.objects.get().status == DeliveryState.REFUSED
    assert Notice.objects.filter(person=administrator, subject__contains="was changed").exists()
    assert head.size


def test_a_disk_that_is_not_mounted_gets_no_new_folder(folder: Path, write):
    write()
    checkpoint_now()
    deliver()
    for file in files(folder):
        file.unlink()
    next(folder.iterdir()).rmdir()  # what an empty mount point looks like
    write()
    checkpoint_now()

    assert deliver() == 0
    assert list(folder.iterdir()) == []


def test_a_half_written_file_of_a_killed_worker_is_cleared_away(folder: Path, write):
    write()
    checkpoint_now()
    deliver()
    part = files(folder)[0].with_suffix(".txt.abc.part")
    part.write_text("half")
    os.utime(part, (0, 0))
    write()
    checkpoint_now()
    deliver()

    assert not part.exists()
    assert len(files(folder)) == 2


def test_a_clock_that_was_put_back_holds_nothing(folder: Path, write):
    write()
    checkpoint_now()
    follow(sinks(), timezone.now() + timedelta(days=3))

    assert deliver() == 1


def test_a_place_that_fails_for_long_is_told_once_though_another_takes_all(
    folder: Path, write, settings, administrator
):
    settings.CHECKPOINT_SINKS.append(f"file://{folder.parent / 'gone'}")
    now = timezone.now()
    for turn in range(15):
        write()
        checkpoint_now()
        deliver(now + timedelta(hours=turn))

    told = Notice.objects.filter(kind="checkpoints.failing", channel="app")
    assert "taken no checkpoint for long" in told.get(person=administrator).subject
    assert len(files(folder)) == 15
