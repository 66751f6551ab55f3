"""One Muster to break: a database, a broker, a web server, a worker, a clock, all processes apart.

A `Ground` is a PostgreSQL server of the bench with one database that is ready for use; every
experiment gets a copy of that as its `World`. Each process leads a group of its own, so that a
kill takes the whole group and only it, and carries a mark by which what is left is found.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from launcher.common import PYTHON, ROOT, Problem, Words, run_step, signal_group
from launcher.instance import Instance
from launcher.postgres import Server
from launcher.services import Services, marked

from bench.faults.sinks import Hooks, Mailbox

READY_SECONDS = 180
SHARED = {
    "DJANGO_SETTINGS_MODULE": "governance.settings",  # the product's, also under pytest
    "PYTHONPATH": str(ROOT),
    "STATIC_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}


class NotRunError(Exception):
    """The experiment needs something that this machine lacks."""


class Redis:
    """A Redis of the bench that keeps nothing on disk."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self.folder = port, folder
        self.url = f"redis://127.0.0.1:{port}/0"
        self.program = shutil.which("redis-server")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, env: Mapping[str, str]) -> None:
        """Start it, empty."""
        if self.program is None:
            raise NotRunError("redis-server (apt-get install redis-server)")
        words = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        words += ["--appendonly", "no", "--maxmemory-policy", "noeviction"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*words, "--dir", str(self.folder)], env=dict(env), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: self._answers(), 10, "Redis did not start")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        self._link().flushall()

    def waiting(self) -> int:
        """Return how many messages wait for a worker."""
        return int(self._link().llen("celery"))  # type: ignore[arg-type]

    def _link(self) -> Any:
        from redis import Redis as Client

        return Client(port=self.port)

    def _answers(self) -> bool:
        from redis.exceptions import RedisError

        try:
            return bool(self._link().ping())
        except RedisError:
            return False


class Ground:
    """A PostgreSQL server, and in it a database that is founded and never used itself.

    `words` are put before the server's command, as `env NAME=VALUE` is.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str] | None = None, words: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.server = Server(folder, folder / "postgresql.log", settings)
        self.server.prefix = [*self.server.prefix, *words]
        self.told: dict[str, Any] = {}

    def start(self) -> None:
        """Start the server, and found the organisation."""
        self.server.start()
        self.server.sql("postgres", "CREATE DATABASE ground")
        (self.folder / "founding").mkdir(exist_ok=True)
        instance = Instance(self.folder / "founding", "127.0.0.1", 1)
        instance.database_url = self.server.url("ground")
        env = instance.env(BROKER_URL="pgmq://database", **SHARED)
        self.secret = instance.settings()["SECRET_KEY"]
        words: Words = [PYTHON, "-m", "bench.faults.founding"]
        said = run_step(words, failure="The ground could not be laid:", env=env)
        self.told = json.loads(said.strip().splitlines()[-1])

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()


@dataclass
class World:
    """The processes of one experiment, and what they left in their database."""

    ground: Ground
    name: str
    port: int
    broker: str = "pgmq"
    more: dict[str, str] = field(default_factory=dict)  # further environment
    inside: str = ""  # failpoints and shims of bench.faults.inside, by name

    def __post_init__(self) -> None:
        self.folder = self.ground.folder / self.name
        self.folder.mkdir()
        (self.folder / "secret_key").write_text(self.ground.secret)
        self.database = f"world_{self.name}".lower().replace("-", "_")
        self.server = self.ground.server
        self.redis = Redis(self.folder, free_port()) if self.broker == "redis" else None
        self.mailbox, self.hooks = Mailbox(), Hooks()

    def open(self) -> None:
        """Copy the database and start what the broker needs."""
        self.server.sql("postgres", f"CREATE DATABASE {self.database} TEMPLATE ground")
        self.instance = Instance(self.folder, "127.0.0.1", self.port)
        self.instance.database_url = self.server.url(self.database)
        given = {"BROKER_URL": self.redis.url if self.redis else "pgmq://database"}
        given |= self.mailbox.settings | SHARED | self.more
        self.env = self.instance.env(BENCH_FAULTS=self.inside, **given)
        self.group = Services(self.env, self.instance.logs)
        if self.redis:
            self.redis.start(self.env)

    def start(self, *names: str) -> None:
        """Start some of web, worker and beat. A further one is "beat2"."""
        for name in names:
            kind = name.rstrip("0123456789")
            words = getattr(self.instance, kind)()
            if kind == "beat":
                words[words.index("--schedule") + 1] += name
            if kind == "worker" and name != kind:
                words += ["-n", f"{name}@%h"]
            self.group.start(name, *(["bench.faults.inside"] if self.inside else []), *words)

    def kill(self, name: str) -> None:
        """End a process and all its children as a power cut would."""
        process = self.group.running.pop(name)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def alive(self) -> list[str]:
        """Return the names of those that run."""
        return [name for name, one in self.group.running.items() if one.poll() is None]

    @contextmanager
    def tended(self) -> Iterator[None]:
        """Start again within a second what ends during the block, as systemd does."""
        over = threading.Event()

        def tend() -> None:
            while not over.wait(0.5):
                for name, process in list(self.group.running.items()):
                    if process.poll() is not None:
                        self.start(name)

        tender = threading.Thread(target=tend)
        tender.start()
        try:
            yield
        finally:
            over.set()
            tender.join()

    def wait_ready(self) -> None:
        """Wait until the web server answers."""
        wait_for(lambda: self.get("/healthz") == 200, READY_SECONDS, "The web server did not start")

    def get(self, path: str, token: str = "") -> int:
        """Return the status of one GET, 0 without an answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            return link.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            link.close()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of one statement, in a connection of its own."""
        with psycopg.connect(self.instance.database_url, autocommit=True) as link:
            found = link.execute(statement, values or None)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def count(self, statement: str, *values: Any) -> int:
        """Return the first number of the first row."""
        return int(self.ask(statement, *values)[0][0] or 0)

    def manage(self, *words: str) -> tuple[int, str]:
        """Run one command of manage.py; return its exit code and what it said."""
        done = subprocess.run(
            [str(PYTHON), "manage.py", *words], cwd=ROOT, env=self.env | {"BENCH_FAULTS": ""},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def close(self) -> int:
        """End every process and drop the database; return how many were left after that."""
        self.group.stop()
        if self.redis:
            self.redis.kill()
        self.mailbox.close()
        self.hooks.close()
        left = marked(f"MUSTER_SUPERVISED={self.folder}".encode())
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.sql("postgres", f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        return len(left)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ground(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Ground]:
    """Lay a ground in a folder that goes when the block ends."""
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as name:
        made = Ground(Path(name), settings)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def wait_for(truth: Callable[[], bool], seconds: float, words: str, pause: float = 0.1) -> float:
    """Return the seconds until `truth()`; raise Problem when it does not come in time."""
    began = time.monotonic()
    while not truth():
        if time.monotonic() - began > seconds:
            raise Problem(f"{words} within {seconds:g} s.")
        time.sleep(pause)
    return time.monotonic() - began
