"""Binding: the printed parts become one PDF/A-3 with one set of page numbers and bookmarks.

A program of its own, like the press: what binding a large pack takes in memory goes back with
the process. The job comes as JSON on standard input, the number of pages goes to standard output.
"""

import hashlib
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, OutlineItem, Pdf

MEMORY_LIMIT = 1_500 * 2**20  # bytes of address space
LINK = "pack:"  # a link of the front matter to a bookmark of a part


@dataclass(frozen=True)
class Mark:
    """A bookmark: where it points to in the whole file, and what lies below it."""

    label: str
    page: int  # from 0
    top: float  # points from the upper edge
    below: tuple["Mark", ...] = ()

    @classmethod
    def of(cls, raw: dict[str, Any], shift: int = 0) -> "Mark":
        """Return the mark that JSON tells of, its page counted from `shift` on."""
        below = tuple(cls.of(item, shift) for item in raw["below"])
        return cls(raw["label"], raw["page"] + shift, raw["top"], below)


@dataclass(frozen=True)
class Part:
    """One printed file, and the bookmarks in it, counted in pages of the whole."""

    path: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Attached:
    """A file inside the file."""

    name: str
    path: str
    description: str
    at: str  # 2026-11-22T10:04:31Z
    mime_type: str


def bind(parts: list[Part], overlay: str, attached: list[Attached], target: str) -> int:
    """Write the parts as one file and return its pages.

    The first part gives language, title, colour profile and metadata. `overlay` is one page
    that is laid over every page: the total that no part knew when it was printed.
    """
    known_fonts: dict[bytes, pikepdf.Object] = {}
    with Pdf.open(parts[0].path) as book:
        _begin_ids(book)
        _share_fonts(book, 0, known_fonts)
        for part in parts[1:]:
            _append(book, part, known_fonts)
        with Pdf.open(overlay) as total:
            _lay_over(book, total)
        front = {mark.label.lower().replace(" ", "-"): mark for mark in parts[0].marks}
        _link(book, front | dict(_targets(mark for part in parts[1:] for mark in part.marks)))
        _outline(book, [mark for part in parts for mark in part.marks])
        _attach(book, attached)
        book.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return len(book.pages)


def _targets(marks: Iterable[Mark]) -> Iterator[tuple[str, Mark]]:
    """Yield AIS-014 and AIS-014/0, AIS-014/1 … with the bookmark each of them stands for."""
    for mark in marks:
        ref = mark.label.split(" ", 1)[0]
        yield ref, mark
        for at, below in enumerate(mark.below):
            yield f"{ref}/{at}", below


def _begin_ids(book: Pdf) -> None:
    """Keep the ids of table headers part by part; the names of parts come in their own order."""
    tree = book.Root.StructTreeRoot
    first = tree.IDTree
    tree.IDTree = Dictionary(Kids=Array())
    _keep_ids(book, first)


def _keep_ids(book: Pdf, ids: Any) -> None:
    if len(ids.Names):
        ids.Limits = Array([ids.Names[0], ids.Names[-2]])
        book.Root.StructTreeRoot.IDTree.Kids.append(book.make_indirect(ids))


def _append(book: Pdf, part: Part, known_fonts: dict[bytes, pikepdf.Object]) -> None:
    """Add a part's pages with their tags, whose numbers go on where the book's end."""
    tree = book.Root.StructTreeRoot
    with Pdf.open(part.path) as source:
        numbers = source.Root.StructTreeRoot.ParentTree.Nums
        shift = int(tree.ParentTree.Nums[-2]) + 1
        for page in source.pages:
            page.obj.StructParents = int(page.obj.StructParents) + shift
            for note in page.obj.get("/Annots", Array()):
                if "/StructParent" in note:
                    note.StructParent = int(note.StructParent) + shift
        first = len(book.pages)
        book.pages.extend(source.pages)
        copied = book.copy_foreign(source.Root.StructTreeRoot)
        _keep_ids(book, copied.IDTree)
        section = copied.K[0]
        section.S, section.P = Name.Part, tree.K[0]
        tree.K[0].K.append(section)
        for at in range(0, len(numbers), 2):
            tree.ParentTree.Nums.append(int(numbers[at]) + shift)
            tree.ParentTree.Nums.append(copied.ParentTree.Nums[at + 1])
    _share_fonts(book, first, known_fonts)


