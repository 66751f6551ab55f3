"""The wizard: one question a page, saved on every step, left and returned to at any time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user
from governance.classification import actions, forks, wizard
from governance.classification.answering import answered_since
from governance.classification.asked import Asked, anew, asked_of
from governance.classification.explain import shown
from governance.classification.models import AnswerNote, FactRequest, FactSheet
from governance.classification.queries import (
    Facts,
    engine,
    facts_from_answers,
    facts_of,
    provisional_of,
)
from governance.classification.questions import Page
from governance.classification.wizard_forms import PageForm
from governance.classification.wording import wording
from governance.common.errors import DomainError, StaleError
from governance.evidence.actions import add_evidence
from inventory.systems.actions import require_edit
from inventory.systems.models import AISystem

LONGEST_NUMBER = 10
MOST_TRIES = 3  # to save beside people who answer other pages at the same moment


@require_safe
@login_required
def following(request: HttpRequest, ref: str) -> HttpResponse:
    """Lead on to the next question, or to the result when nothing is left to ask."""
    user = acting_user(request)
    system = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    require_edit(user, system)
    page = wizard.next_page(provisional_of(facts_of(system)))
    if page is None:
        return redirect("classification:review", ref=ref)
    return redirect("classification:page", ref=ref, step=page.id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Ask one question, keep the answer, and lead on."""
    asked = asked_of(request, ref, step)
    if request.method != "POST":
        return _rendered(request, asked, asked.form())
    if "take_back" in request.POST and asked.may_edit:
        return _taken_back(request, asked)
    form = asked.form(request.POST, request.FILES)
    if not form.is_valid():
        return _rendered(request, asked, form, status=422)
    try:
        return _kept(request, asked, form)
    except DomainError as error:
        form.add_error(None, str(error))
        return _rendered(request, asked, form, status=422)


def _kept(request: HttpRequest, asked: Asked, form: PageForm) -> HttpResponse:
    """Keep the answers and lead on, or show what somebody else answered on this page meanwhile.

    Answers to other pages, and the person's own in another tab, stand in nobody's way.
    """
    for _try in range(MOST_TRIES):
        if other := _other(asked, form.cleaned_data["seen"]):
            return _again(request, asked, other)
        try:
            _save(asked, form)
        except StaleError:
            asked = anew(asked)
            continue
        return _onward(request, asked, form)
    return _again(request, asked, None)


def _other(asked: Asked, seen: int) -> AnswerNote | None:
    """Return what somebody else answered on the page since it was read."""
    return answered_since(asked.system, asked.page.facts, seen, asked.user)


@transaction.atomic
def _save(asked: Asked, form: PageForm) -> None:
    """Keep the answers, and the files that came with them."""
    added = {
        fact: add_evidence(asked.system, title=title, actor=asked.user, upload=upload)
        for fact, title, upload in form.uploads
    }
    actions.answer_facts(
        asked.system,
        facts=form.answers,
        cleared=form.cleared,
        seen=asked.facts.row_version,
        actor=asked.user,
        said=form.said(added),
    )


