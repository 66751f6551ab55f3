"""Whose address is verified, asking for it, and the page behind the link of a mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.notices import proofs
from governance.notices.claims import database_now
from governance.notices.forms import ProofForm
from governance.notices.proof_actions import ProofLinkError, ask_to_verify, prove, vouch
from governance.notices.proofs import LinkState
from governance.notices.queries import administrators

PAGE = 50
STATUSES = {LinkState.LIVE: 200, LinkState.FORGED: 404}


@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    """Show whose address is not verified, to administrators everybody's; a POST sees to it."""
    user = acting_user(request)
    is_keeper = may(user, Capability.CONFIGURE, None)
    people = proofs.unverified() if is_keeper else proofs.unverified().filter(pk=user.pk)
    form = ProofForm(request.POST or None, people=people)
    if form.is_valid():
        messages.success(request, _see_to_it(form.cleaned_data, user))
        return redirect("notices:addresses")
    return _page(request, user, form, is_keeper=is_keeper)


def _see_to_it(given: dict[str, Any], user: User) -> str:
    """Send links or vouch, as was asked, and return what happened."""
    chosen = list(given["person"])
    if given["verb"] == "vouch":
        for person in chosen:
            vouch(person, actor=user, reason=given["reason"])
        verb = "address counts" if len(chosen) == 1 else "addresses count"
        return f"{len(chosen)} {verb} as verified: you vouched."
    sent = ask_to_verify(chosen, actor=user)
    if not sent:
        return "A link went out a moment ago. Wait two minutes for the next one."
    return "The link is on its way." if sent == 1 else f"{sent} links are on their way."


def _page(request: HttpRequest, user: User, form: ProofForm, *, is_keeper: bool) -> HttpResponse:
    page = Paginator(proofs.unverified(), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list) if is_keeper else []
    asked = proofs.asked_of([user.pk, *(person.pk for person in rows)])
    context = {
        "form": form,
        "is_keeper": is_keeper,
        "page": page,
        "rows": [(person, asked.get(person.pk)) for person in rows],
        "mine": proofs.proof_of(user),
        "asked": asked.get(user.pk),
        "keepers": [] if is_keeper else administrators(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "notices/addresses.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link verifies; only its button does, and needs no sign-in.

    Programs that open the links of mails read the page, and verify nothing.
    """
    looked, state = proofs.behind(token, database_now()), None
    if request.method == "POST":
        try:
            prove(token)
            state = "done"
        except ProofLinkError as refusal:
            state = refusal.state
    state = state or looked.state
    context = {"state": state, "proof": looked.proof}
    status = 200 if state == "done" else STATUSES.get(LinkState(state), 410)
    response = render(request, "notices/prove.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
