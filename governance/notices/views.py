"""What a person was told, marked as read, and how the person wants to be told."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user
from governance.notices.actions import choose_notices, read_notices
from governance.notices.channels.app import MOST_LISTED, told_in_app
from governance.notices.forms import PreferencesForm
from governance.notices.models import Notice, Preferences

PAGE = 30


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """List what the person was told in the app, newest first; all, or what is unread."""
    user = acting_user(request)
    show = "all" if request.GET.get("show") == "all" else "unread"
    rows = told_in_app(user)
    unread = rows.unread().count()
    found = (rows if show == "all" else rows.unread())[:MOST_LISTED]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    newest = rows.values_list("pk", flat=True).first() or 0
    context = {"page": page, "show": show, "unread": unread, "newest": newest}
    return render(request, "notices/list.html", context)


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read; with `open`, go on to what it is about."""
    user = acting_user(request)
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    read_notices([notice.pk], actor=user)
    if "open" in request.POST and url_has_allowed_host_and_scheme(notice.url, None):
        return redirect(notice.url)
    return redirect("notices:list")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read what the person had seen on the page: all up to its newest."""
    user = acting_user(request)
    upto = request.POST.get("upto", "")
    rows = Notice.objects.visible_to(user).unread()
    if upto.isascii() and upto.isdigit():
        rows = rows.filter(pk__lte=int(upto[:18]))
    count = read_notices(rows.values_list("pk", flat=True), actor=user)
    messages.success(request, f"{count} notice{'s are' if count != 1 else ' is'} marked as read.")
    return redirect("notices:list")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and take how the person wants to be told."""
    user = acting_user(request)
    stored = Preferences.objects.filter(person=user).first()
    known = stored or Preferences(person=user, zone=settings.TIME_ZONE)
    names = ("by_email", "quiet_from", "quiet_until", "zone", "row_version")
    initial = {name: getattr(known, name) for name in names}
    form = PreferencesForm(request.POST or None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        begins, ends = given["quiet_from"], given["quiet_until"]
        choose_notices(
            actor=user,
            zone=given["zone"],
            quiet=(begins, ends) if begins else None,
            by_email=given["by_email"],
            seen=given["row_version"],
        )
        messages.success(request, "Saved: you are told like this from now on.")
        return redirect("notices:preferences")
    status = 422 if form.is_bound else 200
    return render(request, "notices/preferences.html", {"form": form}, status=status)
