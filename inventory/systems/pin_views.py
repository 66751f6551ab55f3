"""Pages of the model ids that people here pinned or let float."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.common.forms import attempt, form_page
from governance.common.states import words
from inventory.systems import pin_actions
from inventory.systems.pin_models import PinPattern
from inventory.systems.pins.rules import PinState

PAGE = 25
STATES = [(state.value, words(state.value)) for state in PinState]


class PatternForm(forms.Form):
    """A pattern, what it says, and where that is written."""

    provider = forms.CharField(
        label="Model provider", help_text="Empty: any provider.", required=False, max_length=40
    )
    pattern = forms.CharField(
        label="Pattern of the ids",
        help_text="* stands for any characters, ? for one: triage-*-frozen.",
        max_length=200,
    )
    state = forms.ChoiceField(label="Such an id is", choices=STATES)
    why = forms.CharField(
        label="Why", help_text="It is shown wherever such an id is.", max_length=500
    )
    source = forms.URLField(label="Where it is written", max_length=500, assume_scheme="https")


class WithdrawForm(forms.Form):
    """Why a pattern counts no longer."""

    reason = forms.CharField(label="Why does it count no longer?", max_length=500)


@require_safe
@login_required
def patterns(request: HttpRequest) -> HttpResponse:
    """List the patterns, those that count first."""
    user = acting_user(request)
    rows = PinPattern.objects.visible_to(user).select_related("added_by", "withdrawn_by")
    page = Paginator(rows.order_by("-withdrawn_at", "provider", "pattern", "pk"), PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "may_keep": pin_actions.may_keep(user),
    }
    return render(request, "systems/pin_patterns.html", context)


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Add a pattern."""
    user = _keeper(request)
    form = PatternForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: pin_actions.add_pattern(actor=user, **form.cleaned_data)
    ):
        messages.success(request, "The pattern counts from now on.")
        return redirect("pins:patterns")
    lead = "It is tried before what is published about the provider's ids."
    return form_page(request, form, lead=lead, **_around("Add a pattern", "Add it"))


@login_required
def withdraw(request: HttpRequest, pattern: int) -> HttpResponse:
    """Withdraw a pattern, with the reason."""
    user = _keeper(request)
    row = get_object_or_404(PinPattern.objects.visible_to(user), pk=pattern)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: pin_actions.withdraw_pattern(row, actor=user, **form.cleaned_data)
    ):
        messages.success(request, "The pattern counts no longer.")
        return redirect("pins:patterns")
    context = _around(f"Withdraw {row.pattern}", "Withdraw it")
    return form_page(request, form, lead=f"{row.why} Versions that rely on it float.", **context)


def _keeper(request: HttpRequest) -> User:
    user = acting_user(request)
    pin_actions.require_keeper(user)
    return user


def _around(title: str, submit: str) -> dict[str, Any]:
    address = reverse("pins:patterns")
    return {
        "title": title,
        "trail": [(reverse("accounts:profile"), "Settings"), (address, "Model ids")],
        "submit": submit,
        "cancel_url": address,
    }
