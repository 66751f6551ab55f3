"""The quick reader of bound files says of every object what pyHanko's own says."""

from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader

from governance.audit_packs.pdf_reading import BoundReader, _Table

MODES = pikepdf.ObjectStreamMode


def written(path: Path, objects: int, mode: pikepdf.ObjectStreamMode) -> Path:
    """Write a file of so many objects as the binding writes it."""
    with pikepdf.new() as book:
        book.add_blank_page()
        streams = [pikepdf.Stream(book, b"x" * at) for at in range(objects // 50)]
        things = [book.make_indirect(pikepdf.Dictionary(At=at)) for at in range(objects)]
        book.Root.Things = pikepdf.Array([*streams, *things])
        book.save(path, deterministic_id=True, object_stream_mode=mode)
    return path


def place(reader: PdfFileReader, number: int, generation: int = 0) -> object:
    try:
        return reader.xrefs[Reference(number, generation, pdf=reader)]
    except KeyError:
        return KeyError


@pytest.mark.parametrize("objects", [0, 300, 70_000])
def test_every_object_lies_where_the_other_reader_says(tmp_path, objects):
    path = written(tmp_path / "bound.pdf", objects, MODES.generate)
    with path.open("rb") as one, path.open("rb") as other:
        ours, theirs = BoundReader(one), PdfFileReader(other)
        size = int(theirs.trailer["/Size"])
        asked = [*range(min(size, 700) + 2), *range(size - 5, size + 5)]
        pairs = [(number, generation) for number in asked for generation in (0, 1)]

        assert isinstance(ours.xrefs.get_xref_data(0), _Table)
        assert [place(ours, *pair) for pair in pairs] == [place(theirs, *pair) for pair in pairs]
        assert ours.input_version == theirs.input_version
        assert ours.last_startxref == theirs.last_startxref


def test_a_file_with_another_table_is_read_as_the_other_reader_does(tmp_path):
    path = written(tmp_path / "old.pdf", 300, MODES.disable)
    with path.open("rb") as file:
        reader = BoundReader(file)

        assert not isinstance(reader.xrefs.get_xref_data(0), _Table)
        assert reader.root["/Things"][-1]["/At"] == 299
