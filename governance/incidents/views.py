"""Pages of incidents: the list with its clocks, one incident, what is done about it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from governance.incidents import actions
from governance.incidents.checks import require_running, require_work
from governance.incidents.forms import CorrectForm, IncidentForm, ReasonForm, StepForm, step_of
from governance.incidents.models import Incident
from governance.incidents.queries import ended, may_work_on, on_incident, running
from inventory.systems.actions import require_edit
from inventory.systems.models import AISystem

GET_OR_POST = ["GET", "HEAD", "POST"]
PAGE = 50


@require_safe
@login_required
def incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents that run, the nearest deadline first, and those that ended."""
    user = acting_user(request)
    show_ended = request.GET.get("show") == "ended"
    pages = Paginator(ended(user), PAGE)
    page = pages.get_page(request.GET.get("page")) if show_ended else None
    rows = [] if show_ended else running(user, timezone.now())
    context = {
        "rows": rows,
        "page": page,
        "segments": [
            {"label": "Running", "url": "?", "count": None, "current": not show_ended},
            {"label": "Ended", "url": "?show=ended", "count": None, "current": show_ended},
        ],
        "words": f"{pages.count} ended",
        "previous_url": _page_url(page.number - 1) if page and page.has_previous() else "",
        "next_url": _page_url(page.number + 1) if page and page.has_next() else "",
    }
    return render(request, "incidents/list.html", context)


def _page_url(number: int) -> str:
    return f"?show=ended&page={number}"


def _incident(user: User, ref: str) -> Incident:
    rows = Incident.objects.visible_to(user).select_related(
        "system__unit", "system__owner", "registered_by", "doubted_by", "ended_by"
    )
    return get_object_or_404(rows, ref=ref)


@require_safe
@login_required
def incident(request: HttpRequest, ref: str) -> HttpResponse:
    """Show an incident: its clock, the law, what is done and what is not."""
    user = acting_user(request)
    row = _incident(user, ref)
    may_decide = may(user, Capability.CLASSIFY, row.system.unit)
    context = {
        "incident": row,
        "system": row.system,
        "about": on_incident(row, timezone.now()),
        "may_work": row.is_running and may_work_on(user, row),
        "may_decide": row.is_running and may_decide and row.doubted_by_id not in (None, user.pk),
    }
    return render(request, "incidents/incident.html", context)


@require_http_methods(GET_OR_POST)
@login_required
def new(request: HttpRequest, ref: str) -> HttpResponse:
    """Register an incident of a system."""
    user = acting_user(request)
    system = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    require_edit(user, system)
    form = IncidentForm(request.POST or None)
    made: list[Incident] = []
    if form.is_valid() and attempt(
        form,
        lambda: made.append(actions.register_incident(system, actor=user, **form.cleaned_data)),
    ):
        messages.success(request, f"{made[0]} is registered. Its clock runs.")
        return redirect(made[0])
    return form_page(
        request,
        form,
        title="Register an incident",
        lead=f"{system.name}. Better now and incomplete than later: it can be corrected.",
        trail=[(system.get_absolute_url(), system.ref), (reverse("incidents:list"), "Incidents")],
        submit="Register it",
        cancel_url=system.get_absolute_url(),
    )


@require_http_methods(GET_OR_POST)
@login_required
def correct(request: HttpRequest, ref: str) -> HttpResponse:
    """Correct what an incident says; the deadline follows."""
    user = acting_user(request)
    row = _incident(user, ref)
    _require_work(user, row)
    form = CorrectForm(request.POST or None, incident=row)

    def act() -> None:
        given = dict(form.cleaned_data)
        seen = given.pop("row_version")
        actions.correct_incident(row, actor=user, seen=seen, **given)

    return _formed(request, row, form, act, title="Correct it", submit="Keep the correction")


@require_http_methods(GET_OR_POST)
@login_required
def step(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Record a step that was done."""
    user = acting_user(request)
    row, known = _incident(user, ref), step_of(kind)
    if known is None:
        raise Http404("There is no such step.")
    _require_work(user, row)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = StepForm(*posted, incident=row, step=known)

    def act() -> None:
        actions.record_step(row, kind=kind, actor=user, **form.cleaned_data)

    return _formed(
        request,
        row,
        form,
        act,
        title=known.title,
        submit="Record it as done",
        enctype="multipart/form-data",
    )


@require_http_methods(GET_OR_POST)
@login_required
def doubt(request: HttpRequest, ref: str) -> HttpResponse:
    """Assess an incident as not serious; a second person decides."""
    user = acting_user(request)
    row = _incident(user, ref)
    _require_work(user, row)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        actions.doubt_incident(row, actor=user, **form.cleaned_data)

    return _formed(
        *(request, row, form, act), title="Assess it as not serious", submit="Ask a second person"
    )


@require_POST
@login_required
def agree(request: HttpRequest, ref: str) -> HttpResponse:
    """Agree that an incident is not serious."""
    user = acting_user(request)
    row = _incident(user, ref)
    actions.agree_not_serious(row, actor=user)
    messages.success(request, f"{row} is ended as not serious.")
    return redirect(row)


@require_http_methods(GET_OR_POST)
@login_required
def keep(request: HttpRequest, ref: str) -> HttpResponse:
    """Refuse the assessment that an incident is not serious."""
    user = acting_user(request)
    row = _incident(user, ref)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        actions.keep_serious(row, actor=user, **form.cleaned_data)

    return _formed(request, row, form, act, title="It stays serious", submit="Keep it running")


@require_http_methods(GET_OR_POST)
@login_required
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """Close an incident."""
    user = acting_user(request)
    row = _incident(user, ref)
    _require_work(user, row)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        actions.close_incident(row, actor=user, **form.cleaned_data)

    return _formed(request, row, form, act, title="Close it", submit="Close the incident")


def _require_work(user: User, row: Incident) -> None:
    require_work(user, row)
    require_running(row)


def _formed(
    request: HttpRequest,
    row: Incident,
    form: forms.Form,
    act: Callable[[], None],
    **words: Any,
) -> HttpResponse:
    """Run a form's action and go back to the incident, or show the form."""
    if form.is_valid() and attempt(form, act):
        return redirect(row)
    here = row.get_absolute_url()
    return form_page(
        request,
        form,
        lead=f"{row}: {row.title}",
        trail=[(reverse("incidents:list"), "Incidents"), (here, row.ref)],
        cancel_url=here,
        **words,
    )
