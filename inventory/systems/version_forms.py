"""Forms of model versions: a bundle by its fields or pasted, and what stands beside it."""

from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.forms.boundfield import BoundField

from governance.common.forms import DayInput, RecordForm
from inventory.systems.bundles.problems import BundleError, Problem
from inventory.systems.bundles.reading import read, read_yaml
from inventory.systems.bundles.rules import Bundle
from inventory.systems.bundles.schema import check
from inventory.systems.fields import BESIDE_THE_BUNDLE
from inventory.systems.models import ModelVersion

LINES = {  # field → path in the bundle, label, hint
    "provider": (("provider",), "Model provider", "Like openai, aws_bedrock or your own."),
    "model_id": (("model_id",), "Model id", "Exactly as it is called, with its date or hash."),
    "region": (("deployment", "region"), "Region", "Where it is served, like eu-west-1."),
    "deployment_id": (("deployment", "id"), "Deployment", ""),
    "endpoint": (("deployment", "endpoint"), "Endpoint", "Without user, password and query."),
    "model_version": (
        ("deployment", "model_version"),
        "Version of the deployed model",
        "model.version on Azure, the commit on Hugging Face.",
    ),
    "version_upgrade_option": (
        ("deployment", "version_upgrade_option"),
        "What happens when the version retires",
        "versionUpgradeOption on Azure: NoAutoUpgrade keeps it pinned.",
    ),
    "weights_digest": (("weights_digest",), "SHA-256 of the weights", ""),
    "provider_fingerprint": (("provider_fingerprint",), "Provider's fingerprint", ""),
    "corpus": (("retrieval", "corpus"), "Retrieval corpus", ""),
    "snapshot": (("retrieval", "snapshot"), "Snapshot of the corpus", ""),
    "embedding_model": (("retrieval", "embedding_model"), "Embedding model", ""),
    "library": (("few_shot", "library"), "Few-shot library", ""),
    "library_version": (("few_shot", "version"), "Version of the examples", ""),
    "examples": (("few_shot", "examples"), "Number of examples", ""),
    "graph_ref": (("graph", "ref"), "Execution graph", ""),
    "graph_version": (("graph", "version"), "Version of the graph", ""),
    "graph_digest": (("graph", "digest"), "SHA-256 of the graph", ""),
    "code_commit": (("code_commit",), "Code commit", "All 40 or 64 digits."),
    "container_digest": (("container_digest",), "SHA-256 of the container", ""),
}
MAPPINGS = {
    "prompts": ("More prompts", "One a line, name: SHA-256; or name: {text: …}."),
    "tools": ("Tools", "One a line, name: SHA-256 of its schema; or name: {schema: …}."),
    "parameters": ("Parameters", 'One a line, like temperature: "0.2"; decimals in quotes.'),
    "guardrails": ("Guardrails", "One a line, name: value; further in, indented."),
}
PROMPT = "system"  # the name of the prompt that has a field of its own
USUAL = ("label", "provider", "model_id", "region", "prompt_text", "notes")
BESIDE = tuple(field.name for field in BESIDE_THE_BUNDLE)


def _area(label: str, hint: str, rows: int = 3, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "mono"})
    return forms.CharField(
        label=label, help_text=hint, required=False, widget=widget, strip=False, **options
    )


