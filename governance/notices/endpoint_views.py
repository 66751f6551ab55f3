"""Endpoints of webhooks, for administrators of the organisation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.notices import endpoint_actions as actions
from governance.notices.forms import ChangeEndpointForm, DisableForm, EndpointForm
from governance.notices.models import Delivery, Endpoint, Notice
from governance.notices.rules import OVER, NoticeState

PAGE = 50


def administrator(request: HttpRequest) -> User:
    """Return who asks; raises PermissionDenied for others than administrators."""
    user = acting_user(request)
    if not may(user, Capability.CONFIGURE, None):
        raise PermissionDenied("Webhooks are kept by administrators of the organisation.")
    return user


@login_required
@never_cache
def endpoints(request: HttpRequest) -> HttpResponse:
    """List endpoints; a new one's secret is shown in the answer to the form, once."""
    user, secret, made = administrator(request), "", None
    form = EndpointForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        made, secret = actions.add_endpoint(actor=user, **form.cleaned_data)
        form, status = EndpointForm(), 201
    rows = Endpoint.objects.visible_to(user).select_related("owner")
    context = {"endpoints": rows, "form": form, "secret": secret, "made": made}
    return render(request, "notices/endpoints.html", context, status=status)


@require_safe
@login_required
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one endpoint with its log of tries."""
    return _page(request, _endpoint(request, pk))


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take another name, address or filter."""
    row = _endpoint(request, pk)
    known = {"name": row.name, "url": row.url, "events": " ".join(row.events)}
    initial = known | {"row_version": row.row_version}
    form = ChangeEndpointForm(request.POST or None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        seen = given.pop("row_version")
        actions.change_endpoint(row, actor=acting_user(request), seen=seen, **given)
        messages.success(request, f"{row} is changed.")
        return redirect(row.get_absolute_url())
    status = 422 if form.is_bound else 200
    context = {"endpoint": row, "form": form}
    return render(request, "notices/change_endpoint.html", context, status=status)


@require_POST
@login_required
@never_cache
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another secret and show it, in this answer only."""
    row = _endpoint(request, pk)
    secret = actions.rotate_secret(row, actor=acting_user(request))
    return _page(request, row, secret=secret)


@require_POST
@login_required
def ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test event."""
    row = _endpoint(request, pk)
    actions.ping_endpoint(row, actor=acting_user(request))
    messages.success(request, "A test event is on its way. The log below shows how it went.")
    return redirect(row.get_absolute_url())


@require_POST
@login_required
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing any more."""
    row, form = _endpoint(request, pk), DisableForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form)
    actions.disable_endpoint(row, actor=acting_user(request), **form.cleaned_data)
    messages.success(request, f"Nothing is sent to {row} any more.")
    return redirect(row.get_absolute_url())


@require_POST
@login_required
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again from now on."""
    row = _endpoint(request, pk)
    actions.enable_endpoint(row, actor=acting_user(request))
    messages.success(request, f"Events go to {row} again. What was given up is not sent by itself.")
    return redirect(row.get_absolute_url())


@require_POST
@login_required
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one event again, or all that were given up."""
    row, wanted = _endpoint(request, pk), request.POST.get("notice", "")
    if wanted.isascii() and wanted.isdigit():
        pks = [int(wanted[:18])]
    else:
        dead = Notice.objects.filter(endpoint=row, status=NoticeState.DEAD)
        pks = list(dead.values_list("pk", flat=True))
    count = actions.replay(row, actor=acting_user(request), notices=pks)
    messages.success(request, f"{count} event{'s are' if count != 1 else ' is'} on the way again.")
    return redirect(row.get_absolute_url())


def _endpoint(request: HttpRequest, pk: int) -> Endpoint:
    user = acting_user(request)
    rows = Endpoint.objects.visible_to(user).select_related("owner")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, row: Endpoint, *, secret: str = "", form: DisableForm | None = None
) -> HttpResponse:
    tries = Delivery.objects.filter(notice__endpoint=row).select_related("notice")
    events = Notice.objects.filter(endpoint=row)
    context: dict[str, Any] = {
        "endpoint": row,
        "secret": secret,
        "form": form or DisableForm(),
        "page": Paginator(tries, PAGE).get_page(request.GET.get("page")),
        "waiting": events.exclude(status__in=OVER).count(),
        "dead": events.filter(status=NoticeState.DEAD).count(),
    }
    status = 422 if form else 200
    return render(request, "notices/endpoint.html", context, status=status)
