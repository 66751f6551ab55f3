"""The API's description as a page to read, made from the OpenAPI document."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A query parameter or header of an operation."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    words: str
    parameters: list[Parameter]
    body: list[tuple[str, str, bool]]  # name, kind, required
    answers: list[tuple[str, str]]  # status, words

    @property
    def anchor(self) -> str:
        """Return the id of the operation on the page."""
        return (
            f"{self.method}{self.path}".replace("/", "-")
            .strip("-")
            .replace("{", "")
            .replace("}", "")
        )


def operations() -> dict[str, list[Operation]]:
    """Return the operations by resource."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    shapes = document.get("components", {}).get("schemas", {})
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                item = methods[method]
                found.setdefault(item["tags"][0], []).append(_operation(method, path, item, shapes))
    return found


def _operation(method: str, path: str, item: dict[str, Any], shapes: dict[str, Any]) -> Operation:
    content = item.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = [
        Parameter(
            name=row["name"],
            place=row["in"],
            kind=kind(row["schema"], shapes),
            required=row.get("required", False),
            words=row.get("description", ""),
        )
        for row in item.get("parameters", [])
    ]
    return Operation(
        method=method,
        path=path,
        words=item.get("description", ""),
        parameters=parameters,
        body=_fields(content.get("schema", {}), shapes),
        answers=[(code, row["description"]) for code, row in sorted(item["responses"].items())],
    )


def _fields(schema: dict[str, Any], shapes: dict[str, Any]) -> list[tuple[str, str, bool]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = shapes.get(name, schema)
    required = shape.get("required", [])
    return [
        (field, kind(value, shapes), field in required)
        for field, value in shape.get("properties", {}).items()
    ]


def kind(schema: dict[str, Any], shapes: dict[str, Any]) -> str:
    """Return a schema in a few words: “string”, “a | b | c”, “list of integer”."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return kind(shapes[name], shapes) if "enum" in shapes.get(name, {}) else name
    for joined in ("allOf", "oneOf", "anyOf"):
        if joined in schema:
            return " or ".join(kind(part, shapes) for part in schema[joined])
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), shapes)}"
    types = schema.get("type", "any")
    words = " or ".join(types) if isinstance(types, list) else str(types)
    return f"{words} ({schema['format']})" if "format" in schema else words
