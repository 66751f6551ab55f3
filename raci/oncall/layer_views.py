"""Pages that change the layers of a schedule."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from governance.accounts.access import acting_user, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from raci.oncall import actions
from raci.oncall.forms import LayerForm
from raci.oncall.models import Layer, Schedule
from raci.oncall.views import trail_of, visible_schedule


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_layer(request: HttpRequest, schedule: int) -> HttpResponse:
    """Add a layer above the others."""
    user = acting_user(request)
    return _layer_page(request, user, visible_schedule(user, schedule), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_layer(request: HttpRequest, schedule: int, layer: int) -> HttpResponse:
    """Put another layer in the place of one."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    return _layer_page(request, user, found, _live(found, layer))


def _live(found: Schedule, layer: int) -> Layer:
    rows = Layer.objects.filter(schedule=found, until__isnull=True)
    return get_object_or_404(rows.prefetch_related("members"), pk=layer)


def _layer_page(
    request: HttpRequest, user: User, found: Schedule, layer: Layer | None
) -> HttpResponse:
    require(user, Capability.ASSIGN, found.unit)
    form = LayerForm(found, request.POST or None, layer=layer)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]

        def put() -> None:
            actions.put_layer(found, actor=user, wish=form.wish(), replaces=layer, seen=seen)

        if attempt(form, put):
            messages.success(request, "The layer counts from now on.")
            return redirect(found)
    return form_page(
        request,
        form,
        title=f"Change the layer {layer}" if layer else "New layer",
        lead=f"Times are local times in {found.zone}. A later layer counts before an earlier one.",
        trail=trail_of(found),
        submit="Save the layer",
        cancel_url=found.get_absolute_url(),
    )


@require_POST
@login_required
def end_layer(request: HttpRequest, schedule: int, layer: int) -> HttpResponse:
    """End a layer now."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    row = _live(found, layer)
    actions.drop_layer(row, actor=user)
    messages.success(request, f"The layer {row} has ended. What it said of the past stays.")
    return redirect(found)
