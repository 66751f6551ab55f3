"""To which family a model id belongs, for every provider that has a table."""

import pytest

from inventory.systems.bundles.families import family, provider_key

HASH = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("provider", "model_id", "expected"),
    [
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("OpenAI", "gpt-4o", "gpt-4o"),
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai", "gpt-4-0613", "gpt-4"),
        ("openai", "gpt-4-1106-preview", "gpt-4-preview"),
        ("openai", "chatgpt-4o-latest", "chatgpt-4o"),
        ("openai", "ft:gpt-4o-2024-08-06:halden::abc", "ft:gpt-4o:halden"),
        ("openai", "ft:gpt-4o-2024-08-06:halden::xyz", "ft:gpt-4o:halden"),
        ("azure", "gpt-4.1;version=2025-04-14;versionUpgradeOption=NoAutoUpgrade", "gpt-4.1"),
        ("anthropic", "claude-opus-4-20250514", "claude-opus-4"),
        ("anthropic", "claude-opus-4-0", "claude-opus-4"),
        ("anthropic", "claude-3-7-sonnet-latest", "claude-3-7-sonnet"),
        ("anthropic", "claude-opus-4-6", "claude-opus-4-6"),
        ("google", "gemini-1.5-pro-002", "gemini-1.5-pro"),
        ("gemini_api", "gemini-2.5-pro", "gemini-2.5-pro"),
        ("vertex_ai", "claude-3-haiku@20240307", "claude-3-haiku"),
        ("vertex_ai", "textembedding-gecko@003", "textembedding-gecko"),
        ("bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku"),
        ("bedrock", "eu.anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku"),
        ("bedrock", "amazon.titan-text-express-v1", "amazon.titan-text-express"),
        ("mistral", "mistral-large-2411", "mistral-large"),
        ("cohere", "command-r-plus-08-2024", "command-r-plus"),
        ("huggingface", f"org/model@{'c' * 40}", "org/model"),
        ("huggingface", "org/model@main", "org/model"),
        ("ollama", f"llama3.1:8b@{HASH}", "llama3.1:8b"),
        ("ollama", "llama3.1:70b", "llama3.1:70b"),
        ("our own", f"triage@{HASH}", "triage"),
        ("our own", "triage-7", "triage-7"),
    ],
)
def test_the_stamp_of_a_snapshot_is_no_part_of_the_family(provider, model_id, expected):
    assert family(provider, model_id) == expected


def test_providers_are_known_by_any_of_their_names():
    assert provider_key("Amazon Bedrock") == provider_key("aws") == "aws_bedrock"
    assert provider_key("Kelda AI") == "kelda_ai"
