"""CSV: encoding and delimiter found out, cells of many lines kept."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from inventory.imports.table import ReadError, Record, Table, checked, unique_header

DELIMITERS = "\t|;,"  # where two fit, the one that prose has less often
LONGEST_CELL = 10 * 2**20  # beyond this the file is refused; the row limit is far below
SAMPLE = 256 * 1024  # bytes that decide on delimiter
SAMPLE_ROWS = 20
TORN = re.compile(r'[,;\t|]"|"[,;\t|]')  # a quoted cell that another delimiter tore apart
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_csv(path: Path) -> Table:
    """Return a CSV file as a table; its notes say what was guessed."""
    csv.field_size_limit(LONGEST_CELL)
    encoding = find_encoding(path)
    delimiter = find_delimiter(_sample(path, encoding))
    rows = _rows(path, encoding, delimiter)
    first = next(rows, None)
    if first is None or not any(cell.strip() for cell in first):
        raise ReadError("The file has no header row.")
    header, notes = unique_header(first)
    if encoding == "cp1252":
        notes.insert(0, "Not UTF-8: read as Windows-1252. Check accents and quotation marks.")
    return Table(header, _records(rows, header), notes)


def find_encoding(path: Path) -> str:
    """Return the file's encoding: by its byte order mark, UTF-16 by its zeros, UTF-8, Windows-1252.

    Raises ReadError when a byte belongs to none of them.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, encoding in BOMS:
        if start.startswith(mark):
            return encoding
    if guess := _utf16_by_zeros(start):
        return guess
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "cp1252"):
        return "cp1252"
    raise ReadError("The text is neither UTF-8, UTF-16 nor Windows-1252. Save it as UTF-8.")


def _utf16_by_zeros(start: bytes) -> str:
    """Return the UTF-16 whose letters would have their zero byte here, or ""."""
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > 0.8 * pairs and start[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if pairs and start[::2].count(0) > 0.8 * pairs and start[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return ""


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(2**20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        return file.read(SAMPLE)


def find_delimiter(sample: str) -> str:
    """Return the delimiter that gives the widest rows of equal width, the rarest in prose first."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
        rows.append(row)
        if len(rows) > SAMPLE_ROWS:
            break
    if not rows or len(rows[0]) < 2:
        return (0.0, 0)
    width = len(rows[0])
    even = sum(len(row) == width and not any(map(TORN.search, row)) for row in rows) / len(rows)
    return (even * min(width, 3), width)


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            line = reader.line_num
            raise ReadError(
                f"Line {line} cannot be read ({error}). Is a quotation mark not closed?"
            ) from error
        except UnicodeError as error:
            raise ReadError(f"The text is not {encoding} all through: {error}.") from error


def _records(rows: Iterator[list[str]], header: tuple[str, ...]) -> Iterator[Record]:
    for number, cells in enumerate(rows, start=2):
        if any(cell.strip() for cell in cells):
            yield checked(number, cells, header, pad=False)
