"""Pages of items: the list, one item, what people say to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, visible_units
from governance.accounts.models import User
from governance.common.forms import attempt, form_page
from governance.escalation import listing
from governance.escalation.export import csv_chunks
from governance.escalation.history import timeline
from governance.escalation.models import Item
from governance.escalation.outlook import outlook
from governance.escalation.page import facts_of, kind_words, page_lines, people_of, standing
from governance.escalation.queries import may_handle
from governance.escalation.verbs import VERBS, verbs_for
from governance.escalation.wording import SEVERITY_WORDS

RELATED = (
    *("unit", "system__unit", "system__owner", "plan", "policy", "acked_by", "snoozed_by"),
    *("reassigned_to", "resolved_by"),
)
NOT_YOURS = "Only who is told of it, or who answers in its unit, can do this."


@require_safe
@login_required
def items(request: HttpRequest) -> HttpResponse:
    """List the items that match, what is due next first."""
    user, now = acting_user(request), timezone.now()
    wanted = listing.wanted_of(request.GET)
    rows = listing.items_for(user, wanted)
    page = listing.page_of(rows, wanted.view, request.GET)
    numbers = listing.counts(user, wanted)
    context = {
        "lines": page_lines(page.rows, now),
        "wanted": wanted,
        "segments": _segments(wanted, numbers),
        "selects": _selects(user, wanted),
        "total": numbers[wanted.view],
        "is_resolved": wanted.view == listing.View.RESOLVED,
        "previous_url": wanted.url(before=page.before) if page.before else "",
        "next_url": wanted.url(after=page.after) if page.after else "",
        "address": wanted.url(),
    }
    return render(request, "escalation/list.html", context)


def _segments(wanted: listing.Wanted, numbers: dict[listing.View, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": words,
            "url": wanted.url(show="" if view == listing.View.OPEN else view.value),
            "count": f"{numbers[view]:,}",
            "current": view == wanted.view,
        }
        for view, words in listing.VIEW_WORDS.items()
    ]


def _selects(user: User, wanted: listing.Wanted) -> list[tuple[str, str, list[Any], str]]:
    """Return the filters beside the views: name, label, choices, what is chosen."""
    units = [(str(unit.pk), unit.name) for unit in visible_units(user).order_by("name", "pk")]
    kinds = [(kind, kind_words(kind)) for kind in listing.kinds_of(user)]
    severities = [(one.value, words) for one, words in SEVERITY_WORDS.items()]
    choices = {"kind": ("Kind", kinds), "severity": ("Severity", severities)}
    choices["unit"] = ("Unit, with all below", units)
    return [
        (name, label, found, wanted.chosen.get(name, ""))
        for name, (label, found) in choices.items()
    ]


@require_safe
@login_required
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """Stream every matching item as CSV."""
    user = acting_user(request)
    wanted = listing.wanted_of(request.GET)
    rows = listing.items_for(user, wanted)
    names = people_of(rows)
    found = listing.in_order(rows, wanted.view)
    response = StreamingHttpResponse(
        csv_chunks(found, names), content_type="text/csv; charset=utf-8"
    )
    name = f"escalations-{timezone.localdate():%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def visible_item(user: User, pk: int) -> Item:
    """Return one item with all that its page says of others; else 404."""
    rows = Item.objects.visible_to(user).select_related(*RELATED)
    return get_object_or_404(rows, pk=pk)


@require_safe
@login_required
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one item: what it is, why now, its plan, who was told and with what result."""
    user, now = acting_user(request), timezone.now()
    row = visible_item(user, pk)
    context = {
        "item": row,
        "stands": standing(row, now),
        "facts": facts_of(row),
        "plan": outlook(row, now),
        "lines": timeline(row),
        "verbs": verbs_for(row, user),
        "may_handle": may_handle(user, row),
    }
    return render(request, "escalation/item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Ask what one thing said to an item needs, and take it."""
    user = acting_user(request)
    row = visible_item(user, pk)
    if verb not in VERBS:
        raise Http404
    if not may_handle(user, row):
        raise PermissionDenied(NOT_YOURS)
    chosen = VERBS[verb]
    form = chosen.form(request.POST or None, item=row)
    if form.is_valid() and attempt(form, lambda: chosen.act(row, actor=user, **form.said())):
        messages.success(request, f"{row.ref}: {chosen.done}")
        return redirect(row)
    return form_page(
        request,
        form,
        title=chosen.title,
        lead=f"{row.title}. {chosen.lead}",
        trail=[(reverse("escalation:list"), "Escalations"), (row.get_absolute_url(), row.ref)],
        submit=chosen.submit,
        cancel_url=row.get_absolute_url(),
    )
