"""Times as people say them: a wall clock, and the zone it hangs in."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from governance.calendars.clock import is_zone, moment_at

NO_ZONE = "There is no such time zone. Write it like Europe/Berlin."


class WallClockField(forms.Field):
    """A day and a time of a wall clock, without a zone."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """Return the naive time; refuse what is none."""
        if not value or isinstance(value, datetime):
            return value or None
        try:
            return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
        except ValueError as error:
            raise forms.ValidationError("Write it like 2026-11-22 14:30.") from error


class ZonedForm(forms.Form):
    """A form whose times hang in one zone; `notes` says what its clock skips or repeats."""

    zone = forms.CharField(
        label="Time zone", max_length=64, help_text="Of these times. Like Europe/Berlin."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        usual = {"zone": timezone.get_current_timezone_name()}
        options["initial"] = usual | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.notes: list[str] = []
        self.fields["zone"] = self.fields.pop("zone")  # after the times

    def clean_zone(self) -> str:
        """Return the zone; refuse one that there is not."""
        name = str(self.cleaned_data["zone"])
        if not is_zone(name):
            raise forms.ValidationError(NO_ZONE)
        return name

    def clean(self) -> dict[str, Any]:
        """Return all wall-clock times as moments."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, WallClockField) and data.get(name) and data.get("zone"):
                data[name] = self._moment(data[name], data["zone"])
        return data

    def _moment(self, wall: datetime, zone: str) -> datetime:
        try:
            moment = moment_at(wall, ZoneInfo(zone))
        except OverflowError as error:
            raise forms.ValidationError("No calendar reaches that far.") from error
        self.notes += [moment.note] if moment.note else []
        return moment.at
