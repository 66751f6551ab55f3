"""Today, search and the kit of parts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.overview import find as search
from governance.overview import today as queries
from governance.overview.context import navigation_of
from governance.overview.kit import samples
from governance.overview.team import team


@require_safe
@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show what needs the person, the figures and the dates ahead."""
    user, now = acting_user(request), timezone.now()
    page = queries.today(user, now, navigation_of(request).abilities)
    shown = page.needs if request.GET.get("all") else page.needs[: queries.SHOWN_NEEDS]
    of_team = request.GET.get("show") == "team"
    context = {"page": page, "shown": shown, "segments": _segments(page, of_team=of_team)}
    context["loads"] = team(user, now) if of_team else None
    return render(request, "overview/today.html", context)


def _segments(page: queries.Today, *, of_team: bool) -> list[dict[str, Any]]:
    mine = {"label": "My duties", "url": "/", "count": len(page.needs), "current": not of_team}
    others = {"label": "Team", "url": "/?show=team", "count": page.team, "current": of_team}
    return [mine, others]


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Show what the person may see and was looked for; a fragment for the search dialog."""
    query = request.GET.get("q", "").strip()
    found = search.find(acting_user(request), query, navigation_of(request))
    total = sum(len(group.hits) for group in found)
    context = {"query": query, "found": found, "total": total}
    htmx = request.htmx  # type: ignore[attr-defined]
    is_fragment = htmx and not htmx.history_restore_request
    page = "overview/_found.html" if is_fragment else "overview/find.html"
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@login_required
def kit(request: HttpRequest) -> HttpResponse:
    """Show every part that pages are made of."""
    return render(request, "overview/kit.html", samples())
