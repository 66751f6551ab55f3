"""Pages of frameworks: all five, one by its clauses, one control, and a changed mapping."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, units_with, visible_units
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt
from governance.crosswalk import actions, queries
from governance.crosswalk.forms import SetAsideForm
from governance.crosswalk.models import MappingReview, NotApplicable, Statement
from governance.crosswalk.pages import FrameworkPage, control_page
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Control, Framework, State
from governance.crosswalk.statement_actions import may_withdraw
from governance.crosswalk.statement_views import may_sign
from governance.crosswalk.wishes import Wish, keys_for, systems_for, wish_of
from inventory.systems.models import AISystem

MOST_STATEMENTS = 50


@require_safe
@login_required
def frameworks(request: HttpRequest) -> HttpResponse:
    """Show the five frameworks, each with its own counts."""
    user, wish = acting_user(request), wish_of(request.GET)
    told = queries.survey(keys_for(user, wish))
    context = {
        "cards": [told.coverage(framework) for framework in Framework],
        "systems": len(told.scope.systems),
        **_frame(user, wish),
    }
    return render(request, "crosswalk/frameworks.html", context)


@require_safe
@login_required
def framework(request: HttpRequest, framework: str) -> HttpResponse:
    """Show a framework by its clauses: where every control stands, and what shows it."""
    if framework not in list(Framework):
        raise Http404
    user, wish = acting_user(request), wish_of(request.GET)
    key = Framework(framework)
    told = queries.survey(keys_for(user, wish), controls=catalogue().of(key))
    page = FrameworkPage(told, told.coverage(key), wish.state)
    context = {
        "page": page,
        "segments": _segments(wish, page),
        "systems": len(told.scope.systems),
        **_frame(user, wish),
    }
    return render(request, "crosswalk/framework.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def control(request: HttpRequest, control: str) -> HttpResponse:
    """Show one control in all frameworks with its evidence, and set it aside."""
    known = catalogue().controls.get(control)
    if known is None:
        raise Http404
    user, wish = acting_user(request), wish_of(request.GET)
    can = units_with(user, Capability.CLASSIFY).exists()
    form = _form(request, user, known) if can else None
    if form is not None and request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = {"reason": given["reason"], "until": given["until"]}
        if attempt(form, lambda: actions.set_aside(form.aside, actor=user, **wanted)):
            messages.success(request, f"{known.code} is set aside once a second person agrees.")
            return redirect("crosswalk:control", control=known.code)
    told = queries.survey(keys_for(user, wish), controls=[known])
    context = {
        "page": control_page(told, known),
        "aside": _aside(user, known),
        "statements": _statements(user, known),
        "may_state": known.takes_statements and may_sign(user),
        "form": form,
        "changed": queries.changed_controls().get(known.code, ""),
        **_frame(user, wish),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "crosswalk/control.html", context, status=status)


def _form(request: HttpRequest, user: User, control: Control) -> SetAsideForm:
    return SetAsideForm(control, AISystem.objects.visible_to(user), request.POST or None)


@dataclass(frozen=True)
class AsideRow:
    """What was said of a control's not applying, and what the person may do about it."""

    row: NotApplicable
    may_withdraw: bool
    may_agree: bool


def _aside(user: User, control: Control) -> list[AsideRow]:
    """Return what was said of the control and not withdrawn."""
    rows = NotApplicable.objects.visible_to(user).filter(
        control=control.code, withdrawn_at__isnull=True
    )
    units = set(units_with(user, Capability.CLASSIFY).values_list("pk", flat=True))
    everywhere = may(user, Capability.CLASSIFY, None)
    found = []
    for row in rows.select_related("system", "set_by", "agreed_by"):
        allowed = row.system.unit_id in units if row.system else everywhere
        waits = row.agreed_at is None and row.set_by_id != user.pk
        found.append(AsideRow(row, allowed, allowed and waits))
    return found


def _statements(user: User, control: Control) -> list[tuple[Statement, bool]]:
    """Return the statements on the control, with whether the person may withdraw each."""
    rows = Statement.objects.visible_to(user).filter(control=control.code)
    return [
        (row, row.withdrawn_at is None and may_withdraw(user, row))
        for row in rows.select_related("system__unit", "signed_by")[:MOST_STATEMENTS]
    ]


@require_POST
@login_required
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree, as the second person, that a control does not apply."""
    user = acting_user(request)
    rows = NotApplicable.objects.visible_to(user).select_related("system__unit")
    row = get_object_or_404(rows, pk=pk)
    actions.agree(row, actor=user)
    messages.success(request, f"{row.control} is set aside.")
    return redirect("crosswalk:control", control=row.control)


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a control apply again."""
    user = acting_user(request)
    rows = NotApplicable.objects.visible_to(user).select_related("system__unit")
    row = get_object_or_404(rows, pk=pk)
    actions.withdraw(row, actor=user)
    messages.success(request, f"{row.control} applies again.")
    return redirect("crosswalk:control", control=row.control)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mapping(request: HttpRequest) -> HttpResponse:
    """Show which controls the mapping in force changed, and say that it was looked through."""
    user = acting_user(request)
    if request.method == "POST":
        row = actions.review_mapping(actor=user, read=request.POST.get("sha256", ""))
        messages.success(request, f"Mapping {row.version} is looked through.")
        return redirect("crosswalk:frameworks")
    known, changed = catalogue(), queries.changed_controls()
    context = {
        "rows": [(code, known.controls.get(code), how) for code, how in sorted(changed.items())],
        "last": MappingReview.objects.select_related("reviewed_by").first(),
        "known": known,
        "may_review": may(user, Capability.CLASSIFY, None),
    }
    return render(request, "crosswalk/mapping.html", context)


def _frame(user: User, wish: Wish) -> dict[str, Any]:
    return {
        "wish": wish,
        "known": catalogue(),
        "changed_controls": queries.changed_controls(),
        "never_reviewed": not MappingReview.objects.exists(),
        "units": list(visible_units(user).order_by("name", "pk")),
        "is_filtered": bool(wish.chosen),
        "wanted_system": systems_for(user, wish).first() if "system" in wish.chosen else None,
    }


def _segments(wish: Wish, page: FrameworkPage) -> list[dict[str, Any]]:
    """Return the states as views of the list, each with its number."""
    counts = page.coverage.counts
    rows = [
        ("All", "", counts.total),
        ("Missing", State.MISSING, counts.missing),
        ("Stale", State.STALE, counts.stale),
        ("Present", State.PRESENT, counts.present),
        ("Not applicable", State.NOT_APPLICABLE, counts.not_applicable),
    ]
    return [
        {
            "label": label,
            "url": wish.url(state=str(value)) or "?",
            "count": f"{count:,}",
            "current": str(value) == wish.chosen.get("state", ""),
        }
        for label, value, count in rows
    ]
