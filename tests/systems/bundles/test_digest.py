"""The digest: one for equal bundles in any order, another for any character that differs."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.common.canonical import digest
from inventory.systems.bundles.rules import Bundle, flat
from inventory.systems.bundles.schema import check
from tests.systems.bundles.examples import SHA, WHOLE, a_bundle

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
)
settings_of = st.one_of(words, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans())
bundles = st.fixed_dictionaries(
    {"provider": words, "model_id": words},
    optional={
        "prompts": st.dictionaries(words, st.just(SHA), max_size=5),
        "parameters": st.dictionaries(words, settings_of, max_size=5),
        "guardrails": st.dictionaries(words, st.dictionaries(words, settings_of), max_size=4),
    },
)


def turned(value: Any) -> Any:
    """Return the same mapping with its names the other way round, all the way down."""
    if isinstance(value, dict):
        return {name: turned(one) for name, one in reversed(value.items())}
    return value


@given(bundles)
def test_the_order_of_names_moves_no_digest(value):
    assert check(turned(value)).bundle.digest == check(value).bundle.digest


@given(bundles)
def test_what_was_checked_once_reads_the_same_again(value):
    kept = check(value).bundle

    assert check(json.loads(kept.canonical)).bundle.digest == kept.digest


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50), st.data())
def test_one_character_of_a_prompt_moves_the_digest(text, data):
    at = data.draw(st.integers(0, len(text)))
    other = text[:at] + data.draw(st.sampled_from("xé\n 😀")) + text[at:]
    one, two = (
        check({"provider": "p", "model_id": "m", "prompts": {"system": {"text": t}}}).bundle
        for t in (text, other)
    )

    assert one.digest != two.digest


@given(bundles, bundles)
def test_two_bundles_have_one_digest_only_when_they_say_the_same(one, other):
    first, second = check(one).bundle, check(other).bundle

    assert (first.digest == second.digest) == (first.document == second.document)


def test_a_decimal_and_a_truth_are_not_the_text_that_looks_like_them():
    values = ["1", 1, True, "true"]
    found = {check(a_bundle(parameters={"n": value})).bundle.digest for value in values}

    assert len(found) == 4


def test_the_digest_is_that_of_the_canonical_bytes():
    bundle = check(WHOLE).bundle

    assert hashlib.sha256(bundle.canonical).hexdigest() == bundle.digest == digest(WHOLE)


def test_a_bundle_of_the_first_shape_keeps_its_digest_and_reads_like_a_new_one():
    stored = {"provider": "x", "model_id": "y", "region": "eu", "prompt_sha256": SHA}
    older, newer = Bundle.of(stored), Bundle.of(flat(**stored))

    assert older.digest == digest(stored) == newer.older_digest
    assert older.leaves == newer.leaves
    assert older.region == "eu"


def test_a_bundle_that_says_more_had_no_digest_in_the_first_shape():
    assert check(WHOLE).bundle.older_digest == ""


@pytest.mark.parametrize(
    ("over", "exact"),
    [
        ({}, "gpt-4o-2024-08-06"),
        (
            {
                "provider": "azure_openai",
                "model_id": "gpt-4.1",
                "deployment": {
                    "model_version": "2025-04-14",
                    "version_upgrade_option": "NoAutoUpgrade",
                },
            },
            "gpt-4.1;version=2025-04-14;versionUpgradeOption=NoAutoUpgrade",
        ),
        (
            {
                "provider": "Hugging Face",
                "model_id": "a/b",
                "deployment": {"model_version": "c" * 40},
            },
            f"a/b@{'c' * 40}",
        ),
        (
            {"provider": "ollama", "model_id": "llama3.1:8b", "weights_digest": SHA},
            f"llama3.1:8b@sha256:{SHA}",
        ),
        (
            {
                "provider": "gateway",
                "model_id": "x/y-2025-01-01",
                "deployment": {"resolved_id": "recorded"},
            },
            "x/y-2025-01-01;resolvedId=recorded",
        ),
    ],
)
def test_the_exact_id_says_what_fixes_the_model(over, exact):
    assert check(a_bundle(**over)).bundle.exact_id == exact