def _share_fonts(book: Pdf, first: int, known: dict[bytes, pikepdf.Object]) -> None:
    """Keep one copy of each embedded font file over all parts."""
    for descriptor in _descriptors(book, first):
        for key in ("/FontFile2", "/FontFile3"):
            if key in descriptor:
                name = hashlib.sha256(descriptor[key].read_raw_bytes()).digest()
                descriptor[key] = known.setdefault(name, descriptor[key])


def _descriptors(book: Pdf, first: int) -> Iterator[Any]:
    seen = set()
    for page in book.pages[first:]:
        for font in page.resources.get("/Font", Dictionary()).values():
            if font.objgen not in seen:
                seen.add(font.objgen)
                yield font.DescendantFonts[0].FontDescriptor


def _lay_over(book: Pdf, overlay: Pdf) -> None:
    """Paint the overlay's page on every page, outside of the reading order."""
    form = book.copy_foreign(overlay.pages[0].as_form_xobject())
    before = book.make_indirect(pikepdf.Stream(book, b"q\n"))
    after = book.make_indirect(pikepdf.Stream(book, b"\nQ q /Artifact BMC /PackTotal Do EMC Q"))
    for page in book.pages:
        resources = page.obj.Resources
        if "/XObject" not in resources:
            resources.XObject = Dictionary()
        resources.XObject.PackTotal = form
        page.obj.Contents = Array([before, page.obj.Contents, after])


def _link(book: Pdf, targets: dict[str, Mark]) -> None:
    """Turn the front matter's `pack:` links into links inside the file."""
    for page in book.pages:
        for note in page.obj.get("/Annots", Array()):
            uri = str(note.get("/A", Dictionary()).get("/URI", ""))
            if uri.startswith(LINK) and uri.removeprefix(LINK) in targets:
                del note["/A"]
                mark = targets[uri.removeprefix(LINK)]
                note.Dest, note.Contents = _place(book, mark), mark.label


def _place(book: Pdf, mark: Mark) -> Array:
    page = book.pages[mark.page]
    top = float(page.mediabox[3]) - mark.top
    return Array([page.obj, Name.XYZ, 0, round(top, 2), 0])


def _outline(book: Pdf, marks: list[Mark]) -> None:
    with book.open_outline() as outline:
        outline.root.clear()
        outline.root.extend(_item(book, mark) for mark in marks)


def _item(book: Pdf, mark: Mark) -> OutlineItem:
    item = OutlineItem(mark.label, _place(book, mark))
    item.is_closed = True
    item.children.extend(_item(book, below) for below in mark.below)
    return item


def _attach(book: Pdf, attached: list[Attached]) -> None:
    """Embed files, associated with the whole file as PDF/A-3 wants it."""
    book.Root.AF = Array([_embedded(book, each) for each in attached])


def _embedded(book: Pdf, attached: Attached) -> pikepdf.Object:
    at = f"D:{re.sub(r'[-:T]', '', attached.at)}"
    spec = AttachedFileSpec(
        book,
        Path(attached.path).read_bytes(),
        filename=attached.name,
        description=attached.description,
        mime_type=attached.mime_type,
        creation_date=at,
        mod_date=at,
    )
    spec.obj.AFRelationship = Name.Data
    book.attachments[attached.name] = spec
    return spec.obj


def main() -> None:
    """Do one job."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    job = json.load(sys.stdin)
    parts = [Part(it["path"], tuple(map(Mark.of, it["marks"]))) for it in job["parts"]]
    attached = [Attached(**each) for each in job["attached"]]
    pages = bind(parts, job["overlay"], attached, job["target"])
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"pages": pages, "peak_kib": peak_kib}, sys.stdout)


if __name__ == "__main__":
    main()
