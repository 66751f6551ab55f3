"""People and cover: who holds and stands in, who is away, who is asked to act for whom.

Each change says at once what it broke in the matrices in force.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, visible_units
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from raci.matrices.belongings import still_named
from raci.matrices.catalogue import catalogue
from raci.matrices.cover_forms import AbsenceForm, DelegationForm, DeputyForm, PeriodForm
from raci.matrices.default_views import unit_of
from raci.matrices.effects import Watch, tell
from raci.matrices.forms import UnitForm
from raci.people import absence_actions, actions
from raci.people.models import Absence, Delegation, RoleHolder
from raci.people.rules import DelegationStatus

GET_OR_POST = ["GET", "HEAD", "POST"]
VERBS: dict[str, tuple[Callable[..., None], str]] = {
    "accept": (absence_actions.accept, "You act for {giver} in that time."),
    "refuse": (absence_actions.refuse, "You declined to act for {giver}."),
    "withdraw": (absence_actions.withdraw, "The delegation is withdrawn."),
}


@require_safe
@login_required
def cover(request: HttpRequest) -> HttpResponse:
    """Show who holds and stands in, who is away, and which delegations wait."""
    user = acting_user(request)
    unit = unit_of(request, user)
    seats = RoleHolder.objects.now().filter(unit__in=unit.path).select_related("person", "unit")
    delegations = Delegation.objects.visible_to(user).open().select_related("giver", "taker")
    absences = Absence.objects.visible_to(user).ahead()
    asked = delegations.filter(taker=user, status=DelegationStatus.PROPOSED)
    context = {
        "unit": unit,
        "unit_form": UnitForm(visible_units(user), initial={"unit": unit}),
        "seats": _with_words(seats.order_by("role", "-rank", F("unit__path__len").desc(), "since")),
        "absences": absences.select_related("person", "delegation__taker")[:100],
        "waiting": asked,
        "delegations": delegations.exclude(pk__in=asked.values("pk"))[:100],
        "may_assign": may(user, Capability.ASSIGN, unit),
        "leavers": still_named(user)[:50],
        "me": user,
    }
    return render(request, "raci/cover.html", context)


def _with_words(seats: Any) -> list[tuple[str, RoleHolder]]:
    return [(catalogue().roles.get(seat.role, seat.role), seat) for seat in seats]


def _form(
    request: HttpRequest,
    form: PeriodForm | DeputyForm,
    act: Callable[[dict[str, Any]], object],
    words: dict[str, str],
) -> HttpResponse:
    """Show a form, or do what it says and tell what that broke."""
    user = acting_user(request)
    if form.is_valid():
        data = form.cleaned_data
        people = [value for value in data.values() if isinstance(value, User)]
        watch = Watch(user, people, [data["role"]] if "role" in data else [])
        if attempt(form, lambda: act(data)):
            tell(request, watch, words["done"])
            for note in getattr(form, "notes", ()):
                messages.info(request, note)
            return redirect("raci:cover")
    address = reverse("raci:cover")
    trail = [(reverse("raci:matrices"), "RACI"), (address, "People and cover")]
    return form_page(
        request,
        form,
        title=words["title"],
        lead=words["lead"],
        submit=words["submit"],
        trail=trail,
        cancel_url=address,
    )


@require_http_methods(GET_OR_POST)
@login_required
def absent(request: HttpRequest) -> HttpResponse:
    """Enter an absence, one's own or, where one assigns, somebody else's."""
    user = acting_user(request)
    form = AbsenceForm(user, request.POST or None)

    def act(data: dict[str, Any]) -> object:
        return absence_actions.enter_absence(
            data["person"],
            actor=user,
            period=form.period,
            kind=data["kind"],
            delegate=data["delegate"],
        )

    words = {
        "title": "Enter an absence",
        "lead": "Meanwhile questions go to whoever accepted to act, then to deputies.",
        "submit": "Enter the absence",
        "done": "The absence is entered.",
    }
    return _form(request, form, act, words)


@require_http_methods(GET_OR_POST)
@login_required
def delegate(request: HttpRequest) -> HttpResponse:
    """Ask somebody to act for oneself or, where one assigns, for somebody else."""
    user = acting_user(request)
    form = DelegationForm(user, request.POST or None)

    def act(data: dict[str, Any]) -> object:
        return absence_actions.delegate_to(
            data["giver"],
            taker=data["taker"],
            actor=user,
            period=form.period,
            reason=data["reason"],
            activities=data["activities"],
        )

    words = {
        "title": "Delegate",
        "lead": "It counts once it is accepted, and moves no accountability. One step only.",
        "submit": "Ask them",
        "done": "They are asked. It counts once they accept.",
    }
    return _form(request, form, act, words)


@require_http_methods(GET_OR_POST)
@login_required
def deputy(request: HttpRequest) -> HttpResponse:
    """Name a deputy of a role in a unit."""
    user = acting_user(request)
    unit, form = unit_of(request, user), DeputyForm(request.POST or None)

    def act(data: dict[str, Any]) -> object:
        return actions.name_deputy(unit, role=data["role"], person=data["person"], actor=user)

    words = {
        "title": "Name a deputy",
        "lead": f"For {unit} and all below it.",
        "submit": "Name the deputy",
        "done": "The deputy is named.",
    }
    return _form(request, form, act, words)


@require_POST
@login_required
def decide(request: HttpRequest, delegation: int, verb: str) -> HttpResponse:
    """Accept, refuse or withdraw a delegation."""
    user = acting_user(request)
    rows = Delegation.objects.visible_to(user).select_related("giver", "taker")
    found = get_object_or_404(rows, pk=delegation)
    if verb not in VERBS:
        raise Http404
    act, done = VERBS[verb]
    watch = Watch(user, [found.giver, found.taker])
    act(found, actor=user)
    tell(request, watch, done.format(giver=found.giver))
    return redirect("raci:cover")


@require_POST
@login_required
def cancel(request: HttpRequest, absence: int) -> HttpResponse:
    """End an absence early."""
    user = acting_user(request)
    rows = Absence.objects.visible_to(user).select_related("person", "delegation")
    found = get_object_or_404(rows, pk=absence)
    watch = Watch(user, [found.person])
    absence_actions.cancel_absence(found, actor=user)
    tell(request, watch, "The absence is ended.")
    return redirect("raci:cover")


@require_POST
@login_required
def end_seat(request: HttpRequest, seat: int) -> HttpResponse:
    """End the term of a holder or deputy."""
    user = acting_user(request)
    rows = RoleHolder.objects.visible_to(user).select_related("person", "unit")
    found = get_object_or_404(rows, pk=seat)
    watch = Watch(user, [found.person], [found.role])
    actions.end_seat(found, actor=user)
    tell(request, watch, "The term is ended.")
    return redirect("raci:cover")
