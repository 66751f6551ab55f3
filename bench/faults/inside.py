"""Failpoints and shims around a process of the product: python -m bench.faults.inside MODULE ….

What is to be done is named by BENCH_FAULTS. The product knows nothing of it: the shim is put
around Celery's publishing before the module is run as `python -m MODULE …` would run it.
"""

import fcntl
import os
import random
import runpy
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

OF_THE_FIRST = ("producer", "connection")  # the pool gives the later ones their own


def republish() -> None:
    """Let every message be sent once at once and one to three times more, late, out of order."""
    from celery import Celery

    late, dice = float(os.environ["BENCH_LATE"]), random.Random(os.environ["BENCH_SEED"])
    stock = Celery.send_task

    def send(self: Any, *arguments: Any, **options: Any) -> Any:
        for _ in range(dice.randint(1, 3)):
            timer = threading.Timer(dice.uniform(0, late), again, (self, arguments, options))
            timer.daemon = True
            timer.start()
        return stock(self, *arguments, **options)

    def again(self: Any, arguments: Any, options: Any) -> None:
        apart = {key: value for key, value in options.items() if key not in OF_THE_FIRST}
        stock(self, *arguments, **apart)
        note("republished")

    Celery.send_task = send


def die_after_publish() -> None:
    """Kill this process right after it published one of BENCH_TASKS, BENCH_KILLS times in all."""
    from celery import Celery

    names, stock = os.environ["BENCH_TASKS"].split(","), Celery.send_task
    one_at_a_time = threading.Lock()

    def send(self: Any, name: str, *arguments: Any, **options: Any) -> Any:
        if name not in names:
            return stock(self, name, *arguments, **options)
        with one_at_a_time:  # else a thread is killed between its message and its note
            sent = stock(self, name, *arguments, **options)
            note("published")
            die("killed")
        return sent

    Celery.send_task = send


def die_after_mail() -> None:
    """Kill this process when a mail was taken and is not marked yet, BENCH_KILLS times in all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    import django

    django.setup()
    from governance.notices import delivery

    stock = delivery.finish

    def finish(notice: Any, outcome: Any, *rest: Any) -> Any:
        if outcome.is_ok:
            die("killed")
        return stock(notice, outcome, *rest)

    delivery.finish = finish


def note(name: str) -> int:
    """Write one more stroke into a file that all processes share; return how many there were."""
    with (Path(os.environ["DATA_DIR"]) / name).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = file.seek(0, os.SEEK_END)
        file.write(".")
    return before


def die(name: str) -> None:
    """Kill this process as a power cut would, unless that was done BENCH_KILLS times already."""
    if note(name) < int(os.environ["BENCH_KILLS"]):
        os.kill(os.getpid(), signal.SIGKILL)


SHIMS: dict[str, Callable[[], None]] = {
    "republish": republish,
    "die_after_publish": die_after_publish,
    "die_after_mail": die_after_mail,
}


def main() -> None:
    """Put the shims in place and become the module."""
    for name in filter(None, os.environ.get("BENCH_FAULTS", "").split(",")):
        SHIMS[name]()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
