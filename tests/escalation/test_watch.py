"""The watch over the sweeps: a silence is raised once, on the probe, by mail and in the app."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from governance.escalation.models import Silence, Sweep
from governance.escalation.queries import last_sweep
from governance.escalation.sweeping import sweep, tidy
from governance.escalation.tasks import sweep_items, watch_sweeps
from governance.escalation.watch_actions import watch
from governance.health.tasks import heartbeat
from governance.ledger.models import Entry
from governance.notices.models import Notice
from governance.notices.rules import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(administrator) -> Sweep:
    """The last sweep ended seven minutes ago."""
    at = timezone.now() - timedelta(minutes=7)
    return Sweep.objects.create(started_at=at, ended_at=at)


def test_before_the_first_sweep_there_is_an_alarm_and_no_age(db):
    alive = last_sweep()

    assert (alive.is_alarm, alive.words) == (True, "never")
    assert watch() is None


def test_a_sweep_says_when_it_ended(administrator):
    sweep_items()
    alive = last_sweep()

    assert not alive.is_alarm
    assert alive.words in {"00:00:00 ago", "00:00:01 ago", "00:00:02 ago"}


def test_a_sweep_that_began_and_did_not_end_counts_for_nothing(silent):
    Sweep.objects.create(started_at=timezone.now())

    assert last_sweep().is_alarm
    assert last_sweep().words.startswith("00:07:0")


def test_a_silence_is_mailed_once_however_often_somebody_looks(silent):
    for _ in range(3):
        watch_sweeps()

    assert [message.to for message in mail.outbox] == [["admin@halden.example"]]
    assert "nobody is told" in mail.outbox[0].subject
    assert Silence.objects.get().since == silent.ended_at
    assert Entry.objects.filter(action="sweeps.silent").count() == 1
    assert Notice.objects.filter(channel=Channel.APP).count() == 1


def test_the_probe_of_the_web_process_raises_it_when_no_worker_is_left(client, silent):
    heartbeat()
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["escalation"].startswith("no sweep has ended since 00:07")
    assert len(mail.outbox) == 1


def test_a_mail_that_cannot_go_is_tried_by_the_next_who_looks(silent, settings):
    settings.EMAIL_BACKEND = "tests.escalation.test_watch.Broken"
    watch()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    watch()

    assert len(mail.outbox) == 1


class Broken:
    """A mail server that is not there."""

    def __init__(self, **given: object) -> None:
        """Take what Django gives."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError("no mail server")


def test_the_sweep_that_comes_back_says_how_long_it_was_and_mails_if_nobody_did(silent):
    sweep()
    sweep()

    told = Notice.objects.filter(item__startswith="silence:")
    assert sorted(told.values_list("channel", flat=True)) == [Channel.APP, Channel.EMAIL]
    assert "after 7 minutes" in told.first().subject
    assert Silence.objects.get().ended_at is not None
    assert Entry.objects.filter(action="sweeps.back").count() == 1


def test_the_sweep_that_comes_back_does_not_mail_what_was_mailed(silent):
    watch()
    sweep()

    assert len(mail.outbox) == 1
    assert not Notice.objects.filter(channel=Channel.EMAIL).exists()


def test_sweeps_that_follow_each_other_raise_nothing(administrator):
    sweep()
    sweep()
    watch()

    assert not Silence.objects.exists()


def test_old_sweeps_are_forgotten_sooner_when_they_found_nothing(db):
    now = timezone.now()
    for days, found in ((1, 0), (3, 0), (3, 5), (91, 5)):
        at = now - timedelta(days=days)
        Sweep.objects.create(started_at=at, ended_at=at, found=found)

    assert tidy(now) == 2
    assert sorted(Sweep.objects.values_list("found", flat=True)) == [0, 5]
