"""A registered version of MLflow as a release bundle: what it says, and nothing made up. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
WEIGHTS = ("weights_digest", "weights_sha256", "model_sha256", "sha256")  # tags that people use
MOST_NAME, MOST_VALUE, MOST_LABEL = 80, 900, 40
OWN = "mlflow."  # tags of the registry itself


@dataclass(frozen=True)
class Registered:
    """One version of a registered model."""

    model: str
    number: str
    run_id: str = ""
    source: str = ""
    description: str = ""
    commit: str = ""  # of the run's code
    tags: Mapping[str, str] = field(default_factory=dict)


def label_of(found: Registered) -> str:
    """Return what its version is called here: the model's name and its number."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", found.model).strip("-") or "model"
    end = f"-{found.number}"
    return name[: MOST_LABEL - len(end)] + end


def weights_of(tags: Mapping[str, str]) -> str:
    """Return the digest of the weights, if a tag tells it; nothing is computed or guessed."""
    for name in WEIGHTS:
        if match := SHA256.fullmatch(tags.get(name, "").strip()):
            return match[1].lower()
    return ""


def bundle_of(found: Registered) -> dict[str, Any]:
    """Return the release bundle of a registered version."""
    said = {"mlflow.source": found.source} | {
        f"mlflow.tag.{name}": value
        for name, value in sorted(found.tags.items())
        if not name.startswith(OWN)
    }
    bundle: dict[str, Any] = {
        "provider": "mlflow",
        "model_id": found.model,
        "deployment": {"id": found.run_id, "model_version": found.number},
        "parameters": {name: value for name, value in said.items() if _fits(name, value)},
        "weights_digest": weights_of(found.tags),
        "code_commit": found.commit if COMMIT.fullmatch(found.commit) else "",
    }
    return {name: value for name, value in bundle.items() if value}


def left_out(found: Registered) -> list[str]:
    """Return the tags that a bundle cannot hold: too long, or not to be printed."""
    tags = found.tags.items()
    return sorted(
        name
        for name, value in tags
        if not name.startswith(OWN) and value and not _fits(f"mlflow.tag.{name}", value)
    )


def notes_of(found: Registered) -> str:
    """Return what is told beside the bundle."""
    lines = [found.description.strip()] if found.description.strip() else []
    if out := left_out(found):
        lines.append(f"Tags that a bundle cannot hold were left out: {', '.join(out)}.")
    return "\n\n".join(lines)[:10_000]


def _fits(name: str, value: str) -> bool:
    is_name = name.isprintable() and name == name.strip() and len(name) <= MOST_NAME
    return bool(value) and is_name and len(value) <= MOST_VALUE and "\0" not in value
