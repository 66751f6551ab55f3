"""The queue of updates, one update, and the decision about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from governance.accounts.access import acting_user, may, people_behind
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.accounts.stepup import proof_of
from governance.approvals import around_actions, evidence_actions, queue, sides, vote_actions
from governance.approvals.errors import EvidenceChangedError
from governance.approvals.forms import ClassForm, Conditions, DecisionForm, MetForm, RemarkForm
from governance.approvals.lifecycle import CLASS_WORDS, OPEN, ChangeClass, State
from governance.approvals.models import Release
from governance.approvals.pages import UpdatePage, update_page, what_changed
from governance.ledger.queries import timeline

PAGE_SIZE = 50
OPENED = "updates_opened"  # in the session: when the person first opened an update
MOST_OPENED = 100


@require_safe
@login_required
def updates(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, what waits, what runs, or what was decided."""
    user = acting_user(request)
    wish = queue.Wish.of(request.GET.dict())
    sets = queue.rows_for(user, wish)
    counts = {name: rows.order_by().count() for name, rows in sets.items()}
    if not request.GET.get("show") and counts["mine"]:
        wish = queue.Wish("mine", wish.environment, wish.tier, wish.state)
    paginator = Paginator(sets[wish.show], PAGE_SIZE)
    paginator.count = counts[wish.show]  # counted already
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": queue.lines(page.object_list, user),
        "segments": queue.segments(wish, counts),
        "choices": queue.choices(wish),
        "wish": wish,
        "address": wish.address(),
        "any": any(counts.values()) or wish.is_filtered,
    }
    return render(request, "approvals/updates.html", context)


def visible(user: User, ref: str) -> Release:
    """Return a release the person sees; 404 for any other."""
    return get_object_or_404(Release.objects.visible_to(user).with_all(), ref=ref)


