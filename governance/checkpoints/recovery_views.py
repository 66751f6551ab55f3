"""The page of a recovery: what speaks against the record, and signing that it goes on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user, may
from governance.accounts.rules import Capability
from governance.accounts.stepup import proof_of
from governance.checkpoints.forms import RecoveryForm
from governance.checkpoints.models_delivery import Recovery
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.standing import is_read_only, open_doubts


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def recovery(request: HttpRequest) -> HttpResponse:
    """Show what speaks against the record and earlier recoveries; a POST signs one."""
    user = acting_user(request)
    if not may(user, Capability.CONFIGURE, None):
        raise PermissionDenied("Only an administrator of the organisation signs a recovery.")
    form = RecoveryForm(request.POST or None)
    if form.is_valid():
        recover(actor=user, reason=form.cleaned_data["reason"], proof=proof_of(request))
        messages.success(request, "The recovery is signed. The record can be written again.")
        return redirect("overview:ledger")
    context = {
        "form": form,
        "doubts": open_doubts(),
        "is_read_only": is_read_only(),
        "earlier": Recovery.objects.select_related("person")[:20],
    }
    return render(request, "checkpoints/recovery.html", context, status=422 if form.errors else 200)
