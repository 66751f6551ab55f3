"""The pages of evidence packs: list, builder, one pack with its progress, download."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs import actions, pack_page
from governance.audit_packs.ahead import Ahead, ahead
from governance.audit_packs.files import sent, sent_pdf
from governance.audit_packs.forms import NAMED, UNIT, PackForm
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.sharing_queries import standing
from governance.audit_packs.sharing_views import visible
from governance.audit_packs.tasks import start_soon

PAGE_SIZE = 50


def may_ask(user: User) -> bool:
    """Return whether the person may ask for packs in any unit."""
    return units_with(user, Capability.PACK).exists()


@require_safe
@login_required
def packs(request: HttpRequest) -> HttpResponse:
    """List the packs the person sees, newest first."""
    user = acting_user(request)
    seen = EvidencePack.objects.visible_to(user)
    rows = seen.select_related("unit", "requested_by", "expiry", "withdrawal")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for pack in page:
        pack.now = standing(pack)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "may_ask": may_ask(user),
        "may_look": units_with(user, Capability.HAND_OUT).exists(),
        "waiting": PackQuestion.objects.visible_to(user).waiting().count(),
    }
    return render(request, "audit_packs/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose systems, see what is missing, ask for the pack."""
    user = acting_user(request)
    if not may_ask(user):
        raise PermissionDenied("Your role does not let you ask for evidence packs.")
    form = PackForm(_given(request), user=user)
    found: Ahead | None = None
    if form.is_bound and form.is_valid():
        if request.method == "POST" and "look" not in request.POST:
            pack = actions.request_pack(actor=user, **form.request())
            start_soon(pack.pk)
            return redirect("audit_packs:pack", ref=pack.ref)
        found = ahead(form.chosen())
    status = 422 if form.errors and request.method == "POST" else 200
    return render(request, "audit_packs/new.html", {"form": form, "ahead": found}, status=status)


def _given(request: HttpRequest) -> Any:
    """Return what was posted, or what a link to the builder names, or nothing."""
    if request.method == "POST":
        return request.POST
    if refs := request.GET.getlist("system"):
        return {"about": NAMED, "systems": " ".join(refs)}
    if unit := request.GET.get("unit"):
        return {"about": UNIT, "unit": unit}
    return None


@require_safe
@login_required
def pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one pack: its progress, or what was sealed and how to check it."""
    found, user = visible(request, ref), acting_user(request)
    context = pack_page.told(found, user) | pack_page.abilities(found, user)
    poll = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, f"audit_packs/{'_pack' if poll else 'pack'}.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_GET
@login_required
def download(request: HttpRequest, ref: str) -> FileResponse:
    """Hand the sealed file out, and record who fetched it."""
    return sent(visible(request, ref), acting_user(request))


@require_GET
@login_required
def download_pdf(request: HttpRequest, ref: str) -> FileResponse:
    """Hand the PDF alone out, and record who fetched it."""
    return sent_pdf(visible(request, ref), acting_user(request))
