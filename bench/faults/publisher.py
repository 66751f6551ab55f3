"""Writes, signs, publishes and reads back without an end, until it is killed; tells each step.

    python -m bench.faults.publisher            until it is killed
    python -m bench.faults.publisher once       whatever waits, and no more

Prints the name of a step when it begins: write, sign, the kind of each place, read.
"""

import os
import sys
import time
from datetime import datetime
from typing import Any

import django

PAUSE = 0.1  # seconds between two rounds: others build meanwhile


def main(verb: str = "") -> None:
    """Take over from whoever died, and publish."""
    from governance.checkpoints import delivering

    stock = delivering.claim

    def claim(sink: Any, at: datetime) -> Any:
        say(sink.key.partition(":")[0])
        return stock(sink, at)

    delivering.claim = claim
    take_over()
    while True:
        if verb != "once":
            write()
        publish()
        if verb == "once":
            return
        time.sleep(PAUSE)


def take_over() -> None:
    """Let the leases of whoever died end, and what waits after a failed try be due."""
    from django.db.models.functions import Now

    from governance.checkpoints.models_delivery import Delivery

    Delivery.objects.filter(status="sending").update(leased_until=Now())
    Delivery.objects.filter(status="failed").update(due_at=Now())


def write() -> None:
    """Record something."""
    from governance.accounts.models import BusinessUnit, User
    from governance.accounts.unit_actions import rename_unit

    say("write")
    who = User.objects.filter(memberships__role="administrator").earliest("pk")
    root = BusinessUnit.objects.get(parent__isnull=True)
    rename_unit(root, name=f"Faults {time.time_ns()}", actor=who)


def publish() -> None:
    """Sign, put everywhere, read back: what the clock does in three sweeps."""
    from governance.checkpoints.actions import checkpoint_now
    from governance.checkpoints.delivering import deliver
    from governance.checkpoints.outside import look

    say("sign")
    checkpoint_now()
    deliver()
    say("read")
    look()


def say(step: str) -> None:
    """Tell which step begins."""
    print(step, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    main(*sys.argv[1:])
