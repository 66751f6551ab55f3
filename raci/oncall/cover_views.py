"""Pages on which people cover for each other: overrides, swaps, handovers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from raci.oncall import cover_actions as actions
from raci.oncall.forms import ConfirmForm, OverrideForm, SwapForm, people
from raci.oncall.models import Override, Schedule, Swap
from raci.oncall.views import trail_of, visible_schedule

ANSWERS = {
    "accept": (actions.accept_swap, "You stand in. The swap counts from now on."),
    "refuse": (actions.refuse_swap, "Declined. Nothing changes."),
    "withdraw": (actions.withdraw_swap, "The swap is taken back."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def override(request: HttpRequest, schedule: int) -> HttpResponse:
    """Put a person on call for a time; who may not assign, only oneself."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    may_assign = may(user, Capability.ASSIGN, found.unit)
    choices = people() if may_assign else people().filter(pk=user.pk)
    form = OverrideForm(found, choices, request.POST or None, initial={"person": user})
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(form, lambda: _override(found, user, form)):
        _say(request, "The override stands.", form.notes)
        return redirect(found)
    return form_page(
        request,
        form,
        title="Put somebody on call" if may_assign else "Take over",
        lead="An override counts before all layers and swaps.",
        trail=trail_of(found),
        submit="Put on call",
        cancel_url=found.get_absolute_url(),
    )


def _override(found: Schedule, user: User, form: OverrideForm) -> None:
    given = form.cleaned_data
    actions.add_override(
        found,
        actor=user,
        person=given["person"],
        times=form.times(),
        reason=given["reason"],
    )


def _say(request: HttpRequest, words: str, notes: list[str]) -> None:
    messages.success(request, " ".join([words, *notes]))


@require_POST
@login_required
def withdraw_override(request: HttpRequest, schedule: int, override: int) -> HttpResponse:
    """Take an override back."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    rows = Override.objects.select_related("schedule__unit", "person")
    actions.withdraw_override(get_object_or_404(rows, schedule=found, pk=override), actor=user)
    messages.success(request, "The override is taken back.")
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def swap(request: HttpRequest, schedule: int) -> HttpResponse:
    """Ask somebody to stand in."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    form = SwapForm(found, user, request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(form, lambda: _swap(found, user, form)):
        taker = form.cleaned_data["taker"]
        _say(request, f"Asked. It counts when {taker} accepts it.", form.notes)
        return redirect(found)
    return form_page(
        request,
        form,
        title="Ask for a swap",
        lead="Wherever the layers name you in that time, the other person is on call instead.",
        trail=trail_of(found),
        submit="Ask",
        cancel_url=found.get_absolute_url(),
    )


def _swap(found: Schedule, user: User, form: SwapForm) -> None:
    given = form.cleaned_data
    actions.ask_swap(
        found,
        actor=user,
        taker=given["taker"],
        times=form.times(),
        back=form.back(),
        reason=given["reason"],
    )


@require_POST
@login_required
def answer_swap(request: HttpRequest, schedule: int, swap: int, answer: str) -> HttpResponse:
    """Accept or decline a swap, or take it back."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    if answer not in ANSWERS:
        raise Http404
    rows = Swap.objects.select_related("schedule__unit", "giver", "taker")
    act, words = ANSWERS[answer]
    act(get_object_or_404(rows, schedule=found, pk=swap), actor=user)
    messages.success(request, words)
    return redirect(found)


@require_POST
@login_required
def confirm(request: HttpRequest, schedule: int) -> HttpResponse:
    """Confirm that one has the pager."""
    user = acting_user(request)
    found = visible_schedule(user, schedule)
    form = ConfirmForm(request.POST)
    note_text = form.cleaned_data["note_text"] if form.is_valid() else ""
    actions.confirm_handover(found, actor=user, note_text=note_text)
    messages.success(request, "You have the pager.")
    return redirect(found)
