"""Endpoints of webhooks over REST: the same actions as the pages, for administrators."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.notices import endpoint_actions as actions
from governance.notices.addresses import REFUSAL, is_allowed
from governance.notices.forms import EVENT
from governance.notices.models import Delivery, Endpoint, Notice
from governance.notices.rules import NoticeState
from governance.rest.fields import StrictBody, choice_filters, number_filter, time_filters
from governance.rest.resource import Readable


class WebhookEndpointSerializer(serializers.ModelSerializer):
    owner: Any = serializers.SlugRelatedField("email", read_only=True)

    class Meta:
        model = Endpoint
        fields = [
            *("id", "name", "url", "events", "owner", "created_at", "disabled_at"),
            *("disabled_reason", "failures", "failing_since", "old_until", "row_version"),
        ]


class WebhookEndpointSecretSerializer(WebhookEndpointSerializer):
    """An endpoint with its secret; null when a request with an Idempotency-Key is repeated."""

    secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta(WebhookEndpointSerializer.Meta):
        fields = [*WebhookEndpointSerializer.Meta.fields, "secret"]


class WebhookDeliverySerializer(serializers.ModelSerializer):
    """One try; neither the body nor the answer is kept."""

    webhook_id: Any = serializers.CharField(source="notice.message_id", read_only=True)
    type: Any = serializers.CharField(source="notice.kind", read_only=True)

    class Meta:
        model = Delivery
        fields = [
            *("id", "notice", "webhook_id", "type", "attempt", "at", "outcome", "code"),
            *("result", "took_ms"),
        ]


class WebhookEndpointChange(StrictBody):
    """A merge patch: what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    url = serializers.CharField(max_length=500, required=False, help_text="https")
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        required=False,
        max_length=50,
        help_text="none: all; `clock.*`: a family",
    )

    def validate_url(self, url: str) -> str:
        """Return the address; refuse one that a webhook may not go to."""
        if not is_allowed(url):
            raise serializers.ValidationError(REFUSAL)
        return url

    def validate_events(self, events: list[str]) -> list[str]:
        """Return the events; refuse what is no name of one."""
        for one in events:
            if not EVENT.fullmatch(one):
                raise serializers.ValidationError(f"{one} is not the name of an event.")
        return sorted(set(events))


class WebhookEndpointInput(WebhookEndpointChange):
    """A new endpoint."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500, help_text="https")


class WebhookDisableInput(StrictBody):
    reason = serializers.CharField(max_length=200)


class WebhookReplayInput(StrictBody):
    """One event, or what was told in a time; without either, all that were given up."""

    notice = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class WebhookReplayAnswer(serializers.Serializer):
    count = serializers.IntegerField()


class WebhookEndpointViewSet(Readable):
    """Addresses of other programs that are told of events."""

    queryset = Endpoint.objects.none()
    serializer_class = WebhookEndpointSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)

    def visible(self, user: User) -> QuerySet[Endpoint]:
        """Return the endpoints the person sees."""
        return Endpoint.objects.visible_to(user).select_related("owner")

    @extend_schema(request=WebhookEndpointInput, responses={201: WebhookEndpointSecretSerializer})
    def create(self, request: Request) -> Response:
        """Add an endpoint; its secret is in this answer only."""
        made, secret = actions.add_endpoint(actor=self.person, **self.valid(WebhookEndpointInput))
        return self._with_secret(made, secret, 201)

    @extend_schema(request=WebhookEndpointChange, responses=WebhookEndpointSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change an endpoint (JSON merge patch)."""
        row, data = self.get_object(), self.valid(WebhookEndpointChange)
        actions.change_endpoint(row, actor=self.person, seen=self.seen(row), **data)
        return self.shown(self.get_object())

    @extend_schema(request=None, responses=WebhookEndpointSecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Make another secret; for 24 hours the one before signs beside it."""
        row = self.get_object()
        return self._with_secret(row, actions.rotate_secret(row, actor=self.person))

    @extend_schema(request=None, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, pk: str) -> Response:
        """Send a test event."""
        row = self.get_object()
        actions.ping_endpoint(row, actor=self.person)
        return self.shown(row)

    @extend_schema(request=WebhookDisableInput, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, pk: str) -> Response:
        """Send nothing any more; what waits is given up."""
        row, data = self.get_object(), self.valid(WebhookDisableInput)
        actions.disable_endpoint(row, actor=self.person, **data)
        return self.shown(row)

    @extend_schema(request=None, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, pk: str) -> Response:
        """Send again from now on."""
        row = self.get_object()
        actions.enable_endpoint(row, actor=self.person)
        return self.shown(row)

    @extend_schema(request=WebhookReplayInput, responses=WebhookReplayAnswer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send events again, under their old ids."""
        row, data = self.get_object(), self.valid(WebhookReplayInput)
        names = {"notice": "pk", "since": "created_at__gte", "until": "created_at__lt"}
        wanted = {names[key]: value for key, value in data.items()}
        found = Notice.objects.filter(endpoint=row, **(wanted or {"status": NoticeState.DEAD}))
        pks = found.order_by("pk").values_list("pk", flat=True)
        count = actions.replay(row, actor=self.person, notices=pks[: actions.AT_ONCE])
        return Response({"count": count})

    def _with_secret(self, row: Endpoint, secret: str, status: int = 200) -> Response:
        """Return an endpoint with its secret, which a kept answer does not hold."""
        answer = self.shown(row, status)
        shown = dict(answer.data or {})
        answer.data = shown | {"secret": secret}
        answer.kept = shown | {"secret": None}  # type: ignore[attr-defined]
        return answer


class WebhookDeliveryViewSet(Readable):
    """The log of tries, kept for 30 days."""

    queryset = Delivery.objects.none()
    serializer_class = WebhookDeliverySerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("at",)
    filters: ClassVar = {
        "endpoint": number_filter("notice__endpoint"),
        "notice": number_filter("notice"),
        **choice_filters("outcome", "outcome", NoticeState),
        **time_filters("at"),
    }

    def visible(self, user: User) -> QuerySet[Delivery]:
        """Return the tries at endpoints the person sees."""
        told = Notice.objects.of_endpoints(user)
        return Delivery.objects.filter(notice__in=told).select_related("notice")
