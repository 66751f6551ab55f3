"""The pages on which a matrix is reviewed, and a row follows the default or is kept apart."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from raci.matrices import inherit_actions, queries, review_actions
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import address
from raci.matrices.guards import may_assign
from raci.matrices.inheriting import read_for
from raci.matrices.models import Matrix
from raci.matrices.rowpage import lines
from raci.matrices.rules import MatrixStatus


def visible(user: User, pk: int) -> Matrix:
    """Return a matrix the person sees, loaded with its grid; 404 for any other."""
    return get_object_or_404(Matrix.objects.visible_to(user).with_grid(), pk=pk)


def version_seen(request: HttpRequest) -> int | None:
    """Return the row version that the posted form was made from."""
    seen = request.POST.get("row_version", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


@require_POST
@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft for review as it is stored."""
    user = acting_user(request)
    found = visible(user, pk)
    review_actions.submit(found, actor=user, seen=version_seen(request))
    messages.success(request, f"Version {found.version} waits for somebody else's review.")
    return redirect(address(found))


@require_POST
@login_required
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Put what is in review in force."""
    user = acting_user(request)
    found = visible(user, pk)
    changed = review_actions.activate(found, actor=user, seen=version_seen(request))
    messages.success(request, f"Version {found.version} is in force.")
    if changed:
        words = "1 matrix below follows" if changed == 1 else f"{changed} matrices below follow"
        messages.info(request, f"{words} it from this moment on.")
    return redirect(address(found))


@require_POST
@login_required
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what is in review back, with the reason."""
    user = acting_user(request)
    found = visible(user, pk)
    reason = request.POST.get("reason", "")[:2_000]
    review_actions.send_back(found, actor=user, reason=reason, seen=version_seen(request))
    messages.success(request, f"Version {found.version} is a draft again.")
    return redirect(address(found))


@require_safe
@login_required
def row(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show one row beside what the default above says."""
    user = acting_user(request)
    found = visible(user, pk)
    if code not in found.activities:
        raise Http404
    default, people = queries.default_above(found), queries.directory([found])
    theirs = read_for(default, found, people) if default else None
    has_row = default is not None and code in default.activities
    status_allows = found.status in (MatrixStatus.DRAFT, MatrixStatus.ACTIVE)
    context = {
        "matrix": found,
        "activity": catalogue().activities[code],
        "default": default if has_row else None,
        "lines": lines(code, read_for(found, found, people), theirs),
        "is_overridden": code in found.overridden,
        "may_assign": status_allows and may_assign(user, found),
        "back": address(found),
    }
    return render(request, "raci/row.html", context)


@require_POST
@login_required
def stand(request: HttpRequest, pk: int) -> HttpResponse:
    """Let rows follow the default, or keep them apart, as the button says."""
    user = acting_user(request)
    found = visible(user, pk)
    codes = request.POST.getlist("codes")
    act = inherit_actions.override if "override" in request.POST else inherit_actions.inherit
    draft = act(found, actor=user, codes=codes, seen=version_seen(request))
    kept = "kept apart from" if "override" in request.POST else "brought up to"
    rows = codes[0] if len(codes) == 1 else f"{len(codes)} rows"
    messages.success(request, f"{rows}: {kept} the default, in version {draft.version}.")
    return redirect(address(draft))
