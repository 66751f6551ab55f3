"""Declared filters of a list; an unknown one is refused, never ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

PAGING = ("page_size", "cursor", "sort")


@dataclass(frozen=True)
class Filter:
    """One query parameter: the lookup it makes, and the field that reads its value.

    With `many`, a comma-separated list; `lookup` then ends in `__in`. `search` names a
    method of the view that takes queryset and value instead.
    """

    field: serializers.Field
    lookup: str = ""
    many: bool = False
    search: str = ""


class DeclaredFilters(BaseFilterBackend):
    """Apply the view's `filters`; 400 for a parameter that is not among them."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Return the rows that match; raises ValidationError naming the parameter."""
        declared: Mapping[str, Filter] = getattr(view, "filters", {})
        errors: dict[str, Any] = {}
        for name in request.query_params:
            if name in PAGING:
                continue
            if name not in declared:
                known = ", ".join(sorted(declared)) or "none"
                errors[name] = [f"Unknown filter. This list filters by: {known}."]
                continue
            try:
                queryset = self._apply(request, queryset, view, name)
            except ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise ValidationError(errors)
        return queryset

    def _apply(
        self, request: Request, queryset: QuerySet[Any], view: APIView, name: str
    ) -> QuerySet[Any]:
        chosen: Filter = view.filters[name]  # type: ignore[attr-defined]
        text = request.query_params[name]
        if chosen.many:
            value: Any = [chosen.field.run_validation(part) for part in text.split(",")]
        else:
            value = chosen.field.run_validation(text)
        if chosen.search:
            result: QuerySet[Any] = getattr(view, chosen.search)(queryset, value)
            return result
        return queryset.filter(**{chosen.lookup: value})
