"""What is read has bounds, so that no pack fills a machine or keeps it busy for hours."""

import json
import re
import tracemalloc

import pytest

from governance.audit_packs.verifier import verify_pack
from governance.audit_packs.verifier.verify_pack import ALTERED, GOOD, UNSAFE, verify
from governance.common import notes
from governance.ledger.rules import MOST_BODY_BYTES
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.hostile_bounds import BOUNDS, KEYS, OLDER, SMALL
from tests.audit_packs.verifier.hostile_texts import with_entry
from tests.audit_packs.verifier.sample import LOG

# What has the bound itself: nothing that is signed, or nothing that is proven.
HOLLOW = {"folders": "has no bag-info.txt", "earlier ledgers": "has no data/ledger/growth"}


@pytest.mark.parametrize("name", BOUNDS)
def test_what_has_the_bound_is_read_and_what_is_beyond_it_is_not(name):
    make, most, words = BOUNDS[name]
    at, beyond = verify(make(most), KEYS), verify(make(most + 1), KEYS)

    if name in HOLLOW:
        assert (at.code, HOLLOW[name] in at.lines[0]) == (ALTERED, True), at.lines
    else:
        assert at.code == GOOD, at.lines
    assert (beyond.code, words in beyond.lines[0]) == (UNSAFE, True), beyond.lines


def test_a_period_of_more_entries_than_are_drawn_from_is_not_begun(monkeypatch):
    monkeypatch.setattr(verify_pack, "MOST_DRAWN", 17)
    assert verify(sample.make(SMALL).zip, [LOG.vkey]).code == GOOD

    monkeypatch.setattr(verify_pack, "MOST_DRAWN", 16)
    report = verify(sample.make(SMALL).zip, [LOG.vkey])
    assert (report.code, "too many to check here" in report.lines[0]) == (UNSAFE, True)


def test_one_key_signs_a_note_once():
    (text, _) = verify_pack.split_note(sample.make(SMALL).files["data/ledger/checkpoint.txt"], "")
    key = verify_pack.read_key(LOG.vkey)

    with pytest.raises(verify_pack.Unsafe, match="more signatures"):
        verify_pack.open_note(sample.note(text, LOG, LOG), [key], "A note")


def test_an_entry_of_commitments_at_far_places_takes_little_memory():
    value = json.loads(sample.entry(4)[0])
    people = [{"c": "A" * 44}] * 1_200
    pack = with_entry(SMALL, sample.rfc8785.dumps(value | {"data": {"x" * 450: people}}), {})
    tracemalloc.start()
    report = verify(pack, [LOG.vkey])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (report.code, "not handed out: 1,201" in str(report.not_checked)) == (GOOD, True)
    assert peak < 20 * len(pack)


def test_of_two_keys_with_one_id_that_counts_which_was_known_first(monkeypatch):
    ours = verify_pack.read_key(LOG.vkey)
    twin = verify_pack.read_key(OLDER[0].vkey)._replace(key_id=ours.key_id)
    note = sample.note("hello\n", LOG)

    assert verify_pack.open_note(note, [ours, twin], "A note")[1] == [ours]
    with pytest.raises(verify_pack.Altered):
        verify_pack.open_note(note, [twin, ours], "A note")


def test_the_page_has_the_bounds_and_the_shapes_of_the_program(settings):
    page = (settings.BASE_DIR / "static/js/check/verify.js").read_text()
    bounds = dict(re.findall(r"(MOST_\w+|DEEPEST_JSON|SAMPLED) = (\d[\d_]*)", page))
    ours = {name: value for name, value in vars(verify_pack).items() if name.startswith("MOST_")}
    ours |= {"DEEPEST_JSON": verify_pack.DEEPEST_JSON, "SAMPLED": verify_pack.SAMPLED}
    ours.pop("MOST_IN_END")  # a number of the zip's own, written in another way there

    assert {name: int(value) for name, value in bounds.items() if name in ours} == ours
    (shapes,) = re.findall(r"const SHAPES = (\{.*?\n\});", page, re.DOTALL)
    assert json.loads(shapes) == verify_pack.SHAPES


def test_muster_makes_nothing_that_auditors_programs_do_not_read():
    assert notes.MOST_BYTES <= verify_pack.MOST_NOTE
    assert notes.MOST_SIGNATURES <= verify_pack.MOST_SIGNERS
    assert MOST_BODY_BYTES <= verify_pack.MOST_ENTRY


@pytest.mark.parametrize("name", ["ä", "a\u00a0b", "a b", "a+b", "", "a" * 201, "a\x7f"])
def test_neither_names_a_key_so_that_two_screens_show_it_in_two_ways(name):
    with pytest.raises(notes.NoteError):
        notes.Key(name, bytes(32))
    assert not verify_pack.KEY_NAME.fullmatch(name)
