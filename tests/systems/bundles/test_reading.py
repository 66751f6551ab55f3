"""A file into plain values: JSON and YAML 1.2 alike, and what is refused."""

import pytest

from inventory.systems.bundles.problems import BundleError
from inventory.systems.bundles.reading import MOST_BYTES, Number, Pairs, read, read_json, read_yaml


def refusal(read_it, body: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        read_it(body)
    return str(caught.value)


def test_the_same_document_reads_alike_in_json_and_yaml():
    as_json = b'{"a": {"b": [1, true, null, "0.2"]}, "c": "x"}'
    as_yaml = b'a:\n  b: [1, true, ~, "0.2"]\nc: x\n'

    assert read_json(as_json) == read_yaml(as_yaml) == read_yaml(as_json)


def test_a_name_that_stands_twice_stays_visible():
    assert read_json(b'{"a": 1, "a": 2}') == Pairs([("a", 1), ("a", 2)])
    assert read_yaml(b"a: 1\na: 2") == Pairs([("a", 1), ("a", 2)])


@pytest.mark.parametrize("text", ["0.2", "1e3", "-1.5E-3", "1."])
def test_a_decimal_stays_as_it_was_written(text):
    (_, value) = read_yaml(f"a: {text}".encode())[0]

    assert isinstance(value, Number)
    assert value == text


def test_numbers_that_json_does_not_know_are_no_numbers():
    assert isinstance(read_json(b'{"a": NaN}')[0][1], Number)
    assert isinstance(read_yaml(b"a: .nan")[0][1], Number)
    assert isinstance(read_json(f'{{"a": {"9" * 5000}}}'.encode())[0][1], Number)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("2024-08-06", "2024-08-06"),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("True", True),
        ("~", None),
        ('"1"', "1"),
        ("1_000", "1_000"),
    ],
)
def test_words_are_those_of_yaml_1_2(text, value):
    assert read_yaml(f"a: {text}".encode()) == [("a", value)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"a: &x 1\nb: *x", "anchors and aliases"),
        (b"a: !!python/object:os.system x", "tags"),
        (b"a: 1\n---\nb: 2", "second document"),
        (b"? [a]\n: 1", "a name expected"),
        (b"a: [", "not YAML"),
        (b"a: \xff", "not UTF-8: byte 4"),
        (b"[" * 3000 + b"]" * 3000, "deeper than 20"),
        (b"x" * (MOST_BYTES + 1), "more than"),
    ],
)
def test_what_yaml_could_hide_is_refused_in_words(body, words):
    assert words in refusal(read_yaml, body)


def test_json_says_where_it_breaks_and_refuses_depth():
    assert "line 2, column 1" in refusal(read_json, b'{"a":\n')
    assert "deeper" in refusal(read_json, b"[" * 200_000)


def test_a_file_is_json_where_it_begins_like_it_and_yaml_otherwise():
    assert read(b'\xef\xbb\xbf {"a": 1}') == [("a", 1)]
    assert read(b"a: 1") == [("a", 1)]
    assert read(b"{a: 1}") == [("a", 1)]
    assert "not JSON" in refusal(read, b'{"a": 1,,}')
