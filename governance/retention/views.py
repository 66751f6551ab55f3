"""Pages: how long things are kept; what the record holds about somebody, and its erasure."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, people_behind, require
from governance.accounts.leaving_actions import is_pseudonymous
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.accounts.stepup import proof_of
from governance.common.forms import attempt
from governance.common.templatetags.ui import counted
from governance.ledger.models import Entry
from governance.ledger.queries import rows
from governance.retention import actions
from governance.retention.forms import EraseForm, SearchForm
from governance.retention.overview import kinds, terms
from governance.retention.queries import SHORTEST, holdings

PAGE = 50
MOST_PEOPLE = 20


@require_safe
@login_required
def retention(request: HttpRequest) -> HttpResponse:
    """Show what is kept, how long and why, and until when the papers of each system."""
    user = acting_user(request)
    page = Paginator(terms(user), PAGE).get_page(request.GET.get("page"))
    return render(request, "retention/retention.html", {"kinds": kinds(user), "page": page})


@require_safe
@login_required
@never_cache
def erasure(request: HttpRequest) -> HttpResponse:
    """Find somebody, and list the erasures that were done."""
    _eraser(request)
    form = SearchForm(request.GET if "q" in request.GET else None)
    found: list[User] = []
    if form.is_valid():
        text = form.cleaned_data["q"]
        asked = Q(name__icontains=text) | Q(email__icontains=text)
        found = list(User.objects.filter(asked).order_by("name", "pk")[:MOST_PEOPLE])
    done = Entry.objects.filter(action__in=["personal.erased", "person.pseudonymised"])
    log = rows(done.order_by("-pk")[:PAGE], people_behind)
    context = {"form": form, "people": found, "log": log, "text": form.data.get("q", "").strip()}
    return render(request, "retention/erasure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def look(request: HttpRequest) -> HttpResponse:
    """Show what the record holds about somebody and what keeps it; POST erases what is ticked."""
    user = _eraser(request)
    person, text = _about(request)
    found = holdings(person=person, text=text)
    free = [one.value.pk for one in found.free]
    form = EraseForm(request.POST if request.method == "POST" else None, free=free)
    about: dict[str, Any] = {
        "actor": user,
        "proof": proof_of(request),
        "person": person,
        "text": text,
    }
    if form.is_valid() and attempt(form, lambda: actions.erase(form.wish(), **about)):
        count = counted(len(form.cleaned_data["value"]), "value is,values are")
        messages.success(request, f"{count} erased. The record keeps who and why.")
        return redirect(_address(person, text))
    context = {
        "found": found,
        "form": form,
        "text": text,
        "target": _address(person, text),
        "ticked": set(map(str, free)) if not form.is_bound else set(request.POST.getlist("value")),
        "is_nameless": person is not None and is_pseudonymous(person),
    }
    status = 422 if form.errors else 200
    return render(request, "retention/look.html", context, status=status)


@require_POST
@login_required
def take_name_off(request: HttpRequest) -> HttpResponse:
    """Take name and address off a closed account."""
    user = _eraser(request)
    person, _text = _about(request)
    if person is None:
        raise Http404("There is no such person.")
    actions.take_name_off(person, actor=user, proof=proof_of(request))
    messages.success(request, f"The account is called {person} now.")
    return redirect(_address(person, ""))


def _eraser(request: HttpRequest) -> User:
    user = acting_user(request)
    require(user, Capability.ERASE, None)
    return user


def _about(request: HttpRequest) -> tuple[User | None, str]:
    """Return who is asked about: somebody with an account, or a name or address."""
    asked = request.GET.get("person", "")
    if asked:
        person = User.objects.filter(pk=asked).first() if asked.isdecimal() else None
        if person is None:
            raise Http404("There is no such person.")
        return person, ""
    text = request.GET.get("q", "").strip()[:200]
    if len(text) < SHORTEST:
        raise Http404("Say whom to look for.")
    return None, text


def _address(person: User | None, text: str) -> str:
    asked = {"person": person.pk} if person else {"q": text}
    return f"{reverse('retention:look')}?{urlencode(asked)}"
