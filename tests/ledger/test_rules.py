"""The Merkle tree of RFC 9162 against known roots and an independent library."""

import hashlib
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from governance.common.canonical import canonical_bytes
from governance.ledger.rules import (
    EMPTY_ROOT,
    commitment,
    header,
    header_faults,
    leaf_hash,
    moment,
    node_hash,
    pointer,
    root,
    says_header,
    value_at,
)

# The eight leaves of the Certificate Transparency reference tests, and the roots over the first n.
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_tests(size):
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size]]

    assert root(leaves).hex() == CT_ROOTS[size]


def by_definition(leaves: list[bytes]) -> bytes:
    """The recursion of RFC 9162, 2.1.1, word for word: split at the largest power of two."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:half]), by_definition(leaves[half:]))


def bodies(size: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(size)]


@pytest.mark.parametrize("size", range(1, 70))
def test_roots_of_all_small_sizes_are_those_of_an_independent_library(size):
    theirs = InmemoryTree.init_from_entries(bodies(size)).get_root()

    assert root(map(leaf_hash, bodies(size))) == theirs


def test_roots_of_larger_sizes_are_those_of_an_independent_library():
    dice = random.Random(9162)  # noqa: S311
    for size in (dice.randrange(70, 3_000) for _ in range(5)):
        theirs = InmemoryTree.init_from_entries(bodies(size)).get_root()

        assert root(map(leaf_hash, bodies(size))) == theirs


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=200))
def test_the_root_is_the_one_of_the_definition(entries):
    leaves = [leaf_hash(entry) for entry in entries]

    assert root(leaves) == by_definition(leaves)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=1, max_size=64, unique=True), st.data())
def test_no_leaf_can_change_or_move_without_changing_the_root(entries, data):
    leaves = [leaf_hash(entry) for entry in entries]
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:at], leaf_hash(entries[at] + b"!"), *leaves[at + 1 :]]

    assert root(changed) != root(leaves)
    assert root(leaves[:-1]) != root(leaves)
    if len(leaves) > 1:
        assert root([*leaves[1:], leaves[0]]) != root(leaves)


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_a_leaf_cannot_pass_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)


def test_the_same_name_has_another_commitment_each_time():
    assert commitment(b"a" * 32, "Ines") != commitment(b"b" * 32, "Ines")
    assert commitment(b"a" * 32, "Ines") == commitment(b"a" * 32, "Ines")


def test_a_moment_is_written_in_utc_with_microseconds():
    oslo = timezone(timedelta(hours=2))

    assert moment(datetime(2026, 7, 1, 14, 0, tzinfo=oslo)) == "2026-07-01T12:00:00.000000Z"
    assert moment(datetime(2026, 7, 1, 12, 0, 0, 5, UTC)) == "2026-07-01T12:00:00.000005Z"


@pytest.mark.parametrize("key", ["plain", "a/b", "~", "~1", "a~0/b", "", "0"])
def test_what_a_pointer_names_is_found_at_it(key):
    value = {key: [{"x": 1}, {key: "here"}]}

    assert value_at(value, pointer(pointer(pointer("", key), 1), key)) == "here"


@pytest.mark.parametrize("path", ["/no", "/list/9", "/list/x", "/text/0", "/list/0/deep"])
def test_where_nothing_lies_none_is_found(path):
    assert value_at({"list": [1], "text": "abc"}, path) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"x"', b"\xff", b'{"data":{},"more":1}'])
def test_a_body_of_another_shape_is_a_fault(body):
    columns = ["muster/entry/1", datetime(2026, 1, 1, tzinfo=UTC), "a.b", "x", None, "", "", "", 1]

    assert header_faults(body, columns)


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ["muster/entry/1", moment(NEW_YEAR), "a.b", "x", None, "kind", "7", 'Ø"\\\n', 1]


def body_of(columns, data) -> bytes:
    schema, at, action, actor, unit, *thing = columns
    said = header(schema, datetime.fromisoformat(at), action, actor, unit, thing)
    return canonical_bytes(said | {"data": data})


@pytest.mark.parametrize("data", [{}, {"object": {"id": "7"}}, ["}", {"schema": "x"}], None])
def test_a_body_says_its_columns_whatever_its_data(data):
    assert says_header(body_of(COLUMNS, data), COLUMNS)


@pytest.mark.parametrize("at", range(len(COLUMNS)))
def test_a_body_says_none_of_its_columns_otherwise(at):
    other = [*COLUMNS]
    later = moment(NEW_YEAR + timedelta(microseconds=1))
    other[at] = later if at == 1 else 9 if at in (4, 8) else "y"

    assert not says_header(body_of(COLUMNS, {"a": 1}), other)


def test_a_second_object_behind_the_data_is_not_taken_for_data():
    body = body_of(COLUMNS, {"a": 1})
    twice = body.replace(b',"object":', b',"object":{"id":"8"},"object":', 1)

    assert not says_header(twice, COLUMNS)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"action":"a.b'])
def test_a_body_of_another_shape_says_nothing(body):
    assert not says_header(body, COLUMNS)
