"""From contents to one PDF: HTML by templates, pages by the press, one file by the binding.

A part is printed at a time, so that memory does not grow with the pack. The front matter is
laid out first only to count its pages, and printed last, when it knows where everything is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from governance.audit_packs.attaching import attached
from governance.audit_packs.binding import Mark, Part
from governance.audit_packs.children import bound
from governance.audit_packs.fronts import front, has_break_glass, with_pages
from governance.audit_packs.pictures import paint
from governance.audit_packs.pictures_system import grids, tree
from governance.audit_packs.queries import Contents
from governance.audit_packs.rules import chunks
from governance.audit_packs.seal_rules import Promise
from governance.audit_packs.sections import Facts
from governance.common.press.child import Press, PressError
from governance.common.press.drawing import drawable

# Sections of a system beside its card: those with a heading even when there is nothing in them,
# and those with one when there is.
HEADED = frozenset(
    {
        *("classification", "obligations", "raci", "agreements", "versions", "documents"),
        "timeline",
    }
)
IF_ANY = ("missing", "incidents", "escalations", "questions")
WITH_SECTIONS = 20  # systems up to which the table of contents names their sections
FEW = 100  # systems up to which each one starts a page and has its sections as bookmarks
PDF = "audit_packs/pdf/"
PARTS = {
    "glance": "At a glance",
    "scope": "Scope and completeness",
    "missing": "What is missing",
    "annex": "Index by Annex IV",
}  # of the front matter, as their headings say
LAST = "Frameworks"  # long tables that the systems' own pages come before
ALWAYS = ("glance", "scope", "missing")


@dataclass(frozen=True)
class Printed:
    """A finished file, and what its making took."""

    file: Path
    pages: int
    press_kib: int  # most memory of the press
    binding_kib: int  # and of the binding, which starts when the press has ended


def print_pack(
    contents: Contents,
    folder: Path,
    progress: Callable[[int], None] = lambda done: None,
    seal: Promise | None = None,
) -> Printed:
    """Return the pack's file in the folder, calling progress(systems done) at least each part.

    `seal` is what the cover says of the seal that the file will get.
    """
    done = 0
    told = front(contents) | {"seal": seal}
    with Press(folder, lambda: progress(done)) as press:
        counted = press.print("front", _front(contents, told, []), only_count=True)
        told["pages"] = {mark["label"]: mark["page"] + 1 for mark in counted["marks"]}
        at = before = int(counted["pages"])
        parts: list[Part] = []
        for chunk in chunks(contents.systems):
            name = f"part{len(parts):05d}"
            answer = press.print(name, _systems(contents, chunk, first_page=at + 1))
            parts.append(_part(folder / f"{name}.pdf", answer, at))
            at += int(answer["pages"])
            done += len(chunk)
            progress(done)
        marks = [mark for part in parts for mark in part.marks]
        if told["frameworks"]:
            answer = press.print("last", _last(contents, told, first_page=at + 1))
            parts.append(_part(folder / "last.pdf", answer, at))
            told["pages"][LAST] = at + 1
            at += int(answer["pages"])
        answer = press.print("front", _front(contents, told, marks))
        if int(answer["pages"]) != before:
            raise PressError("The front matter has other pages than were counted.")
        first = _part(folder / "front.pdf", answer, 0)
        progress(done)
        room = 10 if len(contents.systems) > FEW else 8
        press.print("total", render_to_string(f"{PDF}total.html", {"pages": at, "room": room}))
    answer = bound([first, *parts], attached(contents, folder), folder, lambda: progress(done))
    return Printed(folder / "pack.pdf", answer["pages"], press.peak_kib, answer["peak_kib"])


def _part(path: Path, answer: dict[str, Any], shift: int) -> Part:
    return Part(str(path), tuple(Mark.of(raw, shift) for raw in answer["marks"]))


def whole_html(contents: Contents) -> str:
    """Return the same pages as one document, as a plain WeasyPrint run would take them."""
    many = len(contents.systems) > FEW
    systems = [_system(system, many) for system in contents.systems]
    told = front(contents) | {"seal": None}
    last = [render_to_string(f"{PDF}_frameworks.html", told)] if told["frameworks"] else []
    return _document(contents, [*_front_parts(contents, told, []), *systems, *last])


def _document(contents: Contents, parts: list[str], first_page: int = 1) -> str:
    context = {
        "title": f"Evidence pack {contents.head['pack']}: {contents.head['subject']}",
        "head": contents.head,
        "first_page": first_page,
        "many": len(contents.systems) > FEW,
        "break_glass": has_break_glass(contents.head),
        "parts": parts,
    }
    return drawable(render_to_string(f"{PDF}document.html", context))


def _front(contents: Contents, told: dict[str, Any], marks: list[Mark]) -> str:
    return _document(contents, _front_parts(contents, told, marks))


def _last(contents: Contents, told: dict[str, Any], first_page: int) -> str:
    return _document(contents, [render_to_string(f"{PDF}_frameworks.html", told)], first_page)


def _front_parts(contents: Contents, told: dict[str, Any], marks: list[Mark]) -> list[str]:
    names = [name for name in PARTS if name in ALWAYS or told[name]]
    pages = told.get("pages", {})
    parts = [{"label": PARTS[name], "page": pages.get(PARTS[name], 0)} for name in names]
    last = {"label": LAST, "page": pages.get(LAST, 0)} if told["frameworks"] else None
    given = told | {"systems": _entries(contents.systems, marks), "parts": parts, "last": last}
    given["annex"] = with_pages(told["annex"], marks)
    pieces = ["cover", "check", "contents", *names]
    return [render_to_string(f"{PDF}_{name}.html", given) for name in pieces]


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
    return 1 + len(HEADED & set(system)) + sum(bool(system.get(name)) for name in IF_ANY)


def _systems(contents: Contents, systems: list[Facts], first_page: int) -> str:
    many = len(contents.systems) > FEW
    return _document(contents, [_system(system, many) for system in systems], first_page)


def _system(system: Facts, many: bool) -> str:
    given = {
        "system": system,
        "many": many,
        "told": frozenset(system),
        "drawn": None if many else tree(system.get("versions", [])),
        "grids": [] if many else grids(system.get("raci")),
        "paint": paint(),
    }
    return render_to_string(f"{PDF}_system.html", given)
