"""Working hours over REST: the same actions as the pages."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.calendars.actions import Hours, drop_calendar, save_calendar
from governance.calendars.models import Calendar
from governance.calendars.reading import LONGEST_NAME, MOST_HOLIDAYS, YEARS
from governance.calendars.rules import Window
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, number_filter
from governance.rest.resource import Readable

CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
MOST_SPANS = 7 * 24


class OpenSpanSerializer(StrictBody):
    """From when to when it is open on a weekday, by the clock there; 00:00 ends a day."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday")
    begins = serializers.RegexField(CLOCK)
    ends = serializers.RegexField(CLOCK)


class HolidaySerializer(StrictBody):
    """A day on which it is closed."""

    day = serializers.DateField()
    name = serializers.CharField(max_length=LONGEST_NAME, allow_blank=True, required=False)

    def validate_day(self, day: date) -> date:
        """Return the day; refuse years that no calendar here has."""
        if day.year not in YEARS:
            raise serializers.ValidationError("A holiday lies between 2000 and 2199.")
        return day


class WorkingHoursSerializer(serializers.ModelSerializer):
    windows = serializers.SerializerMethodField()
    holidays = serializers.SerializerMethodField()

    class Meta:
        model = Calendar
        fields = ["id", "unit", "name", "time_zone", "windows", "holidays", "row_version"]

    @extend_schema_field(OpenSpanSerializer(many=True))
    def get_windows(self, row: Calendar) -> list[dict[str, Any]]:
        """Return the hours of each weekday, Monday first."""
        return [
            {"weekday": int(day), "begins": begins, "ends": ends}
            for day, spans in sorted(row.windows.items())
            for begins, ends in spans
        ]

    @extend_schema_field(HolidaySerializer(many=True))
    def get_holidays(self, row: Calendar) -> list[dict[str, str]]:
        """Return the holidays by day."""
        return [{"day": day, "name": name} for day, name in sorted(row.holidays.items())]


class WorkingHoursChange(StrictBody):
    """What working hours are to be; what is left out stays. Their unit never changes."""

    name = serializers.CharField(max_length=120, required=False)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="like Europe/Berlin")
    windows = serializers.ListField(
        child=OpenSpanSerializer(), min_length=1, max_length=MOST_SPANS, required=False
    )
    holidays = serializers.ListField(
        child=HolidaySerializer(), max_length=MOST_HOLIDAYS, required=False
    )


class WorkingHoursInput(WorkingHoursChange):
    """The working hours of a unit that has none; they count below it too."""

    unit = UnitField()
    name = serializers.CharField(max_length=120)
    time_zone = serializers.CharField(max_length=64, help_text="like Europe/Berlin")
    windows = serializers.ListField(child=OpenSpanSerializer(), min_length=1, max_length=MOST_SPANS)


class WorkingHoursViewSet(Readable):
    """When units work: hours, holidays and the zone that deadlines in business time count in."""

    queryset = Calendar.objects.none()
    serializer_class = WorkingHoursSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)
    filters: ClassVar = {"unit": number_filter("unit")}

    def visible(self, user: User) -> QuerySet[Calendar]:
        """Return the working hours that serve the person's units."""
        return Calendar.objects.visible_to(user).select_related("unit")

    @extend_schema(request=WorkingHoursInput, responses={201: WorkingHoursSerializer})
    def create(self, request: Request) -> Response:
        """Give a unit working hours of its own."""
        data = self.valid(WorkingHoursInput)
        row = save_calendar(data["unit"], actor=self.person, hours=_hours(data))
        return self.shown(row, 201)

    @extend_schema(request=WorkingHoursChange, responses=WorkingHoursSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change working hours; deadlines that run count in the new ones."""
        row, data = self.get_object(), self.valid(WorkingHoursChange)
        seen = self.seen(row)
        hours = _hours(WorkingHoursSerializer(row).data | data)
        return self.shown(save_calendar(row.unit, actor=self.person, hours=hours, seen=seen))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take working hours away: those of the unit above count; 409 while a policy uses them."""
        row = self.get_object()
        self.seen(row)
        drop_calendar(row, actor=self.person)
        return Response(status=204)


def _hours(data: Mapping[str, Any]) -> Hours:
    days = {
        one["day"] if isinstance(one["day"], date) else date.fromisoformat(one["day"]): one.get(
            "name", ""
        )
        for one in data.get("holidays", ())
    }
    return Hours(data["name"], data["time_zone"], _windows(data["windows"]), days)


def _windows(spans: Iterable[Mapping[str, Any]]) -> dict[int, tuple[Window, ...]]:
    """Return the hours by weekday, in their order."""
    found: dict[int, list[Window]] = {}
    for one in spans:
        span = (time.fromisoformat(one["begins"]), time.fromisoformat(one["ends"]))
        found.setdefault(one["weekday"], []).append(span)
    return {day: tuple(sorted(windows)) for day, windows in found.items()}
