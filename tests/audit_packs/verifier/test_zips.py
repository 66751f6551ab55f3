"""Zips that somebody made to be read wrongly, to fill a disk, or to hide something."""

import io
import random
import struct
import time
import zipfile
from itertools import pairwise

import pytest

from governance.audit_packs.verifier import verify_pack
from governance.audit_packs.verifier.verify_pack import (
    ALTERED,
    GOOD,
    UNSAFE,
    Altered,
    Unsafe,
    read_zip,
    verify,
)
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.mutants import flipped
from tests.audit_packs.verifier.sample import LOG, archive, member, zipped


def code_of(zip_bytes: bytes) -> int:
    return verify(zip_bytes, [LOG.vkey]).code


def with_fields(**fields: object) -> bytes:
    info = member("EP-001/a.txt")
    for name, value in fields.items():
        setattr(info, name, value)
    return archive((info, b"hello"))


def test_a_plain_zip_is_read_byte_for_byte():
    files = {"bagit.txt": b"", "data/a.json": b"{}", "data/b.bin": bytes(range(256))}

    assert read_zip(zipped(files)) == {f"EP-001/{name}": raw for name, raw in files.items()}


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "EP-001/../../etc/passwd",
        "EP-001/./a",
        "EP-001//a",
        "..",
        "EP-001\\..\\a",
        "C:/a",
        "EP-001/C:a",
        "EP-001/a\x00b",
        "EP-001/a\nb",
        "EP-001/a\x1b[2J",
        "EP-001/ä",
        "EP-001/a ",
        "EP-001/a.",
        "EP-001/.hidden",
        "EP-001/nul.txt",
        "EP-001/Com1",
        "EP-001/folder/",
        "a.txt",
        "EP-001/" + "a" * 300,
        "",
    ],
)
def test_a_name_that_leads_elsewhere_or_means_two_things_is_refused(name):
    length = len(name.encode())
    raw = archive((member("X" * length), b"hello")).replace(b"X" * length, name.encode())

    with pytest.raises(Unsafe):
        read_zip(raw)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"external_attr": 0o120777 << 16}, "symbolic link"),
        ({"external_attr": 0o100755 << 16}, "not a plain file"),
        ({"external_attr": 0o040755 << 16 | 0x10}, "not a plain file"),
        ({"create_system": 0}, "not a plain file"),
        ({"compress_type": zipfile.ZIP_DEFLATED}, "compressed"),
        ({"compress_type": zipfile.ZIP_BZIP2}, "compressed"),
        ({"compress_type": zipfile.ZIP_LZMA}, "compressed"),
        ({"date_time": (2026, 1, 1, 0, 0, 0)}, "not written as packs are"),
        ({"comment": b"hidden"}, "not written as packs are"),
        ({"extra": b"\xfe\xca\x04\x00abcd"}, "not written as packs are"),
        ({"internal_attr": 1}, "not written as packs are"),
    ],
)
def test_a_member_that_is_no_plain_stored_file_is_refused(fields, words):
    with pytest.raises(Unsafe, match=words):
        read_zip(with_fields(**fields))


def test_an_encrypted_member_is_refused():
    raw = zipped({"a.txt": b"hello"})
    at = raw.index(b"PK\1\2")

    with pytest.raises(Unsafe, match="encrypted"):
        read_zip(raw[: at + 8] + b"\1" + raw[at + 9 :])


def test_a_data_descriptor_is_refused():
    class Stream(io.BytesIO):
        def tell(self) -> int:
            raise OSError

    out = Stream()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(member("EP-001/a.txt"), b"hello")

    with pytest.raises(Unsafe):
        read_zip(out.getvalue())


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["EP-001/a.txt", "EP-001/A.TXT"])
def test_a_name_that_comes_twice_is_refused(second):
    names = sorted(["EP-001/a.txt", second])

    with pytest.raises(Unsafe, match="same name"):
        read_zip(archive(*[(member(name), name.encode()) for name in names]))


def test_files_in_another_order_are_refused():
    pack = sample.make()
    order = sorted(pack.files)
    random.Random(1).shuffle(order)  # noqa: S311

    assert code_of(zipped(pack.files, order=order)) == UNSAFE


def test_bytes_before_between_and_behind_are_refused():
    raw = sample.make().zip
    second = raw.index(b"PK\3\4", 4)
    directory = raw.index(b"PK\1\2")
    for at in (0, second, directory, len(raw) - 22, len(raw)):
        assert code_of(raw[:at] + b"\0" + raw[at:]) == UNSAFE
    assert code_of(raw[:-2] + struct.pack("<H", 5) + b"hello") == UNSAFE
    assert code_of(b"PK\3\4" + raw) == UNSAFE
    assert code_of(raw + raw) == UNSAFE


def test_every_truncation_is_refused():
    raw = sample.make().zip
    chance = random.Random(7)  # noqa: S311
    cuts = {*range(200), *range(len(raw) - 3_000, len(raw))}
    cuts |= {chance.randrange(len(raw)) for _ in range(2_000)}

    assert {code_of(raw[:cut]) for cut in cuts} == {UNSAFE}
    assert {code_of(raw[cut:]) for cut in cuts if cut} == {UNSAFE}


