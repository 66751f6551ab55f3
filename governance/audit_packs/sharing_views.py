"""Pages that give a pack to people, set its last day, withdraw it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs import sharing_actions
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sharing_forms import LastDayForm, RecipientForm, WithdrawalForm
from governance.audit_packs.sharing_queries import may_everywhere, standing, visible_recipients
from governance.common.forms import attempt, form_page

FORM = ["GET", "HEAD", "POST"]


def visible(request: HttpRequest, ref: str) -> EvidencePack:
    """Return the pack of an address, if the person sees it."""
    seen = EvidencePack.objects.visible_to(acting_user(request))
    rows = seen.select_related("unit", "requested_by", "expiry", "withdrawal", "withdrawal__by")
    return get_object_or_404(rows, ref=ref)


@require_http_methods(FORM)
@login_required
def share(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a sealed pack to somebody until a day."""
    user, pack = acting_user(request), _handed_out_by(request, ref, Capability.HAND_OUT)
    people = User.objects.filter(is_active=True, is_service=False).exclude(pk=user.pk)
    form = RecipientForm(
        request.POST or None, people=people, initial={"until": standing(pack).expires_on}
    )
    return _decided(
        request,
        form,
        pack,
        lambda: sharing_actions.share(pack, actor=user, **form.request()),
        title=f"Give {pack} to somebody",
        lead="Whoever you choose reads this pack and nothing else, up to the last day.",
        submit="Give it",
        done="The pack is given, and it is on record.",
    )


@require_POST
@login_required
def unshare(request: HttpRequest, ref: str, recipient: int) -> HttpResponse:
    """Take a pack back from somebody."""
    pack = visible(request, ref)
    user = acting_user(request)
    row = get_object_or_404(visible_recipients(user), pk=recipient, pack=pack)
    sharing_actions.unshare(row, actor=user)
    messages.success(request, f"{pack} is taken back from {row}.")
    return redirect("audit_packs:pack", ref=pack.ref)


@require_http_methods(FORM)
@login_required
def last_day(request: HttpRequest, ref: str) -> HttpResponse:
    """Set the last day on which a pack is handed out."""
    user, pack = acting_user(request), _handed_out_by(request, ref, Capability.HAND_OUT)
    form = LastDayForm(request.POST or None, initial={"on": standing(pack).expires_on})
    return _decided(
        request,
        form,
        pack,
        lambda: sharing_actions.set_expiry(pack, actor=user, **form.cleaned_data),
        title=f"Last day of {pack}",
        lead="The pack tells how things stood at one moment; later on a newer one serves better.",
        submit="Set the last day",
        done="The last day is set.",
    )


@require_http_methods(FORM)
@login_required
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw a pack, with a reason."""
    user, pack = acting_user(request), _handed_out_by(request, ref, Capability.WITHDRAW)
    form = WithdrawalForm(request.POST or None)
    return _decided(
        request,
        form,
        pack,
        lambda: sharing_actions.withdraw(pack, actor=user, **form.cleaned_data),
        title=f"Withdraw {pack}",
        lead="Nobody can download it from then on, and this cannot be undone. Copies that are "
        "out still prove what they prove; checking one here says that it was withdrawn.",
        submit="Withdraw the pack",
        done="The pack is withdrawn.",
    )


def _handed_out_by(request: HttpRequest, ref: str, capability: Capability) -> EvidencePack:
    """Return the pack of a form; 404 for who does not see it, 403 for who may not do this."""
    pack = visible(request, ref)
    if not may_everywhere(acting_user(request), capability, pack):
        raise PermissionDenied("That is decided by who hands packs out in all its units.")
    return pack


def _decided(
    request: HttpRequest,
    form: forms.Form,
    pack: EvidencePack,
    act: Callable[[], object],
    **words: Any,
) -> HttpResponse:
    """Act on a valid form and go to the pack; else show the form with what is wrong."""
    done = words.pop("done")
    if form.is_valid() and attempt(form, act):
        messages.success(request, done)
        return redirect("audit_packs:pack", ref=pack.ref)
    url = reverse("audit_packs:pack", args=[pack.ref])
    trail = [(reverse("audit_packs:list"), "Evidence packs"), (url, pack.ref)]
    return form_page(request, form, trail=trail, cancel_url=url, **words)
