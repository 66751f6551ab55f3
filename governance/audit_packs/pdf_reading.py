"""Reading a bound file for its seal: its cross-references are looked up, not all read.

pyHanko makes an object of every one of them, 375,000 in a pack of 1,000 systems, although a seal
touches a dozen. What the file says of an object is the same either way.
"""

import os
import zlib
from typing import Any, BinaryIO

from pyhanko.pdf_utils.decode_limits import DecodeContext, DecodeLimits
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader, process_data_at_eof
from pyhanko.pdf_utils.xref import (
    ObjStreamRef,
    XRefBuilder,
    XRefCache,
    XRefSection,
    XRefSectionData,
    XRefSectionMetaInfo,
    XRefSectionType,
)

UP = 2  # the PNG predictor that qpdf writes: each byte is the difference to the one above it
FREE, PLAIN, PACKED = range(3)


class BoundReader(PdfFileReader):
    """A file as PdfFileReader reads it, but a table of qpdf's is left as it is."""

    def __init__(self, stream: BinaryIO) -> None:
        """Set what PdfFileReader sets, with another builder of the cross-references."""
        self._security_handler = None
        self.strict = True
        size = stream.seek(0, os.SEEK_END)
        self._decode_context = DecodeContext(DecodeLimits(), input_size=size)
        self.resolved_objects = {}
        self._historical_resolver_cache = {}
        self._embedded_signatures = None
        self._input_version = None
        stream.seek(0)
        major, _, minor = stream.read(8).removeprefix(b"%PDF-").partition(b".")
        self._header_version = int(major), int(minor)
        self.stream = stream
        stream.seek(-1, os.SEEK_END)
        self.last_startxref = process_data_at_eof(stream)
        builder = _Builder(self, stream, strict=True, last_startxref=self.last_startxref)
        self.xrefs = XRefCache(self, builder.read_xrefs())  # type: ignore[no-untyped-call]
        self.trailer = builder.trailer
        self.has_xref_stream = builder.has_xref_stream


class _Builder(XRefBuilder):
    """Takes a stream as qpdf writes it as a table; reads any other as pyHanko does."""

    def _read_xref_stream(self, declared_startxref: int) -> Any:
        start = self.stream.tell()
        ref, found = self._read_xref_stream_object()  # type: ignore[no-untyped-call]
        if not (table := _table(found)):
            self.stream.seek(start)
            return super()._read_xref_stream(declared_startxref)
        told = XRefSectionMetaInfo(
            xref_section_type=XRefSectionType.STREAM,
            size=int(found["/Size"]),
            declared_startxref=declared_startxref,
            start_location=start,
            end_location=self.stream.tell(),
            stream_ref=ref,
        )
        self.sections.append(XRefSection(told, table))
        self.trailer.add_trailer_revision(found)
        return None  # nothing before it


def _table(found: StreamObject) -> "_Table | None":
    """Return the one table of a file that was written at once, None for anything else."""
    widths, told = [int(one) for one in found["/W"]], found.get("/DecodeParms", {})
    plain = found.get("/Filter") == "/FlateDecode" and told.get("/Predictor", 1) >= 10
    if not plain or widths[0] != 1 or {"/Index", "/Prev", "/XRefStm"} & set(found):
        return None
    raw, stride = zlib.decompress(found.encoded_data), 1 + sum(widths)
    whole = len(raw) == stride * int(found["/Size"])
    return _Table(raw, widths) if whole and set(raw[::stride]) == {UP} else None


class _Table(XRefSectionData):
    """The cross-references of one stream, as the bytes that were written, column by column."""

    def __init__(self, raw: bytes, widths: list[int]) -> None:
        super().__init__()
        stride = 1 + sum(widths)
        self._columns = [raw[at::stride] for at in range(1, stride)]
        self._place = widths[1]

    def try_resolve(self, ref: Any) -> int | ObjStreamRef | None:
        """Return where an object lies; None when it is no more, KeyError when it never was."""
        if not 0 < ref.idnum < len(self._columns[0]):
            raise KeyError(ref)
        kind, *row = (sum(column[: ref.idnum + 1]) & 0xFF for column in self._columns)
        place = int.from_bytes(row[: self._place], "big")
        last = int.from_bytes(row[self._place :], "big")
        if kind == PACKED and ref.generation == 0:
            return ObjStreamRef(place, last)
        if kind == PLAIN and ref.generation == last:
            return place
        if kind == FREE:
            return None
        raise KeyError(ref)
