"""The page of the AI Ops function, and setting it up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from raci.operations import actions
from raci.operations.forms import FunctionForm, initial_of
from raci.operations.models import AIOpsFunction
from raci.operations.queries import duty_lines, findings_of, function_of


def _unit(request: HttpRequest, user: User) -> BusinessUnit:
    """Return the chosen unit, else the topmost that the person sees."""
    units = visible_units(user).order_by("path__len", "name", "pk")
    chosen = (request.POST or request.GET).get("unit", "")
    if chosen:
        return get_object_or_404(units, pk=int(chosen) if chosen.isdecimal() else 0)
    return get_object_or_404(units[:1])


@require_safe
@login_required
def function(request: HttpRequest) -> HttpResponse:
    """Show who runs the AI systems of a unit, and what is wrong with that today."""
    user = acting_user(request)
    unit = _unit(request, user)
    found = function_of(unit)
    context = {
        "unit": unit,
        "units": visible_units(user).order_by("path__len", "name", "pk"),
        "function": found,
        "duties": duty_lines(found) if found else [],
        "findings": findings_of(found),
        "may_change": may(user, Capability.ASSIGN, found.unit if found else unit),
        "may_make": (not found or found.unit_id != unit.pk) and may(user, Capability.ASSIGN, unit),
    }
    return render(request, "operations/function.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def make(request: HttpRequest) -> HttpResponse:
    """Set up the function of a unit."""
    user = acting_user(request)
    unit = _unit(request, user)
    form = FunctionForm(unit, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_up(unit, actor=user, wish=form.wish())
        messages.success(request, "The AI Ops function is set up.")
        return _home(unit)
    return _form(request, unit, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, function: int) -> HttpResponse:
    """Change a function."""
    user = acting_user(request)
    rows = AIOpsFunction.objects.visible_to(user).with_people()
    found = get_object_or_404(rows, pk=function)
    initial = initial_of(actions.wish_of(found))
    form = FunctionForm(found.unit, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("row_version", "")
        seen_version = int(seen) if seen.isdecimal() and len(seen) < 10 else None
        actions.change_function(found, actor=user, wish=form.wish(), seen=seen_version)
        messages.success(request, "The AI Ops function is changed.")
        return _home(found.unit)
    return _form(request, found.unit, form, found)


def _home(unit: BusinessUnit) -> HttpResponse:
    response = redirect("operations:function")
    response["Location"] += f"?unit={unit.pk}"
    return response


def _form(
    request: HttpRequest, unit: BusinessUnit, form: FunctionForm, found: AIOpsFunction | None = None
) -> HttpResponse:
    context = {"unit": unit, "form": form, "function": found}
    return render(request, "operations/form.html", context, status=422 if form.errors else 200)
