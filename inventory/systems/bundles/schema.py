"""What a bundle may say, and reading one: all faults at once, empties left out, texts hashed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from inventory.systems.bundles.kinds import (
    Free,
    Group,
    Hashed,
    Kind,
    Named,
    Reading,
    Setting,
    Sha256,
    Text,
    Whole,
    sha256_of,
)
from inventory.systems.bundles.problems import BundleError, Problem
from inventory.systems.bundles.reading import pairs_of
from inventory.systems.bundles.rules import Bundle

MOST_BYTES = 200_000  # of the document, without texts
MOST_ID = 300  # characters of the model id with its version, revision or hash
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
ADDRESS = re.compile(r"https?://\S+")
LINE = Text()

SCHEMA: dict[str, Kind] = {
    "provider": Text(40),
    "model_id": LINE,
    "deployment": Group(
        {
            "id": LINE,
            "region": Text(60),
            "endpoint": Text(500, ADDRESS, "an address that begins with https://"),
            "model_version": Text(100),
            "version_upgrade_option": Text(100),
            "resolved_id": Text(20, re.compile("recorded"), "recorded, or left out"),
        }
    ),
    "weights_digest": Sha256(),
    "provider_fingerprint": LINE,
    "prompts": Named(Hashed("prompts")),
    "tools": Named(Hashed("tools", takes_schema=True)),
    "retrieval": Group({"corpus": LINE, "snapshot": LINE, "embedding_model": LINE}),
    "few_shot": Group({"library": LINE, "version": Text(100), "examples": Whole()}),
    "parameters": Named(Setting()),
    "guardrails": Free(5),
    "graph": Group({"ref": LINE, "version": Text(100), "digest": Sha256()}),
    "code_commit": Text(64, COMMIT, "a whole commit: 40 or 64 small hexadecimal digits"),
    "container_digest": Sha256(),
}
REQUIRED = {"provider": "Say who provides the model.", "model_id": "Say which model runs."}


@dataclass(frozen=True)
class Checked:
    """A bundle that was read, and the texts whose digests stand in it."""

    bundle: Bundle
    texts: dict[str, dict[str, str]]  # prompts, tools → name → text


def check(value: Any, texts: Mapping[str, Mapping[str, str]] | None = None) -> Checked:
    """Return the bundle that a value says; `texts` are those of digests that it gives.

    Empty values are left out, so that they do not tell two equal bundles apart. Raises
    BundleError with every fault.
    """
    reading = Reading()
    document = Group(SCHEMA).read(value, (), reading) or {}
    if value is None or pairs_of(value) is not None:
        _require(value, document, reading)
    _endpoint(document, reading)
    if not isinstance(document.get("guardrails", {}), dict):
        reading.fault(("guardrails",), "This must be a mapping of names to values.")
    _texts(texts or {}, document, reading)
    reading.faults.refuse()
    bundle = Bundle(document)
    if len(bundle.canonical) > MOST_BYTES:
        raise BundleError([Problem("", f"The bundle has more than {MOST_BYTES:,} bytes.")])
    if len(bundle.exact_id) > MOST_ID:
        words = f"With what fixes it, it has more than {MOST_ID} characters."
        raise BundleError([Problem("model_id", words, ("model_id",))])
    return Checked(bundle, reading.texts)


def _require(value: Any, document: dict[str, Any], reading: Reading) -> None:
    told = {problem.path for problem in reading.faults.found}
    for name, words in REQUIRED.items():
        if name not in document and name not in told:
            reading.fault((name,), words)


def _endpoint(document: dict[str, Any], reading: Reading) -> None:
    """Refuse an address that carries a secret: who reads the bundle would have it."""
    address = (document.get("deployment") or {}).get("endpoint", "")
    try:
        parts = urlsplit(address)
        if parts.username or parts.password or parts.query:
            words = "Leave user, password and query out of the address."
            reading.fault(("deployment", "endpoint"), words)
    except ValueError:
        reading.fault(("deployment", "endpoint"), "This is no address.")


def _texts(
    given: Mapping[str, Mapping[str, str]], document: dict[str, Any], reading: Reading
) -> None:
    """Keep texts that come beside the document; each must have the digest that stands in it."""
    for store, named in given.items():
        for name, text in named.items():
            if (document.get(store) or {}).get(name) != sha256_of(text):
                words = "The text that came with it has another digest."
                reading.fault((store, name), words)
            else:
                reading.texts.setdefault(store, {})[name] = text
