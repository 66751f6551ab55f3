"""Roots and proofs out of tiles, as the sequencer makes them."""

import random

import pytest
from django.db import IntegrityError, connection, transaction

from governance.ledger.actions import record_many, sequence
from governance.ledger.merkle import WIDTH, is_consistent, root_from_inclusion
from governance.ledger.models import Entry, LeafSequence, Tile
from governance.ledger.rules import root
from governance.ledger.tree import consistency_proof, inclusion_proof, root_at, tree_size

pytestmark = pytest.mark.django_db
MANY = 700


@pytest.fixture
def leaves(organisation, administrator) -> list[bytes]:
    """The leaves of many entries, numbered in batches that end inside tiles."""
    with transaction.atomic():
        told = [(organisation, {"turn": turn}, None) for turn in range(MANY)]
        record_many("unit.renamed", told, actor=administrator)
    while sequence(batch=100):
        pass
    return [bytes(leaf) for leaf in LeafSequence.objects.values_list("leaf", flat=True)]


def test_full_tiles_hold_the_leaves_and_narrower_ones_are_not_kept(leaves):
    tiles = list(Tile.objects.all())

    assert [(tile.level, tile.index) for tile in tiles] == [(0, 0), (0, 1)]
    for tile in tiles:
        held = leaves[tile.index * WIDTH : (tile.index + 1) * WIDTH]
        assert bytes(tile.hashes) == b"".join(held)
        assert bytes(tile.root) == root(held)


def test_the_root_at_any_size_is_that_of_the_leaves(leaves):
    assert tree_size() == len(leaves) == Entry.objects.count()
    for size in (0, 1, 2, 255, 256, 257, 511, 512, 513, len(leaves)):
        assert root_at(size) == root(leaves[:size])


def test_a_proof_leads_from_any_entry_to_the_root_at_any_size(leaves):
    dice = random.Random(6)  # noqa: S311
    for size in [1, 256, 300, 512, len(leaves), *dice.sample(range(2, len(leaves)), 10)]:
        number = dice.randrange(size)
        path = inclusion_proof(number, size)

        assert root_from_inclusion(leaves[number], number, size, path) == root(leaves[:size])


def test_the_tree_of_any_size_is_shown_to_begin_a_later_one(leaves):
    dice = random.Random(7)  # noqa: S311
    for second in [1, 256, 300, 512, len(leaves), *dice.sample(range(2, len(leaves)), 10)]:
        first = dice.randint(0, second)
        old, new = (first, root(leaves[:first])), (second, root(leaves[:second]))

        assert is_consistent(old, new, consistency_proof(first, second))


def test_a_size_that_never_was_is_refused(leaves):
    with pytest.raises(ValueError, match="never had"):
        root_at(len(leaves) + 1)


def test_a_record_from_before_there_were_tiles_gives_the_same_roots(leaves, as_superuser):
    as_superuser("DELETE FROM ledger_tile")
    assert root_at(len(leaves)) == root(leaves)

    sequence()
    assert Tile.objects.count() == 2


def test_numbering_goes_on_where_a_number_is_missing(leaves, as_superuser, write):
    as_superuser("DELETE FROM ledger_leafsequence WHERE seq = 600")
    for _ in range(100):
        write()

    assert sequence() == 100
    assert Tile.objects.count() == 2


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_tile SET hashes = hashes",
        "DELETE FROM ledger_tile",
        "TRUNCATE ledger_tile",
        "INSERT INTO ledger_tile SELECT * FROM ledger_tile "
        "ON CONFLICT (level, index) DO UPDATE SET root = ''",
    ],
)
def test_changing_a_tile_is_refused(leaves, sql, role):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(sql)
