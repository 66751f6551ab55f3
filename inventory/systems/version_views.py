"""Pages that add and change model versions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from governance.common.forms import Conflict, attempt, attempt_change, form_page
from inventory.systems import version_actions
from inventory.systems.actions import require_open
from inventory.systems.forms import VersionForm
from inventory.systems.models import ModelVersion
from inventory.systems.pins.table import pin_of
from inventory.systems.views import around, editable

LEAD = "What exactly runs. The digest covers provider, model id, region and prompts."


@login_required
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a version of a system."""
    user, system = editable(request, ref)
    require_open(system)
    form = VersionForm(request.POST or None)
    made: list[ModelVersion] = []
    if form.is_valid() and attempt(
        form,
        lambda: made.append(version_actions.add_version(system, actor=user, **form.values())),
    ):
        pin = pin_of(made[0].provider, made[0].model_id)
        words = pin.state.replace("_", " ")
        messages.info(request, f"Version {made[0].label} is added. Its id is {words}: {pin.reason}")
        return redirect(system)
    context = around(system, "Add a version", "Add the version")
    return form_page(request, form, lead=LEAD, **context)


@login_required
def edit(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Change a version that is not frozen yet."""
    user, system = editable(request, ref)
    version = get_object_or_404(ModelVersion.objects.select_related("system"), pk=pk, system=system)
    form = VersionForm(request.POST or None, row=version)
    conflicts: list[Conflict] | None = []
    if form.is_valid():
        conflicts = attempt_change(
            form,
            version,
            lambda: version_actions.change_version(
                version, actor=user, seen=form.seen, **form.values()
            ),
        )
        if conflicts is None:
            messages.success(request, "Saved.")
            return redirect(system)
    context = around(system, f"Change version {version.label}", "Save the changes")
    return form_page(request, form, conflicts, lead=LEAD, **context)
