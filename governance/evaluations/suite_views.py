"""Pages of suites: one with all its runs, a new one, the next revision."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import StaleError
from governance.common.forms import attempt, form_page
from governance.evaluations import listing
from governance.evaluations.forms import SuiteForm
from governance.evaluations.models import Run, Suite
from governance.evaluations.suite_actions import SuiteWish, newest, save_suite
from governance.evaluations.views import GET_OR_POST, PAGE, may_add, visible_system
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem

LEAD = (
    "Cases and criteria that every version is held against. Each change makes a revision of its "
    "own; runs compare within one revision."
)


@require_safe
@login_required
def suite(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Show a suite: what it asks, its runs, and its revisions."""
    user, system = visible_system(request, ref)
    revisions = list(
        Suite.objects.filter(system=system, key=key).select_related("added_by", "system")
    )
    if not revisions:
        raise Http404
    rows = Run.objects.filter(suite__system=system, suite__key=key).with_all()
    pages = Paginator(rows.order_by("-observed_until", "-pk"), PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "system": system,
        "board": listing.board_of(revisions[0]),
        "revisions": revisions,
        "lines": [listing.line(run) for run in page],
        "may_add": may_add(user, system),
        "words": f"{page.start_index():,} to {page.end_index():,} of {pages.count:,} runs",
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "evaluations/suite.html", context)


@require_http_methods(GET_OR_POST)
@login_required
def make(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a suite down before anybody runs it."""
    user, system = visible_system(request, ref)
    require(user, Capability.SUBMIT, system.unit)
    require_open(system)
    form = SuiteForm(request.POST or None)
    if form.is_valid() and _saved(form, system, user, seen=0):
        return redirect("evaluations:suite", ref=ref, key=form.cleaned_data["key"])
    return _page(request, form, system, title="A new suite", submit="Make the suite")


@require_http_methods(GET_OR_POST)
@login_required
def revise(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Make the next revision of a suite."""
    user, system = visible_system(request, ref)
    require(user, Capability.SUBMIT, system.unit)
    require_open(system)
    current = newest(system, key)
    if current is None:
        raise Http404
    form = SuiteForm(request.POST or None, suite=current)
    if form.is_valid() and _saved(form, system, user, seen=form.cleaned_data["seen"]):
        after = newest(system, key) or current
        said = f"Revision {after.revision} is in force." if after != current else "Nothing changed."
        messages.success(request, said)
        return redirect("evaluations:suite", ref=ref, key=key)
    title, submit = f"Revise {current.title}", f"Make revision {current.revision + 1}"
    return _page(request, form, system, title=title, submit=submit)


def _saved(form: SuiteForm, system: AISystem, user: User, *, seen: int | None) -> bool:
    """Save what the form holds; what somebody else did meanwhile stands on top of it."""
    wish = SuiteWish(**{name: form.cleaned_data.get(name, "") for name in FIELDS})
    try:
        return attempt(form, lambda: save_suite(system, actor=user, wish=wish, seen=seen))
    except StaleError as error:
        form.add_error(None, str(error))
        return False


FIELDS = ("key", "title", "kind", "criteria", "reason")


def _page(request: HttpRequest, form: SuiteForm, system: AISystem, **context: Any) -> HttpResponse:
    all_runs = reverse("evaluations:on_system", args=[system.ref])
    trail = [(system.get_absolute_url(), system.ref), (all_runs, "Evaluations")]
    return form_page(request, form, lead=LEAD, trail=trail, cancel_url=all_runs, **context)
