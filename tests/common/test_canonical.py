"""RFC 8785: the vectors of the RFC and its authors, and what must be refused."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from governance.common.canonical import canonical_bytes, digest

LETTERS = st.text() | st.sampled_from(["\ud800", "a\udfff"])  # half a letter, too
SAYABLE = st.none() | st.booleans() | st.integers() | st.floats() | LETTERS
VALUES = st.recursive(
    SAYABLE | st.binary(max_size=2),
    lambda one: st.lists(one) | st.tuples(one) | st.dictionaries(LETTERS | st.integers(), one),
    max_leaves=20,
)
VECTORS = [
    # keys go by UTF-16 unit: the smiley (D83D DE02) stands before U+FB33 (RFC 8785, 3.2.3)
    (
        '{"\\u20ac":"Euro Sign","\\r":"Carriage Return",'
        '"\\ufb33":"Hebrew Letter Dalet With Dagesh",'
        '"1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control",'
        '"\\u00f6":"Latin Small Letter O With Diaeresis"}',
        '{"\\r":"Carriage Return","1":"One","\x80":"Control",'
        '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",'
        '"😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
    (
        '{"\\u20ac":"Euro Sign","1":"One","\\u0080":"Control\\u007f","\\ud83d\\ude02":"Smiley",'
        '"\\u00f6":"Latin Small Letter O With Diaeresis",'
        '"\\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}',
        '{"1":"One","</script>":"Browser Challenge","\x80":"Control\x7f",'
        '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley",'
        '"\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
    (
        '{"1":{"f":{"f":"hi","F":5},"\\n":56.0},"10":{},"":"empty","a":{},"111":[{}],"A":{}}',
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
    ),
    (
        '{"peach":"This sorting order","péché":"is wrong according to French",'
        '"pêche":"but canonicalization MUST","sin":"ignore locale"}',
        '{"peach":"This sorting order","péché":"is wrong according to French",'
        '"pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ),
    ('[56,{"d":true,"10":null,"1":[]}]', '[56,{"1":[],"10":null,"d":true}]'),
    ('{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    (
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
        '"literals":[null,true,false]}',
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
]


@pytest.mark.parametrize(("given", "expected"), VECTORS)
def test_canonical_bytes_are_those_of_the_rfc(given, expected):
    assert canonical_bytes(json.loads(given)) == expected.encode()


def test_keys_go_by_utf_16_unit_where_sorting_in_python_goes_by_code_point():
    value = {"\ufb33": 1, "\U0001f600": 2}

    assert canonical_bytes(value) == '{"\U0001f600":2,"\ufb33":1}'.encode()
    assert sorted(value) == ["\ufb33", "\U0001f600"]


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        2**53,
        -(2**53),
        {1: "a key that is not text"},
        "\ud800",
        {"\udfff": 1},
        {"set": {1}},
        b"bytes",
    ],
)
def test_what_json_cannot_say_exactly_is_refused(value):
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeError)):
        canonical_bytes(value)


def outcome(write, value):
    """Return the bytes, or the kind of error."""
    try:
        return write(value)
    except ValueError as error:
        return type(error)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
@example(["\ud800", 2**53])  # two reasons to refuse: the library's first one is told
def test_every_value_is_written_or_refused_as_the_library_does(value):
    assert outcome(canonical_bytes, value) == outcome(rfc8785.dumps, value)


def test_the_largest_safe_integers_are_kept():
    assert canonical_bytes([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


def test_composed_and_decomposed_letters_stay_two_values():
    assert digest("\u00c5") != digest("A\u030a")


def test_the_digest_is_the_sha_256_of_the_bytes():
    assert digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()
