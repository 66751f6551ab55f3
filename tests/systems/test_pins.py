"""Pinned or floating: the rules against everything the table knows."""

import pytest

from inventory.systems.pins.rules import PinState
from inventory.systems.pins.table import document, pin_of


@pytest.mark.parametrize(
    "example", document()["examples"], ids=lambda row: f"{row['provider']} {row['id']}"
)
def test_every_published_example_is_told_apart(example):
    assert pin_of(example["provider"], example["id"]).state == example["label"]


@pytest.mark.parametrize(
    ("provider", "model_id", "state"),
    [
        ("openai", "gpt-4o-latest", "floating"),
        ("openai", "chatgpt-4o-latest", "floating"),
        ("openai", "gpt-4o-2024-08-06", "pinned"),
        ("OpenAI", "gpt-4o", "floating"),
        ("openai", "ft:gpt-4o-2024-08-06:halden::abc", "pinned"),
        ("openai", " gpt-4o-2024-08-06\n", "pinned"),
        ("Amazon Bedrock", "anthropic.claude-v2", "pinned"),
        ("Hugging Face", "org/model@main", "floating"),
        ("ollama", "llama3.1@sha256:" + "a" * 64, "pinned"),
    ],
)
def test_spellings_of_providers_and_the_shapes_of_ids(provider, model_id, state):
    assert pin_of(provider, model_id).state == state


def test_fixed_until_retirement_is_a_state_of_its_own_and_counts_as_fixed():
    pin = pin_of(
        "azure_openai", "gpt-4.1;version=2025-04-14;versionUpgradeOption=OnceCurrentVersionExpired"
    )

    assert pin.state == PinState.UNTIL_RETIREMENT
    assert pin.is_fixed


@pytest.mark.parametrize("provider", ["", "Kelda AI", "router"])
def test_an_unknown_provider_is_unknown_and_not_fixed(provider):
    pin = pin_of(provider, "gpt-4o-2024-08-06")

    assert pin.state == PinState.UNKNOWN
    assert not pin.is_fixed
    assert "provider" in pin.reason


def test_a_published_retirement_is_told():
    assert pin_of("openai", "gpt-4o-2024-11-20").retires_on == "2027-01-14"


def test_a_content_hash_is_pinned_whoever_serves_it():
    assert pin_of("our own", f"triage@sha256:{'0' * 64}").state == PinState.PINNED
    assert pin_of("our own", "triage-latest").state == PinState.FLOATING
