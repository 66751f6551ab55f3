"""The tags of the interface: one per component."""

import functools
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from governance.common import dates

register = template.Library()

ICONS = Path(settings.BASE_DIR) / "static" / "icons"
TIERS = {
    "prohibited": ("octagon-x", "Prohibited"),
    "high": ("triangle-alert", "High-risk"),
    "limited": ("eye", "Limited"),
    "minimal": ("circle", "Minimal"),
    "gpai": ("layers", "GPAI model"),
    "out_of_scope": ("circle-minus", "Out of scope"),
    "not_applicable": ("circle-minus", "Not a system"),
    "undetermined": ("circle-dashed", "Undetermined"),
    "none": ("circle-dashed", "Unclassified"),
}
SHORT_TIERS = {"prohibited": "Prohib.", "high": "High", "unclassified": "None"}
STATES = {
    "met": ("circle-check", "Met"),
    "progress": ("circle-dot", "In progress"),
    "missing": ("circle-alert", "Missing"),
    "wait": ("hourglass", "Waiting"),
    "na": ("minus", "Not applicable"),
}
TICK_WIDTH = 9


@functools.cache
def icon_shapes(name: str) -> SafeString:
    """Return what is drawn inside an icon's svg element; the file is ours and trusted."""
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    return mark_safe(re.sub(r">\s+<", "><", inner.strip()))  # noqa: S308


@register.simple_tag
@functools.lru_cache(maxsize=1024)
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """Return an inlined icon; with a label it speaks, without one it is decoration."""
    hidden = format_html('role="img" aria-label="{}"', label) if label else HIDDEN
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        *(cls, hidden, icon_shapes(name)),
    )


HIDDEN = mark_safe('aria-hidden="true"')


def tier_words(key: str | None) -> str:
    """Return the words of a risk tier; no tier is Unclassified."""
    return TIERS.get(key or "none", TIERS["none"])[1]


@register.simple_tag
@functools.lru_cache(maxsize=1024)
def tier(key: str | None, cls: str = "") -> SafeString:
    """Return a risk tier as icon and word."""
    known = key if key in TIERS else "none"
    shape, label = TIERS[known or "none"]
    return format_html('<span class="tier tier-{} {}">{}{}</span>', known, cls, icon(shape), label)


@register.filter(name="tier_words")
def tier_words_filter(key: str | None) -> str:
    """Return the words of a risk tier, for a sentence or a label."""
    return tier_words(key)


@register.filter
def tier_short(key: str) -> str:
    """Return a risk tier in few letters, for the head of a column on a phone."""
    return SHORT_TIERS.get(key) or tier_words(key)


@register.simple_tag
@functools.lru_cache(maxsize=1024)
def state(key: str, label: str = "") -> SafeString:
    """Return one of the five states as icon and word."""
    shape, words = STATES[key]
    return format_html('<span class="st st-{}">{}{}</span>', key, icon(shape), label or words)


@register.simple_tag
def due(value: date | datetime | None, cls: str | None = None) -> SafeString:
    """Return a due day in words, exact on demand; late and soon are marked.

    Give `cls=""` where the day is no deadline, so that nothing is marked.
    """
    if value is None:
        return format_html('<span class="faint">{}</span>', "no date")
    day, today = dates.day_of(value), timezone.localdate()
    mark = dates.due_class(day, today) if cls is None else cls
    return _time(value, dates.due_words(day, today), mark)


@register.simple_tag
def when(value: date | datetime | None, cls: str = "") -> SafeString:
    """Return a past day or moment in words, exact on demand."""
    if value is None:
        return format_html('<span class="faint">{}</span>', "never")
    return _time(value, dates.past_words(value, timezone.now()), cls)


@register.simple_tag
def day(value: date | datetime | None, cls: str = "") -> SafeString:
    """Return a day exactly, for agreements, files and packs."""
    if value is None:
        return format_html('<span class="faint">{}</span>', "not given")
    return _time(value, dates.short_day(dates.day_of(value)), cls)


def _time(value: date | datetime, words: str, cls: str) -> SafeString:
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>',
        *(cls, value.isoformat(), dates.exact(value), words),
    )


@register.simple_tag
def avatar(person: Any) -> SafeString:
    """Return a person's initials in a circle; takes a user, initials or nothing."""
    initials = getattr(person, "initials", person) or "–"
    return format_html('<span class="av" aria-hidden="true">{}</span>', initials)


@register.simple_tag
@functools.lru_cache(maxsize=1024)
def ticks(met: int, progress: int = 0, missing: int = 0, na: int = 0, wait: int = 0) -> SafeString:
    """Return one block for each duty; in greyscale full, half, hollow, dashed, faint."""
    kinds = ["met"] * met + ["progress"] * progress + ["missing"] * missing
    kinds += ["wait"] * wait + ["na"] * na
    blocks = format_html_join("", "{}", ((_tick(kind, at),) for at, kind in enumerate(kinds)))
    counted = (f"{progress} in progress", progress), (f"{missing} missing", missing)
    beside = (f"{wait} waiting", wait), (f"{na} not applicable", na)
    extra = [words for words, count in (*counted, *beside) if count]
    label = ", ".join([f"{met} of {met + progress + missing + wait} met", *extra])
    width = max(len(kinds), 1) * TICK_WIDTH
    return format_html(
        '<svg class="ticks" viewBox="0 0 {} 14" width="{}" height="14" role="img" '
        'aria-label="{}">{}</svg>',
        *(width, width, label, blocks),
    )


def _tick(kind: str, at: int) -> SafeString:
    left = at * TICK_WIDTH
    block = format_html(
        '<rect class="tk tk-{}" x="{}" y=".75" width="6" height="12.5" rx="1.5"/>',
        *(kind, left + 0.75),
    )
    if kind != "progress":
        return block
    half = '<rect class="tk-half" x="{}" y="1.75" width="4" height="5"/>'
    return block + format_html(half, left + 1.75)


@register.simple_tag
def stackbar(parts: list[tuple[str, int]], label: str) -> SafeString:
    """Return a bar of tiers side by side, wide by their numbers: [("high", 6), …]."""
    total, left, bars = sum(count for _, count in parts) or 1, 0.0, []
    for key, count in parts:
        width = 1000 * count / total
        if count:
            bars.append((key, f"{left:.1f}", f"{max(width - 3, 2):.1f}"))
        left += width
    shape = '<rect class="f-{}" x="{}" y="0" width="{}" height="14"/>'
    return format_html(
        '<svg class="stackbar" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        *(label, format_html_join("", shape, bars)),
    )


NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


@register.filter
def in_words(number: int) -> str:
    """Return a number as text writes it: in words up to twelve."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"


@register.filter
def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 system, 1,204 systems; "entry,entries" names the plural.

    Without a noun, the number alone.
    """
    one, _, many = noun.partition(",")
    return f"{number:,} {one if number == 1 or not one else many or one + 's'}".strip()


@register.filter
def words(name: str) -> str:
    """Return a name with underscores as words."""
    return name.replace("_", " ")
