"""Looking at packs as an auditor sees them: the same pages, and nothing that acts."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.rules import Capability
from governance.audit_packs import pack_page, sharing_actions
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_sharing import PackViewing
from governance.audit_packs.sharing_queries import auditors_for, standing
from governance.audit_packs.sharing_views import FORM

PAGE_SIZE = 50


@require_http_methods(FORM)
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Choose an auditor, and look at the packs as they see them."""
    user = acting_user(request)
    if not units_with(user, Capability.HAND_OUT).exists():
        raise PermissionDenied("Compliance officers and administrators look as auditors do.")
    auditors = auditors_for(user)
    if request.method == "POST":
        chosen = request.POST.get("auditor", "")
        auditor = get_object_or_404(auditors, pk=int(chosen) if chosen.isdecimal() else 0)
        made = sharing_actions.look_as(auditor, actor=user)
        return redirect("audit_packs:viewing", viewing=made.pk)
    return render(request, "audit_packs/view_as.html", {"auditors": auditors})


@require_safe
@login_required
def packs(request: HttpRequest, viewing: int) -> HttpResponse:
    """List the packs that the auditor sees."""
    look = _look(request, viewing)
    rows = _seen(look).select_related("unit", "requested_by", "expiry", "withdrawal")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for pack in page:
        pack.now = standing(pack)  # type: ignore[attr-defined]
    context = {"page": page, "may_ask": False, "look": look}
    return render(request, "audit_packs/list.html", context)


@require_safe
@login_required
def pack(request: HttpRequest, viewing: int, ref: str) -> HttpResponse:
    """Show one pack as the auditor sees it."""
    look = _look(request, viewing)
    rows = _seen(look).select_related("unit", "requested_by", "expiry", "withdrawal__by")
    found = get_object_or_404(rows, ref=ref)
    context = pack_page.told(found, look.auditor)
    return render(request, "audit_packs/pack.html", context | {"look": look})


def _look(request: HttpRequest, viewing: int) -> PackViewing:
    """Return a look that goes on; 404 once it is over, or the person may not look any more."""
    user = acting_user(request)
    mine = PackViewing.objects.visible_to(user).select_related("auditor")
    look = get_object_or_404(mine, pk=viewing)
    if not auditors_for(user).filter(pk=look.auditor_id).exists():
        raise Http404
    return look


def _seen(look: PackViewing) -> QuerySet[EvidencePack]:
    """Return the packs that the auditor sees and that the person who looks sees too."""
    theirs = EvidencePack.objects.visible_to(look.auditor)
    return theirs.filter(pk__in=EvidencePack.objects.visible_to(look.viewer).values("pk"))
