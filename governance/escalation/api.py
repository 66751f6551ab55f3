"""Items over REST: the same actions as the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.escalation import actions
from governance.escalation import serializers as shapes
from governance.escalation.listing import View, in_view
from governance.escalation.models import Item, ItemQuerySet
from governance.escalation.rules import ItemStatus
from governance.notices.rules import Severity
from governance.rest.fields import (
    StrictBody,
    choice_filters,
    number_filter,
    text_filter,
    time_filters,
)
from governance.rest.filters import Filter
from governance.rest.resource import Readable

Detail = shapes.EscalationDetailSerializer


class EscalationViewSet(Readable):
    """What falls due and climbs until somebody answers."""

    queryset = Item.objects.none()
    serializer_class = shapes.EscalationSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("due_at", "opened_at")
    filters: ClassVar = {
        "show": Filter(serializers.ChoiceField(list(View)), search="shown_in"),
        "kind": text_filter("kind"),
        "key": text_filter("key"),
        "system": text_filter("system__ref"),
        "unit": number_filter(search="in_unit"),
        **choice_filters("status", "status", ItemStatus),
        **choice_filters("severity", "severity", Severity),
        **time_filters("due_at"),
    }

    def visible(self, user: User) -> QuerySet[Item]:
        """Return the items the person sees."""
        people = ("acked_by", "snoozed_by", "reassigned_to", "resolved_by")
        return Item.objects.visible_to(user).select_related("system", "plan", *people)

    def get_serializer_class(self) -> Any:
        """Return the shape: of one item with its timeline."""
        return self.serializer_class if self.action == "list" else Detail

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer, with the addresses of all who are responsible."""
        shown = args[0] if kwargs.get("many") else args[:1]
        wanted = {pk for item in shown for pk in item.whom}
        found = User.objects.filter(pk__in=wanted).values_list("pk", "email") if wanted else ()
        kwargs["context"] = {**self.get_serializer_context(), "emails": dict(found)}
        return self.get_serializer_class()(*args, **kwargs)

    def shown_in(self, rows: ItemQuerySet, view: str) -> QuerySet[Item]:
        """Return the items of one view of the list: open, mine, team, unhandled, resolved."""
        return in_view(rows, View(view), self.person)

    def in_unit(self, rows: QuerySet[Item], unit: int) -> QuerySet[Item]:
        """Return the items of a unit and all below it."""
        return rows.filter(unit__path__contains=[unit])

    @extend_schema(responses=Detail)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one item with its timeline, whole each time: notices go by themselves."""
        return self.shown(self.get_object())

    @extend_schema(request=shapes.AcknowledgeInput, responses=Detail)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that one works on it: it climbs no further until that runs out."""
        return self._say(actions.acknowledge, shapes.AcknowledgeInput)

    @extend_schema(request=shapes.SnoozeInput, responses=Detail)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Let it be silent until a moment, with the reason."""
        return self._say(actions.snooze, shapes.SnoozeInput)

    @extend_schema(request=shapes.ReassignInput, responses=Detail)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        """Hand it to somebody else, who is told at once."""
        return self._say(actions.reassign, shapes.ReassignInput)

    @extend_schema(request=shapes.EscalationReasonInput, responses=Detail)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Say what was done; nobody is told of it any more."""
        return self._say(actions.resolve, shapes.EscalationReasonInput)

    @extend_schema(request=shapes.EscalationReasonInput, responses=Detail)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back that it is done; it begins to climb again."""
        return self._say(actions.reopen, shapes.EscalationReasonInput)

    def _say(self, act: Callable[..., None], body: type[StrictBody]) -> Response:
        """Run an action on the item; an If-Match that comes along is held against its ETag."""
        item = self.get_object()
        data = self.valid(body)
        seen = self.seen(item) if "If-Match" in self.request.headers else None
        act(item, actor=self.person, seen=seen, **data)
        return self.shown(self.get_object())
