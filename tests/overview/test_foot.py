"""The foot of every page: when a sweep for what is due ended last."""

import re
from datetime import timedelta

from django.utils import timezone

from governance.escalation.models import Sweep


def swept(**ago: float) -> None:
    """Let a sweep have ended so long ago."""
    at = timezone.now() - timedelta(**ago)
    Sweep.objects.create(started_at=at, ended_at=at)


def test_the_foot_says_when_the_last_sweep_ended(as_user, owner):
    swept(seconds=37)

    page = as_user(owner).get("/systems/").content.decode()

    assert "Last escalation sweep" in page
    assert re.search(r"00:0\d:\d\d ago", page)
    assert "Nobody is reminded" not in page


def test_the_foot_raises_the_alarm_in_words_after_five_minutes(as_user, owner):
    swept(minutes=7)

    page = as_user(owner).get("/systems/").content.decode()

    assert "st-missing" in page.split('class="foot"')[1]
    assert re.search(r"Last escalation sweep 00:0[789]:\d\d ago", page)
    assert "Nobody is reminded until the next one." in page


def test_the_foot_says_that_no_sweep_has_ended_yet(as_user, owner):
    page = as_user(owner).get("/systems/").content.decode()

    assert "No escalation sweep has ended yet" in page
