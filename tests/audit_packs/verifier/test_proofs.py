"""Proofs of every kind of tree, against a tree built by the definition; keys, notes, numbers."""

import hashlib
import random

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from governance.audit_packs.verifier.verify_pack import (
    BASE,
    ORDER,
    Checkpoint,
    P,
    Unsafe,
    canonical,
    from_base64,
    has_grown,
    is_included,
    is_signed,
    open_note,
    point_times,
    read_json,
    read_key,
)
from tests.audit_packs.verifier.sample import LOG, OTHER, Tree, note

LEAVES = [hashlib.sha256(b"\0" + bytes([at])).digest() for at in range(70)]
TREE = Tree(LEAVES)
HEADS = {size: Checkpoint("log", size, TREE.root(0, size)) for size in range(1, 71)}


@pytest.mark.parametrize("size", HEADS)
def test_each_leaf_has_one_place_and_one_path(size):
    head = HEADS[size]
    for at in range(size):
        path = TREE.inclusion(at, 0, size)
        assert is_included(at, LEAVES[at], path, head)
        assert not is_included(at, LEAVES[at - 1], path, head) or size == 1
        assert not is_included(at + 1, LEAVES[at], path, head)
        assert not is_included(at, LEAVES[at], [*path, LEAVES[0]], head)
        assert not is_included(at, LEAVES[at], path[:-1], head) or size == 1
        assert not is_included(at, LEAVES[at], path[::-1], head) or path == path[::-1]


@pytest.mark.parametrize("size", HEADS)
def test_each_older_tree_grows_into_this_one_by_one_proof(size):
    for old in range(1, size):
        path = TREE.growth(old, 0, size)
        assert has_grown(HEADS[old], HEADS[size], path)
        assert not has_grown(HEADS[size], HEADS[old], path)
        assert not has_grown(HEADS[old], HEADS[size], path[:-1])
        assert not has_grown(HEADS[old], HEADS[size], [*path, LEAVES[0]])
        assert not has_grown(HEADS[old]._replace(root=bytes(32)), HEADS[size], path)
    assert has_grown(HEADS[size], HEADS[size], [])
    assert not has_grown(HEADS[size], HEADS[size], [LEAVES[0]])
    assert not has_grown(Checkpoint("log", 0, bytes(32)), HEADS[size], [])


def keys() -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in range(12)]


@pytest.mark.parametrize("private", keys())
def test_signatures_hold_as_another_library_makes_them(private):
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    chance = random.Random(public)  # noqa: S311
    for length in (0, 1, 64, 1000):
        message = chance.randbytes(length)
        signature = private.sign(message)
        assert is_signed(public, message, signature)
        assert not is_signed(public, message + b"x", signature)
        bit = chance.randrange(512)
        changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
        assert not is_signed(public, message, changed)
        large = int.from_bytes(signature[32:], "little") + ORDER
        assert not is_signed(public, message, signature[:32] + large.to_bytes(32, "little"))


# Points of order 1, 2, 4 and 8, each in every way to write it, also the forbidden ones.
SMALL = [
    (1).to_bytes(32, "little"),
    (P - 1).to_bytes(32, "little"),
    bytes(32),
    (1 << 255).to_bytes(32, "little"),
    (P + 1).to_bytes(32, "little"),
    P.to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]


@pytest.mark.parametrize("public", SMALL)
@pytest.mark.parametrize("nonce", SMALL)
def test_keys_that_sign_everything_sign_nothing_here(public, nonce):
    assert not is_signed(public, b"anything", nonce + bytes(32))


def test_the_base_point_has_the_order_of_the_group():
    x, y, z, _ = point_times(ORDER, BASE)

    assert (x % P, y % P) == (0, z % P)


@pytest.mark.parametrize(
    "text",
    [
        "log",
        "log+00000000+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
        LOG.vkey + "=",
        LOG.vkey.replace("+A", "+B", 1),
        "other" + LOG.vkey,
        "log+12345678+" + "A" * 200,
    ],
)
def test_a_key_with_another_name_or_a_typing_error_is_refused(text):
    with pytest.raises(Unsafe):
        read_key(text)


def test_a_note_is_signed_by_those_it_names_and_no_others():
    raw = note("hello\n", LOG, OTHER)
    ours, theirs = read_key(LOG.vkey), read_key(OTHER.vkey)

    assert open_note(raw, [ours], "A note") == ("hello\n", [ours])
    assert open_note(raw, [ours, theirs], "A note")[1] == [ours, theirs]
    assert open_note(raw, [], "A note")[1] == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello\n",
        note("hello\n", LOG)[:-1],
        note("hello\n", LOG) + b"x",
        b"hello\n\n",
        b"hello\n\n- log AAAAAAAA\n",
        "hello\n\n— log AA\n".encode(),
        b"hello\x00\n\n",
        b"\xff\n\n",
        b"x" * 1_000_001,
    ],
)
def test_what_is_no_signed_note_is_refused(raw):
    with pytest.raises(Unsafe):
        open_note(raw, [read_key(LOG.vkey)], "A note")


NUMBERS = [
    *(0, -1, 2**53 - 1, 0.5, -0.25, 1e-5, 1e-6, 1e-7, -1.5e-9, 123456789.125, 1e20, 1e21, 1.5e300),
    *(
        5e-324,
        1.7976931348623157e308,
        0.1 + 0.2,
        333333333.3333333,
        1e-6 / 3,
        4.35,
        1e16,
        1e15 + 0.5,
    ),
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_written_as_the_norm_has_them(number):
    assert canonical(number).encode() == rfc8785.dumps(number)


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\ufb33": 2, "a": [True, False, None], "": {}},
        '\x00\x1f\x7f\u2028"\\/\b\t\n\f\ré€\U0001f600',
        [[], {}, [[]]],
    ],
)
def test_texts_and_names_are_written_as_the_norm_has_them(value):
    raw = rfc8785.dumps(value)

    assert canonical(value).encode() == raw
    assert read_json(raw, "A file") == value


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b"[1, 2]",
        b"NaN",
        b"-Infinity",
        b"1e400",
        b"-0",
        b"1.0",
        b"1E5",
        b"9007199254740993",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b"",
        b"1 ",
        b"[" * 100_000,
    ],
)
def test_json_with_more_than_one_reading_is_refused(raw):
    with pytest.raises(Unsafe):
        read_json(raw, "A file")


@pytest.mark.parametrize("text", ["AA=", "AB==", "AA==\n", " AA==", "A-==", "A", "AAA=A", "ä"])
def test_base64_in_another_spelling_is_refused(text):
    with pytest.raises(Unsafe):
        from_base64(text, "A value")
