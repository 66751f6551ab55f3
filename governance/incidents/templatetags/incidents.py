"""Moments of an incident, in its own time zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.common.dates import short_day

register = template.Library()


@register.simple_tag
def moment(value: datetime | None, zone: str) -> SafeString:
    """Return a moment as a wall clock of the zone showed it, with the zone."""
    if value is None:
        return format_html('<span class="faint">{}</span>', "not known")
    there = value.astimezone(ZoneInfo(zone))
    words = f"{short_day(there)}, {there:%H:%M %Z}"
    return format_html('<time datetime="{}">{}</time>', there.isoformat(), words)


@register.simple_tag
def last_minute(ends_at: datetime, zone: str) -> SafeString:
    """Return the last minute of a deadline; `ends_at` is the moment after it."""
    return moment(ends_at - timedelta(minutes=1), zone)


@register.simple_tag
def said(value: object, zone: str) -> str:
    """Return a corrected value in words: moments in the zone, lists joined, nothing as nothing."""
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if found.tzinfo is None:  # a text that only looks like a day
        return str(value)
    there = found.astimezone(ZoneInfo(zone))
    return f"{short_day(there)}, {there:%H:%M %Z}"
