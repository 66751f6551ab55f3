"""A page of questions put to a person: what they may answer, and what stands there."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.classification import wizard
from governance.classification.alone_form import AloneForm
from governance.classification.answering import notes_of
from governance.classification.asking import (
    asked_first,
    day_to_answer,
    people_to_ask,
    require_answer,
)
from governance.classification.models import FactRequest
from governance.classification.queries import Facts, Provisional, facts_of, provisional_of
from governance.classification.questions import Page
from governance.classification.screen_form import ScreenForm
from governance.classification.wizard_forms import Asking, PageForm, Standing
from governance.evidence.models import EvidenceItem
from inventory.systems.actions import may_edit, require_open
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Asked:
    """A page put to a person: which system, which question, and what is known."""

    user: User
    system: AISystem
    page: Page
    now: Provisional
    may_edit: bool  # else the person is asked just this
    shown: tuple[str, ...] = ()  # the boxes that the person saw, when they answer

    @property
    def facts(self) -> Facts:
        """Return what is known."""
        return self.now.facts

    @property
    def asks(self) -> tuple[str, ...]:
        """Return the facts that the page asks: those the person saw, else those it asks now."""
        return self.shown or wizard.asked_on(self.page, self.now)

    def form(self, data: QueryDict | None = None, files: Any = None) -> PageForm:
        """Return the question as a form."""
        items = EvidenceItem.objects.filter(system=self.system).standing(timezone.localdate())
        standing = Standing(
            page=self.page,
            asked=self.asks,
            facts=self.facts,
            notes=notes_of(self.system),
            items=tuple(items),
            asking=self.asking,
            may_add=self.may_edit,
        )
        made = ScreenForm if self.page.is_screen else AloneForm
        return made(data, files, standing=standing)

    @cached_property
    def asking(self) -> Asking:
        """Return who can be asked, and who is unless somebody says otherwise."""
        people, waiting = people_to_ask(self.system), self.request
        if waiting is None:
            return Asking(people, asked_first(self.system, self.user), day_to_answer())
        back = waiting.asked == self.user  # who is asked and is not sure gives the question back
        person = waiting.asked_by if back else waiting.asked
        return Asking(people, person, waiting.due_on, "" if back else waiting.note)

    @cached_property
    def request(self) -> FactRequest | None:
        """Return the request that waits for an answer to this question."""
        if self.page.is_screen:
            return None
        rows = FactRequest.objects.waiting().select_related("asked", "asked_by")
        return rows.filter(system=self.system, fact=self.page.facts[0]).first()


def asked_of(request: HttpRequest, ref: str, step: str) -> Asked:
    """Return the page put to the person; 404 for what they may not see, 403 without the right."""
    user = acting_user(request)
    rows = AISystem.objects.visible_to(user).select_related("unit", "owner")
    system = get_object_or_404(rows, ref=ref)
    page = wizard.questions().by_id.get(step)
    if page is None:
        raise Http404("There is no such page of questions.")
    require_answer(user, system, page.facts)
    require_open(system)
    seen = request.POST.get("shown", "").split()
    shown = tuple(fact for fact in page.facts if fact in seen) if page.is_screen else ()
    now = provisional_of(facts_of(system))
    return Asked(user, system, page, now, may_edit(user, system), shown)


def anew(asked: Asked) -> Asked:
    """Return the same page with what is known by now."""
    return replace(asked, now=provisional_of(facts_of(asked.system)))
