"""Twenty thousand packs with one bit turned: none is good, and none passes for another signer's."""

from collections import Counter

import pytest

from governance.audit_packs.verifier.verify_pack import ALTERED, GOOD, UNSAFE, verify
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import LOG, Recipe, Signer

OLD = Signer(3)
# Read before it is compared: whatever is wrong with it, its own form is what the words are about.
UNNAMED = ("statement.dsse.json",)
PARTS = 8  # of the twenty thousand, so that several processes can share them


@pytest.fixture(scope="module")
def packs():
    """Two packs: one with an older checkpoint, one after a change of the key."""
    return [sample.make(), sample.make(Recipe(older=(OLD,), previous=None, others=(30, 45)))]


@pytest.mark.parametrize("seed", range(PARTS))
def test_every_turned_bit_is_refused(packs, seed):
    keys = [LOG.vkey, OLD.vkey]
    assert [verify(pack.zip, keys).code for pack in packs] == [GOOD, GOOD]

    found = Counter()
    for mutant in mutants_of(packs, 20_000 // PARTS, seed):
        code = verify(mutant.zip, keys).code
        found[code] += 1
        assert code in (ALTERED, UNSAFE), f"{mutant.kind}, {mutant.place}: {code}"

    assert found.total() == 20_000 // PARTS
    assert found[ALTERED] > found[UNSAFE] > 0


def test_an_altered_file_is_named(packs):
    for mutant in mutants_of(packs, 400, seed=99):
        if mutant.kind in ("repacked", "relisted"):
            (words,) = verify(mutant.zip, [LOG.vkey]).lines
            name = mutant.place.partition(" ")[0]
            assert name in words or "manifest" in name or name in UNNAMED, (name, words)
