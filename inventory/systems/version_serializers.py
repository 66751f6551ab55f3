"""The shapes of model versions in the API."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.accounts.models import User
from governance.rest.fields import StrictBody, VisibleField
from inventory.systems.bundles.problems import BundleError, Problem
from inventory.systems.bundles.schema import SCHEMA
from inventory.systems.models import ModelVersion
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import pin_of
from inventory.systems.serializers import SystemField

SHA256 = r"^([0-9a-f]{64})?$"
BUNDLE = {
    "type": "object",
    "description": "The release bundle, without decimal numbers: write them as text. A prompt or"
    ' tool is a SHA-256 or {"text": …}.',
    "properties": {name: {} for name in SCHEMA},
    "required": ["provider", "model_id"],
    "additionalProperties": False,
}
TEXTS = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
}


def versions_seen(user: User) -> QuerySet[ModelVersion]:
    """Return the versions the person sees."""
    return ModelVersion.objects.visible_to(user)


@extend_schema_field({"type": "integer", "minimum": 1})
class ParentField(VisibleField):
    """The version that another was made from, by id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(versions_seen, **options)


@extend_schema_field(BUNDLE)
class BundleField(serializers.JSONField):
    """A release bundle, whose faults the action tells."""


@extend_schema_field(TEXTS)
class TextsField(serializers.JSONField):
    """Texts of prompts and tools."""


class VersionSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    pin = serializers.SerializerMethodField()
    pin_reason = serializers.SerializerMethodField()
    pin_alternatives = serializers.SerializerMethodField()
    bundle = BundleField(read_only=True)

    class Meta:
        model = ModelVersion
        fields = [
            *("id", "system", "label", "provider", "model_id", "region", "prompt_sha256"),
            *("notes", "digest", "bundle", "parent", "training_data_ref", "provider_retires_on"),
            *("pin", "pin_reason", "pin_alternatives", "frozen_at", "row_version", "created_at"),
        ]

    def get_pin(self, version: ModelVersion) -> str:
        """Return pinned, floating, until_retirement or unknown."""
        return self._pin(version).state.value

    def get_pin_reason(self, version: ModelVersion) -> str:
        """Return why, in words."""
        return self._pin(version).reason

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_pin_alternatives(self, version: ModelVersion) -> list[str]:
        """Return pinned ids of the same family, for an id that is not pinned."""
        return list(self._pin(version).alternatives)

    def _pin(self, version: ModelVersion) -> Pin:
        return pin_of(version.provider, version.model_id, self.context["pin_table"]())


class VersionTexts(serializers.Serializer):
    """The texts behind the digests of a bundle, where they were given."""

    texts = TextsField()


class VersionChange(StrictBody):
    """A merge patch of what stands beside the bundle, of a version that is not frozen."""

    notes = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    training_data_ref = serializers.CharField(max_length=500, allow_blank=True, required=False)
    provider_retires_on = serializers.DateField(allow_null=True, required=False)


class VersionInput(VersionChange):
    """A version of a system: a bundle, or in short provider, model id, region and prompts."""

    system = SystemField()
    label: Any = serializers.CharField(max_length=40)
    bundle = BundleField(required=False)
    provider = serializers.CharField(max_length=40, required=False)
    model_id = serializers.CharField(max_length=300, required=False)
    region = serializers.CharField(max_length=60, allow_blank=True, required=False)
    prompt_sha256 = serializers.RegexField(SHA256, allow_blank=True, required=False)
    parent: Any = ParentField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body that says what runs twice, or not at all."""
        short = {"provider", "model_id", "region", "prompt_sha256"} & set(attrs)
        needed = set() if "bundle" in attrs else {"provider", "model_id"} - short
        told = {name: ["This field is required."] for name in needed}
        if "bundle" in attrs:
            told = {name: ["It stands in the bundle; leave it out here."] for name in short}
        if told:
            raise serializers.ValidationError(told)
        return attrs


def as_invalid(error: BundleError, *, whole: bool) -> serializers.ValidationError:
    """Return the faults of a bundle as those of a body, each with its pointer."""
    told: dict[str, list[str]] = {}
    for pointer, words in _pointers(error.problems):
        told.setdefault(pointer, []).append(words)
    return serializers.ValidationError({"bundle": told} if whole else told)


def _pointers(problems: tuple[Problem, ...]) -> Iterator[tuple[str, str]]:
    for problem in problems:
        yield "/".join(problem.at) or "non_field_errors", problem.words
