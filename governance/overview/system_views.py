"""The page of one system."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.rules import Capability
from governance.overview.system import system_page, visible_system


@require_safe
@login_required
def system(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one system through all stages."""
    user = acting_user(request)
    row = get_object_or_404(visible_system(user), ref=ref)
    page = system_page(row, user, timezone.localdate())
    context = {
        "page": page,
        "system": row,
        "classification": page.classification,
        "duties": page.duties,
        "entries": page.entries,
        "may_change": page.may_edit and not row.is_retired,
        "may_pack": may(user, Capability.PACK, row.unit),
    }
    return render(request, "overview/system.html", context)
