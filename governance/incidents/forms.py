"""Forms of incidents: moments are wall-clock times in a named zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from governance.evidence.rules import misfit
from governance.incidents.models import Incident
from governance.incidents.queries import all_steps
from governance.incidents.rules import Effect, Regime, Step, is_reckoned, moment_in

EFFECT_WORDS = {
    Effect.DEATH: "Death of a person",
    Effect.HEALTH: "Serious harm to a person's health",
    Effect.INFRASTRUCTURE: "Serious and irreversible disruption of critical infrastructure",
    Effect.RIGHTS: "Infringement of obligations that protect fundamental rights",
    Effect.PROPERTY: "Serious harm to property or the environment",
}
REGIME_WORDS = {
    Regime.NONE: "No",
    Regime.EQUIVALENT: "Yes: Annex III provider under an equivalent reporting regime",
    Regime.DEVICE: "Yes: a medical device or in vitro diagnostic",
}
SAID = (
    "title", "description", "effects", "widespread", "regime", "sectoral_route",
    "zone", "row_version",
)  # fmt: skip
MOST_FILES = 20
MOMENTS = ("occurred_from", "occurred_until", "aware_at")


class MomentField(forms.Field):
    """A day and a time of a wall clock, without a zone."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """Return the naive moment; refuse what is none."""
        if not value or isinstance(value, datetime):
            return value or None
        try:
            moment = datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
        except ValueError as error:
            raise forms.ValidationError("Write it like 2026-11-22 14:30.") from error
        if not is_reckoned(moment):
            raise forms.ValidationError("Look at the year again.")
        return moment


class FilesInput(forms.FileInput):
    """A control for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is looked at like one, and all that is wrong is told."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files; refuse more than a few, and any that is empty or too large."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"Choose up to {MOST_FILES} files at once.")
        files = [super(FilesField, self).clean(one, initial) for one in given]
        if wrong := [f"{one.name}: {why}" for one in files if (why := misfit(one.size))]:
            raise forms.ValidationError(wrong)
        return files


class ZonedForm(forms.Form):
    """A form whose moments are in one zone."""

    def moments(self, data: dict[str, Any], zone: str, names: tuple[str, ...]) -> None:
        """Turn wall-clock times into moments; a time that the clock skipped is refused."""
        for name in names:
            if isinstance(data.get(name), datetime):
                data[name] = moment_in(data[name], ZoneInfo(zone))
                if data[name] is None:
                    self.add_error(name, "The clock skipped this time there. Take one beside it.")


