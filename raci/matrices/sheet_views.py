"""Exporting a matrix as CSV and XLSX, and taking one in: pasted, or as a file."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from openpyxl import Workbook

from governance.accounts.access import acting_user
from governance.common.cells import safe
from governance.common.errors import DomainError
from inventory.imports.readers import open_table
from inventory.imports.table import ReadError
from raci.matrices import actions
from raci.matrices.checking import address
from raci.matrices.guards import require_assign
from raci.matrices.models import Matrix
from raci.matrices.review_views import version_seen, visible
from raci.matrices.schemes import spoken
from raci.matrices.sheet import Cells, Read, Sheet, read_text
from raci.matrices.sheets import sheet_of

MOST_BYTES = 2 * 2**20
MOST_LETTERS = 200_000
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@login_required
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Send a matrix as CSV or XLSX; taking the file in again changes nothing."""
    found = visible(acting_user(request), pk)
    if kind not in KINDS:
        raise Http404
    lines = [[safe(cell) for cell in line] for line in sheet_of(found).lines()]
    body = _csv(lines) if kind == "csv" else _xlsx(lines)
    name = f"{found.ref.replace(' ', '-')}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=KINDS[kind], headers=headers)


def _csv(lines: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _xlsx(lines: list[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("RACI")
    for line in lines:
        sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Take letters from a spreadsheet: first show what would change, then save it at once."""
    user = acting_user(request)
    found = visible(user, pk)
    require_assign(user, found)
    text = request.POST.get("text", "").replace("\r\n", "\n").strip("\n")[:MOST_LETTERS]
    if request.method != "POST":
        return _page(request, found, "", Read())
    try:
        if file := request.FILES.get("file"):
            text = _text_of(file)
    except ReadError as refusal:
        return _page(request, found, text, Read(errors=[str(refusal)]), status=422)
    sheet = sheet_of(found)
    seen = _read(text, sheet, request)
    changed = {cell: to for cell, to in seen.cells.items() if sheet.letters.get(cell) != to}
    if seen.errors or "save" not in request.POST or not changed:
        status = 422 if seen.errors else 200
        return _page(request, found, text, seen, changed, status)
    try:
        saved = actions.save_matrix(found, actor=user, cells=changed, seen=version_seen(request))
    except DomainError as refusal:
        return _page(request, found, text, Read(errors=[str(refusal)]), status=409)
    messages.success(request, f"{len(changed)} cells are saved in version {saved.version}.")
    return redirect(address(saved))


def _read(text: str, sheet: Sheet, request: HttpRequest) -> Read:
    column = request.POST.get("column", "")
    number = int(column) if column.isdecimal() and len(column) < 19 else None
    return read_text(text, sheet, request.POST.get("row", ""), number)


def _text_of(file: "UploadedFile[bytes]") -> str:
    """Return a file as tab-separated text, so that the page can keep and show it."""
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
            if copy.tell() > MOST_BYTES:
                raise ReadError("The file has more than 2 MiB; a matrix is smaller.")
        copy.flush()
        table = open_table(Path(copy.name), MOST_BYTES)
        rows = [list(table.header)]
        for record in table.records:
            rows += [[] for _ in range(record.number - len(rows) - 1)]  # empty lines count too
            rows.append(list(record.cells))
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue().strip("\n")


def _page(
    request: HttpRequest,
    found: Matrix,
    text: str,
    seen: Read,
    changed: Cells | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = sheet_of(found)
    labels = {column.id: column.label for column in sheet.columns}
    context: dict[str, Any] = {
        "matrix": found,
        "sheet": sheet,
        "text": text,
        "errors": seen.errors[:50],
        "more": max(len(seen.errors) - 50, 0),
        "is_read": bool(seen.cells) and not seen.errors,
        "changes": [
            {
                "code": code,
                "title": sheet.titles[code],
                "name": labels[column],
                "was": spoken(sheet.letters.get((code, column), "")),
                "to": spoken(letter or ""),
            }
            for (code, column), letter in (changed or {}).items()
        ],
        "row": request.POST.get("row", ""),
        "column": request.POST.get("column", ""),
        "back": address(found),
    }
    return render(request, "raci/paste.html", context, status=status)
