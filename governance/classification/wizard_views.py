"""The wizard: one question a page, saved on every step, left and returned to at any time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.classification import actions, forks, wizard
from governance.classification.answering import (
    asked_first,
    day_to_answer,
    notes_of,
    people_to_ask,
)
from governance.classification.explain import in_words, shown
from governance.classification.models import FactRequest, FactSheet
from governance.classification.queries import (
    Facts,
    Provisional,
    engine,
    facts_from_answers,
    facts_of,
    provisional_of,
)
from governance.classification.questions import Page
from governance.classification.wizard_forms import UNSURE, AloneForm, PageForm, ScreenForm
from governance.common.errors import DomainError, StaleError
from governance.evidence.actions import add_evidence
from governance.evidence.models import EvidenceItem
from inventory.systems.actions import require_edit, require_open
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Asked:
    """A page put to a person: which system, which question, and what is known."""

    user: User
    system: AISystem
    page: Page
    now: Provisional

    @property
    def facts(self) -> Facts:
        """Return what is known."""
        return self.now.facts

    @property
    def asks(self) -> tuple[str, ...]:
        """Return the facts that the page asks now."""
        return wizard.asked_on(self.page, self.now)

    def form(self, data: QueryDict | None = None, files: Any = None) -> PageForm:
        """Return the question as a form."""
        note = notes_of(self.system).get(self.asks[0])
        standing = EvidenceItem.objects.filter(system=self.system).standing(timezone.localdate())
        about = {"page": self.page, "asked": self.asks, "facts": self.facts, "note": note}
        if self.page.is_screen:
            return ScreenForm(data, files, items=standing, **about)
        return AloneForm(data, files, items=standing, ask=self.ask(), **about)

    def ask(self) -> dict[str, Any]:
        """Return who can be asked, and who is unless somebody says otherwise."""
        waiting = self.request
        return {
            "people": people_to_ask(self.system),
            "asked_person": waiting.asked if waiting else asked_first(self.system, self.user),
            "due_on": waiting.due_on if waiting else day_to_answer(),
            "note": waiting.note if waiting else "",
        }

    @property
    def request(self) -> FactRequest | None:
        """Return the request that waits for an answer to this question."""
        rows = FactRequest.objects.waiting().select_related("asked", "asked_by")
        return rows.filter(system=self.system, fact=self.page.facts[0]).first()


def _asked(request: HttpRequest, ref: str, step: str) -> Asked:
    """Return the page put to the person; 404 for what they may not see, 403 without the right."""
    user = acting_user(request)
    rows = AISystem.objects.visible_to(user).select_related("unit", "owner")
    system = get_object_or_404(rows, ref=ref)
    page = wizard.questions().by_id.get(step)
    if page is None:
        raise Http404("There is no such page of questions.")
    require_edit(user, system)
    require_open(system)
    return Asked(user, system, page, provisional_of(facts_of(system)))


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
    asked = _asked(request, ref, step)
    if request.method != "POST":
        return _rendered(request, asked, asked.form())
    if "take_back" in request.POST:
        return _taken_back(request, asked)
    form = asked.form(request.POST, request.FILES)
    if not form.is_valid():
        return _rendered(request, asked, form, status=422)
    try:
        _save(asked, form)
    except StaleError:
        return _again(request, asked)
    except DomainError as error:
        form.add_error(None, str(error))
        return _rendered(request, asked, form, status=422)
    return _onward(request, asked, form)


@transaction.atomic
def _save(asked: Asked, form: PageForm) -> None:
    """Keep the answers, and the file that came with them."""
    data, added = form.cleaned_data, None
    if data["upload"]:
        title = data["title"].strip() or data["upload"].name
        added = add_evidence(asked.system, title=title, actor=asked.user, upload=data["upload"])
    actions.answer_facts(
        asked.system,
        facts=form.answers,
        cleared=form.cleared,
        seen=data["seen"],
        actor=asked.user,
        said=form.said(added),
    )


def _taken_back(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take the answers of the page back: its question is open again."""
    actions.answer_facts(asked.system, facts={}, cleared=asked.page.facts, actor=asked.user)
    messages.success(request, "Taken back. The question is open again.")
    return redirect("classification:page", ref=asked.system.ref, step=asked.page.id)


def _onward(request: HttpRequest, asked: Asked, form: PageForm) -> HttpResponse:
    """Say what a changed answer moved, and lead to the next page."""
    ref, now = asked.system.ref, provisional_of(facts_of(asked.system))
    known = wizard.answered_of(asked.facts)
    if known & {*asked.page.facts} and (words := wizard.moved(asked.now, now)):
        messages.info(request, words)
    if "later" in request.POST:
        return redirect("classification:review", ref=ref)
    waiting = wizard.waiting_of(now)
    for fact in form.cleaned_data["answer"] if asked.page.is_screen else ():
        if fact in waiting:  # a ticked enum or list goes on at once
            return redirect("classification:page", ref=ref, step=fact)
    return redirect("classification:next", ref=ref)


def _again(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Show the page anew with what was typed, beside what somebody answered meanwhile."""
    asked = replace(asked, now=provisional_of(facts_of(asked.system)))
    data = request.POST.copy()
    data["seen"] = str(asked.facts.row_version)
    form = asked.form(data, request.FILES)
    form.is_valid()
    meanwhile = {
        "by": asked.system.fact_sheet.changed_by,
        "answers": _answers(asked.facts, asked.page.facts),
        "file": bool(request.FILES),
    }
    return _rendered(request, asked, form, status=409, meanwhile=meanwhile)


def _answers(facts: Facts, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the questions of a page with the answers that stand."""
    known = engine().pack.facts
    stands = dict.fromkeys(facts.unsure) | dict(facts.values)
    return [
        {
            "ask": known[name].ask,
            "answer": in_words(known[name], stands[name]) if name in stands else "Not answered",
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
        "waiting": asked.request if not asked.page.is_screen else None,
        "first_open": asked.asks[0],
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
    said = form["answer"].value() or []
    chosen = said if isinstance(said, list) else [said]
    so_far = wizard.so_far(facts, asked.page)
    return {
        "system": asked.system,
        "page": asked.page,
        "so_far": so_far,
        "result": shown(so_far.now.result),
        "forks": forks.grouped(forks.forks(asked.page, asked.asks, asked.facts), chosen),
        "unsure": UNSURE in chosen,
        "ask": None if asked.page.is_screen else asked.ask(),
        "pack": engine().pack,
    }


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
    asked = _asked(request, ref, step)
    form, facts = asked.form(request.POST), asked.facts
    if form.is_valid():
        facts = facts_from_answers(asked.system, facts, form.answers, form.cleared)
    return render(request, "classification/_so_far.html", _panel(asked, form, facts))