class IncidentForm(ZonedForm):
    """What happened, and when somebody of ours knew."""

    title = forms.CharField(label="What happened, in a few words?", max_length=200)
    description = forms.CharField(
        label="What is known so far?",
        help_text="Facts, not names of the people harmed.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    aware_at = MomentField(
        label="When did somebody of ours become aware?", help_text="The clock starts here."
    )
    zone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="Of these times; calendar days are counted in it. Like Europe/Berlin.",
    )
    effects = forms.MultipleChoiceField(
        label="What did it lead to, or may it have led to?",
        help_text="Art. 3(49). Several: the shortest time counts.",
        required=False,
        choices=[(effect.value, words) for effect, words in EFFECT_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    widespread = forms.BooleanField(
        label="It is a widespread infringement, Art. 3(61)", required=False
    )
    occurred_from = MomentField(label="It happened from", required=False, help_text="If known.")
    occurred_until = MomentField(label="Until", required=False)
    regime = forms.ChoiceField(
        label="Is it reported under another regime?",
        help_text="Then Art. 73(9)-(10) leaves only infringements of fundamental rights here.",
        choices=[(regime.value, words) for regime, words in REGIME_WORDS.items()],
        initial=Regime.NONE,
    )
    sectoral_route = forms.CharField(
        label="Where and how is it reported there?",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, incident: Incident | None = None, **options: Any) -> None:
        initial: dict[str, Any] = {"zone": timezone.get_default_timezone_name()}
        if incident:
            initial = {name: getattr(incident, name) for name in SAID}
            initial |= {name: wall_clock(incident, name) for name in MOMENTS}
        options["initial"] = initial | options.get("initial", {})
        super().__init__(*args, **options)
        self.incident = incident

    def clean(self) -> dict[str, Any]:
        """Return moments with their zone; refuse an incident without a ground."""
        data: dict[str, Any] = super().clean() or {}
        zone = data.get("zone", "")
        try:
            ZoneInfo(zone)
        except (LookupError, ValueError, OSError):
            self.add_error("zone", "There is no such time zone. Write it like Europe/Berlin.")
            return data
        untouched = [name for name in MOMENTS if self._is_untouched(name, data)]
        self.moments(data, zone, tuple(name for name in MOMENTS if name not in untouched))
        data |= {name: getattr(self.incident, name) for name in untouched}
        if not data.get("effects") and not data.get("widespread"):
            self.add_error(
                "effects", "Choose at least one; it can be assessed as not serious later."
            )
        return data

    def _is_untouched(self, name: str, data: dict[str, Any]) -> bool:
        """Return whether a moment stands as it was shown, to the minute; its seconds stay."""
        if self.incident is None or data.get("zone") != self.incident.zone:
            return False
        return bool(data.get(name)) and data[name] == wall_clock(self.incident, name)


def wall_clock(incident: Incident, name: str) -> datetime | None:
    """Return a moment as a wall clock in the incident's zone shows it, to the minute."""
    value: datetime | None = getattr(incident, name)
    if value is None:
        return None
    there = value.astimezone(incident.clock_zone)
    return there.replace(tzinfo=None, second=0, microsecond=0, fold=0)


class CorrectForm(IncidentForm):
    """The same, with the reason for the change and the version that was read."""

    reason = forms.CharField(
        label="Why is it corrected?",
        help_text="The deadline follows from these facts; the authority may ask.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    row_version = forms.IntegerField(widget=forms.HiddenInput)


class StepForm(ZonedForm):
    """What was done, when, and who got it."""

    done_at = MomentField(label="When was it done?")
    authority = forms.CharField(
        label="Who got it?", required=False, max_length=200, help_text="Authority, or provider."
    )
    number = forms.CharField(
        label="Number", required=False, max_length=100, help_text="As they number it."
    )
    note = forms.CharField(
        label="What was said or done?",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    uploads = FilesField(
        label="Files",
        required=False,
        help_text="Several at once, up to 50 MiB each: the report as sent, the receipt.",
    )
    evidence: Any = forms.ModelMultipleChoiceField(
        queryset=None,
        label="Evidence that is there already",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, incident: Incident, step: Step, **options: Any) -> None:
        self.zone = incident.zone
        now = timezone.now().astimezone(incident.clock_zone).replace(tzinfo=None)
        options["initial"] = {"done_at": now} | options.get("initial", {})
        super().__init__(*args, **options)
        standing = incident.system.evidence.filter(withdrawn_at__isnull=True)
        field: Any = self.fields["evidence"]
        field.queryset = standing
        field.label_from_instance = lambda item: f"{item.ref} {item.title}"
        if not standing.exists():
            del self.fields["evidence"]
        self.fields["authority"].required = step.reports
        self.fields["done_at"].help_text = f"In {incident.zone}."

    def clean(self) -> dict[str, Any]:
        """Return the moment with its zone."""
        data: dict[str, Any] = super().clean() or {}
        self.moments(data, self.zone, ("done_at",))
        return data


class ReasonForm(forms.Form):
    """A sentence that says why."""

    reason = forms.CharField(
        label="Why?",
        help_text="An auditor will read it.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def step_of(kind: str) -> Step | None:
    """Return a step of the data file."""
    return next((step for step in all_steps() if step.kind == kind), None)
