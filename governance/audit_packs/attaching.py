"""The files inside a pack: its data, and the data of registrations as tables."""

from collections.abc import Iterator
from pathlib import Path

from governance.audit_packs.binding import Attached
from governance.audit_packs.queries import Contents
from governance.audit_packs.sections import Facts
from governance.documents.printing import csv_bytes, file_name
from governance.documents.rules import REGISTRATIONS

JSON, CSV = "application/json", "text/csv"


def attached(contents: Contents, folder: Path) -> list[Attached]:
    """Write the files into a folder and return them in the order in which they are attached."""
    return [
        _kept(folder, contents.head["read_at"], *file)
        for file in (
            ("data.json", contents.json(), "All of this pack as canonical JSON", JSON),
            *registrations(contents.systems),
        )
    ]


def registrations(systems: list[Facts]) -> Iterator[tuple[str, bytes, str, str]]:
    """Yield name, bytes, description and type of each table: signed ones as they were signed."""
    for system in systems:
        for paper in system.get("documents", []):
            if paper["kind"] in REGISTRATIONS:
                signed = {"status": "signed", "ref": paper["ref"]} if paper.get("ref") else {}
                body = csv_bytes({"status": "draft"} | paper["content"] | signed)
                name = file_name(paper.get("ref") or system["ref"], paper["kind"], "csv")
                yield name, body, f"{paper['title']}: {system['name']}", CSV


def _kept(folder: Path, at: str, name: str, body: bytes, about: str, kind: str) -> Attached:
    place = folder / name
    place.write_bytes(body)
    return Attached(name, str(place), about, at, kind)
