"""kill -9 at random moments of signing and publishing leaves no half file and no second root."""

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.delivering import deliver
from governance.checkpoints.outside import look, newest_outside
from tests.checkpoints.killing import faults, round_of

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("KILL_ROUNDS", "8"))


def test_whoever_publishes_may_be_killed_at_any_moment(folder: Path, key_file, write):
    write()
    checkpoint_now()
    chance = random.Random(29)  # noqa: S311
    for _ in range(ROUNDS):
        round_of(key_file, f"file://{folder}", chance)
        assert faults(folder) == []

    head = checkpoint_now()
    deliver(timezone.now() + timedelta(minutes=30))
    look()

    out = newest_outside()
    assert out
    assert (out.size, out.root) == (head.size, head.root_hex)
    assert faults(folder) == []
    assert head.size > ROUNDS
