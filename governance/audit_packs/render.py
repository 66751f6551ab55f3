"""From contents to one PDF: HTML by templates, pages by the press, one file by the binding.

A part is printed at a time, so that memory does not grow with the pack. The front matter is
laid out first only to count its pages, and printed last, when it knows where everything is.
"""

import functools
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont

from governance.audit_packs.binding import Attached, Mark, Part, bind
from governance.audit_packs.queries import Contents
from governance.audit_packs.rules import MISSING, chunks
from governance.audit_packs.sections import Facts

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
CONF = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""
SECTIONS = 7  # headings of every system; a box of what is missing makes one more
WITH_SECTIONS = 20  # systems up to which the table of contents names their sections
FEW = 100  # systems up to which each one starts a page and has its sections as bookmarks
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
PDF = "audit_packs/pdf/"


class PressError(Exception):
    """The press stopped before it printed what it was given."""


class Press:
    """The child process that turns HTML into PDF; use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.peak_kib = 0

    def __enter__(self) -> Self:
        conf = self.folder / "fonts.conf"
        conf.write_text(CONF.format(fonts=FONTS, cache=self.folder / "fc"), encoding="utf-8")
        styles = [
            settings.BASE_DIR / "static" / "css" / name for name in ("tokens.css", "pack.css")
        ]
        kept = {
            name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ
        }
        self.child = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
            [sys.executable, "-I", str(HERE / "press.py"), *map(str, styles)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=kept | {"FONTCONFIG_FILE": str(conf), "HOME": str(self.folder), "TZ": "UTC"},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind:
            self.child.kill()
        self.child.communicate()

    def print(self, name: str, html: str, *, only_count: bool = False) -> Any:
        """Return what the press says of a document: pages, marks; the PDF is in the folder."""
        jobs, answers = self.child.stdin, self.child.stdout
        if jobs is None or answers is None:
            raise PressError("The press has no pipes.")
        source, target = self.folder / f"{name}.html", self.folder / f"{name}.pdf"
        source.write_text(drawable(html), encoding="utf-8")
        job = {"html": str(source), "part": name, "pdf": "" if only_count else str(target)}
        try:
            jobs.write(json.dumps(job) + "\n")
            jobs.flush()
            answer = json.loads(answers.readline())
        except (BrokenPipeError, json.JSONDecodeError) as error:
            raise PressError(f"The press stopped at {name}.") from error
        source.unlink()
        self.peak_kib = max(self.peak_kib, answer["peak_kib"])
        return answer


def print_pack(
    contents: Contents, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> tuple[Path, int]:
    """Return the pack's file in the folder and its pages, calling progress(systems done)."""
    data = contents.json()
    with Press(folder) as press:
        at = int(press.print("front", _front(contents, []), only_count=True)["pages"])
        parts: list[Part] = []
        done = 0
        for chunk in chunks(contents.systems):
            name = f"part{len(parts)}"
            answer = press.print(name, _systems(contents, chunk, first_page=at + 1))
            parts.append(Part(folder / f"{name}.pdf", _marks(answer["marks"], at)))
            at += int(answer["pages"])
            done += len(chunk)
            progress(done)
        marks = [mark for part in parts for mark in part.marks]
        answer = press.print("front", _front(contents, marks))
        front = Part(folder / "front.pdf", _marks(answer["marks"], 0))
        press.print("total", render_to_string(f"{PDF}total.html", {"pages": at}))
        progress(done)
    attached = Attached("data.json", data, "All of this pack as canonical JSON", contents.read_at)
    target = folder / "pack.pdf"
    return target, bind([front, *parts], folder / "total.pdf", attached, target)


def whole_html(contents: Contents) -> str:
    """Return the same pages as one document, as a plain WeasyPrint run would take them."""
    return drawable(
        _document(contents, [*_front_parts(contents, []), *map(_system, contents.systems)])
    )


def _marks(told: list[Any], shift: int) -> tuple[Mark, ...]:
    return tuple(
        Mark(mark["label"], mark["page"] + shift, mark["top"], _marks(mark["below"], shift))
        for mark in told
    )


def _document(contents: Contents, parts: list[str], first_page: int = 1) -> str:
    context = {
        "title": f"Evidence pack {contents.head['pack']}: {contents.head['subject']}",
        "head": contents.head,
        "first_page": first_page,
        "many": len(contents.systems) > FEW,
        "parts": parts,
    }
    return render_to_string(f"{PDF}document.html", context)


def _front(contents: Contents, marks: list[Mark]) -> str:
    return _document(contents, _front_parts(contents, marks))


def _front_parts(contents: Contents, marks: list[Mark]) -> list[str]:
    given = {
        "head": contents.head,
        "systems": _entries(contents.systems, marks),
        "gaps": list(gaps(contents.systems)),
        "population": len(contents.systems),
    }
    names = ("_cover", "_check", "_contents", "_missing")
    return [render_to_string(f"{PDF}{name}.html", given) for name in names]


def _entries(systems: list[Facts], marks: list[Mark]) -> list[dict[str, Any]]:
    """Return the rows of the table of contents; before anything is printed all pages are 0.

    A pack of few systems lists their sections too, by the bookmarks that were printed.
    """
    unknown = [Mark("", -1, 0, (Mark("", -1, 0),) * (SECTIONS + bool(it["missing"])))
               for it in systems]  # fmt: skip
    return [
        {
            "ref": it["ref"],
            "name": it["name"],
            "gaps": len(it["missing"]),
            "page": mark.page + 1,
            "sections": [{"label": below.label, "page": below.page + 1} for below in mark.below]
            if len(systems) <= WITH_SECTIONS
            else [],
        }
        for it, mark in zip(systems, marks or unknown, strict=True)
    ]


def _systems(contents: Contents, systems: list[Facts], first_page: int) -> str:
    return _document(contents, [_system(system) for system in systems], first_page)


def _system(system: Facts) -> str:
    return render_to_string(f"{PDF}_system.html", {"system": system})


def gaps(systems: list[Facts]) -> Iterator[dict[str, Any]]:
    """Yield each kind of gap that occurs, with how many systems have it and which."""
    for words in MISSING:
        refs = [system["ref"] for system in systems if words in system["missing"]]
        if refs:
            yield {"words": words, "count": len(refs), "refs": " ".join(refs)}


@functools.cache
def _undrawable() -> re.Pattern[str]:
    """Return a pattern of the characters that no font of ours draws, or that turn text around."""
    drawn = {code for font in FONTS.glob("*.ttf") for code in TTFont(font).getBestCmap()}
    kept = {
        chr(code)
        for code in drawn
        if unicodedata.category(chr(code)) not in {"Cc", "Cf", "Co"} or chr(code) in JOINERS
    }
    shown = "".join(sorted(kept | {"\n", "\t"}))
    return re.compile(f"[^{re.escape(shown)}]")


def drawable(html: str) -> str:
    """Return the text with every character that cannot be drawn written as its number."""
    return _undrawable().sub(lambda found: f"[U+{ord(found[0]):04X}]", html)
