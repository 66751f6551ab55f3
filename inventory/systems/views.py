"""Pages that register, change, retire and share systems, and keep views of their list."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.forms import Conflict, attempt, attempt_change, form_page
from inventory.systems import actions
from inventory.systems.forms import NEW, LinkForm, RetireForm, ShareForm, SystemForm, ViewForm
from inventory.systems.models import AISystem, SavedView
from inventory.systems.queries import LookAlike

LIST = "/systems/"


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Register a system; likely duplicates are shown before a second one is made."""
    user = acting_user(request)
    if not units_with(user, Capability.REGISTER).exists():
        raise PermissionDenied("Your role does not let you register systems.")
    given = "distinct_because" in request.POST
    form = _new_form(request, user, given)
    found: list[LookAlike] = []
    if form.is_valid():
        try:
            system = actions.register_distinct(actor=user, **form.values())
        except actions.LookAlikeError as refusal:
            found = refusal.look_alikes
            form = _new_form(request, user, True)
            form.add_error("distinct_because", "Say why this is another system, or use that one.")
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{system.name} is registered as {system.ref}.")
            return redirect(system)
    context = {
        "title": "Register a system",
        "lead": "Name, purpose and owner are enough to begin. The rest becomes work to do.",
        "trail": [(LIST, "AI systems")],
        "form": form,
        "look_alikes": found,
        "submit": "Register the system",
        "cancel_url": LIST,
    }
    status = 409 if found else 422 if form.errors else 200
    return render(request, "systems/new.html", context, status=status)


def _new_form(request: HttpRequest, user: User, with_reason: bool) -> SystemForm:
    only = (*NEW, "distinct_because") if with_reason else NEW
    return SystemForm(request.POST or None, user=user, only=only, initial={"owner": user.pk})


@login_required
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a system; a change by somebody else meanwhile shows both values."""
    user, system = editable(request, ref)
    actions.require_open(system)
    form = SystemForm(request.POST or None, user=user, row=system)
    conflicts: list[Conflict] | None = []
    if form.is_valid():
        conflicts = attempt_change(
            form,
            system,
            lambda: actions.change_system(system, actor=user, seen=form.seen, **form.values()),
        )
        if conflicts is None:
            messages.success(request, "Saved.")
            return redirect(system)
    return form_page(request, form, conflicts, **around(system, "Change", "Save the changes"))


@login_required
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Retire a system, with the day and the reason."""
    user, system = editable(request, ref)
    form = RetireForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.retire(system, actor=user, **form.cleaned_data)
    ):
        return redirect(system)
    context = around(system, "Retire", "Retire the system")
    lead = "It stays in the register and in the record, and cannot be changed any more."
    return form_page(request, form, lead=lead, **context)


@login_required
def share(request: HttpRequest, ref: str) -> HttpResponse:
    """Share one system with one person."""
    user, system = editable(request, ref)
    form = ShareForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.share(system, user=form.cleaned_data["user"], actor=user)
    ):
        messages.success(request, f"{form.cleaned_data['user']} may read {system} now.")
        return redirect(system)
    return form_page(request, form, **around(system, "Share", "Share the system"))


@require_POST
@login_required
def unshare(request: HttpRequest, ref: str, handle: str) -> HttpResponse:
    """Take a sharing back."""
    user, system = editable(request, ref)
    actions.unshare(system, user=get_object_or_404(User, handle=handle), actor=user)
    return redirect(system)


@login_required
def link_agreement(request: HttpRequest, ref: str) -> HttpResponse:
    """Say which agreement covers the system."""
    user, system = editable(request, ref)
    form = LinkForm(request.POST or None, user=user, system=system)
    if form.is_valid() and attempt(
        form, lambda: actions.link_agreement(system, actor=user, **form.cleaned_data)
    ):
        return redirect(system)
    return form_page(request, form, **around(system, "Link an agreement", "Link it"))


@require_POST
@login_required
def unlink_agreement(request: HttpRequest, ref: str, agreement: str) -> HttpResponse:
    """Say that an agreement does not cover the system."""
    user, system = editable(request, ref)
    row = get_object_or_404(system.agreements, ref=agreement)
    actions.unlink_agreement(system, agreement=row, actor=user)
    return redirect(system)


@require_POST
@login_required
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is under a name."""
    user, form = acting_user(request), ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the view a name of at most 60 letters.")
        return redirect(LIST)
    query = form.cleaned_data["query"].removeprefix("?")
    actions.save_view(name=form.cleaned_data["name"], query=query, actor=user)
    return redirect(f"{LIST}?{query}")


@require_POST
@login_required
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view of one's own."""
    user = acting_user(request)
    actions.forget_view(get_object_or_404(SavedView, pk=pk, user=user), actor=user)
    return redirect(LIST)


def editable(request: HttpRequest, ref: str) -> tuple[User, AISystem]:
    """Return the person and the system; 404 when it is not seen, 403 when only read."""
    user = acting_user(request)
    visible = AISystem.objects.visible_to(user).select_related("unit", "owner", "vendor")
    system = get_object_or_404(visible, ref=ref)
    actions.require_edit(user, system)
    return user, system


def around(system: AISystem, verb: str, submit: str) -> dict[str, Any]:
    """Return what a form page about a system shows around its form."""
    return {
        "title": f"{verb}: {system.name}",
        "trail": [(LIST, "AI systems"), (system.get_absolute_url(), system.ref)],
        "submit": submit,
        "cancel_url": system.get_absolute_url(),
    }
