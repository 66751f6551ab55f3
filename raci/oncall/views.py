"""Pages of schedules: the list, one schedule, making, changing and closing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from raci.oncall import actions
from raci.oncall.board import board, lines, said
from raci.oncall.forms import ConfirmForm, ScheduleChangeForm, ScheduleForm, WhenForm
from raci.oncall.models import Schedule
from raci.oncall.queries import Roster, roster_of, takes_part
from raci.oncall.wall_clock import resolve, zone_of
from raci.people.zones import in_own_zone

PAGE_SIZE = 25
HOME = ("/raci/on-call/", "On call")


def visible_schedule(user: User, pk: int) -> Schedule:
    """Return a schedule the person sees, else 404."""
    rows: QuerySet[Schedule] = Schedule.objects.visible_to(user).select_related("unit")
    return get_object_or_404(rows, pk=pk)


@require_safe
@login_required
@in_own_zone
def schedules(request: HttpRequest) -> HttpResponse:
    """Show who is on call now in each schedule, who is next, and how many gaps lie ahead."""
    user, now = acting_user(request), timezone.now()
    rows = Schedule.objects.visible_to(user).open().with_plan(now, now)
    page = Paginator(rows.order_by("name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines(page),
        "may_make": units_with(user, Capability.ASSIGN).exists(),
    }
    return render(request, "oncall/schedules.html", context)


@require_safe
@login_required
@in_own_zone
def schedule(request: HttpRequest, schedule: int) -> HttpResponse:
    """Show one schedule: now, the next 28 days, gaps, layers, overrides and swaps."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    may_assign = found.closed_at is None and may(user, Capability.ASSIGN, found.unit)
    roster = roster_of(found)
    context: dict[str, Any] = {
        "schedule": found,
        "board": board(roster, user, may_assign=may_assign),
        "may_assign": may_assign,
        "takes_part": found.closed_at is None and takes_part(user, found),
        "confirm_form": ConfirmForm(),
        **_asked(request, found),
    }
    return render(request, "oncall/schedule.html", context)


def _asked(request: HttpRequest, found: Schedule) -> dict[str, Any]:
    """Return who is on call at the local time in the address, with a note about that time."""
    form = WhenForm(request.GET if "at" in request.GET else None)
    if not form.is_bound or not form.is_valid():
        return {"when_form": form}
    local = form.cleaned_data["at"]
    roster: Roster = roster_of(found, resolve(local, zone_of(found.zone)).at)
    return {"when_form": form, "asked": said(roster, roster.planned_local(local)), "local": local}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def make(request: HttpRequest) -> HttpResponse:
    """Make a schedule for a unit."""
    user = acting_user(request)
    form = ScheduleForm(units_with(user, Capability.ASSIGN), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, made = dict(form.cleaned_data), []
        unit = given.pop("unit")
        if attempt(form, lambda: made.append(actions.make_schedule(unit, actor=user, **given))):
            messages.success(request, f"{made[0]} is made. Add its first layer.")
            return redirect("oncall:add_layer", schedule=made[0].pk)
    return form_page(
        request,
        form,
        title="New schedule",
        lead="Who is on call in a role, for a unit and all below it.",
        trail=[HOME],
        submit="Make the schedule",
        cancel_url=HOME[0],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, schedule: int) -> HttpResponse:
    """Rename a schedule, or say whether its handovers have to be confirmed."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    form = ScheduleChangeForm(found, request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(
        form, lambda: actions.change_schedule(found, actor=user, **form.cleaned_data)
    ):
        return redirect(found)
    return form_page(
        request,
        form,
        title=f"Change {found}",
        lead=f"Its zone is {found.zone}. A schedule in another zone is another schedule.",
        trail=trail_of(found),
        submit="Save",
        cancel_url=found.get_absolute_url(),
    )


def trail_of(found: Schedule) -> list[tuple[str, str]]:
    """Return the pages above one of a schedule."""
    return [(reverse("oncall:schedules"), "On call"), (found.get_absolute_url(), str(found))]


@require_POST
@login_required
def close(request: HttpRequest, schedule: int) -> HttpResponse:
    """Take a schedule out of use."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    actions.close_schedule(found, actor=user)
    messages.success(request, f"{found} is closed. What it said of the past stays.")
    return redirect("oncall:schedules")
