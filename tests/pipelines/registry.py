"""A real MLflow: set up once in var/mlflow from a lock file with hashes, run on a free port."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from launcher import packages
from launcher.common import Problem, run_step

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "requirements-mlflow.lock"
FOLDER = ROOT / "var" / "mlflow"
START_SECONDS = 240


def python() -> Path:
    """Return the Python of MLflow's environment; skip the test when it cannot be fetched."""
    found, stamp = FOLDER / "bin" / "python", FOLDER / "lock"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return found
    try:
        _fetch(found)
    except Problem as problem:
        pytest.skip(f"MLflow cannot be fetched: {problem}")
    stamp.write_text(digest)
    return found


def _fetch(found: Path) -> None:
    uv, env = packages._uv(), packages.uv_environment()
    failure = "its packages could not be installed."
    run_step([uv, "venv", "--quiet", "--clear", FOLDER], failure=failure, env=env)
    command = [uv, "pip", "install", "--quiet", "--python", found, "--require-hashes"]
    run_step([*command, "-r", LOCK], failure=failure, env=env)


class Mlflow:
    """A running registry."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what an endpoint answers; a body makes it a POST."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/api/2.0/mlflow/{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return dict(json.loads(answer.read() or b"{}"))

    def register(self, model: str, **tags: str) -> str:
        """Return the number of a new version of a registered model, which is made if need be."""
        with suppress(urllib.error.HTTPError):  # it may be there
            self.call("registered-models/create", {"name": model})
        commit = {"key": "mlflow.source.git.commit", "value": "c" * 40}
        run = self.call("runs/create", {"experiment_id": "0", "tags": [commit]})
        run_id = run["run"]["info"]["run_id"]
        body = {
            "name": model,
            "source": f"runs:/{run_id}/model",
            "run_id": run_id,
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }
        return str(self.call("model-versions/create", body)["model_version"]["version"])

    def point(self, model: str, alias: str, number: str) -> None:
        """Let an alias point at a version."""
        self.call("registered-models/alias", {"name": model, "alias": alias, "version": number})

    def pointed(self, model: str, alias: str) -> str:
        """Return the number that an alias points at."""
        found = self.call(f"registered-models/get?name={model}")["registered_model"]
        aliases = {one["alias"]: one["version"] for one in found.get("aliases", [])}
        return str(aliases.get(alias, ""))


@contextmanager
def mlflow(folder: Path) -> Iterator[Mlflow]:
    """Run a registry with a database of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        *(str(python()), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/registry.sqlite"),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    env = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # nothing runs in it
    with (folder / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}/health", folder / "mlflow.log")
            yield Mlflow(f"http://127.0.0.1:{port}")
        finally:
            end(process)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()[-2_000:]
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"MLflow did not come up: {log.read_text()[-2_000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
        try:
            process.wait(15)
            break
        except subprocess.TimeoutExpired:
            continue
