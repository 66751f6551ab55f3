"""The OpenAPI description: filters, headers and problems of every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from governance.rest.authentication import TokenAuthentication
from governance.rest.filters import Filter
from governance.rest.paging import MOST, USUAL
from governance.rest.problems import MEDIA_TYPE, TITLES

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ETAG = {"type": "string", "pattern": '^"[0-9]+-[0-9]+"$'}
KEY = {"type": "string", "pattern": "^[!-~]{1,255}$"}
ALWAYS = (400, 401, 403, 404, 405, 406)
CHANGING = (409, 415)
CONDITIONAL = (412, 428)


class MusterSchema(AutoSchema):
    """Adds what our base class does to what drf-spectacular sees by itself."""

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters and headers that the base class reads."""
        if getattr(self.view, "action", None) == "list":
            return [*self._filters(), *self._paging()]
        if self.method in ("PATCH", "DELETE"):
            return [_header("If-Match", "The ETag you read.", ETAG, required=True)]
        if self.method == "POST":
            return [_header("Idempotency-Key", "Makes a repeat harmless for 24 hours.", KEY)]
        return []

    def _filters(self) -> list[OpenApiParameter]:
        declared: dict[str, Filter] = getattr(self.view, "filters", {})
        return [
            OpenApiParameter(name, {"type": "string"} if item.many else shape(item.field))
            for name, item in declared.items()
        ]

    def _paging(self) -> list[OpenApiParameter]:
        allowed = (*getattr(self.view, "sorts", ()), "pk")
        sorts = [sign + name for name in allowed for sign in ("", "-")]
        size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        return [
            OpenApiParameter("page_size", size),
            OpenApiParameter("cursor", {"type": "string"}),
            OpenApiParameter("sort", {"type": "string", "enum": sorts}),
        ]

    def get_filter_backends(self) -> list[Any]:
        """Return none: `_filters` describes them."""
        return []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with the problems it can answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        codes = list(ALWAYS)
        if getattr(self.view, "action", None) in getattr(self.view, "refusals", ()):
            codes += [409]
        if self.method != "GET":
            codes += CHANGING
        if self.method in ("PATCH", "DELETE"):
            codes += CONDITIONAL
        if self.method == "POST":
            codes += [412, 422, 428]
        for code in codes:
            operation["responses"].setdefault(str(code), problem(code))
        return operation


def shape(field: serializers.Field) -> dict[str, Any]:
    """Return the JSON schema of a filter's value."""
    if isinstance(field, serializers.ChoiceField):
        return {"type": "string", "enum": list(field.choices)}
    if isinstance(field, serializers.IntegerField):
        return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    if isinstance(field, serializers.DateTimeField):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, serializers.DateField):
        return {"type": "string", "format": "date"}
    return {"type": "string", "maxLength": getattr(field, "max_length", None) or 200}


def problem(code: int) -> dict[str, Any]:
    """Return the OpenAPI response of one kind of problem."""
    return {
        "description": TITLES[code],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the shape of a problem among the components (a drf-spectacular hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result


def _header(
    name: str, words: str, shape: dict[str, Any], *, required: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(
        name, shape, OpenApiParameter.HEADER, description=words, required=required
    )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The OpenAPI words for our tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "mst_<id>.<secret>"}
