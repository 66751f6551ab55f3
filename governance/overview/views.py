"""Today, search and the kit of parts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.overview.kit import samples


@require_safe
@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show what needs the person, the figures and the dates ahead."""
    return render(request, "overview/today.html", {})


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Show what the person may see and was looked for."""
    return render(request, "overview/find.html", {"query": request.GET.get("q", "").strip()})


@require_safe
@login_required
def kit(request: HttpRequest) -> HttpResponse:
    """Show every part that pages are made of."""
    return render(request, "overview/kit.html", samples())
