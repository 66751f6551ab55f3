"""The page on which rows are copied from a default or from another system's matrix."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user
from raci.matrices.checking import address
from raci.matrices.copy_actions import copy_rows, sources, would_change
from raci.matrices.guards import require_assign
from raci.matrices.models import Matrix
from raci.matrices.review_views import version_seen, visible


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what copying would change; a POST does it, as one save."""
    user = acting_user(request)
    found = visible(user, pk)
    require_assign(user, found)
    rows = sources(user, found)
    chosen = (request.POST or request.GET).get("from", "")
    source = None
    if chosen:
        wanted = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
        mine = Matrix.objects.with_grid().filter(pk__in=rows.order_by().values("pk"))
        source = get_object_or_404(mine, pk=wanted)
    if request.method == "POST" and source:
        draft = copy_rows(found, source=source, actor=user, seen=version_seen(request))
        messages.success(request, f"The rows are copied into version {draft.version}.")
        return redirect(address(draft))
    context = {
        "matrix": found,
        "sources": rows,
        "source": source,
        "changes": would_change(found, source) if source else [],
        "back": address(found),
    }
    return render(request, "raci/copy.html", context)
