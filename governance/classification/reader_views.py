"""The law as the rules in force read it: where each statement of a result comes from."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.classification.queries import engine
from governance.classification.reader import TITLES, part_of, read


@require_safe
@login_required
def law(request: HttpRequest) -> HttpResponse:
    """Show one part of the rule pack in force: the one asked for, or the one of a rule."""
    pack, name = engine().pack, request.GET.get("rule", "")
    found = part_of(pack, name) if name else ""
    part = found or request.GET.get("part", "")
    part = part if part in TITLES else next(iter(TITLES))
    context: dict[str, Any] = {
        "pack": pack,
        "title": TITLES[part],
        "entries": read(pack, part),
        "unknown": name if name and not found else "",
        "segments": [
            {"label": title, "url": f"?part={key}", "count": None, "current": key == part}
            for key, title in TITLES.items()
        ],
        "texts": pack.meta["instruments"],
    }
    return render(request, "classification/law.html", context)
