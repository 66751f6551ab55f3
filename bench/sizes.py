"""One process and one database for each size of the register, asked in turn.

So all sizes meet the same load of the machine, and their times can be compared with each other.
"""

import multiprocessing
import os
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

END = ("", "")


class Sizes(AbstractContextManager["Sizes"]):
    """The processes, one for each size; they end with the block."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.pipes: dict[int, Connection] = {}
        self.processes = []
        self.home = home = os.environ["DATABASE_URL"]
        spawn = multiprocessing.get_context("spawn")
        for size in sizes:
            os.environ["DATABASE_URL"] = copied(home, size)
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=serve, args=(theirs, size), daemon=True)
            process.start()
            theirs.close()
            self.pipes[size] = ours
            self.processes.append(process)
        os.environ["DATABASE_URL"] = home
        self.told = {size: pipe.recv() for size, pipe in self.pipes.items()}

    def ask(self, name: str, what: str) -> dict[int, Any]:
        """Have a request sent at each size, one after the other; return what each tells."""
        return {size: self.ask_at(size, name, what) for size in self.pipes}

    def ask_at(self, size: int, name: str, what: str) -> Any:
        """Have a request sent at one size; return what it tells."""
        self.pipes[size].send((name, what))
        return self.pipes[size].recv()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in self.pipes.values():
            with suppress(OSError):  # it may have ended with an error of its own
                pipe.send(END)
        for process in self.processes:
            process.join(30)
        for size in self.pipes:
            name = urlsplit(self.home).path.lstrip("/")
            run(self.home, f"DROP DATABASE IF EXISTS {name}_{size} WITH (FORCE)")


def copied(url: str, size: int) -> str:
    """Return the address of a new database, a copy of that of the settings while it is empty."""
    name = urlsplit(url).path.lstrip("/")
    run(url, f"CREATE DATABASE {name}_{size} TEMPLATE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}_{size}"))


def run(url: str, statement: str) -> None:
    """Run one statement outside the database of the settings."""
    import psycopg

    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def serve(pipe: Connection, size: int) -> None:
    """Fill this process's database, then send what is asked for until the end is."""
    import django

    django.setup()
    from bench import pages

    known, told = pages.prepared(size)
    pipe.send(told)
    while (order := pipe.recv()) != END:
        name, what = order
        pipe.send(pages.once(known[name], what))
