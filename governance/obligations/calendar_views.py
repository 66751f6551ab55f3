"""The calendar of a person: its settings page, and the feed that programs read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user
from governance.obligations.calendar_actions import make_calendar_link, revoke_calendar_link
from governance.obligations.feed import feed, person_behind
from governance.obligations.models import CalendarLink


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """Show whether there is an address; a new one is shown in the answer to the form, once."""
    user, issued = acting_user(request), ""
    if request.method == "POST":
        token = make_calendar_link(actor=user)
        issued = request.build_absolute_uri(reverse("obligations:feed", args=[token]))
    link = CalendarLink.objects.filter(user=user, revoked_at__isnull=True).first()
    context = {"link": link, "issued": issued}
    return render(request, "obligations/calendar.html", context, status=201 if issued else 200)


@require_POST
@login_required
def revoke_calendar(request: HttpRequest) -> HttpResponse:
    """Make the address useless at once."""
    revoke_calendar_link(actor=acting_user(request))
    messages.success(request, "The address is revoked. It stopped working at once.")
    return redirect("obligations:calendar")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the calendar behind a secret; without a sign-in, and 404 for anything else."""
    user = person_behind(token)
    if user is None:
        raise Http404
    response = HttpResponse(
        feed(user, timezone.localtime()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'inline; filename="muster.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
