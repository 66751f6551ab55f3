"""The process that turns HTML into PDF, without the site's settings and secrets."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from django.conf import settings

HERE = Path(__file__).resolve().parent
PROGRAM, FONTS = HERE / "press.py", HERE / "fonts"
CONF = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""
STYLES = ("tokens.css", "pack.css")
KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # of our own environment
BREATH = 10  # seconds between signs of life while a program works


class PressError(Exception):
    """The press or the binding stopped before it made what it was given."""


def start(program: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start one of our programs without the site's settings and secrets, in its own folder."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own program, our own arguments
        [sys.executable, "-I", str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=kept
        | {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder), "TZ": "UTC"},
    )


class Press:
    """The process that turns HTML into PDF in a folder; use it in a `with`."""

    def __init__(self, folder: Path, alive: Callable[[], None] = lambda: None) -> None:
        self.folder = folder
        self.alive = alive  # called every few seconds while the press works
        self.peak_kib = 0

    def __enter__(self) -> Self:
        conf = CONF.format(fonts=FONTS, cache=self.folder / "fc")
        (self.folder / "fonts.conf").write_text(conf, encoding="utf-8")
        css = settings.BASE_DIR / "static" / "css"
        self.child = start(PROGRAM, self.folder, *(str(css / name) for name in STYLES))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind:
            self.child.kill()
        self.child.communicate()

    def print(self, name: str, html: str, *, only_count: bool = False) -> dict[str, Any]:
        """Lay one document out as NAME.pdf, or only count; return its pages and bookmarks.

        Raises PressError when the press stopped: it ran out of time or memory, or the
        document tried to load something.
        """
        source, target = self.folder / f"{name}.html", self.folder / f"{name}.pdf"
        source.write_text(html, encoding="utf-8")
        job = {"html": str(source), "part": name, "pdf": "" if only_count else str(target)}
        answer = self._asked(name, job)
        source.unlink()
        self.peak_kib = max(self.peak_kib, answer["peak_kib"])
        return answer

    def _asked(self, name: str, job: dict[str, Any]) -> dict[str, Any]:
        jobs, answers = _pipes(self.child)
        try:
            jobs.write(json.dumps(job) + "\n")
            jobs.flush()
            while not select.select([answers], [], [], BREATH)[0]:
                self.alive()
            answer: dict[str, Any] = json.loads(answers.readline())
        except (BrokenPipeError, json.JSONDecodeError) as error:
            raise PressError(f"The press stopped at {name}.") from error
        return answer


def _pipes(child: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if child.stdin is None or child.stdout is None:
        raise PressError("The press has no pipes.")
    return child.stdin, child.stdout
