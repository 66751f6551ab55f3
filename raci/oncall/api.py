"""On-call schedules over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.fields import StrictBody, number_filter, text_filter
from governance.rest.resource import Readable
from raci.oncall import actions, cover_actions
from raci.oncall import serializers as shapes
from raci.oncall.coverage import shifts
from raci.oncall.models import Layer, Override, Schedule, Swap
from raci.oncall.queries import roster_of
from raci.oncall.rules import FORECAST_DAYS, Every

ANSWERS = {
    "accept": cover_actions.accept_swap,
    "refuse": cover_actions.refuse_swap,
    "withdraw": cover_actions.withdraw_swap,
}
Shown = shapes.ScheduleSerializer


class ScheduleViewSet(Readable):
    """Who is on call in a role, for a unit and all below it."""

    queryset = Schedule.objects.none()
    serializer_class = shapes.ScheduleSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)
    filters: ClassVar = {"unit": number_filter("unit"), "role": text_filter("role")}

    def visible(self, user: User) -> QuerySet[Schedule]:
        """Return the schedules the person sees, with what is near in time."""
        now = timezone.now()
        return Schedule.objects.visible_to(user).with_plan(now, now)

    @extend_schema(request=shapes.ScheduleInput, responses={201: Shown})
    def create(self, request: Request) -> Response:
        """Make a schedule for a role and a unit."""
        made = actions.make_schedule(actor=self.person, **self.valid(shapes.ScheduleInput))
        return self._fresh(made, 201)

    @extend_schema(request=shapes.ScheduleChange, responses=Shown)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename it, or say whether handovers have to be confirmed."""
        schedule, data = self.get_object(), self.valid(shapes.ScheduleChange)
        actions.change_schedule(schedule, actor=self.person, seen=self.seen(schedule), **data)
        return self._fresh(schedule)

    @extend_schema(request=None, responses=Shown)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Take it out of use; what it said of the past stays."""
        schedule = self.get_object()
        actions.close_schedule(schedule, actor=self.person)
        return self._fresh(schedule)

    @extend_schema(request=shapes.LayerInput, responses=Shown)
    @action(detail=True, methods=["post"])
    def layers(self, request: Request, pk: str) -> Response:
        """Add a layer above the others, or put it in the place of another."""
        schedule, data = self.get_object(), self.valid(shapes.LayerInput)
        replaced = data.pop("replaces", None)
        before = self._live_layer(schedule, replaced) if replaced else None
        data["unit"] = Every(data.get("unit", Every.WEEKS))
        wish = actions.LayerWish(**data)
        actions.put_layer(schedule, actor=self.person, wish=wish, replaces=before)
        return self._fresh(schedule)

    @extend_schema(request=shapes.LayerEnd, responses=Shown)
    @action(detail=True, methods=["post"], url_path="layers/end")
    def end_layer(self, request: Request, pk: str) -> Response:
        """End a layer now; what it said of the past stays."""
        schedule, data = self.get_object(), self.valid(shapes.LayerEnd)
        actions.drop_layer(self._live_layer(schedule, data["layer"]), actor=self.person)
        return self._fresh(schedule)

    def _live_layer(self, schedule: Schedule, pk: int) -> Layer:
        rows = Layer.objects.select_related("schedule__unit").filter(until__isnull=True)
        return get_object_or_404(rows, schedule=schedule, pk=pk)

    @extend_schema(request=shapes.OverrideInput, responses=Shown)
    @action(detail=True, methods=["post"])
    def overrides(self, request: Request, pk: str) -> Response:
        """Put a person on call for a time, whatever the layers say."""
        schedule, data = self.get_object(), self.valid(shapes.OverrideInput)
        times = (data.pop("since"), data.pop("until"))
        cover_actions.add_override(schedule, actor=self.person, times=times, **data)
        return self._fresh(schedule)

    @extend_schema(request=shapes.OverrideEnd, responses=Shown)
    @action(detail=True, methods=["post"], url_path="overrides/withdraw")
    def withdraw_override(self, request: Request, pk: str) -> Response:
        """Take an override back from now on."""
        schedule, data = self.get_object(), self.valid(shapes.OverrideEnd)
        rows = Override.objects.select_related("schedule__unit", "person")
        row = get_object_or_404(rows, schedule=schedule, pk=data["override"])
        cover_actions.withdraw_override(row, actor=self.person)
        return self._fresh(schedule)

    @extend_schema(request=shapes.SwapInput, responses=Shown)
    @action(detail=True, methods=["post"])
    def swaps(self, request: Request, pk: str) -> Response:
        """Ask somebody to stand in for oneself; it counts when they accept."""
        schedule, data = self.get_object(), self.valid(shapes.SwapInput)
        back = (data["back_since"], data["back_until"]) if "back_since" in data else None
        cover_actions.ask_swap(
            schedule,
            actor=self.person,
            taker=data["taker"],
            times=(data["since"], data["until"]),
            back=back,
            reason=data.get("reason", ""),
        )
        return self._fresh(schedule)

    @extend_schema(request=shapes.SwapAnswer, responses=Shown)
    @action(detail=True, methods=["post"], url_path="swaps/answer")
    def answer_swap(self, request: Request, pk: str) -> Response:
        """Accept or decline a swap, or take it back."""
        schedule, data = self.get_object(), self.valid(shapes.SwapAnswer)
        rows = Swap.objects.select_related("schedule__unit", "giver", "taker")
        swap = get_object_or_404(rows, schedule=schedule, pk=data["swap"])
        ANSWERS[data["answer"]](swap, actor=self.person)
        return self._fresh(schedule)

    @extend_schema(request=shapes.ConfirmInput, responses=Shown)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Confirm that one has the pager."""
        schedule, data = self.get_object(), self.valid(shapes.ConfirmInput)
        cover_actions.confirm_handover(schedule, actor=self.person, note_text=data.get("note", ""))
        return self._fresh(schedule)

    @extend_schema(parameters=[shapes.MomentQuery], responses=shapes.NowSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def now(self, request: Request, pk: str) -> Response:
        """Return who has the pager at any moment, or the gap."""
        schedule, query = self._one(pk), self._asked(shapes.MomentQuery)
        at = query.get("at") or timezone.now()
        roster = roster_of(schedule, at)
        held = roster.held(at)
        waits_for = roster.person(held.waits_for)
        told = {
            "holder": shapes.shift_of(roster, held.holder or held.planned),
            "waits_for": waits_for.email if waits_for else None,
        }
        return Response(shapes.NowSerializer(told).data)

    @extend_schema(
        parameters=[shapes.IntervalQuery],
        responses=shapes.ShiftSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def shifts(self, request: Request, pk: str) -> Response:
        """Return the shifts and gaps that tile an interval."""
        schedule, query = self._one(pk), self._asked(shapes.IntervalQuery)
        roster = roster_of(schedule, query["from"])
        found = shifts(roster.plan, query["from"], query["to"])
        return Response(self._told(roster, found))

    @extend_schema(
        parameters=[shapes.GapsQuery], responses=shapes.ShiftSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def gaps(self, request: Request, pk: str) -> Response:
        """Return when nobody is on call, each time with its reason."""
        schedule, query = self._one(pk), self._asked(shapes.GapsQuery)
        start = query.get("from") or timezone.now()
        roster = roster_of(schedule, start)
        return Response(self._told(roster, roster.gaps(start, query.get("days", FORECAST_DAYS))))

    def _one(self, pk: str) -> Schedule:
        """Return the schedule; the parameters beside it are no filters of a list."""
        return get_object_or_404(Schedule.objects.visible_to(self.person), pk=pk)

    def _told(self, roster: Any, found: Any) -> Any:
        rows = [shapes.shift_of(roster, one) for one in found]
        return shapes.ShiftSerializer(rows, many=True).data

    def _asked(self, query: type[StrictBody]) -> dict[str, Any]:
        """Return the validated parameters; raises ValidationError."""
        found = query(data=self.request.query_params.dict())
        found.is_valid(raise_exception=True)
        result: dict[str, Any] = found.validated_data
        return result

    def _fresh(self, schedule: Schedule, status: int = 200) -> Response:
        now = timezone.now()
        return self.shown(Schedule.objects.with_plan(now, now).get(pk=schedule.pk), status)
