"""Tags of the pages of escalation."""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.common.dates import exact
from governance.common.templatetags.ui import state
from governance.escalation.on_pages import open_here
from governance.escalation.wording import (
    CHANNEL_WORDS,
    RESULT_MARKS,
    RESULT_WORDS,
    SEVERITY_WORDS,
)
from governance.escalation.zones import clock_words
from governance.notices.rules import Channel, NoticeState, Severity

register = template.Library()


@register.simple_tag
def by_clock(value: datetime | None, cls: str = "") -> SafeString:
    """Return a moment with its time, exact on demand: today 14:30."""
    if value is None:
        return format_html('<span class="faint">{}</span>', "no time set")
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>',
        *(cls, value.isoformat(), exact(value), clock_words(value, timezone.now())),
    )


@register.simple_tag
def result(key: str) -> SafeString:
    """Return what became of something told, as icon and word."""
    known = NoticeState(key)
    return state(RESULT_MARKS[known], RESULT_WORDS[known])


@register.inclusion_tag("escalation/_here.html", takes_context=True)
def open_escalation(context: Context) -> dict[str, Any]:
    """Tell the open item about what this page shows, if there is one that the person sees."""
    request = context["request"]
    return {"found": open_here(request.path, request.user)}


@register.filter
def severity_words(key: str) -> str:
    """Return the words of a severity."""
    return SEVERITY_WORDS[Severity(key)]


@register.filter
def channel_words(key: str) -> str:
    """Return by which channel somebody is told."""
    return CHANNEL_WORDS[Channel(key)]
