"""The bag of a sealed pack, read as an auditor reads it: by the verifier and by bagit."""

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from django.utils import timezone

from governance.audit_packs import bag, entries, queries
from governance.audit_packs.actions import Period, request_pack
from governance.audit_packs.bag import Papers, bag_info, write_bag
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.queries import contents
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.audit_packs.verifier.verify_pack import read_zip, verify
from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.queries import public_key
from governance.checkpoints.signing import signer
from governance.common.canonical import canonical_bytes
from governance.common.errors import DomainError
from governance.ledger.erasing import erase
from governance.ledger.models import Entry, LeafSequence, Personal
from governance.ledger.rules import commitment, value_at
from inventory.systems.actions import change_system
from tests.audit_packs.samples import contents as sample_contents
from tests.audit_packs.samples import system as sample_system
from tests.factories import make_system

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def files_of(pack: EvidencePack, settings) -> dict[str, bytes]:
    """Return the files of a sealed pack by their names in the bag."""
    read = read_zip((settings.STORAGE / pack.file).read_bytes())
    return {name.partition("/")[2]: body for name, body in read.items()}


def built(pack: EvidencePack) -> EvidencePack:
    """Build a pack and return it as it then is."""
    build_pack(pack.pk)
    pack.refresh_from_db()
    return pack


def asked(officer, *systems, **over) -> EvidencePack:
    """Return a pack about these systems that waits."""
    kind = ScopeKind.SYSTEM if len(systems) == 1 else ScopeKind.SELECTION
    return request_pack(actor=officer, kind=kind, systems=systems, **over)


@pytest.fixture
def files(sealed_pack, settings) -> dict[str, bytes]:
    """The files of the sealed pack."""
    return files_of(sealed_pack, settings)


def told(files) -> dict:
    """Return what the statement of a bag says."""
    envelope = json.loads(files["statement.dsse.json"])
    return json.loads(base64.b64decode(envelope["payload"]))["predicate"]


def test_an_auditor_who_has_the_key_finds_the_pack_good(sealed_pack, file):
    report = verify(str(file), [public_key()])

    assert report.code == 0, report.lines


def test_an_auditor_with_another_key_is_told_that_the_signer_is_unknown(sealed_pack, file):
    other = "muster-other+a4f7f1e4+AQ" + base64.b64encode(b"\1" * 32).decode()[2:]

    assert verify(str(file), []).code == 3
    assert verify(str(file), [other]).code in {2, 3}


def test_bagit_s_own_library_finds_the_bag_valid(sealed_pack, file, tmp_path):
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "out")

    assert bagit.Bag(str(tmp_path / "out" / sealed_pack.ref)).validate()


def test_entries_are_the_bytes_that_were_hashed_and_none_about_the_system_is_left_out(
    sealed_pack, files, system
):
    kept = {
        int(Path(name).stem): body
        for name, body in files.items()
        if name.startswith("data/ledger/entries/")
    }
    about = Entry.objects.filter(object_type="aisystem", object_id=str(system.pk))
    numbers = dict(LeafSequence.objects.values_list("entry_id", "seq"))

    for entry in about:
        assert kept[numbers[entry.pk]] == bytes(entry.body)
    assert told(files)["ledger"]["entries"] == len(kept) == sealed_pack.entries
    assert told(files)["ledger"]["request"] in kept


def test_openings_open_the_commitments_in_their_entries(files):
    listed = json.loads(files["data/ledger/openings.json"])

    assert listed
    for one in listed:
        body = json.loads(files[f"data/ledger/entries/{one['number']:09d}.json"])
        stands = value_at(body["data"], one["path"])
        assert stands == {"c": commitment(base64.b64decode(one["salt"]), one["value"])}


def test_an_erased_value_is_in_no_opening_and_the_pack_holds(
    pack, organisation, administrator, settings
):
    checkpoint_now()
    why = {"ground": "consent withdrawn"}
    erase(Personal.objects.all(), subject=organisation, actor=administrator, data=why)
    sealed = built(pack)

    assert files_of(sealed, settings)["data/ledger/openings.json"] == b"[]"
    assert verify(str(settings.STORAGE / sealed.file), [public_key()]).code == 0


def test_the_next_pack_goes_on_from_the_checkpoint_of_the_one_before(
    sealed_pack, file, system, officer, settings
):
    change_system(system, actor=officer, outputs="Other scores.")
    later = built(asked(officer, system))
    read = files_of(later, settings)
    report = verify(str(settings.STORAGE / later.file), [public_key()], previous=file.read_bytes())

    assert later.previous_size == sealed_pack.ledger_size
    assert told(read)["previous"] == {
        "size": sealed_pack.ledger_size,
        "root": sealed_pack.ledger_root,
    }
    assert (
        read["data/ledger/previous/checkpoint.txt"]
        == files_of(sealed_pack, settings)["data/ledger/checkpoint.txt"]
    )
    assert read["data/ledger/previous/consistency.txt"].count(b"\n") > 0
    assert report.code == 0, report.lines


def test_the_first_pack_has_no_earlier_checkpoint(sealed_pack, files):
    assert told(files)["previous"] is None
    assert not any(name.startswith("data/ledger/previous/") for name in files)


def test_data_json_counts_names_and_digests_its_systems(files, system):
    data = json.loads(files["data/data.json"])
    (one,) = data["systems"]

    assert canonical_bytes(data) == files["data/data.json"]
    assert (one["ref"], one["file"]) == (system.ref, f"data/systems/{system.ref}.json")
    assert hashlib.sha256(files[one["file"]]).hexdigest() == one["sha256"]
    assert data["population"] == {"count": 1, "refs": [system.ref]}
    assert {name: data[name] for name in told(files) if name != "sealed_at"} == {
        name: value for name, value in told(files).items() if name != "sealed_at"
    }


