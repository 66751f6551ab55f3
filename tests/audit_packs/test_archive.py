"""The zip of a pack: one form for the same files, whatever their number and size."""

import io
import zipfile

import pytest

from governance.audit_packs import archive
from governance.audit_packs.archive import Spool
from governance.audit_packs.bag import change_name
from governance.audit_packs.verifier.verify_pack import MOST_BYTES, MOST_CHANGES, Member, read_zip

FILES = {"b.txt": b"two", "data/a.json": b"{}", "data/B.json": b"", "A.html": b"<p>"}


def zipped(folder, files, order=None) -> bytes:
    """Return the zip of these files, put into the spool in an order."""
    target = io.BytesIO()
    with Spool(folder / "spool") as spool:
        for name in order or files:
            spool.add(name, files[name])
        spool.write_zip(target, "EP-001")
    return target.getvalue()


def test_the_verifier_reads_what_went_in(tmp_path):
    read = read_zip(zipped(tmp_path, FILES))

    assert read == {f"EP-001/{name}": body for name, body in FILES.items()}


def test_the_order_of_arrival_changes_no_byte(tmp_path):
    assert zipped(tmp_path, FILES) == zipped(tmp_path, FILES, reversed(FILES))


def test_members_lie_in_the_order_of_their_bytes_and_carry_nothing_of_this_machine(tmp_path):
    with zipfile.ZipFile(io.BytesIO(zipped(tmp_path, FILES))) as made:
        infos = made.infolist()

    assert [info.filename.removeprefix("EP-001/") for info in infos] == [
        *("A.html", "b.txt", "data/B.json", "data/a.json")
    ]
    assert {(info.date_time, info.external_attr, info.extra, info.flag_bits) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644 << 16, b"", 0)
    }


def test_a_name_cannot_come_twice(tmp_path):
    with Spool(tmp_path / "spool") as spool:
        spool.add("a", b"1")
        with pytest.raises(ValueError, match="already"):
            spool.add("a", b"2")


def test_a_file_given_in_pieces_is_the_same_file(tmp_path):
    with Spool(tmp_path / "spool") as spool:
        whole, pieces = spool.add("a", b"one two"), spool.add("b", iter([b"one", b"", b" two"]))
        assert b"".join(spool.pieces("b")) == b"one two"

    assert (whole.sha256, whole.sha512, whole.size) == (pieces.sha256, pieces.sha512, pieces.size)


def test_a_pack_with_more_files_than_a_plain_zip_counts_is_still_read(tmp_path):
    files = {f"data/{at:06d}": b"" for at in range(65_536)}
    made = zipped(tmp_path, files)

    assert made[-22 - 20 - 56 :][:4] == b"PK\6\6"
    assert len(read_zip(made)) == 65_536


def test_a_file_has_the_header_that_the_verifier_wants_up_to_the_largest_pack_it_reads():
    info = archive.member("EP-001/data/EP-001.pdf", MOST_BYTES)
    info.CRC, info.compress_size = 0x0BAD_CAFE, MOST_BYTES

    assert info.FileHeader() == Member(info.filename, MOST_BYTES, info.CRC, 0).local()


def test_as_many_changes_of_the_key_as_are_allowed_keep_their_order():
    names = [change_name(at) for at in range(1, MOST_CHANGES + 1)]

    assert names == sorted(names)