def _taken_back(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take the answers of the page back: its question is open again."""
    seen = request.POST.get("seen", "")
    if seen.isdecimal() and len(seen) < LONGEST_NUMBER and (other := _other(asked, int(seen))):
        return _again(request, asked, other)
    actions.answer_facts(asked.system, facts={}, cleared=asked.page.facts, actor=asked.user)
    messages.success(request, "Taken back. The question is open again.")
    return redirect("classification:page", ref=asked.system.ref, step=asked.page.id)


def _onward(request: HttpRequest, asked: Asked, form: PageForm) -> HttpResponse:
    """Say what a changed answer moved, and lead to the next page."""
    ref, now = asked.system.ref, provisional_of(facts_of(asked.system))
    known = wizard.answered_of(asked.facts)
    if known & {*asked.page.facts} and (words := wizard.moved(asked.now, now)):
        messages.info(request, words)
    if not asked.may_edit:
        return _thanked(request, asked)
    waiting = wizard.waiting_of(now)
    for fact in form.cleaned_data["answer"] if asked.page.is_screen else ():
        if fact in waiting:  # a ticked enum or list goes on at once
            return redirect("classification:page", ref=ref, step=fact)
    return redirect("classification:next", ref=ref)


def _thanked(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Lead somebody who was asked to the next question put to them, else to the result."""
    messages.success(request, f"Thank you. Your answer about {asked.system} is kept.")
    mine = FactRequest.objects.waiting().filter(system=asked.system, asked=asked.user).first()
    if mine and mine.fact in wizard.questions().by_id:
        return redirect("classification:page", ref=asked.system.ref, step=mine.fact)
    return redirect("classification:review", ref=asked.system.ref)


def _again(request: HttpRequest, asked: Asked, other: AnswerNote | None) -> HttpResponse:
    """Show the page anew with what was typed, beside what somebody answered meanwhile."""
    asked = anew(asked)
    data = request.POST.copy()
    data["seen"] = str(asked.facts.row_version)
    form = asked.form(data, request.FILES)
    form.is_valid()
    meanwhile = {
        "by": other.by if other else FactSheet.objects.get(system=asked.system).changed_by,
        "answers": _answers(asked.facts, asked.asks),
        "file": bool(request.FILES),
    }
    return _rendered(request, asked, form, status=409, meanwhile=meanwhile)


def _answers(facts: Facts, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the questions of a page with the answers that stand."""
    known = engine().pack.facts
    stands = dict.fromkeys(facts.unsure) | dict(facts.values)
    return [
        {
            "ask": wording().ask(known[name]),
            "answer": (
                wording().answer(known[name], stands[name]) if name in stands else "Not answered"
            ),
        }
        for name in names
    ]


def _rendered(
    request: HttpRequest,
    asked: Asked,
    form: PageForm,
    *,
    status: int = 200,
    meanwhile: dict[str, Any] | None = None,
) -> HttpResponse:
    steps = wizard.steps(asked.now, asked.page)
    context = _panel(asked, form, asked.facts) | {
        "form": form,
        "steps": steps,
        "back": _back(steps),
        "law": forks.law_behind(asked.page),
        "law_more": max(0, forks.law_count(asked.page) - forks.MOST_LAW),
        "waiting": asked.request,
        "said": tuple(_said(asked.page)),
        "answered": bool(wizard.answered_of(asked.facts) & {*asked.page.facts}),
        "meanwhile": meanwhile,
        "saved_at": _saved_at(asked.system),
    }
    return render(request, "classification/page.html", context, status=status)


def _saved_at(system: AISystem) -> datetime | None:
    rows = FactSheet.objects.filter(system=system)
    return rows.values_list("changed_at", flat=True).first()


def _panel(asked: Asked, form: PageForm, facts: Facts) -> dict[str, Any]:
    """Return what the panel beside the question shows."""
    so_far = wizard.so_far(facts, asked.page)
    return {
        "system": asked.system,
        "page": asked.page,
        "so_far": so_far,
        "result": shown(so_far.now.result),
        "forks": forks.grouped(forks.forks(asked.page, asked.asks, asked.facts), form.chosen),
        "unsure": form.is_unsure,
        "asking": asked.asking,
        "may_edit": asked.may_edit,
        "pack": engine().pack,
    }


def _said(page: Page) -> Iterator[str]:
    """Yield the pack's own words for a question that is put in plainer ones."""
    fact = engine().pack.facts[page.facts[0]]
    if not page.is_screen and fact.ask != page.question:
        yield fact.ask


def _back(steps: list[wizard.Steps]) -> str:
    """Return the page before the current one in the list, empty for the first."""
    before = ""
    for step in (step for part in steps for step in part.steps):
        if step.state == "current":
            return before
        before = step.page.id
    return before


@require_POST
@login_required
def so_far(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Show where the answer on the page would lead, without keeping it."""
    asked = asked_of(request, ref, step)
    form, facts = asked.form(request.POST), asked.facts
    if form.is_valid():
        facts = facts_from_answers(asked.system, facts, form.answers, form.cleared)
    return render(request, "classification/_so_far.html", _panel(asked, form, facts))
