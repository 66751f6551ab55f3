"""What a bundle may say: every fault is named with its path, and all of them at once."""

import hashlib

import pytest

from inventory.systems.bundles.problems import BundleError
from inventory.systems.bundles.reading import read_json, read_yaml
from inventory.systems.bundles.schema import MOST_BYTES, check
from tests.systems.bundles.examples import COMMIT, SHA, WHOLE, a_bundle

LEAST = {"provider": "openai", "model_id": "gpt-4o-2024-08-06"}


def faults(value, texts=None) -> dict[str, str]:
    with pytest.raises(BundleError) as caught:
        check(value, texts)
    return {problem.path: problem.words for problem in caught.value.problems}


def test_a_whole_bundle_is_kept_as_it_is():
    assert check(WHOLE).bundle.document == WHOLE


def test_provider_and_model_are_asked_for():
    assert set(faults({})) == {"provider", "model_id"}


def test_all_faults_are_told_at_once():
    found = faults(a_bundle(colour="red", code_commit="abc", parameters={"top_p": 0.9}))

    assert set(found) == {"colour", "code_commit", "parameters.top_p"}


@pytest.mark.parametrize(
    ("over", "path", "words"),
    [
        ({"colour": "red"}, "colour", "Nothing is called that here"),
        ({"deployment": {"zone": "x"}}, "deployment.zone", "Nothing is called that"),
        ({"provider": 5}, "provider", "quotes"),
        ({"model_id": " gpt-4o"}, "model_id", "space"),
        ({"model_id": "gpt\n4o"}, "model_id", "cannot be printed"),
        ({"model_id": "x" * 301}, "model_id", "301 characters"),
        ({"provider": "open\ud800ai"}, "provider", "surrogate"),
        ({"provider": "open\0ai"}, "provider", "null character"),
        ({"prompts": {"system": "abc"}}, "prompts.system", "no SHA-256"),
        ({"prompts": {"system": SHA + "a"}}, "prompts.system", "no SHA-256"),
        ({"prompts": {" x": SHA}}, 'prompts[" x"]', "space"),
        ({"prompts": {5: SHA}}, "prompts", "not text"),
        ({"prompts": [SHA]}, "prompts", "mapping"),
        ({"prompts": {"system": {"file": "x"}}}, "prompts.system.file", "Nothing is called"),
        ({"prompts": {"system": {}}}, "prompts.system", "Give its text"),
        ({"weights_digest": 5}, "weights_digest", "quotes"),
        ({"weights_digest": "g" * 64}, "weights_digest", "no SHA-256"),
        ({"few_shot": {"examples": "40"}}, "few_shot.examples", "whole number"),
        ({"few_shot": {"examples": -1}}, "few_shot.examples", "whole number"),
        ({"few_shot": {"examples": True}}, "few_shot.examples", "whole number"),
        ({"parameters": {"temperature": 0.2}}, "parameters.temperature", 'like "0.2"'),
        ({"parameters": {"seed": 2**53}}, "parameters.seed", "too large"),
        ({"parameters": {"logit_bias": {"a": 1}}}, "parameters.logit_bias", "must be a text"),
        ({"guardrails": {"a": {"b": 0.5}}}, "guardrails.a.b", "decimal"),
        ({"guardrails": {"a": [{"b": [float("nan")]}]}}, "guardrails.a.0.b.0", "decimal"),
        ({"guardrails": "strict"}, "guardrails", "mapping"),
        ({"code_commit": "1234567"}, "code_commit", "whole commit"),
        ({"deployment": {"endpoint": "ftp://x"}}, "deployment.endpoint", "https://"),
        (
            {"deployment": {"endpoint": "https://me:secret@x.example"}},
            "deployment.endpoint",
            "Leave user",
        ),
        ({"deployment": {"endpoint": "https://x.example?key=1"}}, "deployment.endpoint", "query"),
    ],
)
def test_each_fault_is_named_with_its_path(over, path, words):
    found = faults(a_bundle(**over))

    assert list(found) == [path]
    assert words in found[path]


def test_a_name_that_stands_twice_is_a_fault_at_its_place():
    body = b'{"provider": "x", "model_id": "y", "prompts": {"a": "%s", "a": "%s"}}'
    sha = SHA.encode()

    assert faults(read_json(body % (sha, sha))) == {"prompts.a": "This name stands twice."}


def test_decimals_of_a_file_are_named_like_those_of_a_body():
    body = b"provider: x\nmodel_id: y\nparameters: {temperature: 0.2}\ncode_commit: 8e12345\n"

    assert set(faults(read_yaml(body))) == {"parameters.temperature", "code_commit"}


def test_too_deep_and_too_big_are_refused():
    deep: dict = {}
    for _ in range(9):
        deep = {"a": deep or "x"}

    assert "too deep" in str(faults(a_bundle(guardrails=deep)))
    names = {f"{'n' * 90}{number}": SHA for number in range(499)}
    over = a_bundle(prompts=names, tools=names, parameters={f"p{n}": "v" * 900 for n in range(200)})
    assert f"{MOST_BYTES:,} bytes" in faults(over)[""]
    assert "500 are the most" in faults(a_bundle(prompts=names | {"one more": SHA}))["prompts"]


@pytest.mark.parametrize("value", [None, 5, "text", [], [LEAST]])
def test_what_is_no_mapping_is_no_bundle(value):
    with pytest.raises(BundleError):
        check(value)


def test_empty_values_do_not_tell_two_bundles_apart():
    full = {**LEAST, "deployment": {"region": "", "id": None}, "prompts": {}, "guardrails": {}}

    assert check(full).bundle.digest == check(LEAST).bundle.digest


def test_digests_are_kept_in_one_spelling():
    spelled = {**LEAST, "container_digest": f"sha256:{'A' * 64}", "code_commit": COMMIT}

    assert check(spelled).bundle.document["container_digest"] == SHA


def test_a_prompt_given_as_text_is_hashed_and_its_text_kept_beside():
    text = "You rank claims.\nBe brief.\n"
    found = check({**LEAST, "prompts": {"system": {"text": text}}})

    sha = hashlib.sha256(text.encode()).hexdigest()
    assert found.bundle.document["prompts"] == {"system": sha}
    assert found.texts == {"prompts": {"system": text}}


def test_a_tool_given_as_a_schema_has_the_same_digest_in_any_order():
    one = {"type": "object", "properties": {"id": {"type": "string"}}}
    other = dict(reversed(one.items()))
    found, again = (check({**LEAST, "tools": {"get": {"schema": s}}}) for s in (one, other))

    assert found.bundle.digest == again.bundle.digest
    assert '"properties"' in found.texts["tools"]["get"]


def test_a_text_with_another_digest_than_it_claims_is_refused():
    given = {**LEAST, "prompts": {"system": {"text": "Hello", "sha256": SHA}}}

    assert "another digest" in faults(given)["prompts.system.sha256"]
    given["prompts"] = {"system": SHA}
    assert "another digest" in faults(given, {"prompts": {"system": "Hello"}})["prompts.system"]
