"""Patterns of model ids over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.fields import StrictBody, choice_filters, text_filter
from governance.rest.resource import Readable
from inventory.systems import pin_actions
from inventory.systems.pin_models import PinPattern
from inventory.systems.pins.rules import PinState


class PinPatternSerializer(serializers.ModelSerializer):
    class Meta:
        model = PinPattern
        fields = [
            *("id", "provider", "pattern", "state", "why", "source", "added_at"),
            *("withdrawn_at", "withdrawn_because"),
        ]


class PinPatternInput(StrictBody):
    """A pattern: a glob over ids of a provider, or of any when it is empty."""

    provider = serializers.CharField(max_length=40, allow_blank=True, required=False)
    pattern = serializers.CharField(max_length=200)
    state = serializers.ChoiceField(list(PinState))
    why = serializers.CharField(max_length=500)
    source: Any = serializers.URLField(max_length=500)


class PinPatternEnd(StrictBody):
    """Why a pattern counts no longer."""

    reason = serializers.CharField(max_length=500)


class PinPatternViewSet(Readable):
    """What people here say about model ids, before the published table."""

    queryset = PinPattern.objects.none()
    serializer_class = PinPatternSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("added_at",)
    filters: ClassVar = {
        "provider": text_filter("provider"),
        **choice_filters("state", "state", PinState),
    }

    def visible(self, user: User) -> QuerySet[PinPattern]:
        """Return the patterns; they belong to the whole organisation."""
        return PinPattern.objects.visible_to(user)

    @extend_schema(request=PinPatternInput, responses={201: PinPatternSerializer})
    def create(self, request: Request) -> Response:
        """Add a pattern."""
        data = self.valid(PinPatternInput)
        return self.shown(pin_actions.add_pattern(actor=self.person, **data), 201)

    @extend_schema(request=PinPatternEnd, responses=PinPatternSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let a pattern count no longer."""
        row = self.get_object()
        pin_actions.withdraw_pattern(row, actor=self.person, **self.valid(PinPatternEnd))
        return self.shown(row)
