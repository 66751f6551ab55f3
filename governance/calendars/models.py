"""The working hours of a unit and of all below it that have none of their own."""

from datetime import date, time

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.accounts.access import serving_units
from governance.accounts.models import BusinessUnit, User
from governance.calendars.rules import BusinessCalendar


class CalendarQuerySet(models.QuerySet["Calendar"]):
    """Working hours are read by everybody whom they serve."""

    def visible_to(self, user: User) -> "CalendarQuerySet":
        """Return the calendars of units that the person sees, and of all above them."""
        return self.filter(unit__in=serving_units(user))


class Calendar(models.Model):
    """When a unit works. Windows are {"0": [["09:00", "17:00"]]}, Monday first."""

    unit = models.OneToOneField(BusinessUnit, on_delete=models.PROTECT, related_name="calendar")
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64)
    windows = models.JSONField()
    holidays = models.JSONField(default=dict, blank=True)  # {"2026-12-25": "Christmas Day"}
    row_version = models.PositiveIntegerField(default=1)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(windows={}), name="calendar_opens_sometimes"),
            models.CheckConstraint(condition=~Q(time_zone=""), name="calendar_zone_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of these working hours."""
        return reverse("calendars:calendar", args=[self.pk])

    def as_rules(self) -> BusinessCalendar:
        """Return the calendar as the rules know it."""
        windows = {
            int(day): tuple(
                (time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in w
            )
            for day, w in self.windows.items()
        }
        days = frozenset(date.fromisoformat(day) for day in self.holidays)
        return BusinessCalendar(self.time_zone, windows, days)
