"""Calendars of shifts: the pages of their secret addresses, the feed, and files that come in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from raci.oncall.board import reader_zone
from raci.oncall.ical_in import MOST_BYTES, NotACalendarError
from raci.oncall.ical_out import feed, link_behind
from raci.oncall.import_actions import Planned, import_overrides, next_steps
from raci.oncall.link_actions import make_link, revoke_link
from raci.oncall.models import OnCallLink, Schedule
from raci.oncall.views import visible_schedule
from raci.oncall.wall_clock import zone_of
from raci.oncall.words import both


class FileForm(forms.Form):
    """A calendar file, or its text."""

    file = forms.FileField(label="Calendar file", required=False, help_text="An .ics file.")
    text = forms.CharField(
        label="Or its text", required=False, widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean(self) -> dict[str, Any]:
        """Return the content as bytes; raises ValidationError without any, or with too much."""
        data = super().clean() or self.cleaned_data
        upload = data.get("file")
        content = upload.read(MOST_BYTES + 1) if upload else (data.get("text") or "").encode()
        if not content.strip():
            raise forms.ValidationError("Choose a file, or paste its text.")
        return {**data, "content": content}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the address of one's own shifts; a new one is shown in the answer, once."""
    return _link_page(request, acting_user(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def schedule_calendar(request: HttpRequest, schedule: int) -> HttpResponse:
    """Show the address of all shifts of a schedule; a new one is shown in the answer, once."""
    user = acting_user(request)
    return _link_page(request, user, visible_schedule(user, schedule))


def _link_page(request: HttpRequest, user: User, found: Schedule | None) -> HttpResponse:
    issued = ""
    if request.method == "POST" and "revoke" in request.POST:
        revoke_link(actor=user, schedule=found)
        messages.success(request, "The address is revoked. It stopped working at once.")
        return redirect(request.path)
    if request.method == "POST":
        token = make_link(actor=user, schedule=found)
        issued = request.build_absolute_uri(reverse("oncall:feed", args=[token]))
    link = OnCallLink.objects.filter(user=user, schedule=found, revoked_at=None).first()
    context = {"schedule": found, "link": link, "issued": issued}
    return render(request, "oncall/calendar.html", context, status=201 if issued else 200)


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the calendar behind a secret; without a sign-in, and 404 for anything else."""
    link = link_behind(token)
    if link is None:
        raise Http404
    body = feed(link, timezone.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_calendar(request: HttpRequest, schedule: int) -> HttpResponse:
    """Show what a calendar file would do, event by event; the next button does it."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    require(user, Capability.ASSIGN, found.unit)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {"schedule": found, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            steps = next_steps(found, form.cleaned_data["content"])
        except NotACalendarError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = form.cleaned_data["content"].decode("utf-8", "replace")
            context |= {"steps": _told(steps, found), "text": text}
            context |= {"number": sum(one.acts for one in steps)}
    status = 422 if form.errors else 200
    return render(request, "oncall/import.html", context, status=status)


def _told(steps: list[Planned], found: Schedule) -> list[tuple[Planned, str]]:
    """Return each step with its times in words."""
    zone, reader = zone_of(found.zone), reader_zone()
    told = []
    for one in steps:
        since, until = one.event.since, one.event.until
        words = ""
        if since is not None and until is not None:
            words = f"{both(since, zone, reader)} to {both(until, zone, reader)}"
        told.append((one, words))
    return told


@require_POST
@login_required
def apply_import(request: HttpRequest, schedule: int) -> HttpResponse:
    """Put the events of a file in place that was shown before."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    form = FileForm(request.POST)
    if not form.is_valid():
        return redirect("oncall:import", schedule=found.pk)
    try:
        number = import_overrides(found, actor=user, content=form.cleaned_data["content"])
    except NotACalendarError as refusal:
        messages.error(request, str(refusal))
        return redirect("oncall:import", schedule=found.pk)
    messages.success(request, f"{number} override{'' if number == 1 else 's'} put in place.")
    return redirect(found)
