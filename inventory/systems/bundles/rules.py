"""A release bundle as a value: its digest, its leaves, and what it calls the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from governance.common.canonical import canonical_bytes, digest

Leaf = str | int | bool
Path = tuple[str, ...]
ALL_PROMPTS = "all"  # the name of the prompts where only one digest is given for them
OLDER = frozenset({"provider", "model_id", "region", "prompt_sha256"})
# Providers that serve weights of one's own: there the digest of the weights is part of the id.
LOCAL = frozenset({"ollama", "local_ollama", "vllm", "local", "llama_cpp", "tgi", "lm_studio"})
AZURE = frozenset({"azure", "azure_openai", "azure_open_ai", "azure_ai_foundry"})
HUGGING_FACE = frozenset({"huggingface", "hugging_face", "hf"})


@dataclass(frozen=True)
class Bundle:
    """Everything that decides what a version does, as one document that never changes.

    `document` is what the digest covers; `older` says that it has the four flat fields that
    bundles had at first.
    """

    document: Mapping[str, Any]
    older: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Bundle":
        """Return a stored document as a bundle, of the first shape too."""
        return cls(stored, older=set(stored) == OLDER)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical bytes (RFC 8785)."""
        return digest(self.document)

    @property
    def canonical(self) -> bytes:
        """Return the bytes that the digest is taken of."""
        return canonical_bytes(self.document)

    @cached_property
    def shape(self) -> Mapping[str, Any]:
        """Return the document as bundles are written now, whatever shape it is stored in."""
        if not self.older:
            return self.document
        return flat(**{name: str(self.document[name]) for name in OLDER})

    @cached_property
    def older_digest(self) -> str:
        """Return the digest that the same facts had in the first shape; empty when it has none."""
        known = {"provider", "model_id", "deployment", "prompts"}
        deployment, prompts = self.part("deployment"), self.part("prompts")
        inner = set(deployment) <= {"region"} and set(prompts) <= {ALL_PROMPTS}
        if not (set(self.shape) <= known and inner):
            return ""
        fields = {
            "provider": self.provider,
            "model_id": self.model_id,
            "region": self.region,
            "prompt_sha256": str(prompts.get(ALL_PROMPTS, "")),
        }
        return digest(fields)

    def part(self, name: str) -> Mapping[str, Any]:
        """Return a group of the document; empty when it is not there."""
        found: Mapping[str, Any] = self.shape.get(name) or {}
        return found

    @property
    def provider(self) -> str:
        """Return who provides the model, as it was written."""
        return str(self.shape.get("provider", ""))

    @property
    def model_id(self) -> str:
        """Return what the provider calls the model, as it was written."""
        return str(self.shape.get("model_id", ""))

    @property
    def region(self) -> str:
        """Return where it is served."""
        return str(self.part("deployment").get("region", ""))

    @property
    def examples(self) -> int | None:
        """Return how many few-shot examples there are; None when it does not say."""
        count = self.part("few_shot").get("examples")
        return count if isinstance(count, int) else None

    @property
    def prompt_sha256(self) -> str:
        """Return one digest for all prompts: the only one's own, else that of their names."""
        prompts = self.part("prompts")
        if len(prompts) == 1:
            return str(next(iter(prompts.values())))
        return digest(dict(prompts)) if prompts else ""

    @cached_property
    def exact_id(self) -> str:
        """Return the model id with what fixes it, as the table of model ids reads it.

        On Azure the version and what becomes of it, on Hugging Face the revision, on a server
        of one's own the digest of the weights, at a gateway that resolved ids are recorded.
        """
        deployment, name = self.part("deployment"), self.model_id
        key = "_".join(self.provider.casefold().replace("-", " ").split())
        version = deployment.get("model_version")
        if version and key in AZURE and ";" not in name:
            option = deployment.get("version_upgrade_option")
            suffix = f";versionUpgradeOption={option}" if option else ""
            return f"{name};version={version}{suffix}"
        if version and key in HUGGING_FACE and "@" not in name:
            return f"{name}@{version}"
        if (weights := self.shape.get("weights_digest")) and key in LOCAL and "@" not in name:
            return f"{name}@sha256:{weights}"
        recorded = deployment.get("resolved_id") and ";" not in name
        return f"{name};resolvedId=recorded" if recorded else name

    @cached_property
    def leaves(self) -> dict[Path, Leaf]:
        """Return every value with its path, in the order of the paths."""
        return dict(sorted(_leaves(self.shape, ())))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Leaf]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, (*path, name))
    elif isinstance(value, list):
        yield path, ", ".join(str(one) for one in value)
    elif value is not None:
        yield path, value


def flat(
    provider: str = "", model_id: str = "", region: str = "", prompt_sha256: str = ""
) -> dict[str, Any]:
    """Return the document of four fields that a short form or a caller gives."""
    document: dict[str, Any] = {"provider": provider, "model_id": model_id}
    if region:
        document["deployment"] = {"region": region}
    if prompt_sha256:
        document["prompts"] = {ALL_PROMPTS: prompt_sha256}
    return document
