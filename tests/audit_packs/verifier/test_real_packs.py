"""Packs that Muster itself made, in the hands of the auditor's program."""

import hashlib
import random
from collections import Counter
from datetime import timedelta

import pytest

from governance.accounts.rules import Proof, Role
from governance.audit_packs.actions import request_pack
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.audit_packs.verifier.verify_pack import (
    ALTERED,
    FOREIGN,
    GOOD,
    UNSAFE,
    read_zip,
    verify,
)
from governance.checkpoints import key_loss_actions
from governance.checkpoints.queries import public_key
from governance.common.clock import database_now
from inventory.systems.actions import change_system
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import Recipe, Sample, Signer, Tree
from tests.conftest import person


def as_sample(raw: bytes) -> Sample:
    """Return a ready pack as one whose files can be altered."""
    files = read_zip(raw)
    ref = next(iter(files)).partition("/")[0]
    bare = {name.partition("/")[2]: body for name, body in files.items()}
    return Sample(Recipe(ref=ref), bare, [], Tree([]))


@pytest.fixture
def pack_of(officer, settings):
    """Return a function that builds a pack about systems and returns its zip."""

    def make(*systems) -> bytes:
        pack = request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=systems)
        build_pack(pack.pk)
        pack.refresh_from_db()
        return (settings.STORAGE / pack.file).read_bytes()

    return make


def test_a_real_pack_is_good_and_is_packed_as_the_format_says(file):
    raw = file.read_bytes()

    assert verify(raw, [public_key()]).code == GOOD
    assert verify(raw, [Signer(9).vkey]).code == FOREIGN
    assert sample.zipped(as_sample(raw).files, as_sample(raw).recipe.ref) == raw


def test_every_bit_turned_in_a_real_pack_is_refused(file):
    pack, found = as_sample(file.read_bytes()), Counter()
    for mutant in mutants_of([pack], 1_000, seed=17):
        code = verify(mutant.zip, [public_key()]).code
        found[code] += 1
        assert code in (ALTERED, UNSAFE), f"{mutant.kind}, {mutant.place}: {code}"

    assert found.total() == 1_000


def test_a_file_deleted_added_renamed_or_swapped_in_a_real_pack_is_refused_and_named(file):
    pack, chance = as_sample(file.read_bytes()), random.Random(5)  # noqa: S311
    names = [name for name in pack.files if name.startswith("data/")]
    for again in (dict, sample.relisted, sample.restated):
        for _ in range(15):
            one, other = chance.sample(names, 2)
            bare = dict(pack.files)
            without = {name: raw for name, raw in bare.items() if name != one}
            for files in (
                without,
                bare | {"data/more.txt": b"x"},
                without | {f"{one}x": bare[one]},
                bare | {one: bare[other], other: bare[one]},
            ):
                report = verify(sample.zipped(again(files), pack.recipe.ref), [public_key()])
                assert report.code == ALTERED, (one, other, report.lines)
                (words,) = report.lines
                named = any(name in words for name in (one, other, "data/more.txt"))
                assert named or again is sample.restated, (one, other, words)


def test_a_later_real_pack_grows_from_an_earlier_one_and_not_the_other_way(
    pack_of, system, officer
):
    older = pack_of(system)
    change_system(system, actor=officer, name="Claims triage, second of its name")
    newer = pack_of(system)

    assert verify(newer, [public_key()], older).code == GOOD
    assert verify(older, [public_key()], newer).code == ALTERED
    assert hashlib.sha256(older).digest() != hashlib.sha256(newer).digest()


def test_over_a_lost_key_each_pack_holds_under_its_own_and_the_later_one_warns(
    system, pack_of, organisation, administrator, settings, tmp_path, monkeypatch
):
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    monkeypatch.setattr(key_loss_actions, "WAIT", timedelta(0))
    before, old = pack_of(system), public_key()
    settings.LOG_KEY_FILE.unlink()
    proof = Proof(administrator.handle, "password", database_now())
    key_loss_actions.declare_lost(actor=administrator, reason="The disk died.", proof=proof)
    other = person("Zora Adler", Role.ADMINISTRATOR, organisation, administrator)
    key_loss_actions.replace_lost(actor=other, reason="No copy anywhere.")
    after, new = pack_of(system), public_key()

    assert verify(before, [old]).code == GOOD
    assert verify(after, [old]).code == FOREIGN
    report = verify(after, [new])
    assert report.code == GOOD
    assert any("without the old key's signature" in note for note in report.notes)
    assert verify(after, [new, old], before).code == GOOD
