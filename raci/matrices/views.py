"""The pages of matrices: the list, one matrix, what one can do with it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from inventory.systems.models import AISystem
from raci.matrices import actions, checking, queries, review_actions
from raci.matrices.checking import address
from raci.matrices.forms import ColumnForm, RowsForm
from raci.matrices.grid import grid
from raci.matrices.guards import may_assign
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.statement_views import on_record

PAGE_SIZE = 25  # each row evaluates the rules over a whole matrix


@require_safe
@login_required
def matrices(request: HttpRequest) -> HttpResponse:
    """Show the matrices with what the rules find, or the systems that have none."""
    user, show = acting_user(request), request.GET.get("show", "")
    current = Matrix.objects.visible_to(user).current()
    systems = AISystem.objects.visible_to(user).exclude(
        pk__in=current.filter(system__isnull=False).values("system")
    )
    number = request.GET.get("page")
    if show == "without":
        bare = Paginator(systems.select_related("unit"), PAGE_SIZE).get_page(number)
        context: dict[str, Any] = {"page": bare, "rows": list(bare)}
    else:
        order = (F("unit_id").asc(nulls_last=True), "system__name", "pk")
        page = Paginator(current.with_grid().order_by(*order), PAGE_SIZE).get_page(number)
        context = {"page": page, "rows": checking.with_findings(page)}
    segments = [
        {"url": "?", "label": "Matrices", "count": current.count(), "current": show != "without"},
        {
            "url": "?show=without",
            "label": "Systems without one",
            "count": systems.count(),
            "current": show == "without",
        },
    ]
    context |= {"segments": segments, "show": show}
    return render(request, "raci/matrices.html", context)


@require_safe
@login_required
def system(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a system's matrix: the draft if there is one, else what is in force."""
    user = acting_user(request)
    found = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    matrix = queries.current_of(found)
    if matrix is None:
        context = {
            "system": found,
            "default": queries.default_for(found.unit),
            "may_assign": not found.is_retired and may(user, Capability.ASSIGN, found.unit),
        }
        return render(request, "raci/none.html", context)
    return _shown(request, user, matrix)


@require_safe
@login_required
def matrix(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one matrix: a default, or any version of a system's."""
    user = acting_user(request)
    return _shown(request, user, _visible(user, pk))


def _visible(user: User, pk: int) -> Matrix:
    return get_object_or_404(Matrix.objects.visible_to(user).with_grid(), pk=pk)


def _shown(request: HttpRequest, user: User, found: Matrix) -> HttpResponse:
    assigns = may_assign(user, found)
    is_review = found.status == MatrixStatus.IN_REVIEW
    others = Matrix.objects.visible_to(user).filter(system=found.system, unit=found.unit)
    context = {
        "grid": grid(found),
        "matrix": found,
        "may_assign": assigns and found.status in (MatrixStatus.DRAFT, MatrixStatus.ACTIVE),
        "may_review": is_review and assigns,
        "why_not": review_actions.why_not(user, found) if is_review and assigns else "",
        "versions": others.exclude(pk=found.pk),
        "column_form": ColumnForm(),
        "rows_form": RowsForm(initial={"codes": found.activities}),
        "record": on_record(found, user),
    }
    return render(request, "raci/matrix.html", context)


@require_POST
@login_required
def make(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a system's matrix from the default."""
    user = acting_user(request)
    found = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    actions.make_matrix(found, actor=user)
    return redirect("raci:system", ref=found.ref)


@require_POST
@login_required
def add_column(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a column for a person, team, mailbox, vendor or service."""
    user = acting_user(request)
    found = _visible(user, pk)
    form = ColumnForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "matrix": found, "back": address(found)}
        return render(request, "raci/column.html", context, status=422)
    changed = actions.add_party(found, actor=user, **form.cleaned_data)
    return redirect(address(changed))


@require_POST
@login_required
def set_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose which activities the matrix has."""
    user = acting_user(request)
    found = _visible(user, pk)
    codes = request.POST.getlist("codes")
    return redirect(address(actions.set_rows(found, actor=user, codes=codes)))
