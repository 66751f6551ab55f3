"""Forgeries by people with more and more power, up to the one who holds the key."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from governance.audit_packs.verifier.verify_pack import ALTERED, FOREIGN, GOOD, UNSAFE, verify
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LOG, Files, Recipe, Signer, b64

ENTRIES, PROOFS = "data/ledger/entries/", "data/ledger/proofs/"
STATEMENT = sample.STATEMENT


def code_of(files: Files, keys: tuple[str, ...] = (LOG.vkey,)) -> int:
    return verify(sample.zipped(files), keys).code


def swap(files: Files, one: str, other: str) -> None:
    files[one], files[other] = files[other], files[one]


def drop(name: str) -> Callable[[Files], None]:
    return lambda files: files.pop(name)


def change(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return changed


def rename(old: str, new: str) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        files[new] = files.pop(old)

    return changed


def replayed(files: Files) -> None:
    files["data/ledger/checkpoint.txt"] = files["data/ledger/previous/checkpoint.txt"]


HOLDERS_CHANGES = {
    "a file gone": drop(f"{ENTRIES}000000010.json"),
    "a file more": lambda files: files.update({"data/more.txt": b"hello"}),
    "a tag file more": lambda files: files.update({"more.txt": b"hello"}),
    "a file renamed": rename("data/systems/AIS-001.json", "data/systems/AIS-009.json"),
    "two entries swapped": lambda files: swap(
        files, f"{ENTRIES}000000010.json", f"{ENTRIES}000000013.json"
    ),
    "two proofs swapped": lambda files: swap(
        files, f"{PROOFS}000000010.tlog-proof", f"{PROOFS}000000013.tlog-proof"
    ),
    "the pdf for another file": lambda files: swap(files, "data/EP-001.pdf", "verify_pack.py"),
    "an older checkpoint": replayed,
    "a name in an entry": change(f"{ENTRIES}000000010.json", b'"unit":4', b'"unit":5'),
    "a fact of a system": change("data/systems/AIS-001.json", b"0.25", b"0.75"),
    "the checker itself": change("verify_pack.py", b"hello", b"GOOD:"),
}


@pytest.mark.parametrize("alter", HOLDERS_CHANGES.values(), ids=HOLDERS_CHANGES)
@pytest.mark.parametrize("again", [dict, sample.relisted, sample.restated])
def test_somebody_without_the_key_changes_nothing_unseen(alter, again):
    files = dict(sample.make().files)
    alter(files)

    assert code_of(again(files)) == ALTERED


def envelope_with(**fields: Any) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        files[STATEMENT] = rfc8785.dumps(json.loads(files[STATEMENT]) | fields)

    return changed


def signatures(*more: dict[str, str]) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        told = json.loads(files[STATEMENT])
        told["signatures"] += more
        files[STATEMENT] = rfc8785.dumps(told)

    return changed


def respelled(files: Files) -> None:
    told = json.loads(files[STATEMENT])
    files[STATEMENT] = json.dumps(told, indent=1).encode()


def twice(files: Files) -> None:
    files[STATEMENT] = files[STATEMENT][:-1] + b',"payload":""}'


def loose(files: Files) -> None:
    told = json.loads(files[STATEMENT])
    sig = told["signatures"][0]["sig"]
    assert sig.endswith("==")
    last = chr(ord(sig[-3]) + 1)  # the last digit's low bits mean nothing to a lenient reader
    told["signatures"][0]["sig"] = sig[:-3] + last + "=="
    assert base64.b64decode(told["signatures"][0]["sig"]) == base64.b64decode(sig)
    files[STATEMENT] = rfc8785.dumps(told)


def same_but_larger(files: Files) -> None:
    told = json.loads(files[STATEMENT])
    raw = base64.b64decode(told["signatures"][0]["sig"])
    order = 2**252 + 27742317777372353535851937790883648493
    large = int.from_bytes(raw[32:], "little") + order
    told["signatures"][0]["sig"] = b64(raw[:32] + large.to_bytes(32, "little"))
    files[STATEMENT] = rfc8785.dumps(told)


ENVELOPES = {
    "another type": envelope_with(payloadType="text/plain"),
    "a field more": envelope_with(note="x"),
    "no signature": envelope_with(signatures=[]),
    "a signature more": signatures({"keyid": Signer(9).vkey, "sig": b64(bytes(64))}),
    "another spelling": respelled,
    "a name twice": twice,
    "base64 in another spelling": loose,
    "a signature in another form": same_but_larger,
    "not an object": lambda files: files.update({STATEMENT: b"[1,2]"}),
    "not JSON": lambda files: files.update({STATEMENT: b"NaN"}),
    "a very deep list": lambda files: files.update({STATEMENT: b"[" * 9000 + b"]" * 9000}),
    "a deep list": lambda files: files.update({STATEMENT: b"[" * 300 + b"]" * 300}),
    "a long number": lambda files: files.update({STATEMENT: b"9" * 100_000}),
}


@pytest.mark.parametrize("alter", ENVELOPES.values(), ids=ENVELOPES)
def test_an_envelope_in_any_other_form_is_refused(alter):
    files = dict(sample.make().files)
    alter(files)
    sample.tags(files)

    assert code_of(files) in (ALTERED, UNSAFE)


def told(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda predicate: predicate.update(fields)


def ledger(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda predicate: predicate["ledger"].update(fields)


LIES = {
    "another pack": told(pack="EP-002"),
    "fewer systems": told(population={"count": 2, "refs": ["AIS-001", "AIS-002"]}),
    "a wrong count": told(population={"count": 4, "refs": ["AIS-001", "AIS-002", "AIS-003"]}),
    "a larger ledger": ledger(size=62),
    "another root": ledger(root="0" * 64),
    "another log": ledger(origin="other"),
    "entries not here": ledger(entries=13),
    "fewer withheld": ledger(withheld=3),
    "another interval": ledger(interval=5),
    "an interval beyond the ledger": ledger(to=99, interval=90, withheld=79),
    "a request that is not here": ledger(request=11),
    "no break-glass": told(break_glass=False),
    "fewer refused": told(refused_actions=0),
    "a sample of choice": lambda one: one["sample"].update(refs=["AIS-002"]),
    "entries of choice": lambda one: one["sample"].update(numbers=[11]),
    "a seed of choice": lambda one: one["sample"].update(seed="0" * 64),
    "no earlier checkpoint": told(previous=None),
    "another earlier checkpoint": told(previous={"size": 22, "root": "0" * 64}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_even_the_holder_of_the_key_must_tell_what_is_there(lie):
    pack = sample.make(Recipe(emergencies=1))
    files, predicate = dict(pack.files), sample.said_in(pack.files)["predicate"]
    sealed_at = predicate["sealed_at"]
    lie(predicate)
    data = json.loads(files["data/data.json"]) | predicate
    files["data/data.json"] = rfc8785.dumps({k: data[k] for k in data if k != "sealed_at"})
    sample.sealed(files, predicate | {"sealed_at": sealed_at}, LOG)

    assert code_of(files) == ALTERED


def openings(**fields: Any) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        listed = json.loads(files["data/ledger/openings.json"])
        listed[2].update(fields)
        files["data/ledger/openings.json"] = rfc8785.dumps(listed)

    return changed


def forged_proof(files: Files) -> None:
    name = f"{PROOFS}000000010.tlog-proof"
    head, gap, rest = files[name].partition(b"\n\n")
    lines = head.split(b"\n")
    lines[2], lines[3] = lines[3], lines[2]
    files[name] = b"\n".join(lines) + gap + rest


def longer_proof(files: Files) -> None:
    name = f"{PROOFS}000000010.tlog-proof"
    head, gap, rest = files[name].partition(b"\n\n")
    files[name] = head + b"\n" + b64(bytes(32)).encode() + gap + rest


def not_grown(files: Files) -> None:
    name = "data/ledger/previous/consistency.txt"
    files[name] = b"".join(reversed(files[name].splitlines(keepends=True)))


def grown_from_another(files: Files) -> None:
    """Give the checkpoint of 23 entries out as one of 30."""
    for name in ("checkpoint.txt", "consistency.txt"):
        files[f"data/ledger/growth/000000030/{name}"] = files[f"data/ledger/previous/{name}"]


def grown_without_proof(files: Files) -> None:
    earlier = files["data/ledger/previous/checkpoint.txt"]
    files["data/ledger/growth/000000023/checkpoint.txt"] = earlier


def grown_by_another_proof(files: Files) -> None:
    grown_without_proof(files)
    lines = files["data/ledger/previous/consistency.txt"].splitlines(keepends=True)
    files["data/ledger/growth/000000023/consistency.txt"] = b"".join(lines[:-1])


def older_in_proof(files: Files) -> None:
    name = f"{PROOFS}000000010.tlog-proof"
    head, gap, _ = files[name].partition(b"\n\n")
    files[name] = head + gap + files["data/ledger/previous/checkpoint.txt"]


SIGNED_FORGERIES = {
    "growth from another ledger": grown_from_another,
    "growth without its proof": grown_without_proof,
    "growth by another proof": grown_by_another_proof,
    "a proof in another order": forged_proof,
    "a proof that is too long": longer_proof,
    "a proof to an older checkpoint": older_in_proof,
    "a proof of another entry": lambda files: swap(
        files, f"{PROOFS}000000010.tlog-proof", f"{PROOFS}000000013.tlog-proof"
    ),
    "an entry that was not recorded": change(f"{ENTRIES}000000010.json", b'"unit":4', b'"unit":5'),
    "an older checkpoint": replayed,
    "growth in another order": not_grown,
    "another value": openings(value="Grace"),
    "another salt": openings(salt=b64(bytes(32))),
    "another place": openings(path="/note"),
    "no proof": drop(f"{PROOFS}000000010.tlog-proof"),
    "a proof more": lambda files: files.update(
        {f"{PROOFS}000000011.tlog-proof": files[f"{PROOFS}000000010.tlog-proof"]}
    ),
    "no entry": drop(f"{ENTRIES}000000010.json"),
    "no checkpoint": drop("data/ledger/checkpoint.txt"),
    "no pdf": drop("data/EP-001.pdf"),
    "a system changed": change("data/systems/AIS-001.json", b"0.25", b"0.75"),
    "a system more": lambda files: files.update(
        {"data/systems/AIS-009.json": b'{"ref":"AIS-009"}'}
    ),
}


@pytest.mark.parametrize("alter", SIGNED_FORGERIES.values(), ids=SIGNED_FORGERIES)
def test_what_is_signed_must_also_be_proven(alter):
    assert code_of(sample.make(change=alter).files) == ALTERED


def test_a_statement_of_a_stranger_around_a_real_ledger_is_foreign():
    files = dict(sample.make().files)
    files["data/EP-001.pdf"] += b"more"
    sample.sealed(files, sample.said_in(files)["predicate"], Signer(9))

    assert code_of(files) == FOREIGN


def test_a_ledger_of_a_stranger_in_a_real_statement_is_foreign():
    files = dict(sample.make(Recipe(signer=Signer(9))).files)
    sample.sealed(files, sample.said_in(files)["predicate"], LOG)

    assert code_of(files) == FOREIGN


def test_json_that_two_readers_understand_differently_is_refused():
    def twice_the_same(files: Files) -> None:
        files["data/systems/AIS-001.json"] = b'{"ref":"AIS-001","ref":"AIS-001"}'

    pack = sample.make(change=change("data/data.json", b'{"', b'{ "'))

    assert code_of(pack.files) == UNSAFE
    assert code_of(sample.make(change=twice_the_same).files) in (ALTERED, UNSAFE)


class TestAgainstAnOlderPackInOnesOwnHands:
    def test_growth_from_it_is_proven(self):
        older = sample.make(Recipe(size=23, first=3, last=20, previous=None))

        assert verify(sample.make().zip, [LOG.vkey], older.zip).code == GOOD

    def test_the_same_pack_is_its_own_past(self):
        assert verify(sample.make().zip, [LOG.vkey], sample.make().zip).code == GOOD

    def test_an_older_pack_handed_out_again_is_refused(self):
        older = sample.make(Recipe(size=23, first=3, last=20, previous=None))

        report = verify(older.zip, [LOG.vkey], sample.make().zip)
        assert (report.code, "older than yours" in report.lines[0]) == (ALTERED, True)

    def test_a_ledger_that_was_written_anew_is_refused(self):
        text = f"{LOG.name}\n23\n{b64(bytes(32))}\n"

        report = verify(sample.make().zip, [LOG.vkey], sample.note(text, LOG))
        assert (report.code, "another one" in report.lines[0]) == (ALTERED, True)

    def test_growth_from_another_size_is_not_taken_on_trust(self):
        older = sample.make(Recipe(size=30, first=3, last=20, previous=None))

        report = verify(sample.make().zip, [LOG.vkey], older.zip)
        assert (report.code, "proves growth from 23" in report.lines[0]) == (UNSAFE, True)

    @pytest.mark.parametrize("size", [23, 30, 45])
    def test_growth_is_proven_from_each_ledger_that_a_reader_may_hold(self, size):
        pack = sample.make(Recipe(others=(30, 45)))
        older = sample.make(Recipe(size=size, first=3, last=20, previous=None))

        report = verify(pack.zip, [LOG.vkey], older.zip)
        assert report.code == GOOD
        for known in (23, 30, 45):
            assert f"From {known} to 61 entries the ledger only grew." in report.lines
        assert f"Your earlier ledger, of {size} entries, is the start of this." in report.lines

    def test_the_checkpoint_of_another_log_is_refused(self):
        other = sample.make(Recipe(size=23, first=3, last=20, previous=None, signer=Signer(9)))

        assert verify(sample.make().zip, [LOG.vkey], other.zip).code == FOREIGN