@require_safe
@login_required
def update(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one update: checks first, what changes, what follows, and the decision."""
    user = acting_user(request)
    release = visible(user, ref)
    if release.state in (State.IN_REVIEW, State.EMERGENCY_ACTIVE):
        _note_opening(request, release)
    return shown(request, user, release)


def _note_opening(request: HttpRequest, release: Release) -> None:
    """Remember in the session when the person first opened this; a decision takes it from there."""
    opened = dict(request.session.get(OPENED, {}))
    if release.ref not in opened:
        opened[release.ref] = timezone.now().isoformat()
        request.session[OPENED] = dict(list(opened.items())[-MOST_OPENED:])


def shown(request: HttpRequest, user: User, release: Release, **over: Any) -> HttpResponse:
    """Return the page of an update; `over` holds forms that were refused, and the status."""
    page = update_page(release, user)
    status = over.pop("status", 200)
    seen = {"seen": page.seal, "shown": page.shown}
    context: dict[str, Any] = {
        "page": page,
        "release": release,
        "system": release.system,
        "form": DecisionForm(initial=seen, checks_fail=page.checks_fail),
        "conditions_form": Conditions(prefix="c"),
        "remark_form": RemarkForm(),
        "class_form": class_form(release) if release.state in OPEN else None,
        "met_form": MetForm(),
        "may_speak": may(user, Capability.ANSWER, release.system.unit),
        "entries": timeline(
            ("release", release.pk), ("modelversion", release.version_id), people=people_behind
        ),
    }
    return render(request, "approvals/update.html", context | over, status=status)


def class_form(release: Release, data: Any = None) -> ClassForm:
    """Return the form for another class of the change."""
    others = [one for one in ChangeClass if one != release.change_class]
    return ClassForm(data, classes=[(one.value, f"{one}: {CLASS_WORDS[one]}") for one in others])


@require_POST
@login_required
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve the update, with conditions or without, or send it back."""
    user = acting_user(request)
    release = visible(user, ref)
    page = update_page(release, user)
    form = DecisionForm(request.POST, checks_fail=page.checks_fail)
    conditions = Conditions(request.POST, prefix="c") if _sets_conditions(request) else None
    if not form.is_valid() or (conditions is not None and not _good(conditions, form)):
        return shown(request, user, release, **_typed(form, conditions), status=422)
    proof = proof_of(request)
    _note_look(request, user, release, page)
    given = form.cleaned_data
    told = {"reason": given["reason"], "seen": given["seen"], "proof": proof}
    try:
        if form.is_yes:
            wanted = wanted_of(conditions) if conditions is not None else ()
            vote_actions.approve(release, actor=user, conditions=wanted, **told)
        else:
            vote_actions.reject(release, actor=user, **told)
    except EvidenceChangedError as refusal:
        return _changed(request, user, release, form, conditions, refusal)
    release.refresh_from_db()
    messages.success(request, f"{release.version}: {release.words.lower()}.")
    return redirect("approvals:update", ref=release.ref)


def _sets_conditions(request: HttpRequest) -> bool:
    return request.POST.get("decision") == "conditions"


def _good(conditions: Any, form: DecisionForm) -> bool:
    if not conditions.is_valid():
        return False
    if not wanted_of(conditions):
        form.add_error(None, "Write at least one condition, or approve without.")
        return False
    return True


def wanted_of(conditions: Any) -> list[vote_actions.Wanted]:
    """Return the conditions that were written."""
    return [
        vote_actions.Wanted(**row.cleaned_data)
        for row in conditions
        if row.has_changed() and row.cleaned_data.get("text")
    ]


def _typed(form: DecisionForm, conditions: Any) -> dict[str, Any]:
    return {"form": form} | ({"conditions_form": conditions} if conditions is not None else {})


def _note_look(request: HttpRequest, user: User, release: Release, page: UpdatePage) -> None:
    """Record when the person opened the update, as the session remembers it."""
    if not page.may_decide and not page.may_refuse:
        return
    opened = request.session.get(OPENED, {}).get(release.ref)
    around_actions.mark_viewed(
        release,
        actor=user,
        shown=len(sides.shown_in(page.groups)),
        opened_at=parse_datetime(opened) if opened else None,
    )


def _changed(
    request: HttpRequest,
    user: User,
    release: Release,
    form: DecisionForm,
    conditions: Any,
    refusal: EvidenceChangedError,
) -> HttpResponse:
    """Show the update as it is now, with what changed and all that was typed; 412."""
    release = visible(user, release.ref)
    now = update_page(release, user)
    data = QueryDict(mutable=True)
    data.update(form.data)
    differences = what_changed(data.get("shown", ""), release)
    data["seen"], data["shown"] = now.seal, now.shown
    again = DecisionForm(data, checks_fail=now.checks_fail)
    over = _typed(again, conditions)
    told = {"changed": differences, "refusal": str(refusal)}
    return shown(request, user, release, **over, **told, status=412)


@require_POST
@login_required
def viewed(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark a group of the diff as viewed by the person."""
    user = acting_user(request)
    release = visible(user, ref)
    before = release.before.version if release.before else None
    known = sides.shown_in(sides.side_by_side(before, release.version))
    opened = request.session.get(OPENED, {}).get(release.ref)
    around_actions.mark_viewed(
        release,
        actor=user,
        groups=[key for key in request.POST.getlist("group") if key in known],
        shown=len(known),
        opened_at=parse_datetime(opened) if opened else None,
    )
    address = redirect("approvals:update", ref=release.ref)
    address["Location"] += f"#diff-{request.POST.get('group', '')}"[:40]
    return address


@require_POST
@login_required
def remark(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a line to the conversation."""
    user = acting_user(request)
    release = visible(user, ref)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return shown(request, user, release, remark_form=form, status=422)
    around_actions.remark(release, actor=user, text=form.cleaned_data["text"])
    address = redirect("approvals:update", ref=release.ref)
    address["Location"] += "#talk-h"
    return address


@require_POST
@login_required
def met(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Say how a condition was met."""
    user = acting_user(request)
    release = visible(user, ref)
    condition = get_object_or_404(release.conditions.select_related("owner", "set_by"), pk=pk)
    form = MetForm(request.POST)
    if not form.is_valid():
        return shown(request, user, release, met_form=form, met_pk=pk, status=422)
    evidence_actions.meet_condition(condition, actor=user, how=form.cleaned_data["how"])
    messages.success(request, "The condition is met.")
    return redirect("approvals:update", ref=release.ref)
