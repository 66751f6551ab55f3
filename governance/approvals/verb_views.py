"""The steps of a release, each on its own page: what follows, what stands against it, the form."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.approvals import actions, around_actions, machine, proofs, run_actions
from governance.approvals.forms import CanaryReportForm, TargetForm
from governance.approvals.going_back import way_back
from governance.approvals.lifecycle import LIVE, Event, State
from governance.approvals.models import Release
from governance.approvals.situations import possible
from governance.approvals.steps import steps
from governance.approvals.verbs import BY_NAME, Verb
from governance.approvals.views import class_form, shown, visible

GOES_BACK = (Event.ROLLBACK, Event.SUSPEND)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """Show a step with its form, and take it."""
    user = acting_user(request)
    release = visible(user, ref)
    if verb not in BY_NAME:
        raise Http404("There is no such step.")
    known = BY_NAME[verb]
    form = known.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = known.run(release, actor=user, **form.cleaned_data)
        after = made if isinstance(made, Release) else release
        messages.success(request, f"{after.version} {known.said}.")
        return redirect("approvals:update", ref=after.ref)
    return _asked(request, user, release, known, form)


def _asked(
    request: HttpRequest, user: User, release: Release, verb: Verb, form: forms.Form
) -> HttpResponse:
    """Return the page of a step: what it leads to, and what stands against it now."""
    context = {
        "release": release,
        "system": release.system,
        "verb": verb,
        "form": form,
        "refusals": refusals_of(release, user, verb),
        "target": _target(release) if verb.event in GOES_BACK else None,
        "running": proofs.running_in(release) if verb.event in GOES_LIVE else None,
    }
    return render(request, "approvals/step.html", context, status=422 if form.errors else 200)


GOES_LIVE = (Event.ACTIVATE, Event.PROMOTE, Event.EMERGENCY_ACTIVATE, Event.START_CANARY)


def refusals_of(release: Release, user: User, verb: Verb) -> tuple[str, ...]:
    """Return what stands against a step of a person now; that it does not fit the state, too."""
    if words := machine.illegal(verb.event, release.state):
        return (words,)
    allowed = steps(release, user, possible(release, user))
    return next((step.refusals for step in allowed if step.verb == verb), ())


def _target(release: Release) -> Release | None:
    return way_back(release) if release.state in LIVE | {State.SUSPENDED} else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target(request: HttpRequest, ref: str) -> HttpResponse:
    """Name another release to go back to."""
    user = acting_user(request)
    release = visible(user, ref)
    form = TargetForm(request.POST or None, targets=proofs.targets(release))
    if form.is_valid():
        run_actions.choose_target(release, actor=user, **form.cleaned_data)
        messages.success(request, "The way back is another one now.")
        return redirect("approvals:update", ref=release.ref)
    words = "Which release runs again if this one is rolled back."
    return _small(request, release, form, ("Choose the way back", words, "Choose it"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def canary_report(request: HttpRequest, ref: str) -> HttpResponse:
    """Report what a canary showed in a period."""
    user = acting_user(request)
    release = visible(user, ref)
    form = CanaryReportForm(request.POST or None)
    if form.is_valid():
        around_actions.report_canary(release, actor=user, **form.cleaned_data)
        messages.success(request, "The report is kept.")
        return redirect("approvals:update", ref=release.ref)
    words = "Tasks and metrics of one period; periods may not overlap."
    return _small(request, release, form, ("Report on the canary", words, "Keep the report"))


def _small(
    request: HttpRequest, release: Release, form: forms.Form, words: tuple[str, str, str]
) -> HttpResponse:
    title, note, button = words
    context = {"release": release, "system": release.system, "form": form}
    context |= {"title": title, "note": note, "button": button}
    status = 422 if form.errors else 200
    return render(request, "approvals/small.html", context, status=status)


@require_POST
@login_required
def set_class(request: HttpRequest, ref: str) -> HttpResponse:
    """Raise or lower the class of the change."""
    user = acting_user(request)
    release = visible(user, ref)
    form = class_form(release, request.POST)
    if not form.is_valid():
        return shown(request, user, release, class_form=form, status=422)
    actions.set_class(release, actor=user, **form.cleaned_data)
    messages.success(request, f"The change is of class {release.change_class} now.")
    return redirect("approvals:update", ref=release.ref)
