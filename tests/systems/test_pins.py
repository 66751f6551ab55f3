"""Pinned or floating: the rules against everything the table knows, and what would do instead."""

import re
from dataclasses import replace
from fnmatch import translate

import pytest

from inventory.systems.pins.published import document, pin_table
from inventory.systems.pins.rules import OwnRule, Pin, PinRule, PinState, classify_pin

SHA = "sha256:" + "a" * 64
COMMIT = "c" * 40


def pin_of(provider: str, model_id: str) -> Pin:
    """Return what the published table says, as on the day it was checked."""
    return classify_pin(provider, model_id, replace(pin_table(), today="2026-11-22"))


@pytest.mark.parametrize(
    "example", document()["examples"], ids=lambda row: f"{row['provider']} {row['id']}"
)
def test_every_published_example_is_told_apart(example):
    assert pin_of(example["provider"], example["id"]).state == example["label"]


def test_there_are_enough_examples_and_each_provider_has_some():
    examples = document()["examples"]

    assert len({(row["provider"], row["id"]) for row in examples}) == len(examples) >= 120
    assert {row["provider"] for row in examples} >= set(pin_table().providers) - {"gateway"}


AZURE = "gpt-4.1;version=2025-04-14;versionUpgradeOption="
# Each row of the policy about model ids: what is pinned, and what floats.
POLICY = [
    ("openai", "gpt-4o-2024-08-06", "pinned"),
    ("openai", "ft:gpt-4o-2024-08-06:halden::abc", "pinned"),
    ("openai", "ft:gpt-4o:halden::abc", "floating"),
    ("openai", "gpt-4o", "floating"),
    ("openai", "gpt-4o-latest", "floating"),
    ("openai", "chatgpt-4o-latest", "floating"),
    ("azure_openai", AZURE + "NoAutoUpgrade", "pinned"),
    ("azure_openai", AZURE + "OnceNewDefaultVersionAvailable", "floating"),
    ("azure_openai", AZURE + "OnceCurrentVersionExpired", "until_retirement"),
    ("azure_openai", "gpt-4.1;version=2025-04-14", "floating"),
    ("azure_openai", "gpt-4.1", "floating"),
    ("anthropic", "claude-3-haiku-20240307", "pinned"),
    ("anthropic", "claude-opus-4-6", "pinned"),
    ("anthropic", "claude-3-7-sonnet-latest", "floating"),
    ("anthropic", "claude-opus-4-0", "floating"),
    ("bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "pinned"),
    ("bedrock", "amazon.titan-text-express-v1", "pinned"),
    ("bedrock", "agent-alias:ABC/DEF", "floating"),
    ("google", "gemini-1.5-pro-002", "pinned"),
    ("google", "gemini-2.5-pro-preview-05-2025", "pinned"),
    ("google", "gemini-flash-latest", "floating"),
    ("google", "gemini-pro", "floating"),
    ("huggingface", f"org/model@{COMMIT}", "pinned"),
    ("huggingface", "org/model@main", "floating"),
    ("huggingface", "org/model@v1.0", "floating"),
    ("huggingface", "org/model", "floating"),
    ("ollama", f"llama3.1:8b@{SHA}", "pinned"),
    ("ollama", "llama3.1:8b", "floating"),
    ("vLLM", f"llama@{SHA}", "pinned"),
    ("vLLM", "llama:8b", "floating"),
    ("local", "llama", "floating"),
    ("openrouter", "auto", "floating"),
    ("gateway", "openrouter/auto", "floating"),
    ("gateway", "auto;resolvedId=recorded", "floating"),
    ("gateway", "openai/gpt-4o-2024-08-06;resolvedId=recorded", "pinned"),
    ("gateway", "openai/gpt-4o;resolvedId=recorded", "floating"),
    ("gateway", "openai/gpt-4o-2024-08-06", "unknown"),
]


@pytest.mark.parametrize(("provider", "model_id", "state"), POLICY)
def test_every_row_of_the_policy_holds(provider, model_id, state):
    assert pin_of(provider, model_id).state == state


@pytest.mark.parametrize(
    ("provider", "model_id", "state"),
    [
        ("OpenAI", "gpt-4o", "floating"),
        ("openai", " gpt-4o-2024-08-06\n", "pinned"),
        ("Amazon Bedrock", "anthropic.claude-v2", "pinned"),
        ("Hugging Face", "org/model@main", "floating"),
        ("our own", f"triage@{SHA}", "pinned"),
        ("our own", "triage-latest", "floating"),
    ],
)
def test_spellings_of_providers_and_the_shapes_of_ids(provider, model_id, state):
    assert pin_of(provider, model_id).state == state


def test_fixed_until_retirement_counts_as_fixed():
    assert pin_of("azure_openai", AZURE + "OnceCurrentVersionExpired").is_fixed


@pytest.mark.parametrize("provider", ["", "Kelda AI", "router"])
def test_an_unknown_provider_is_unknown_and_not_fixed(provider):
    pin = pin_of(provider, "gpt-4o-2024-08-06")

    assert pin.state == PinState.UNKNOWN
    assert not pin.is_fixed
    assert "provider" in pin.reason


def test_a_published_retirement_is_told():
    assert pin_of("openai", "gpt-4o-2024-11-20").retires_on == "2027-01-14"


def test_a_floating_id_comes_with_the_pinned_ones_of_its_family_that_still_run():
    pin = pin_of("openai", "gpt-4o")

    assert pin.alternatives == ("gpt-4o-2024-11-20",)  # that of May 2024 ended in October 2026
    assert "Pinned instead: gpt-4o-2024-11-20." in pin.words


def test_without_a_known_one_it_says_how_a_pinned_id_is_named():
    pin = pin_of("huggingface", "org/model")

    assert pin.alternatives == ()
    assert "40 hexadecimal digits" in pin.words


def test_a_pinned_id_comes_with_nothing_instead():
    pin = pin_of("openai", "gpt-4o-2024-11-20")

    assert (pin.alternatives, pin.how) == ((), "")
    assert pin.words == "Ends in an ISO date."


@pytest.mark.parametrize("provider", sorted(pin_table().providers))
def test_what_is_offered_instead_is_pinned_and_has_not_ended(provider):
    rows = [row for row in document()["examples"] if row["provider"] == provider]
    ended = {row["id"] for row in rows if row.get("retires", "9999") <= "2026-11-22"}
    for row in rows:
        for other in pin_of(provider, row["id"]).alternatives:
            assert pin_of(provider, other).state == "pinned"
            assert other not in ended


def own(provider: str, glob: str, state: str) -> OwnRule:
    return OwnRule(provider, PinRule(PinState(state), re.compile(translate(glob)), "We say so."))


@pytest.mark.parametrize(
    ("provider", "model_id", "state"),
    [
        ("Kelda AI", "triage-7-frozen", "pinned"),
        ("Other", "triage-7-frozen", "unknown"),
        ("Kelda AI", "triage-7", "unknown"),
        ("openai", "gpt-4o", "pinned"),
        ("Kelda AI", "triage-7-frozen-latest", "floating"),
    ],
)
def test_our_own_rows_come_after_those_for_any_provider_and_before_its_own(
    provider, model_id, state
):
    rows = (own("kelda_ai", "triage-*-frozen*", "pinned"), own("openai", "gpt-4?", "pinned"))

    assert classify_pin(provider, model_id, replace(pin_table(), own=rows)).state == state


def test_a_row_for_any_provider_holds_for_each():
    table = replace(pin_table(), own=(own("", "house-*", "floating"),))

    assert classify_pin("openai", "house-1-2024-08-06", table).state == "floating"
    assert classify_pin("Kelda AI", "house-1", table).state == "floating"