def test_every_bit_of_a_zip_is_accounted_for():
    raw = zipped({"bagit.txt": b"hello", "data/a.json": b"{}"})
    for at in range(len(raw)):
        for bit in range(8):
            with pytest.raises((Unsafe, Altered)):
                read_zip(flipped(raw, 8 * at + bit))


def overlapping(copies: int) -> bytes:
    """Return a zip in which many names share one body, each line of the directory well formed."""
    body = b"0" * 100_000
    first = verify_pack.Member("EP-001/f000", len(body), zipfile.crc32(body), 0)
    lines = [first._replace(name=f"EP-001/f{at:03}").central() for at in range(copies)]
    directory, offset = b"".join(lines), len(first.local()) + len(body)
    end = verify_pack.end_of_zip(copies, len(directory), offset)
    return first.local() + body + directory + end


def test_a_bomb_of_names_that_share_one_body_is_refused():
    with pytest.raises(Unsafe, match="does not end where it should"):
        read_zip(overlapping(500))


def test_a_size_that_is_not_there_is_refused():
    told = verify_pack.Member("EP-001/a.txt", 4_000_000_000, 0, 0)
    directory = told.central()
    end = verify_pack.end_of_zip(1, len(directory), len(told.local()))

    with pytest.raises(Unsafe, match="larger than the zip"):
        read_zip(told.local() + directory + end)


def test_a_zip_that_speaks_of_more_files_than_there_are_is_refused_at_once():
    began = time.monotonic()
    with pytest.raises(Unsafe):
        read_zip(b"PK\3\4" + verify_pack.end_of_zip(2**40, 0, 4))

    assert time.monotonic() - began < 1


def test_a_zip_of_more_files_than_anybody_needs_is_refused(monkeypatch):
    monkeypatch.setattr(verify_pack, "MOST_FILES", 3)

    assert len(read_zip(zipped({f"data/{at}": b"" for at in range(3)}))) == 3
    with pytest.raises(Unsafe, match="at most"):
        read_zip(zipped({f"data/{at}": b"" for at in range(4)}))


@pytest.mark.parametrize("size", [2**63, 2**64 - 1])
def test_an_end_with_sizes_out_of_all_bounds_is_refused(size):
    """Once this ended the program with an error of its own, and so with the code of ALTERED."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, size)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)

    assert code_of(b"PK\3\4" + record + locator + end) == UNSAFE


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(verify_pack, "MOST_BYTES", 1000)
    (tmp_path / "large.zip").write_bytes(bytes(1001))

    report = verify(str(tmp_path / "large.zip"), [LOG.vkey])
    assert (report.code, "larger than" in report.lines[0]) == (UNSAFE, True)


def test_a_zip_of_very_many_files_is_read():
    raw = zipped({f"data/{at:06}.json": b"" for at in range(70_000)})
    assert b"PK\6\6" in raw

    assert len(read_zip(raw)) == 70_000


def test_every_bit_of_the_end_of_a_zip_of_very_many_files_is_accounted_for(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    monkeypatch.setattr(verify_pack, "MOST_IN_END", 3)
    raw = zipped({f"data/{at}.json": b"" for at in range(4)})
    assert len(read_zip(raw)) == 4

    for bit in range(8 * raw.index(b"PK\6\6"), 8 * len(raw)):
        with pytest.raises(Unsafe):
            read_zip(flipped(raw, bit))


def test_no_pack_that_is_read_is_large_enough_for_sizes_of_64_bits():
    assert verify_pack.MOST_BYTES * 1.05 < zipfile.ZIP64_LIMIT

    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w") as made,
        made.open(member("EP-001/a.txt"), "w", force_zip64=True) as place,
    ):
        place.write(b"hello")
    with pytest.raises(Unsafe):
        read_zip(out.getvalue())


@pytest.mark.parametrize(
    "names",
    [
        ["EP-001/a", "EP-001/a/b.txt"],
        ["EP-001/Data/a.txt", "EP-001/data/b.txt"],
        ["EP-001/A/x/1", "EP-001/a"],
    ],
)
def test_names_that_are_one_place_on_some_disk_are_refused(names):
    with pytest.raises(Unsafe, match=r"same name|both a file and a folder"):
        read_zip(archive(*[(member(name), b"hello") for name in names]))


def test_a_pack_is_good_only_in_its_own_folder():
    pack = sample.make()

    assert code_of(zipped(pack.files, "EP-001")) == GOOD
    assert code_of(zipped(pack.files, "EP-002")) == ALTERED


def test_two_folders_are_refused():
    pack = sample.make()
    raw = archive(
        *[(member(f"EP-001/{name}"), pack.files[name]) for name in sorted(pack.files)],
        (member("EP-002/a.txt"), b"hello"),
    )

    assert code_of(raw) == UNSAFE


def test_names_stand_in_strictly_rising_order():
    names = list(read_zip(sample.make().zip))

    assert all(first < second for first, second in pairwise(names))
