"""Working hours as people type them: a line of hours for each weekday, a list of holidays."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from governance.accounts.forms import UnitChoice
from governance.accounts.models import BusinessUnit
from governance.calendars.actions import Hours
from governance.calendars.models import Calendar
from governance.calendars.reading import (
    DAYS,
    holidays_of,
    holidays_text,
    windows_of,
    windows_text,
)
from governance.calendars.rules import BusinessCalendar, CalendarError
from governance.common.forms import Conflict

USUAL = "09:00–17:00"


class Read(forms.CharField):
    """A text that a function reads; what it refuses stands at the field, the text stays."""

    def __init__(self, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.read = read

    def clean(self, value: Any) -> Any:
        """Return what was read; raises ValidationError in the reader's words."""
        try:
            return self.read(super().clean(value))
        except CalendarError as error:
            raise forms.ValidationError(str(error)) from error


class HoursForm(forms.Form):
    """The working hours of a unit."""

    name = forms.CharField(max_length=120, help_text="“Oslo office”.")
    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        initial=settings.TIME_ZONE,
        help_text="Hours are local here. Like Europe/Berlin.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Calendar | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, day in enumerate(DAYS):
            hint = "" if at else "Pauses with a comma: 09:00–12:30, 13:30–17:00. Empty: closed."
            self.fields[f"day_{at}"] = Read(
                windows_of,
                label=day,
                max_length=200,
                help_text=hint,
                initial=USUAL if at < 5 else "",
            )
        self.fields["holidays"] = Read(
            holidays_of,
            max_length=200_000,
            widget=forms.Textarea(attrs={"rows": 10}),
            help_text="One a line: 2026-12-25 Christmas Day. Paste a list; 25.12.2026 works too.",
        )
        if row is not None:
            self.initial = {**stored(row), **self.initial}

    def clean(self) -> dict[str, Any]:
        """Refuse an unknown zone, hours that overlap, and hours that never open."""
        data = super().clean() or self.cleaned_data
        for at in range(7):
            self._check(f"day_{at}", at, data.get(f"day_{at}"))
        if not self.errors and not any(data[f"day_{at}"] for at in range(7)):
            self.add_error("day_0", "Give the hours of at least one day: it would never be open.")
        return data

    def _check(self, name: str, weekday: int, windows: Any) -> None:
        try:
            if windows:
                BusinessCalendar("UTC", {weekday: windows})
        except CalendarError as error:
            self.add_error(name, str(error))

    def clean_time_zone(self) -> str:
        """Return the zone; raises ValidationError for one that does not exist."""
        zone: str = self.cleaned_data["time_zone"].strip()
        try:
            BusinessCalendar(zone, {0: windows_of(USUAL)})
        except CalendarError as error:
            raise forms.ValidationError(f"{error} Write one like Europe/Berlin.") from error
        return zone

    def hours(self) -> Hours:
        """Return what the form asks for."""
        data = self.cleaned_data
        windows = {at: data[f"day_{at}"] for at in range(7) if data[f"day_{at}"]}
        return Hours(data["name"], data["time_zone"], windows, data["holidays"])

    def conflicts(self, row: Calendar) -> list[Conflict]:
        """Return where the stored hours and the typed ones differ; then stand on the stored."""
        self.data = {**self.data.dict(), "seen": str(row.row_version)}  # type: ignore[attr-defined]
        return [
            Conflict(str(self.fields[name].label or name.capitalize()), value, typed)
            for name, value in stored(row).items()
            if name != "seen" and (typed := self.data.get(name, "")).split() != str(value).split()
        ]


class NewHoursForm(HoursForm):
    """The working hours of a unit that has none."""

    unit = UnitChoice(
        queryset=BusinessUnit.objects.none(),
        empty_label="Choose a unit",
        help_text="They count here, and in all units below that have none of their own.",
    )
    field_order = ["unit"]

    def __init__(self, units: QuerySet[BusinessUnit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


def stored(row: Calendar) -> dict[str, Any]:
    """Return stored working hours as the form shows them."""
    days = {f"day_{at}": windows_text(row.windows.get(str(at), [])) for at in range(7)}
    texts = {"name": row.name, "time_zone": row.time_zone, **days}
    return {**texts, "holidays": holidays_text(row.holidays), "seen": row.row_version}
