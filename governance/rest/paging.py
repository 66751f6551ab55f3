"""Cursor paging: keyset, so page 2,000 costs what page 1 costs."""

from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

MOST, USUAL = 200, 50
SALT = "muster.cursor"


class CursorPaging(BasePagination):
    """`?page_size=50&cursor=…&sort=-name` → `{"items": […], "next_cursor": …}`."""

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return one page; raises ValidationError for a bad size, sort or cursor."""
        self.request = request
        self.sort = sort_of(request, getattr(view, "sorts", ()))
        size = size_of(request)
        field, down = self.sort.lstrip("-"), self.sort.startswith("-")
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(self._after(cursor, field, down))
        order = [f"{'-' if down else ''}{field}", f"{'-' if down else ''}pk"]
        rows = list(queryset.order_by(*dict.fromkeys(order))[: size + 1])
        self.next_cursor = self._cursor(rows[size - 1], field) if len(rows) > size else None
        return rows[:size]

    def _cursor(self, row: Model, field: str) -> str:
        value = row.pk if field == "pk" else getattr(row, field)
        text = value.isoformat() if hasattr(value, "isoformat") else value
        return signing.dumps([self.sort, text, row.pk], salt=SALT)

    def _after(self, cursor: str, field: str, down: bool) -> Q:
        try:
            sort, value, pk = signing.loads(cursor, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ValidationError({"cursor": ["This cursor is not one of ours."]}) from error
        if sort != self.sort:
            raise ValidationError({"cursor": ["This cursor belongs to another sort."]})
        side = "lt" if down else "gt"
        if field == "pk":
            return Q(**{f"pk__{side}": pk})
        return Q(**{f"{field}__{side}": value}) | Q(**{field: value, f"pk__{side}": pk})

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with `Link: rel=next` when there is more."""
        response = Response({"items": data, "next_cursor": self.next_cursor})
        if self.next_cursor:
            url = self.request.build_absolute_uri()
            following = replace_query_param(url, "cursor", self.next_cursor)
            response["Link"] = f'<{following}>; rel="next"'
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the OpenAPI shape of a page."""
        return {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": schema,
                "next_cursor": {"type": ["string", "null"]},
            },
        }


def sort_of(request: Request, allowed: Sequence[str]) -> str:
    """Return the wanted sort, `pk` by default; raises ValidationError for an unknown one."""
    sort = request.query_params.get("sort", "pk")
    if sort.removeprefix("-") not in (*allowed, "pk"):
        known = ", ".join(allowed) or "nothing"
        raise ValidationError({"sort": [f"Unknown sort. This list sorts by: {known}."]})
    return sort


def size_of(request: Request) -> int:
    """Return the wanted page size, 1 to 200, 50 by default."""
    text = request.query_params.get("page_size", str(USUAL))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise ValidationError({"page_size": [f"A page holds 1 to {MOST} items."]})
    return int(text)
