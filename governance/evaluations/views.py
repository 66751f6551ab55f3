"""Pages of evaluation runs: those of a system, one run, another one, a withdrawal."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from governance.evaluations import actions, listing, queries
from governance.evaluations.forms import RunForm, WithdrawForm
from governance.evaluations.holding import forget, held, hold
from governance.evaluations.intake import take_file
from governance.evaluations.models import Run
from governance.evaluations.readers.report import ReportError
from governance.evaluations.rules import Source
from governance.evaluations.statistics import Comparison
from governance.evidence.files import sent
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem

GET_OR_POST = ["GET", "HEAD", "POST"]
PAGE = 50
MOST_RIVALS = 50


def visible_system(request: HttpRequest, ref: str) -> tuple[User, AISystem]:
    """Return the person and a system that the person sees, or raise Http404."""
    user = acting_user(request)
    rows = AISystem.objects.visible_to(user).select_related("unit")
    return user, get_object_or_404(rows, ref=ref)


def may_add(user: User, system: AISystem) -> bool:
    """Return whether the person may add runs and suites of a system."""
    return may(user, Capability.SUBMIT, system.unit) and not system.is_retired


@require_safe
@login_required
def on_system(request: HttpRequest, ref: str) -> HttpResponse:
    """Show every suite of a system with its last runs."""
    user, system = visible_system(request, ref)
    boards = listing.boards(system)
    context = {"system": system, "boards": boards, "may_add": may_add(user, system)}
    return render(request, "evaluations/on_system.html", context)


@require_safe
@login_required
def run(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a run: what its suite asks, what it shows against another, its cases."""
    user = acting_user(request)
    row = get_object_or_404(Run.objects.visible_to(user).with_all(), ref=ref)
    baseline, refusal = _baseline(request, user, row)
    compared, refusal = _compared(row, baseline, refusal)
    context = {
        "run": row,
        "system": row.version.system,
        "judged": queries.judged(row, baseline),
        "baseline": baseline,
        "refusal": refusal,
        "comparison": compared,
        "rivals": list(listing.rivals(row)[:MOST_RIVALS]),
        "may_withdraw": not row.is_withdrawn and may_add(user, row.version.system),
        **_cases(request, row, baseline if compared else None),
    }
    return render(request, "evaluations/run.html", context)


def _compared(row: Run, baseline: Run | None, refusal: str) -> tuple[Comparison | None, str]:
    """Return what two runs show together, or in words why nothing."""
    if baseline is None or refusal:
        return None, refusal
    answer = queries.comparisons([(row, baseline)])[0]
    return (None, answer) if isinstance(answer, str) else (answer, "")


def _baseline(request: HttpRequest, user: User, row: Run) -> tuple[Run | None, str]:
    """Return what the run is held against, and in words why that says nothing."""
    asked = request.GET.get("against", "")
    if not asked:
        return queries.baseline_for(row) if not row.is_withdrawn else None, ""
    found = Run.objects.visible_to(user).with_all().filter(ref=asked).first()
    if found is None:
        return None, f"There is no run {asked[:20]}."
    return found, queries.why_not_comparable(row, found)


def _cases(request: HttpRequest, row: Run, baseline: Run | None) -> dict[str, Any]:
    shows = [show for show in listing.SHOWS if baseline or show not in listing.AGAINST]
    asked = request.GET.get("show", "")
    show = asked if asked in shows else "lost" if baseline and not row.failed else "failed"
    part = request.GET.get("slice", "")
    kept = {"against": request.GET.get("against", ""), "slice": part}
    pages = Paginator(listing.cases(row, show, baseline, part), PAGE)
    page = pages.get_page(request.GET.get("page"))

    def url(**over: Any) -> str:
        named = {name: value for name, value in {**kept, "show": show, **over}.items() if value}
        return f"?{urlencode(named)}#cases"

    return {
        "page": page,
        "show": show,
        "part": part,
        "without_part": url(slice=""),
        "segments": [
            {"label": words, "url": url(show=name), "count": None, "current": name == show}
            for name, words in listing.SHOWS.items()
            if name in shows
        ],
        "words": f"{page.start_index():,} to {page.end_index():,} of {pages.count:,}",
        "previous_url": url(page=page.number - 1) if page.has_previous() else "",
        "next_url": url(page=page.number + 1) if page.has_next() else "",
    }


@require_http_methods(GET_OR_POST)
@login_required
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a run from a file; what was typed and the file itself stay until it is right."""
    user, system = visible_system(request, ref)
    require(user, Capability.SUBMIT, system.unit)
    require_open(system)
    suites = queries.suites_for(system)
    posted = request.method == "POST"
    given = (request.POST, request.FILES) if posted else (None, None)
    initial = {name: request.GET[name] for name in ("suite", "version") if name in request.GET}
    form = RunForm(*given, system=system, suites=suites, initial=initial)
    name = ""
    if posted:
        added, name = _taken(form, user)
        if added:
            known = "" if added.is_new else " It was there already."
            messages.success(request, f"{added.run.ref} is kept.{known}")
            return redirect(added.run)
    context = {"system": system, "form": form, "held_name": name}
    status = 422 if form.errors else 200
    return render(request, "evaluations/add.html", context, status=status)


def _taken(form: RunForm, user: User) -> tuple[actions.Added | None, str]:
    """Return the run that was kept; without one, the name of the file that is held meanwhile."""
    is_valid = form.is_valid()
    upload = form.cleaned_data.get("upload") or held(form.data.get("held", ""), person=user)
    if upload is None:
        form.add_error("upload", "Choose the file with the results.")
        return None, ""
    kept: list[actions.Added] = []

    def take() -> None:
        try:
            kept.append(take_file(upload, actor=user, given=form.given(), source=Source.PAGE))
        except ReportError as error:
            for problem in error.problems:
                form.add_error("upload", str(problem))

    if is_valid and attempt(form, take) and kept:
        forget(user)
        return kept[0], ""
    form.remember(hold(upload, person=user))
    return None, str(upload.name)


@require_safe
@login_required
def file(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Hand out what came in, once its SHA-256 is what the record says."""
    rows = Run.objects.visible_to(acting_user(request))
    return sent(get_object_or_404(rows, ref=ref))


@require_http_methods(GET_OR_POST)
@login_required
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why a run counts no more, and withdraw it."""
    user = acting_user(request)
    row = get_object_or_404(Run.objects.visible_to(user).with_all(), ref=ref)
    system = row.version.system
    require(user, Capability.SUBMIT, system.unit)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.withdraw_run(row, actor=user, **form.cleaned_data)
    ):
        messages.success(request, f"{row.ref} counts no more.")
        return redirect(row)
    all_runs = reverse("evaluations:on_system", args=[system.ref])
    return form_page(
        request,
        form,
        title=f"Withdraw {row.ref}",
        lead=f"{row.suite.title}, {row.version.label}: {row.passed:,} of {row.total:,} passed.",
        trail=[
            (system.get_absolute_url(), system.ref),
            (all_runs, "Evaluations"),
            (row.get_absolute_url(), row.ref),
        ],
        submit="Withdraw it",
        cancel_url=row.get_absolute_url(),
    )
