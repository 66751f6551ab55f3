"""Running the gate as pipelines do, and servers that treat it badly."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

GATE = Path(__file__).resolve().parent.parent.parent / "bin" / "muster-gate"
DIGEST = "ab" * 32


@dataclass(frozen=True)
class Ran:
    """What came of one run of the gate."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """Return what --json printed."""
        return dict(json.loads(self.out))


def gate(*words: str, env: Mapping[str, str] | None = None, seconds: float = 60) -> Ran:
    """Run the gate with nothing but the standard library, and nothing of our environment."""
    path = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(GATE), *words],
        env=path | dict(env or {}),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


Play = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(play: Play) -> Iterator[str]:
    """Run a server that answers every GET as `play` says; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            play(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def answering(status: int, body: object, **headers: str) -> Play:
    """Return a play that gives one answer; a body that is not bytes becomes JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return play
