"""Two bundles side by side: what changed, in groups, with the lines of prompts where there are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from itertools import islice

from inventory.systems.bundles.problems import dotted
from inventory.systems.bundles.rules import Bundle, Leaf, Path

Texts = Mapping[str, Mapping[str, str]]  # prompts, tools → name → text
CONTEXT = 3  # lines around a change
MOST_LINES = 2_000  # of one text that are compared line by line


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Line:
    """One line of a text diff: its sign is a space, - or +, or @ where lines are left out."""

    sign: str
    text: str


@dataclass(frozen=True)
class Change:
    """One value before and after; empty words where it was or is not there."""

    at: Path  # ("prompts", "system")
    path: str  # prompts.system
    label: str  # Prompt "system"
    was: str
    now: str
    kind: ChangeKind
    lines: tuple[Line, ...] = ()

    @property
    def is_same(self) -> bool:
        """Return whether nothing changed."""
        return self.kind == ChangeKind.SAME


@dataclass(frozen=True)
class Group:
    """Values that belong together: those that differ, and those that stay."""

    key: str  # behaviour, data, configuration or documents
    title: str
    changes: tuple[Change, ...]
    same: tuple[Change, ...]

    @property
    def count(self) -> int:
        """Return how many values changed."""
        return len(self.changes)


GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "behaviour": (
        "Behaviour",
        (
            *("provider", "model_id", "weights_digest", "provider_fingerprint"),
            *("prompts", "tools", "parameters", "guardrails", "graph"),
        ),
    ),
    "data": ("Data", ("retrieval", "few_shot", "training_data_ref")),
    "configuration": ("Configuration", ("deployment", "code_commit", "container_digest")),
    "documents": ("Documents", ("label", "notes", "provider_retires_on")),
}
WORDS: dict[Path, str] = {
    ("provider",): "Model provider",
    ("model_id",): "Model id",
    ("weights_digest",): "Weights (SHA-256)",
    ("provider_fingerprint",): "Provider's fingerprint",
    ("prompts", "all"): "Prompts",
    ("retrieval", "corpus"): "Retrieval corpus",
    ("retrieval", "snapshot"): "Snapshot of the corpus",
    ("retrieval", "embedding_model"): "Embedding model",
    ("few_shot", "library"): "Few-shot library",
    ("few_shot", "version"): "Version of the examples",
    ("few_shot", "examples"): "Number of examples",
    ("deployment", "id"): "Deployment",
    ("deployment", "region"): "Region",
    ("deployment", "endpoint"): "Endpoint",
    ("deployment", "model_version"): "Version of the deployed model",
    ("deployment", "version_upgrade_option"): "What happens when the version retires",
    ("deployment", "resolved_id"): "Resolved id of each response",
    ("graph", "ref"): "Execution graph",
    ("graph", "version"): "Version of the graph",
    ("graph", "digest"): "Graph (SHA-256)",
    ("code_commit",): "Code commit",
    ("container_digest",): "Container (SHA-256)",
    ("training_data_ref",): "Training data",
    ("label",): "Version",
    ("notes",): "What changes, and why",
    ("provider_retires_on",): "Ends at the provider",
}
NAMED = {
    "prompts": "Prompt",
    "tools": "Tool",
    "parameters": "Parameter",
    "guardrails": "Guardrail",
}


def label_of(path: Path) -> str:
    """Return what people call the value at a path."""
    if path in WORDS:
        return WORDS[path]
    word, names = NAMED.get(path[0], path[0]), dotted(path[1:])
    return f"{word} {names}" if names else word


def compare(
    before: Bundle | None,
    after: Bundle,
    texts_before: Texts | None = None,
    texts: Texts | None = None,
) -> tuple[Group, ...]:
    """Return two bundles side by side in the four groups; without a first, all is new."""
    old = before.leaves if before else {}
    return grouped(compare_leaves(old, after.leaves, texts_before or {}, texts or {}))


def compare_leaves(
    old: Mapping[Path, Leaf], new: Mapping[Path, Leaf], before: Texts, after: Texts
) -> list[Change]:
    """Return a change for each path of either side, in the order of the paths."""
    changes = []
    for path in sorted({**old, **new}):
        was, now = old.get(path), new.get(path)
        texts = _text(path, was, before), _text(path, now, after)
        changes.append(_change(path, was, now, texts))
    return changes


def grouped(changes: list[Change]) -> tuple[Group, ...]:
    """Return changes in the four groups, in the order of their parts."""
    return tuple(_group(key, changes) for key in GROUPS)


def _group(key: str, changes: list[Change]) -> Group:
    title, parts = GROUPS[key]
    mine = [change for part in parts for change in changes if change.at[0] == part]
    return Group(
        key,
        title,
        tuple(change for change in mine if not change.is_same),
        tuple(change for change in mine if change.is_same),
    )


def _change(
    path: Path, was: Leaf | None, now: Leaf | None, texts: tuple[str | None, str | None]
) -> Change:
    kind = ChangeKind.CHANGED
    if was == now and type(was) is type(now):
        kind = ChangeKind.SAME
    elif was is None:
        kind = ChangeKind.ADDED
    elif now is None:
        kind = ChangeKind.REMOVED
    lines: tuple[Line, ...] = ()
    if kind != ChangeKind.SAME and texts[0] is not None and texts[1] is not None:
        lines = tuple(text_diff(texts[0], texts[1]))
    return Change(path, dotted(path), label_of(path), _words(was), _words(now), kind, lines)


def _words(value: Leaf | None) -> str:
    """Return a value as it stands in JSON, texts without quotes."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)


def _text(path: Path, value: Leaf | None, texts: Texts) -> str | None:
    """Return the text behind a digest; empty where there is no digest, None where none is kept."""
    if value is None:
        return ""
    if len(path) != 2 or path[0] not in ("prompts", "tools"):
        return None
    return texts.get(path[0], {}).get(path[1])


def text_diff(old: str, new: str) -> Iterator[Line]:
    """Yield the lines that differ, with three around them; @ stands between the pieces."""
    was, now = (text.splitlines(keepends=True)[:MOST_LINES] for text in (old, new))
    pieces = islice(unified_diff(was, now, n=CONTEXT), 2, None)
    for number, line in enumerate(pieces):
        if line.startswith("@@"):
            if number:
                yield Line("@", "")
        else:
            yield Line(line[0], line[1:].rstrip("\r\n"))
