"""The page of a recovery: what speaks against the record or its key, and signing how it goes on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.accounts.stepup import proof_of
from governance.checkpoints.delivery_rules import DoubtKind
from governance.checkpoints.forms import LossForm, RecoveryForm
from governance.checkpoints.key_loss_actions import declare_lost, key_missing
from governance.checkpoints.models_delivery import Recovery
from governance.checkpoints.queries import losses
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.standing import is_read_only, loss_declared, open_doubts
from governance.common.forms import attempt


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def recovery(request: HttpRequest) -> HttpResponse:
    """Show what speaks against the record and earlier recoveries; a POST signs one."""
    user = _administrator(request)
    form = RecoveryForm(request.POST or None)
    signed: dict[str, Any] = {"actor": user, "proof": proof_of(request)}
    if form.is_valid() and attempt(form, lambda: recover(**signed, **form.cleaned_data)):
        messages.success(request, "The recovery is signed. The record can be written again.")
        return redirect("overview:ledger")
    return _page(request, form, LossForm())


@require_POST
@login_required
def key_lost(request: HttpRequest) -> HttpResponse:
    """Declare that the key that signs is gone for good."""
    user, form = _administrator(request), LossForm(request.POST)
    signed: dict[str, Any] = {"actor": user, "proof": proof_of(request)}
    if form.is_valid() and attempt(form, lambda: declare_lost(**signed, **form.cleaned_data)):
        messages.success(request, "The key is declared lost. Nothing is signed from now on.")
        return redirect("checkpoints:recovery")
    return _page(request, RecoveryForm(), form)


def _administrator(request: HttpRequest) -> User:
    user = acting_user(request)
    if not may(user, Capability.CONFIGURE, None):
        raise PermissionDenied("Only an administrator of the organisation signs a recovery.")
    return user


def _page(request: HttpRequest, form: forms.Form, loss_form: forms.Form) -> HttpResponse:
    lost = loss_declared()
    context = {
        "form": form,
        "loss_form": loss_form,
        "doubts": open_doubts().exclude(kind=DoubtKind.KEY),
        "is_read_only": is_read_only(),
        "lost": lost,
        "missing": "" if lost else key_missing(),
        "losses": losses(),
        "earlier": Recovery.objects.select_related("person")[:20],
    }
    status = 422 if form.errors or loss_form.errors else 200
    return render(request, "checkpoints/recovery.html", context, status=status)
