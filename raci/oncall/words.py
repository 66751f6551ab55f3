"""Shifts, gaps and layers in words, in the zone of the schedule and of the reader. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from raci.oncall.rules import Every, Gap, Layer, Reason, Through

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STEPS = {
    Through.LAYER: "Rotation",
    Through.SWAP: "Swap",
    Through.OVERRIDE: "Override",
}
REASONS = {
    Reason.NO_SCHEDULE: "No schedule serves this role here.",
    Reason.NO_LAYERS: "The schedule has no layer.",
    Reason.NO_PEOPLE: "No layer has people.",
    Reason.NOT_BEGUN: "The first rotation begins later.",
    Reason.OUTSIDE_HOURS: "No layer covers these hours.",
}


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a clock of the zone shows it: Mon 30 Nov 2026, 09:00 CET."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def both(at: datetime, zone: ZoneInfo, reader: ZoneInfo) -> str:
    """Return an instant in the zone of the schedule, and in the reader's where it differs."""
    here, there = at.astimezone(zone), at.astimezone(reader)
    if here.utcoffset() == there.utcoffset():
        return moment(at, zone)
    day = "" if here.date() == there.date() else f"{there:%a} "
    return f"{moment(at, zone)} ({day}{there:%H:%M %Z})"


def length(span: timedelta) -> str:
    """Return how long something lasts: 2 days 4 hours, 45 minutes."""
    minutes = int(span.total_seconds()) // 60
    parts = ((minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute"))
    said = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number]
    return " ".join(said) or "less than a minute"


def why(gap: Gap, names: Mapping[int, str]) -> str:
    """Return why nobody is on call, naming who is away."""
    if gap.reason != Reason.AWAY:
        return REASONS[gap.reason]
    away = [names.get(pk, "somebody") for pk in gap.away]
    said = away[0] if len(away) == 1 else f"{', '.join(away[:-1])} and {away[-1]}"
    return f"{said} {'is' if len(away) == 1 else 'are'} away, and nobody covers."


def rotation(layer: Layer) -> str:
    """Return how a layer turns: every week on Monday at 09:00; Monday to Friday, 09:00 to 17:00."""
    noun = layer.unit.value.removesuffix("s")
    often = f"every {noun}" if layer.every == 1 else f"every {layer.every} {layer.unit}"
    on = f" on {DAYS[layer.starts.weekday()]}" if layer.unit == Every.WEEKS else ""
    at = "from" if layer.unit == Every.HOURS else "at"
    said = [f"{often}{on} {at} {layer.starts:%H:%M}"]
    if layer.is_restricted:
        said.append(", ".join(filter(None, (_weekdays(layer.weekdays), _hours(layer)))))
    return "; ".join(said)


def _weekdays(days: frozenset[int]) -> str:
    if len(days) == 7:
        return ""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0]]} to {DAYS[ordered[-1]]}"
    return ", ".join(DAYS[day] for day in ordered)


def _hours(layer: Layer) -> str:
    if layer.begins is None or layer.ends is None:
        return ""
    return f"{layer.begins:%H:%M} to {layer.ends:%H:%M}"