class BundleForm(forms.Form):
    """A new version: the usual fields, all others, or a document that is pasted."""

    label = forms.CharField(label="Version", help_text="Like 3.2.1.", max_length=40)
    prompt_text = _area(
        "System prompt", "Its text is kept, and its SHA-256 decides the version.", 6
    )
    notes = forms.CharField(
        label="What changes, and why", required=False, max_length=10_000, widget=forms.Textarea
    )
    prompt_sha256 = forms.CharField(
        label="SHA-256 of the prompts",
        help_text="Where the text stays elsewhere; 64 hexadecimal digits.",
        required=False,
    )
    training_data_ref = forms.CharField(
        label="Training data",
        help_text="Where the data it was trained on is described.",
        required=False,
        max_length=500,
    )
    provider_retires_on = forms.DateField(
        label="Ends at the provider",
        help_text="Empty: the day that was published.",
        required=False,
        widget=DayInput(),
    )
    document = _area(
        "The whole bundle as YAML or JSON", "What is pasted here counts instead of the fields.", 12
    )

    def __init__(self, *args: Any, start: ModelVersion | None = None, **kwargs: Any) -> None:
        if start is not None:
            kwargs["initial"] = prefilled(start)
        super().__init__(*args, **kwargs)
        for name, (_path, label, hint) in LINES.items():
            self.fields[name] = forms.CharField(label=label, help_text=hint, required=False)
        for name, (label, hint) in MAPPINGS.items():
            self.fields[name] = _area(label, hint)

    @property
    def usual(self) -> list[BoundField]:
        """Return the fields that most versions need."""
        return [self[name] for name in USUAL]

    @property
    def more(self) -> list[BoundField]:
        """Return all other fields of the bundle, and what stands beside it."""
        return [self[name] for name in self.fields if name not in (*USUAL, "document")]

    @property
    def more_opens(self) -> bool:
        """Return whether one of the other fields holds something or is wrong."""
        return any(field.value() or field.errors for field in self.more)

    @property
    def pasted_opens(self) -> bool:
        """Return whether something was pasted."""
        return bool(self["document"].value())

    def clean(self) -> dict[str, Any]:
        """Check the bundle; every fault stands at its field, or above the form."""
        cleaned = super().clean() or self.cleaned_data
        try:
            cleaned["bundle"] = self._bundle(cleaned)
            check(cleaned["bundle"])
        except BundleError as error:
            for problem in error.problems:
                self._blame(problem, pasted=bool(cleaned.get("document", "").strip()))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in ("label", "bundle", *BESIDE)}

    def _bundle(self, cleaned: Mapping[str, Any]) -> Any:
        if pasted := cleaned.get("document", "").strip():
            return read(pasted.encode())
        found: dict[str, Any] = {}
        for name, (path, _label, _hint) in LINES.items():
            if value := str(cleaned.get(name) or "").strip():
                whole = name == "examples" and value.isdecimal()
                _put(found, path, int(value) if whole else value)
        for name in MAPPINGS:
            if text := cleaned.get(name, "").strip():
                found[name] = self._mapping(name, text)
        return self._with_prompts(found, cleaned)

    def _mapping(self, name: str, text: str) -> Any:
        try:
            return read_yaml(text.encode())
        except BundleError as error:
            told = [Problem(name, problem.words, (name,)) for problem in error.problems]
            raise BundleError(told) from error

    def _with_prompts(self, found: dict[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """Lay the prompts that have fields of their own over the others."""
        own: list[tuple[str, Any]] = []
        if text := cleaned.get("prompt_text", "").replace("\r\n", "\n"):
            own.append((PROMPT, {"text": text}))
        if sha := str(cleaned.get("prompt_sha256") or "").strip():
            own.append(("all", sha))
        if own:
            others = found.get("prompts") or []
            if not isinstance(others, list):
                others = []
            found["prompts"] = type(others)([*others, *own]) if others else dict(own)
        return found

    def _blame(self, problem: Problem, *, pasted: bool) -> None:
        name = None if pasted else field_of(problem.at)
        words = str(problem) if name in (None, *MAPPINGS) else problem.words
        self.add_error("document" if pasted else name, words)


def field_of(at: tuple[str, ...]) -> str | None:
    """Return the field that a path of the bundle comes from; None where none does."""
    for name, (path, _label, _hint) in LINES.items():
        if at[: len(path)] == path:
            return name
    if at[:2] == ("prompts", PROMPT):
        return "prompt_text"
    if at[:2] == ("prompts", "all"):
        return "prompt_sha256"
    return at[0] if at and at[0] in MAPPINGS else None


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value


def prefilled(version: ModelVersion) -> dict[str, Any]:
    """Return the fields of a copy: those of the version, without its label and notes."""
    shape = Bundle.of(version.bundle).shape
    found: dict[str, Any] = {"training_data_ref": version.training_data_ref}
    for name, (path, _label, _hint) in LINES.items():
        part: Any = shape
        for step in path:
            part = part.get(step, {})
        found[name] = part if isinstance(part, str | int) else ""
    prompts = dict(shape.get("prompts") or {})
    texts = version.texts.get("prompts", {})
    if PROMPT in texts:
        found["prompt_text"] = texts[PROMPT]
        prompts.pop(PROMPT, None)
    found["prompt_sha256"] = prompts.pop("all", "")
    given = {name: {"text": texts[name]} if name in texts else sha for name, sha in prompts.items()}
    for name in MAPPINGS:
        value = given if name == "prompts" else shape.get(name)
        found[name] = as_yaml(value) if value else ""
    return found


def as_yaml(value: Any) -> str:
    """Return a value as YAML that reads the same in 1.1 and 1.2, texts in quotes where needed."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=True, width=1000)


class BesideForm(RecordForm):
    """What stands beside the bundle of a version: notes, training data, last day."""

    model = ModelVersion
    listed = BESIDE_THE_BUNDLE
