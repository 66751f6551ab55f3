"""The processes of F-28: eight writers at once, or a sequencer that goes on until it is killed."""

import json
import os
import random
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

WRITERS = 8
HOLD, UNDONE = 0.05, 0.1  # seconds that a change is held at most; the share that is undone
BATCH = 200  # small, so that a kill comes in the middle of the work


class UndoneError(Exception):
    """Raised to undo a write."""


def write(seed: int, seconds: float) -> dict[str, Any]:
    """Let eight write for some seconds; return what was committed, what was undone, how long."""
    told: dict[str, list[Any]] = {"committed": [], "undone": [], "seconds": []}
    end = time.monotonic() + seconds
    writers = [
        threading.Thread(target=_writer, args=(random.Random(seed * 100 + at), end, told))
        for at in range(WRITERS)
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    return told


def _writer(dice: random.Random, end: float, told: dict[str, list[Any]]) -> None:
    from django.db import connection

    while time.monotonic() < end:
        began, wait = time.monotonic(), dice.random() * HOLD
        entry, undone = _change(wait, undone=dice.random() < UNDONE)
        told["undone" if undone else "committed"].append(entry)
        told["seconds"].append(time.monotonic() - began - wait)
    connection.close()


def _change(wait: float, *, undone: bool) -> tuple[int, bool]:
    from django.db import transaction

    entry = 0
    try:
        with transaction.atomic():
            entry = _recorded([0])[0]
            time.sleep(wait)
            if undone:
                raise UndoneError
    except UndoneError:
        return entry, True
    return entry, False


def _recorded(turns: Any) -> list[int]:
    from governance.accounts.models import BusinessUnit
    from governance.ledger.actions import record_many

    who: Any = SimpleNamespace(handle="0" * 32)
    told = [(BusinessUnit(pk=1), {"turn": turn}, 1) for turn in turns]
    return [entry.pk for entry in record_many("unit.renamed", told, actor=who)]


def fill(count: int) -> dict[str, Any]:
    """Write many entries that wait for their number."""
    from django.db import transaction

    for first in range(0, count, 1_000):
        with transaction.atomic():
            _recorded(range(first, min(first + 1_000, count)))
    return {}


def drain() -> dict[str, Any]:
    """Give all that waits its number, as the clock does; return how long it took."""
    from governance.ledger.actions import sequence_all

    began = time.monotonic()
    done = sequence_all()
    return {"numbered": done, "seconds": time.monotonic() - began}


def sequence() -> dict[str, Any]:
    """Give numbers until the process is killed."""
    from governance.ledger.actions import sequence as step

    while True:
        if not step(batch=BATCH):
            time.sleep(0.01)


def main(verb: str, *words: str) -> None:
    """Do one of them, and print what it told as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    import django

    django.setup()
    if verb == "write":
        told = write(int(words[0]), float(words[1]))
    elif verb == "fill":
        told = fill(int(words[0]))
    else:
        told = {"drain": drain, "sequence": sequence}[verb]()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
