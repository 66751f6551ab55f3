"""Exactly what the list shows, as CSV and XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator

from openpyxl import Workbook

from governance.common.cells import safe
from governance.overview.columns import ALWAYS, Column
from governance.overview.register import Row

MOST_LETTERS = 32_767  # what a spreadsheet cell holds
BATCH = 500


def lines(rows: Iterable[Row], columns: list[Column]) -> Iterator[list[str]]:
    """Yield the header and a list of safe cells for each row."""
    whole = [*ALWAYS, *columns]
    yield [column.label for column in whole]
    for row in rows:
        yield [safe(column.text(row)) for column in whole]


def csv_chunks(rows: Iterable[Row], columns: list[Column]) -> Iterator[bytes]:
    """Yield the list as UTF-8 CSV without a byte order mark, some hundred rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, cells in enumerate(lines(rows, columns), start=1):
        writer.writerow(cells)
        if number % BATCH == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_bytes(rows: Iterable[Row], columns: list[Column]) -> bytes:
    """Return the list as a workbook of one sheet; every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("AI systems")
    for cells in lines(rows, columns):
        sheet.append([cell[:MOST_LETTERS] for cell in cells])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
