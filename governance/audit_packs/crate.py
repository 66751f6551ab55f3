"""RO-Crate 1.2 metadata of a bag: one JSON-LD file that names its parts and who made them. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
PROFILE = "https://w3id.org/ro/crate/1.2"
NAME = "ro-crate-metadata.json"
TERMS = "For the person who asked for it and the recipients on record; it holds personal data."
PARTS = {
    "data.json": ("application/json", "Scope, population, period and missing parts of this pack"),
    "ledger/openings.json": ("application/json", "Values behind the commitments in the entries"),
    "ledger/checkpoint.txt": ("text/plain", "Signed head of the ledger that every proof ends in"),
    "keys/log.vkey": ("text/plain", "Copy of the key that signed; take yours from elsewhere"),
}
FOLDERS = {
    "systems/": "Each system as canonical JSON",
    "evidence/": "Files that the record names, each under its SHA-256",
    "ledger/entries/": "Ledger entries, exactly the bytes that were hashed",
    "ledger/proofs/": "A tlog-proof for each entry",
}


def crate(head: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the metadata for a pack with these files, named from the top of the bag."""
    pdf = f"{head['pack']}.pdf"
    parts = {pdf: ("application/pdf", f"Evidence pack {head['pack']} for people"), **PARTS}
    there = {name.removeprefix("data/") for name in names}
    files = [_file(path, *about) for path, about in parts.items() if path in there]
    folders = [
        {"@id": path, "@type": "Dataset", "name": about}
        for path, about in FOLDERS.items()
        if any(name.startswith(path) for name in there)
    ]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Evidence pack {head['pack']}: {head['subject']}",
        "description": f"What the record of {head['organisation']} held at {head['read_at']}.",
        "datePublished": head["read_at"],
        "identifier": head["pack"],
        "license": {"@id": "#terms"},
        "author": {"@id": "#requested-by"},
        "publisher": {"@id": "#organisation"},
        "mainEntity": {"@id": pdf},
        "hasPart": [{"@id": it["@id"]} for it in (*files, *folders)],
    }
    about = {
        "@id": NAME,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": PROFILE},
    }
    return {"@context": CONTEXT, "@graph": [about, root, *files, *folders, *_makers(head)]}


def _file(path: str, kind: str, about: str) -> dict[str, Any]:
    return {"@id": path, "@type": "File", "name": about, "encodingFormat": kind}


def _makers(head: Mapping[str, Any]) -> list[dict[str, Any]]:
    software = head["software"]
    return [
        {"@id": "#terms", "@type": "CreativeWork", "name": "Terms", "description": TERMS},
        {"@id": "#organisation", "@type": "Organization", "name": head["organisation"]},
        {"@id": "#requested-by", "@type": "Person", "name": head["requested_by"]},
        {
            "@id": "#software",
            "@type": "SoftwareApplication",
            "name": software["name"],
            "version": software["version"],
            "softwareVersion": software["commit"],
        },
        {
            "@id": "#built",
            "@type": "CreateAction",
            "name": "Read from the record and sealed",
            "agent": {"@id": "#requested-by"},
            "instrument": {"@id": "#software"},
            "result": {"@id": "./"},
            "endTime": head["read_at"],
        },
    ]
