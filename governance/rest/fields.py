"""Small pieces that serializers of several stages share."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from governance.accounts.models import User
from governance.rest.filters import Filter


class StrictBody(serializers.Serializer):
    """A body in which a name that is not declared is an error, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated body; raises ValidationError for unknown names."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {name: ["This field does not exist here."] for name in unknown}
            )
        if isinstance(data, dict) and (wrong := self._not_text(data)):
            raise serializers.ValidationError({name: ["Not a valid string."] for name in wrong})
        return super().to_internal_value(data)

    def _not_text(self, data: dict[str, Any]) -> list[str]:
        """Return the text fields that hold something else; DRF would turn 0 into "0"."""
        texts = (name for name, f in self.fields.items() if isinstance(f, serializers.CharField))
        return [name for name in texts if not isinstance(data.get(name), str | None)]


class VisibleField(serializers.SlugRelatedField):
    """A reference to a row the caller sees; any other is as unknown as one that is not there."""

    def __init__(
        self, visible: Callable[[User], QuerySet[Any]], slug_field: str = "pk", **options: Any
    ) -> None:
        self.visible = visible
        super().__init__(slug_field=slug_field, **options)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows the caller sees."""
        user = getattr(self.context.get("request"), "user", None)
        return self.visible(user) if isinstance(user, User) else User.objects.none()

    def to_internal_value(self, data: Any) -> Any:
        """Return the row; refuse values of another kind before the database sees them."""
        wanted = int if self.slug_field == "pk" else str
        if not isinstance(data, wanted) or isinstance(data, bool):
            self.fail("invalid")
        if isinstance(data, int) and not 0 < data < 2**63:
            self.fail("does_not_exist", slug_name="id", value=data)
        return super().to_internal_value(data)


def choice_filters(name: str, lookup: str, enum: type[StrEnum]) -> dict[str, Filter]:
    """Return the filters `name` and `name__in` over an enum."""
    field = serializers.ChoiceField(choices=list(enum))
    return {
        name: Filter(field, lookup),
        f"{name}__in": Filter(field, f"{lookup}__in", many=True),
    }


def time_filters(name: str) -> dict[str, Filter]:
    """Return the filters `name__gte` and `name__lt` over a moment."""
    field = serializers.DateTimeField()
    return {f"{name}__{side}": Filter(field, f"{name}__{side}") for side in ("gte", "lt")}


def number_filter(lookup: str = "", *, search: str = "") -> Filter:
    """Return a filter by a row's id."""
    field = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    return Filter(field, lookup, search=search)


def text_filter(lookup: str = "", *, search: str = "") -> Filter:
    """Return a filter by text."""
    return Filter(serializers.CharField(max_length=200), lookup, search=search)
