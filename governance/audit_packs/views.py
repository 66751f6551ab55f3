"""The pages of evidence packs: list, builder, one pack with its progress, download."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.rules import Capability
from governance.audit_packs import pack_page
from governance.audit_packs.builder_views import may_ask
from governance.audit_packs.files import sent, sent_pdf
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_queries import to_answer
from governance.audit_packs.sharing_queries import standing
from governance.audit_packs.sharing_views import visible

PAGE_SIZE = 50


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
        "waiting": to_answer(user).count(),
    }
    return render(request, "audit_packs/list.html", context)


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
