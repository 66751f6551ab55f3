"""Pages of evidence: a system's list, its files, a withdrawal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user
from governance.common.forms import attempt, form_page
from governance.evidence import actions
from governance.evidence.files import sent
from governance.evidence.forms import EvidenceForm, WithdrawForm
from governance.evidence.models import EvidenceItem
from governance.evidence.queries import evidence_of
from inventory.systems.actions import may_edit, require_edit
from inventory.systems.models import AISystem


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def on_system(request: HttpRequest, ref: str) -> HttpResponse:
    """List the evidence about a system, and take more of it."""
    user = acting_user(request)
    system = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    posted = request.method == "POST"
    form = EvidenceForm(request.POST, request.FILES) if posted else EvidenceForm()
    if posted:
        require_edit(user, system)
    if form.is_valid() and attempt(
        form, lambda: actions.add_evidence(system, actor=user, **form.cleaned_data)
    ):
        messages.success(request, "The evidence is kept.")
        return redirect("evidence:on_system", ref=ref)
    context = {
        "system": system,
        "rows": evidence_of(system, timezone.localdate()),
        "form": form,
        "may_add": may_edit(user, system) and not system.is_retired,
        "may_withdraw": may_edit(user, system),
    }
    status = 422 if form.errors else 200
    return render(request, "evidence/on_system.html", context, status=status)


@require_safe
@login_required
def file(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Hand out a file, once its SHA-256 is what the record says."""
    user = acting_user(request)
    item = get_object_or_404(EvidenceItem.objects.visible_to(user).exclude(file=""), ref=ref)
    return sent(item)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why an item counts no more, and withdraw it."""
    user = acting_user(request)
    rows = EvidenceItem.objects.visible_to(user).select_related("system__unit")
    item = get_object_or_404(rows, ref=ref)
    actions.require_withdrawal(user, item)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.withdraw_evidence(item, actor=user, **form.cleaned_data)
    ):
        return redirect("evidence:on_system", ref=item.system.ref)
    on_system_url = reverse("evidence:on_system", args=[item.system.ref])
    return form_page(
        request,
        form,
        title=f"Withdraw {item.ref}",
        lead=item.title,
        trail=[(item.system.get_absolute_url(), item.system.ref), (on_system_url, "Evidence")],
        submit="Withdraw it",
        cancel_url=on_system_url,
    )
