"""A whole bundle, for tests of rules that need one."""

from copy import deepcopy
from typing import Any

SHA = "a" * 64
OTHER_SHA = "b" * 64
COMMIT = "c" * 40

WHOLE: dict[str, Any] = {
    "provider": "openai",
    "model_id": "gpt-4o-2024-08-06",
    "deployment": {"id": "triage-eu", "region": "eu-west-1", "endpoint": "https://llm.example/v1"},
    "provider_fingerprint": "fp_50cad350e4",
    "prompts": {"system": SHA},
    "tools": {"lookup": SHA},
    "retrieval": {"corpus": "claims", "snapshot": "2026-10-01", "embedding_model": "embed-3"},
    "few_shot": {"library": "triage", "version": "4", "examples": 40},
    "parameters": {"temperature": "0.2", "max_tokens": 512, "stop": ["END", "STOP"]},
    "guardrails": {"pii": {"mode": "mask", "threshold": "0.8"}},
    "graph": {"ref": "triage", "version": "7", "digest": SHA},
    "code_commit": COMMIT,
    "container_digest": SHA,
}


def a_bundle(**over: Any) -> dict[str, Any]:
    """Return a whole bundle; a group that is given is laid over the one that stands there."""
    found = deepcopy(WHOLE)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(found.get(name), dict)
        found[name] = {**found[name], **value} if both else value
    return found
