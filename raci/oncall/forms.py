"""What people type into the pages of schedules; times are those of the schedule's zone."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from governance.accounts.models import BusinessUnit, User
from governance.common.forms import DayInput
from raci.oncall.actions import LayerWish
from raci.oncall.models import Layer, Schedule
from raci.oncall.roles import roles
from raci.oncall.rules import Every
from raci.oncall.wall_clock import resolve, zone_of
from raci.oncall.words import DAYS

SLOTS = 6  # of people in a form, and two more than a layer has
YEARS = range(2000, 2200)


def people() -> QuerySet[User]:
    """Return who can be on call: everybody with an open account who is a person."""
    return User.objects.filter(is_active=True, is_service=False)


class ClockInput(forms.TimeInput):
    """A native time control."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class WallClockField(forms.Field):
    """A local time without a zone, as a clock on the wall shows it."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """Return the naive time; raises ValidationError for anything else."""
        if value in self.empty_values:
            return None
        try:
            found = parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or found.year not in YEARS:
            raise forms.ValidationError("Write a day and a time, like 2026-12-04T09:00.")
        return found


class ScheduleForm(forms.Form):
    """A new schedule."""

    name = forms.CharField(max_length=120, help_text="“Night watch”.")
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(),
        help_text="It serves this unit, and all below that have none of their own.",
    )
    role = forms.ChoiceField(label="Role it serves", choices=lambda: list(roles().items()))
    zone = forms.CharField(
        label="Time zone",
        max_length=64,
        initial=settings.TIME_ZONE,
        help_text="Handovers keep their local time here. Like Europe/Berlin. It cannot be changed.",
    )
    confirms = forms.BooleanField(
        label="Handovers have to be confirmed; until then the outgoing person stays",
        required=False,
    )

    def __init__(self, units: QuerySet[BusinessUnit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        """Return the zone; raises ValidationError for one that does not exist."""
        zone: str = self.cleaned_data["zone"].strip()
        try:
            zone_of(zone)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return zone


class ScheduleChangeForm(forms.Form):
    """What can be changed of a schedule."""

    name = forms.CharField(max_length=120)
    confirms = forms.BooleanField(
        label="Handovers have to be confirmed; until then the outgoing person stays",
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, schedule: Schedule, *args: Any, **kwargs: Any) -> None:
        stored = {"name": schedule.name, "confirms": schedule.confirms}
        kwargs["initial"] = {**stored, "seen": schedule.row_version}
        super().__init__(*args, **kwargs)


class LayerForm(forms.Form):
    """A layer: who in which order, how often they change, on which hours."""

    name = forms.CharField(max_length=120, initial="Everybody")
    every = forms.IntegerField(label="They change every", min_value=1, max_value=999, initial=1)
    unit = forms.ChoiceField(
        label="Hours, days or weeks",
        choices=[(unit.value, unit.value) for unit in Every],
        initial=Every.WEEKS,
    )
    starts_on = forms.DateField(
        label="First handover on",
        widget=DayInput(),
        help_text="A weekly rotation changes on this day of the week.",
    )
    handover_at = forms.TimeField(label="Handover at", widget=ClockInput(), initial="09:00")
    weekdays = forms.TypedMultipleChoiceField(
        label="Only on these days",
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: every day. A time over midnight belongs to the day on which it begins.",
    )
    begins = forms.TimeField(label="Only from", widget=ClockInput(), required=False)
    ends = forms.TimeField(label="Only until", widget=ClockInput(), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, schedule: Schedule, *args: Any, layer: Layer | None = None, **kwargs: Any
    ) -> None:
        initial = {"seen": schedule.row_version, **(_stored(layer) if layer else {})}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        held = len([key for key in initial if key.startswith("person_")])
        self.slots = [f"person_{at}" for at in range(1, max(SLOTS, held + 2) + 1)]
        choices = people()
        for at, slot in enumerate(self.slots):
            self.fields[slot] = forms.ModelChoiceField(
                choices,
                label="First in turn" if at == 0 else f"Then, as number {at + 1}",
                required=at == 0,
                empty_label="Nobody",
                initial=initial.get(slot),
            )
        order = ["name", *self.slots, "every", "unit", "starts_on", "handover_at"]
        self.order_fields([*order, "weekdays", "begins", "ends"])

    def clean(self) -> dict[str, Any]:
        """Return the layer; both hours or none, and each person once."""
        data = super().clean() or self.cleaned_data
        if (data.get("begins") is None) != (data.get("ends") is None):
            self.add_error("ends", "Give both hours, or none.")
        chosen = [person for slot in self.slots if (person := data.get(slot))]
        if len({person.pk for person in chosen}) < len(chosen):
            self.add_error(None, "Each person can be in the layer once.")
        return {**data, "people": chosen}

    def wish(self) -> LayerWish:
        """Return what the form asks for."""
        names = ("name", "people", "starts_on", "handover_at", "every", "weekdays")
        given = {name: self.cleaned_data[name] for name in (*names, "begins", "ends")}
        return LayerWish(**given, unit=Every(self.cleaned_data["unit"]))


def _stored(layer: Layer) -> dict[str, Any]:
    names = ("name", "every", "unit", "starts_on", "handover_at", "weekdays", "begins", "ends")
    turns = {f"person_{at}": one.person_id for at, one in enumerate(layer.members.all(), 1)}
    return {**{name: getattr(layer, name) for name in names}, **turns}


class SpanForm(forms.Form):
    """A time, in the zone of a schedule."""

    since = WallClockField(label="From")
    until = WallClockField(label="Until")

    def __init__(self, schedule: Schedule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schedule = schedule
        self.notes: list[str] = []
        self.fields["since"].help_text = f"Local time in {schedule.zone}."

    def times(self, since: str = "since", until: str = "until") -> tuple[datetime, datetime]:
        """Return a pair of fields as instants, noting what the clocks did to them."""
        zone = zone_of(self.schedule.zone)
        both = [resolve(self.cleaned_data[name], zone) for name in (since, until)]
        self.notes += [one.note for one in both if one.note]
        return both[0].at, both[1].at


class OverrideForm(SpanForm):
    """One person for a time."""

    person = forms.ModelChoiceField(User.objects.none(), empty_label=None)
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, schedule: Schedule, choices: QuerySet[User], *args: Any, **kwargs: Any):
        super().__init__(schedule, *args, **kwargs)
        self.fields["person"].queryset = choices  # type: ignore[attr-defined]
        self.order_fields(["person", "since", "until", "reason"])


class SwapForm(SpanForm):
    """Somebody stands in for me, perhaps for a time of theirs in return."""

    taker = forms.ModelChoiceField(User.objects.none(), label="Who stands in for you?")
    back_since = WallClockField(label="In return you take, from", required=False)
    back_until = WallClockField(label="until", required=False)
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, schedule: Schedule, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(schedule, *args, **kwargs)
        self.fields["taker"].queryset = people().exclude(pk=user.pk)  # type: ignore[attr-defined]
        self.order_fields(["taker", "since", "until", "back_since", "back_until", "reason"])

    def clean(self) -> dict[str, Any]:
        """Return the swap; of the time in return both ends, or none."""
        data = super().clean() or self.cleaned_data
        if (data.get("back_since") is None) != (data.get("back_until") is None):
            self.add_error("back_until", "Give both times, or none.")
        return data

    def back(self) -> tuple[datetime, datetime] | None:
        """Return the time in return as instants, if there is one."""
        if self.cleaned_data.get("back_since") is None:
            return None
        return self.times("back_since", "back_until")


class ConfirmForm(forms.Form):
    """What the incoming person takes over."""

    note_text = forms.CharField(
        label="What is open?",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Alerts, incidents and promises that you take over.",
    )


class WhenForm(forms.Form):
    """A moment to ask about."""

    at = WallClockField(label="Local time")