def test_data_json_says_where_the_controls_of_each_framework_stand(files):
    told = json.loads(files["data/data.json"])["frameworks"]

    assert told["warning"] == "A mapping is not compliance."
    assert len(told["frameworks"]) == 5
    assert b"compliant" not in files["data/data.json"]


def test_a_period_limits_the_entries_and_the_request_is_always_among_them(
    system, officer, settings
):
    tomorrow = timezone.now().date() + timedelta(days=1)
    sealed = built(asked(officer, system, period=Period(tomorrow, None)))
    ledger = told(files_of(sealed, settings))["ledger"]

    assert (ledger["from"], ledger["to"], ledger["interval"]) == (None, None, 0)
    assert ledger["entries"] == 1
    assert verify(str(settings.STORAGE / sealed.file), [public_key()]).code == 0


def test_what_others_write_while_it_is_read_makes_the_reading_begin_anew(
    pack, system, officer, monkeypatch
):
    calls = []

    def signed_before():
        point = checkpoint_now()
        if not calls:
            change_system(system, actor=officer, outputs="Scores from 0 to 9.")
        calls.append(point.size)
        return point

    monkeypatch.setattr(queries, "checkpoint_now", signed_before)
    said = contents(pack)

    assert len(calls) == 2
    assert said.head["ledger"]["later"] == 0
    assert said.systems[0]["timeline"][-1]["number"] < calls[-1]


def test_in_the_end_it_says_how_many_entries_are_later(pack, system, officer, monkeypatch):
    def busy():
        point = checkpoint_now()
        change_system(system, actor=officer, outputs=f"Scores {timezone.now()}")
        return point

    monkeypatch.setattr(queries, "checkpoint_now", busy)
    said = contents(pack)

    assert said.head["ledger"]["later"] == 1
    told_numbers = [entry["number"] for entry in said.systems[0]["timeline"]]
    assert max(told_numbers) < said.head["ledger"]["size"]


def test_equal_contents_give_equal_bytes(pack, tmp_path):
    said = contents(pack)
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pack.pdf").write_bytes(b"%PDF-1.7\n")
        made.append(write_bag(said, Papers(folder / "pack.pdf"), signer(), AT).file.read_bytes())

    assert made[0] == made[1]


def test_an_entry_that_is_not_the_one_of_its_leaf_is_never_sealed(pack, tmp_path, monkeypatch):
    said = contents(pack)
    (tmp_path / "pack.pdf").write_bytes(b"%PDF-1.7\n")
    monkeypatch.setattr(entries, "leaf_hash", lambda body: b"\0" * 32)

    with pytest.raises(DomainError, match="was changed"):
        write_bag(said, Papers(tmp_path / "pack.pdf"), signer(), AT)


def test_a_pack_that_is_larger_than_auditors_programs_read_is_never_offered(
    pack, tmp_path, monkeypatch
):
    said = contents(pack)
    (tmp_path / "pack.pdf").write_bytes(b"%PDF-1.7\n")
    monkeypatch.setattr(bag, "MOST_BYTES", 10_000)

    with pytest.raises(DomainError, match="choose fewer systems"):
        write_bag(said, Papers(tmp_path / "pack.pdf"), signer(), AT)


def test_a_pack_of_several_systems_holds_the_facts_of_each(system, lending, officer, settings):
    other = make_system(actor=officer, unit=lending)
    sealed = built(asked(officer, system, other, purpose="Audit of  2026"))
    read = files_of(sealed, settings)

    assert {f"data/systems/{one.ref}.json" for one in (system, other)} <= set(read)
    assert told(read)["purpose"] == "Audit of 2026"
    assert set(told(read)["sample"]["refs"]) == {system.ref, other.ref}
    assert verify(str(settings.STORAGE / sealed.file), [public_key()]).code == 0


def test_the_packing_list_is_one_line_each_whatever_the_names(files):
    head = sample_contents(sample_system()).head | {"organisation": "Two\nlines: X"}
    lines = bag_info(head, AT, "9.1").decode().splitlines()

    assert lines[0] == "Source-Organization: Two lines: X"
    assert [line.split(":")[0] for line in lines] == [
        *("Source-Organization", "Bagging-Date", "External-Identifier", "Payload-Oxum"),
        *("Bag-Software-Agent", "Internal-Sender-Description"),
    ]


def test_the_page_for_people_loads_and_runs_nothing(files):
    page = files["HOW-TO-CHECK.html"].decode()

    for word in ("<script", "http:", "https:", "src=", "url("):
        assert word not in page
    assert "verify_pack.py --key" in page


def test_the_metadata_names_files_that_are_there(files):
    graph = json.loads(files["data/ro-crate-metadata.json"])["@graph"]
    by_id = {one["@id"]: one for one in graph}

    assert by_id["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    for one in by_id["./"]["hasPart"]:
        inside = [name for name in files if name.startswith(f"data/{one['@id']}")]
        assert inside
        assert one["@id"] in by_id


def test_the_verifier_in_the_bag_is_the_one_in_the_source(files):
    assert files["verify_pack.py"] == bag.VERIFIER.read_bytes()


@pytest.mark.parametrize("name", ["data/data.json", "statement.dsse.json", "data/keys/log.vkey"])
def test_one_changed_byte_is_found(file, name, tmp_path):
    raw = bytearray(file.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        (info,) = (it for it in archive.infolist() if it.filename.endswith(f"/{name}"))
    raw[info.header_offset + 30 + len(info.filename) + 5] ^= 1

    assert verify(bytes(raw), [public_key()]).code in {1, 2}
