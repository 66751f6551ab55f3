"""Pages of model versions: register, copy, read, download, and note what stands beside."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from governance.accounts.access import acting_user
from governance.common.forms import Conflict, attempt, attempt_change, form_page
from inventory.systems import version_actions
from inventory.systems.actions import may_edit, require_open
from inventory.systems.bundles.rules import Bundle
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of
from inventory.systems.version_actions import Registered
from inventory.systems.version_forms import BesideForm, BundleForm
from inventory.systems.version_queries import version_page
from inventory.systems.views import around, editable

LEAD = "What exactly runs. It never changes afterwards: another prompt is another version."


@login_required
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Register a version of a system, or a copy of one with what changes."""
    user, system = editable(request, ref)
    require_open(system)
    start = _start(request, system)
    form = BundleForm(request.POST or None, start=start)
    made: list[Registered] = []
    if form.is_valid() and attempt(
        form,
        lambda: made.append(
            version_actions.register_version(system, actor=user, parent=start, **form.values())
        ),
    ):
        _tell(request, made[0])
        return redirect("systems:version", ref, made[0].version.pk)
    verb = f"Copy version {start.label}" if start else "Add a version"
    context = around(system, verb, "Add the version") | {"form": form, "lead": LEAD, "start": start}
    return render(request, "systems/version_new.html", context, status=422 if form.errors else 200)


def _start(request: HttpRequest, system: AISystem) -> ModelVersion | None:
    """Return the version to copy, which the address names."""
    asked = request.GET.get("from", "")
    if not asked:
        return None
    pk = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    return get_object_or_404(ModelVersion, pk=pk, system=system)


def _tell(request: HttpRequest, found: Registered) -> None:
    version = found.version
    if not found.is_new:
        messages.warning(request, f"This is version {version.label}: its bundle is equal.")
        return
    pin = pin_of(version.provider, version.model_id)
    words = pin.state.replace("_", " ")
    messages.info(request, f"Version {version.label} is added. Its id is {words}: {pin.words}")


@login_required
def show(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Show the whole bundle of a version."""
    user = acting_user(request)
    version = _visible(request, ref, pk)
    system = version.system
    context = {"page": version_page(version), "system": system, "may_edit": may_edit(user, system)}
    return render(request, "systems/version.html", context)


@login_required
def download(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Return the bundle as canonical JSON: its SHA-256 is the digest."""
    version = _visible(request, ref, pk)
    body = Bundle.of(version.bundle).canonical
    name = f"{version.system.ref}-{version.digest[:12]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


@login_required
def edit(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Change what stands beside the bundle of a version; of a frozen one, its last day."""
    user, system = editable(request, ref)
    version = get_object_or_404(ModelVersion.objects.select_related("system"), pk=pk, system=system)
    form = BesideForm(request.POST or None, row=version)
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
            return redirect("systems:version", ref, pk)
    context = around(system, f"Notes on version {version.label}", "Save the changes")
    lead = "What it runs stays as it is. Copy the version to change that."
    return form_page(request, form, conflicts, lead=lead, **context)


def _visible(request: HttpRequest, ref: str, pk: int) -> ModelVersion:
    rows = ModelVersion.objects.visible_to(acting_user(request))
    rows = rows.select_related("system__unit", "system__owner", "parent")
    return get_object_or_404(rows, pk=pk, system__ref=ref)
