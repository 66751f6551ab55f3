"""The page of the organisation default: its matrix, who holds which role, who may what."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user, may, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from raci.matrices import actions, checking, queries
from raci.matrices.catalogue import catalogue
from raci.matrices.effects import Watch, tell
from raci.matrices.forms import AuthorityForm, HolderForm, SchemeForm, UnitForm
from raci.matrices.models import Matrix
from raci.people import actions as people
from raci.people.models import Authority, RoleHolder
from raci.people.rules import Rank


@dataclass(frozen=True)
class Held:
    """A role and who holds it for a unit, there or further up."""

    role: str
    words: str
    holder: RoleHolder | None


@require_safe
@login_required
def default(request: HttpRequest) -> HttpResponse:
    """Show the default of a unit, its role holders and authorities."""
    user = acting_user(request)
    return _shown(request, user, unit_of(request, user))


def unit_of(request: HttpRequest, user: User) -> BusinessUnit:
    """Return the chosen unit, else the topmost that the person sees."""
    units = visible_units(user).order_by("path__len", "name", "pk")
    chosen = (request.POST or request.GET).get("unit", "")
    if chosen:
        return get_object_or_404(units, pk=int(chosen) if chosen.isdecimal() else 0)
    return get_object_or_404(units[:1])


def _shown(
    request: HttpRequest, user: User, unit: BusinessUnit, status: int = 200, **forms: Form
) -> HttpResponse:
    own = Matrix.objects.with_grid().current().filter(unit=unit)
    serving = queries.default_for(unit)
    context: dict[str, Any] = {
        "unit": unit,
        "unit_form": UnitForm(visible_units(user), initial={"unit": unit}),
        "matrices": checking.with_findings(own),
        "serving": serving if serving and serving.unit_id != unit.pk else None,
        "roles": _held(unit),
        "authorities": _authorities(unit),
        "may_assign": may(user, Capability.ASSIGN, unit),
        "scheme_form": SchemeForm(),
        "holder_form": HolderForm(),
        "authority_form": AuthorityForm(),
    }
    return render(request, "raci/default.html", {**context, **forms}, status=status)


def _held(unit: BusinessUnit) -> list[Held]:
    depth = {pk: at for at, pk in enumerate(unit.path)}
    rows = RoleHolder.objects.now().filter(unit__in=unit.path, rank=Rank.PRIMARY)
    nearest: dict[str, RoleHolder] = {}
    for row in sorted(rows.select_related("person", "unit"), key=lambda row: depth[row.unit_id]):
        nearest[row.role] = row
    return [Held(role, words, nearest.get(role)) for role, words in catalogue().roles.items()]


def _authorities(unit: BusinessUnit) -> list[tuple[Authority, str]]:
    """Return who may do what in a unit, each with its words."""
    rows = Authority.objects.now().filter(unit__in=unit.path)
    words = catalogue().authorities
    return [(row, words.get(row.kind, row.kind)) for row in rows.select_related("person", "unit")]


@require_POST
@login_required
def make_default(request: HttpRequest) -> HttpResponse:
    """Make the default matrix of a unit from the standard activities."""
    user = acting_user(request)
    unit, form = unit_of(request, user), SchemeForm(request.POST)
    if not form.is_valid():
        return _shown(request, user, unit, 422, scheme_form=form)
    matrix = actions.make_default_matrix(unit, actor=user, **form.cleaned_data)
    return redirect("raci:matrix", pk=matrix.pk)


@require_POST
@login_required
def name_holder(request: HttpRequest) -> HttpResponse:
    """Name who holds a role in a unit."""
    user = acting_user(request)
    unit, form = unit_of(request, user), HolderForm(request.POST)
    if not form.is_valid():
        return _shown(request, user, unit, 422, holder_form=form)
    role, person = form.cleaned_data["role"], form.cleaned_data["person"]
    watch = Watch(user, [person] if person else [], [role])
    people.name_holder(unit, actor=user, role=role, person=person)
    tell(request, watch, "The holder is named.")
    return redirect(f"{request.path.removesuffix('holders/')}?unit={unit.pk}#roles-h")


@require_POST
@login_required
def empower(request: HttpRequest) -> HttpResponse:
    """Give a person an authority in a unit, or take it away."""
    user = acting_user(request)
    unit, form = unit_of(request, user), AuthorityForm(request.POST)
    if not form.is_valid():
        return _shown(request, user, unit, 422, authority_form=form)
    watch = Watch(user, [form.cleaned_data["person"]])
    grant = people.Grant(form.cleaned_data["limit"], form.cleaned_data["currency"])
    who = {name: form.cleaned_data[name] for name in ("person", "kind")}
    people.empower(unit, actor=user, holds="take" not in request.POST, grant=grant, **who)
    tell(request, watch, "The authority is changed.")
    return redirect(f"{request.path.removesuffix('authorities/')}?unit={unit.pk}#authority-h")
