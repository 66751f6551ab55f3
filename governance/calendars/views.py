"""Pages of working hours: the list, one calendar, making, changing and dropping one."""

from datetime import date

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
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.calendars import actions
from governance.calendars.forms import HoursForm, NewHoursForm
from governance.calendars.models import Calendar
from governance.calendars.queries import default_calendar
from governance.calendars.reading import DAYS, windows_text
from governance.common.errors import StaleError
from governance.common.forms import Conflict, attempt, form_page

PAGE = 25


def units_to_keep(user: User) -> QuerySet[BusinessUnit]:
    """Return the units whose working hours the person keeps."""
    return units_with(user, Capability.ASSIGN) | units_with(user, Capability.CONFIGURE)


@require_safe
@login_required
def calendars(request: HttpRequest) -> HttpResponse:
    """List the working hours that serve the person's units."""
    user = acting_user(request)
    rows = Calendar.objects.visible_to(user).select_related("unit")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "zone": default_calendar().zone,
        "may_make": units_to_keep(user).filter(calendar__isnull=True).exists(),
    }
    return render(request, "calendars/calendars.html", context)


@require_safe
@login_required
def calendar(request: HttpRequest, calendar: int) -> HttpResponse:
    """Show working hours: each weekday, whether they are open now, the holidays."""
    user, now = acting_user(request), timezone.now()
    row = _visible(user, calendar)
    rules = row.as_rules()
    days = [(day, windows_text(row.windows.get(str(at), []))) for at, day in enumerate(DAYS)]
    holidays = sorted((date.fromisoformat(day), name) for day, name in row.holidays.items())
    today = now.astimezone(rules.clock).date()
    context = {
        "calendar": row,
        "days": days,
        "is_open": rules.is_open(now),
        "opens": rules.opens(now).astimezone(rules.clock).replace(tzinfo=None),
        "ahead": [pair for pair in holidays if pair[0] >= today],
        "past": len([pair for pair in holidays if pair[0] < today]),
        "may_keep": _may_keep(user, row),
    }
    return render(request, "calendars/calendar.html", context)


def _may_keep(user: User, row: Calendar) -> bool:
    return any(
        may(user, ability, row.unit) for ability in (Capability.ASSIGN, Capability.CONFIGURE)
    )


def _visible(user: User, pk: int) -> Calendar:
    return get_object_or_404(Calendar.objects.visible_to(user).select_related("unit"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def make(request: HttpRequest) -> HttpResponse:
    """Give a unit working hours."""
    user = acting_user(request)
    units = units_to_keep(user).filter(calendar__isnull=True).order_by("path")
    form = NewHoursForm(units, request.POST or None)
    if form.is_valid():
        unit = form.cleaned_data["unit"]
        if attempt(form, lambda: actions.save_calendar(unit, actor=user, hours=form.hours())):
            messages.success(request, f"{unit} has working hours now.")
            return redirect("calendars:calendars")
    return form_page(
        request,
        form,
        title="New working hours",
        lead="Reminders that count in business time count only in these hours.",
        trail=[_home()],
        submit="Save the hours",
        cancel_url=reverse("calendars:calendars"),
    )


def _home() -> tuple[str, str]:
    return reverse("calendars:calendars"), "Working hours"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, calendar: int) -> HttpResponse:
    """Change working hours; what is planned already stays as it was planned."""
    user = acting_user(request)
    row = _visible(user, calendar)
    form = HoursForm(request.POST or None, row=row)
    conflicts: list[Conflict] = []
    if form.is_valid():
        try:
            if _save(form, row, user):
                messages.success(request, f"{form.hours().name} is saved.")
                return redirect(row)
        except StaleError as refusal:
            row.refresh_from_db()
            form.add_error(None, str(refusal))
            conflicts = form.conflicts(row)
    return form_page(
        request,
        form,
        conflicts,
        title=f"Change {row}",
        lead=f"Working hours of {row.unit}, and of all below that have none of their own.",
        trail=[_home(), (row.get_absolute_url(), str(row))],
        submit="Save the hours",
        cancel_url=row.get_absolute_url(),
    )


def _save(form: HoursForm, row: Calendar, user: User) -> bool:
    seen = form.cleaned_data["seen"] or row.row_version
    hours = form.hours()
    return attempt(
        form, lambda: actions.save_calendar(row.unit, actor=user, hours=hours, seen=seen)
    )


@require_POST
@login_required
def drop(request: HttpRequest, calendar: int) -> HttpResponse:
    """Take working hours away; those of the unit above count from now on."""
    user = acting_user(request)
    row = _visible(user, calendar)
    actions.drop_calendar(row, actor=user)
    messages.success(request, f"{row} is dropped. The hours of the unit above count now.")
    return redirect("calendars:calendars")
