"""From contents to one PDF: HTML by templates, pages by the press, one file by the binding.

A part is printed at a time, so that memory does not grow with the pack. The front matter is
laid out first only to count its pages, and printed last, when it knows where everything is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from governance.audit_packs.attaching import attached
from governance.audit_packs.binding import Mark, Part
from governance.audit_packs.children import bound
from governance.audit_packs.queries import Contents
from governance.audit_packs.rules import MISSING, chunks, ranges
from governance.audit_packs.sections import Facts
from governance.common.press.child import Press, PressError
from governance.common.press.drawing import drawable

SECTIONS = 8  # headings of every system; what is missing, incidents, escalations: one more each
WITH_SECTIONS = 20  # systems up to which the table of contents names their sections
FEW = 100  # systems up to which each one starts a page and has its sections as bookmarks
PDF = "audit_packs/pdf/"


@dataclass(frozen=True)
class Printed:
    """A finished file, and what its making took."""

    file: Path
    pages: int
    press_kib: int  # most memory of the press
    binding_kib: int  # and of the binding, which starts when the press has ended


def print_pack(
    contents: Contents, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> Printed:
    """Return the pack's file in the folder, calling progress(systems done) at least each part."""
    done = 0
    with Press(folder, lambda: progress(done)) as press:
        before = int(press.print("front", _front(contents, []), only_count=True)["pages"])
        at = before
        parts: list[Part] = []
        for chunk in chunks(contents.systems):
            name = f"part{len(parts):05d}"
            answer = press.print(name, _systems(contents, chunk, first_page=at + 1))
            parts.append(_part(folder / f"{name}.pdf", answer, at))
            at += int(answer["pages"])
            done += len(chunk)
            progress(done)
        marks = [mark for part in parts for mark in part.marks]
        answer = press.print("front", _front(contents, marks))
        if int(answer["pages"]) != before:
            raise PressError("The front matter has other pages than were counted.")
        front = _part(folder / "front.pdf", answer, 0)
        progress(done)
        press.print("total", render_to_string(f"{PDF}total.html", {"pages": at}))
    answer = bound([front, *parts], attached(contents, folder), folder, lambda: progress(done))
    return Printed(folder / "pack.pdf", answer["pages"], press.peak_kib, answer["peak_kib"])


def _part(path: Path, answer: dict[str, Any], shift: int) -> Part:
    return Part(str(path), tuple(Mark.of(raw, shift) for raw in answer["marks"]))


def whole_html(contents: Contents) -> str:
    """Return the same pages as one document, as a plain WeasyPrint run would take them."""
    many = len(contents.systems) > FEW
    systems = [_system(system, many) for system in contents.systems]
    return _document(contents, [*_front_parts(contents, []), *systems])


def _document(contents: Contents, parts: list[str], first_page: int = 1) -> str:
    context = {
        "title": f"Evidence pack {contents.head['pack']}: {contents.head['subject']}",
        "head": contents.head,
        "first_page": first_page,
        "many": len(contents.systems) > FEW,
        "parts": parts,
    }
    return drawable(render_to_string(f"{PDF}document.html", context))


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
    line = Mark("Model versions and approvals", -1, 0)
    unknown = [Mark("", -1, 0, (line,) * headings_of(it)) for it in systems]
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


def headings_of(system: Facts) -> int:
    """Return how many sections of a system the table of contents names."""
    own = ("missing", "incidents", "escalations")
    return SECTIONS + sum(bool(system[name]) for name in own)


def _systems(contents: Contents, systems: list[Facts], first_page: int) -> str:
    many = len(contents.systems) > FEW
    return _document(contents, [_system(system, many) for system in systems], first_page)


def _system(system: Facts, many: bool) -> str:
    return render_to_string(f"{PDF}_system.html", {"system": system, "many": many})


def gaps(systems: list[Facts]) -> Iterator[dict[str, Any]]:
    """Yield each kind of gap that occurs, with how many systems have it and which."""
    for words in MISSING:
        refs = [system["ref"] for system in systems if words in system["missing"]]
        if refs:
            yield {"words": words, "count": len(refs), "refs": ranges(refs)}
