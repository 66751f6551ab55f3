"""Failpoints and shims around a process of the product: python -m bench.faults.inside MODULE ….

What is to be done is named by BENCH_FAULTS. The product knows nothing of it: the shim is put
around Celery's publishing before the module is run as `python -m MODULE …` would run it.
"""

import os
import random
import runpy
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
    notes = Path(os.environ["DATA_DIR"]) / "republished"
    notes.mkdir(exist_ok=True)
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
        with (notes / str(os.getpid())).open("a") as file:
            file.write(".")

    Celery.send_task = send


SHIMS: dict[str, Callable[[], None]] = {"republish": republish}


def main() -> None:
    """Put the shims in place and become the module."""
    for name in filter(None, os.environ.get("BENCH_FAULTS", "").split(",")):
        SHIMS[name]()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
