"""A document as a file: JSON, CSV for registrations, PDF by the press."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from governance.common.cells import safe
from governance.common.press.child import Press
from governance.common.press.drawing import drawable
from governance.documents.rules import REGISTRATIONS, Kind

HEADER = (
    *("System", "Status", "Law text", "Citation", "Key", "Item", "Need", "Value", "Source"),
    "Lacking",
)
UTF8_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for something else
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Standing:
    """What a file says of itself: a draft, or signed by whom and when."""

    ref: str  # AIS-014 D1, of a draft the system's ref
    words: str  # Draft, not signed
    made: str  # in words, when it was read or signed
    reason: str = ""
    digest: str = ""


def forms_of(kind: str) -> tuple[str, ...]:
    """Return in which forms a document can be had."""
    return ("pdf", "json", "csv") if kind in REGISTRATIONS else ("pdf", "json")


def sent(form: str, content: Mapping[str, Any], standing: Standing) -> HttpResponse:
    """Return a document as a download; `content` may say more than what a signature freezes."""
    made = {"json": json_bytes, "csv": csv_bytes}
    body = pdf_bytes(content, standing) if form == "pdf" else made[form](content)
    kind = Kind(content["kind"])
    name = file_name(standing.ref, kind, form)
    return HttpResponse(
        body,
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def file_name(ref: str, kind: str, form: str) -> str:
    """Return what the file of a document is called: AIS-014-D1-annex-iv.pdf."""
    return f"{ref.replace(' ', '-')}-{kind}.{form}"


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """Return a document as readable JSON."""
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def csv_bytes(content: Mapping[str, Any]) -> bytes:
    """Return a document as CSV, one row for each item; no cell is taken for a formula.

    UTF-8 with its mark, commas, CRLF; a cell with comma, quote or line break is quoted (RFC 4180).
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    for row in cells(content):
        writer.writerow([safe(cell) for cell in row])
    return (UTF8_MARK + buffer.getvalue()).encode()


def cells(content: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield what stands under each head of the CSV, one row for each item."""
    status = content["status"] + (f", {content['ref']}" if "ref" in content else "")
    same = (content["system"]["ref"], status, content["law_text"])
    for section in content["sections"]:
        for item in section["items"]:
            values = item["values"]
            yield (
                *same,
                item.get("citation", ""),
                *(item[name] for name in ("key", "label", "need")),
                "\n".join(value["text"] for value in values),
                "; ".join(dict.fromkeys(value["source"] for value in values)),
                item["lacking"],
            )


def pdf_bytes(content: Mapping[str, Any], standing: Standing) -> bytes:
    """Return a document as PDF/A, printed by the closed process.

    Raises PressError when that stopped.
    """
    html = drawable(html_of(content, standing))
    with tempfile.TemporaryDirectory(prefix="document-") as folder, Press(Path(folder)) as press:
        press.print("document", html)
        return (Path(folder) / "document.pdf").read_bytes()


def html_of(content: Mapping[str, Any], standing: Standing) -> str:
    """Return what is printed."""
    items = [item for section in content["sections"] for item in section["items"]]
    context = {
        "content": content,
        "standing": standing,
        "missing": [i for i in items if i["need"] == "required" and not i["values"]],
    }
    return render_to_string("documents/pdf/document.html", context)
