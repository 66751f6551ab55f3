"""The digest that bin/muster-gate computes is the one that Muster has."""

import importlib.util
import json
from importlib.machinery import SourceFileLoader

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.common.canonical import canonical_bytes
from inventory.systems.bundles.reading import read_json
from inventory.systems.bundles.schema import check
from tests.pipelines.asking import GATE, gate

loader = SourceFileLoader("muster_gate", str(GATE))
spec = importlib.util.spec_from_loader("muster_gate", loader)
muster_gate = importlib.util.module_from_spec(spec)
loader.exec_module(muster_gate)

FORBIDDEN = {"blacklist_categories": ("Cs",), "blacklist_characters": "\0"}
WORDS = st.text(st.characters(**FORBIDDEN), max_size=12)
LINES = st.text("abcXYZäß漢😀﷽-_.:/ 0", min_size=1, max_size=12).map(str.strip).filter(bool)
SAFE = st.integers(-(2**53 - 1), 2**53 - 1)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
SHA = st.one_of(HEX, HEX.map(str.upper), HEX.map("sha256:{}".format), st.none(), st.just(""))
SINGLE = st.one_of(WORDS, SAFE, st.booleans(), st.none())
FREE = st.recursive(
    SINGLE,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(LINES, inner, max_size=3)),
    max_leaves=8,
)
OPTIONAL = st.one_of(LINES, st.none(), st.just(""))
PROMPT = st.one_of(HEX, st.builds(lambda text: {"text": text}, WORDS))
TOOL = st.one_of(
    PROMPT,
    st.builds(
        lambda schema: {"schema": schema},
        st.dictionaries(LINES, FREE, min_size=1, max_size=3).map(lambda one: one | {"kind": "x"}),
    ),
)
SETTING = st.one_of(WORDS, SAFE, st.booleans(), st.none(), st.lists(WORDS, max_size=3))
BUNDLES = st.fixed_dictionaries(
    {"provider": LINES, "model_id": LINES},
    optional={
        "deployment": st.one_of(
            st.none(),
            st.fixed_dictionaries({}, optional={"id": OPTIONAL, "region": OPTIONAL}),
        ),
        "weights_digest": SHA,
        "provider_fingerprint": OPTIONAL,
        "prompts": st.one_of(st.none(), st.dictionaries(LINES, PROMPT, max_size=3)),
        "tools": st.dictionaries(LINES, TOOL, max_size=3),
        "retrieval": st.fixed_dictionaries(
            {}, optional={"corpus": OPTIONAL, "embedding_model": OPTIONAL}
        ),
        "few_shot": st.fixed_dictionaries(
            {}, optional={"library": OPTIONAL, "examples": st.integers(0, 9_999)}
        ),
        "parameters": st.dictionaries(LINES, SETTING, max_size=4),
        "guardrails": st.dictionaries(LINES, st.one_of(SINGLE, st.lists(SINGLE, max_size=3))),
        "graph": st.fixed_dictionaries({}, optional={"ref": OPTIONAL, "digest": SHA}),
        "code_commit": st.one_of(st.text("0123456789abcdef", min_size=40, max_size=40), st.none()),
        "container_digest": SHA,
    },
)


@settings(max_examples=400, deadline=None)
@given(BUNDLES)
def test_it_is_the_digest_of_the_server(bundle):
    raw = json.dumps(bundle).encode()

    assert muster_gate.bundle_digest(raw) == check(read_json(raw)).bundle.digest


@settings(max_examples=400, deadline=None)
@given(FREE)
def test_it_writes_json_as_rfc_8785_has_it(value):
    assert muster_gate.canonical(value).encode() == canonical_bytes(value)


def test_names_are_in_the_order_of_utf_16():
    value = {"€": 1, "\r": 2, "דּ": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}  # of RFC 8785, 3.2.3

    assert muster_gate.canonical(value).encode() == canonical_bytes(value)


def test_a_bundle_of_the_first_shape_keeps_its_digest():
    older = {"provider": "openai", "model_id": "gpt-4o", "region": "", "prompt_sha256": ""}
    raw = json.dumps(older).encode()

    from governance.common.canonical import digest

    assert muster_gate.bundle_digest(raw) == digest(older)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"provider": "a", "model_id": "b", "parameters": {"t": 0.2}}', "decimal number 0.2"),
        ('{"provider": "a", "model_id": "b", "parameters": {"t": 1e3}}', "decimal number 1e3"),
        ('{"provider": "a", "provider": "b"}', "a name twice"),
        ('{"provider": "a", "model_id": "b", "parameters": {"t": 9007199254740992}}', "too large"),
        ('{"provider": "a", "model_id": "b", "colour": "red"}', "nothing called 'colour'"),
        ('{"provider": "a", "weights_digest": "abc"}', "no SHA-256"),
        ('{"prompts": {"a": {"text": "x", "sha256": "' + "ab" * 32 + '"}}}', "another digest"),
        ("[]", "no JSON object"),
        ("{", "not JSON"),
    ],
)
def test_a_bundle_that_has_no_digest_is_not_guessed_at(tmp_path, text, words):
    (tmp_path / "bundle.json").write_text(text)
    ran = gate("--bundle", str(tmp_path / "bundle.json"), "--print-digest")

    assert ran.code == 2
    assert words in ran.out


def test_it_prints_the_digest_of_a_file(tmp_path):
    path = tmp_path / "bundle.json"
    path.write_text('{"model_id": "gpt-4o-2024-08-06", "provider": "openai"}')
    digest = check(read_json(path.read_bytes())).bundle.digest

    assert gate("--bundle", str(path), "--print-digest").out == f"{digest}\n"
    assert gate("--bundle", str(path), "--digest", "ab" * 32, "--print-digest").code == 2
