"""One running Muster: its data folder, its environment, its commands, its greeting.

`<checkout>/var/running/PORT.json` lets `manage.py` find a running instance by itself:
`{"pid": supervisor, "env": {…}}`. The demo leaves its sign-ins in `<data>/demo_signins.json`:
`[{"role": …, "name": …, "email": …, "password": …}, …]`.
"""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from launcher.common import ROOT, say, version
from launcher.services import MARK

POINTERS = ROOT / "var" / "running"
LARGEST_LOG = 10 * 1024 * 1024
DROPPED = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "DEBUG"}


def running(data: Path) -> dict[str, str]:
    """Return the settings of the instance that runs over a data folder, or nothing."""
    for file in POINTERS.glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            told = json.loads(file.read_text())
            os.kill(told["pid"], 0)
            if told["env"]["DATA_DIR"] == str(data):
                return dict(told["env"])
    return {}


class Instance:
    """What belongs to one data folder and one port."""

    def __init__(self, data: Path, host: str, port: int) -> None:
        self.data, self.host, self.port = data, host, port
        self.url = f"http://{host}:{port}"
        self.pointer = POINTERS / f"{port}.json"
        self.logs = data / "logs"
        self.signins = data / "demo_signins.json"
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.logs.mkdir(exist_ok=True, mode=0o700)
        (data / "storage").mkdir(exist_ok=True, mode=0o700)

    def log(self, name: str) -> Path:
        """Return a log file's path; one grown large is put aside."""
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        return log

    def env(self, **more: str) -> dict[str, str]:
        """Return the environment of every process of this instance."""
        kept = {key: value for key, value in os.environ.items() if key not in DROPPED}
        return kept | self.settings() | {MARK: str(self.data)} | more

    def settings(self) -> dict[str, str]:
        """Return what Muster's settings are made from."""
        return {
            "MUSTER_MODE": "local",
            "DATABASE_URL": self.database_url,
            "BROKER_URL": os.environ.get("BROKER_URL", "pgmq://database"),
            "SECRET_KEY": self._secret_key(),
            "BASE_URL": self.url,
            "DATA_DIR": str(self.data),
            "CHECKPOINT_SINKS": self._sinks(),
            "STORAGE_DIR": str(self.data / "storage"),
            "STATIC_ROOT": str(self.data / "static"),
            "STATIC_BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        }

    def _sinks(self) -> str:
        """Return where checkpoints go: a folder beside the database, unless somewhere is named.

        It lies on this same machine, as the ledger's page says.
        """
        folder = self.data / "checkpoints"
        if named := os.environ.get("CHECKPOINT_SINKS"):
            return named
        folder.mkdir(exist_ok=True, mode=0o700)
        return f"file://{quote(str(folder))}"

    def _secret_key(self) -> str:
        key = self.data / "secret_key"
        if not key.exists():
            with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        return key.read_text()

    def web(self) -> list[str]:
        """Return the words that start the web server."""
        shared_memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
        return [
            *("gunicorn", "governance.wsgi:application", "--bind", f"{self.host}:{self.port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
            *("--no-control-socket", "--graceful-timeout", "8", *shared_memory),
        ]

    def worker(self) -> list[str]:
        """Return the words that start the worker."""
        return [
            *("celery", "-A", "governance", "worker", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]

    def beat(self) -> list[str]:
        """Return the words that start the clock of the sweeps."""
        schedule = str(self.data / "beat-schedule")
        return ["celery", "-A", "governance", "beat", "--schedule", schedule, "--pidfile="]

    def publish(self) -> None:
        """Let `manage.py` beside this instance find its database."""
        POINTERS.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"pid": os.getpid(), "env": self.settings()}, indent=1)
        new = self.pointer.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        new.replace(self.pointer)

    def withdraw(self) -> None:
        """Take the pointer away."""
        self.pointer.unlink(missing_ok=True)

    def greet(self, seconds: float) -> None:
        """Say where it is and who can sign in."""
        say(f"\nMuster {version()} runs at {self.url}  (ready after {seconds:.1f} s)")
        if self.signins.exists():
            say("\nSign in as:")
            for one in json.loads(self.signins.read_text()):
                say(f"  {one['role']:<20} {one['email']:<34} {one['password']}")
        say(f"\nData and logs: {self.data}   Stop: Ctrl-C")
