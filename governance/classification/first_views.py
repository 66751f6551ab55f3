"""The page of where to look first: systems nobody answered about, most pressing first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user, visible_units
from governance.classification import first, waiting
from governance.classification.lexicon import lexicon
from governance.classification.views import LONGEST_NUMBER, PAGE_NUMBER


@require_safe
@login_required
def where_to_look(request: HttpRequest) -> HttpResponse:
    """Show the visible systems without answers, each with the words that point to rules."""
    user = acting_user(request)
    systems = first.waiting_for(user)
    unit, number = request.GET.get("unit", ""), request.GET.get("page", "")
    if unit.isdecimal() and len(unit) < LONGEST_NUMBER:
        systems = systems.filter(unit__path__contains=[int(unit)])
    page = first.page_of(systems, int(number) if PAGE_NUMBER.fullmatch(number) else 1)
    context = {
        "page": page,
        "answerable": waiting.answerable(user, (row.system for row in page.rows)),
        "words": page.words,
        "previous_url": _page_url(request, page.number - 1) if page.number > 1 else "",
        "next_url": _page_url(request, page.number + 1) if page.has_next else "",
        "segments": [
            {"label": "To classify", "url": "../", "count": None, "current": False},
            {"label": "Look first", "url": "?", "count": page.count, "current": True},
            {"label": "Changed", "url": "../?show=changed", "count": None, "current": False},
        ],
        "units": visible_units(user).order_by("name"),
        "unit": unit,
        "version": lexicon().version[:7],
    }
    return render(request, "classification/first.html", context)


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
