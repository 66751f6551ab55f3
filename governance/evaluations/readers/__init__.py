"""Files of results, their format told from their first bytes, never from their name."""

import codecs

from governance.evaluations.readers.csv import read_csv
from governance.evaluations.readers.junit import read_junit
from governance.evaluations.readers.report import Report, ReportError
from governance.evaluations.rules import MOST_BYTES, Source

BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_file(content: bytes) -> tuple[Report, Source]:
    """Return what a file of results says, and its format; raises ReportError in words."""
    refuse_by_size(len(content))
    if not content.strip():
        raise ReportError(["The file is empty."])
    if _is_xml(content):
        return read_junit(content), Source.JUNIT
    if content.lstrip()[:1] in (b"{", b"["):
        raise ReportError(["This is JSON. Send it to the API; files here are CSV or JUnit XML."])
    return read_csv(content), Source.CSV


def refuse_by_size(size: int) -> None:
    """Raise ReportError for a file that is too large, before anything of it is read."""
    if size > MOST_BYTES:
        raise ReportError([f"The file is larger than {MOST_BYTES // 2**20} MiB. Split the suite."])


def _is_xml(content: bytes) -> bool:
    start = content[:200]
    for mark in BOMS:
        start = start.removeprefix(mark)
    return start.replace(b"\x00", b"").lstrip().startswith(b"<")
