"""The builder of packs: choose, look at what is missing, build."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs.builder import Preview, preview
from governance.audit_packs.builder_actions import request_for
from governance.audit_packs.builder_forms import LIST, NAMED, UNIT, BuilderForm
from governance.audit_packs.section_rules import Section
from governance.audit_packs.tasks import start_soon
from governance.common.forms import attempt


def may_ask(user: User) -> bool:
    """Return whether the person may ask for packs in any unit."""
    return units_with(user, Capability.PACK).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose what a pack is about and holds, see what is missing, ask for it."""
    user = acting_user(request)
    if not may_ask(user):
        raise PermissionDenied("Your role does not let you ask for evidence packs.")
    form = BuilderForm(_given(request), user=user)
    looks = request.method != "POST" or "look" in request.POST or _is_live(request)
    found: Preview | None = None
    if form.is_bound and form.is_valid():
        if not looks and attempt(form, lambda: _ask(form, user)):
            return redirect("audit_packs:pack", ref=form.pack.ref)
        found = preview(form.chosen(), form.sections_chosen(), form.period())
    return _page(request, form, found)


def _is_live(request: HttpRequest) -> bool:
    """Return whether htmx only looks, while somebody chooses; it never asks for the pack."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request


def _ask(form: BuilderForm, user: User) -> None:
    form.pack = request_for(form.people(), actor=user, **form.request())
    start_soon(form.pack.pk)


def _page(request: HttpRequest, form: BuilderForm, found: Preview | None) -> HttpResponse:
    """Return the whole page, or for htmx, which looks while somebody chooses, its right side."""
    live = _is_live(request)
    status = 422 if form.errors and request.method == "POST" and not live else 200
    name = "audit_packs/_ahead.html" if live else "audit_packs/new.html"
    response = render(request, name, {"form": form, "ahead": found}, status=status)
    response["Vary"] = "HX-Request"
    return response


def _given(request: HttpRequest) -> Any:
    """Return what was posted, or what a link to the builder names, or nothing."""
    if request.method == "POST":
        return request.POST
    usual = {"purpose": "audit", "sections": [section.value for section in Section]}
    if refs := request.GET.getlist("system"):
        return usual | {"about": NAMED, "systems": " ".join(refs)}
    if unit := request.GET.get("unit"):
        return usual | {"about": UNIT, "unit": unit}
    if query := request.GET.get("list"):
        return usual | {"about": LIST, "filter": query}
    return None
