"""Pages: the queue, the questions, the result with its reasons, the signed classification."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may, units_with, visible_units
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification import actions, waiting
from governance.classification.explain import shown
from governance.classification.first import look
from governance.classification.forms import SignForm
from governance.classification.frozen import answers_of, entry_of
from governance.classification.models import Assessment
from governance.classification.queries import (
    STALE,
    OnSystem,
    engine,
    on_system,
)
from governance.classification.reviewing import in_pages, review_of
from inventory.systems.actions import may_edit
from inventory.systems.models import AISystem

LONGEST_NUMBER = 18
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show the systems to classify: never signed, or with other facts since."""
    user = acting_user(request)
    which = "changed" if request.GET.get("show") == "changed" else "unsigned"
    systems = waiting.changed(user) if which == "changed" else waiting.unsigned(user)
    unit = request.GET.get("unit", "")
    if unit.isdecimal() and len(unit) < LONGEST_NUMBER:
        systems = systems.filter(unit__path__contains=[int(unit)])
    number = request.GET.get("page", "")
    page = waiting.page_of(systems, int(number) if PAGE_NUMBER.fullmatch(number) else 1)
    context = {
        "rows": page.rows,
        "answerable": waiting.answerable(user, (row.system for row in page.rows)),
        "words": page.words,
        "previous_url": _page_url(request, page.number - 1) if page.number > 1 else "",
        "next_url": _page_url(request, page.number + 1) if page.has_next else "",
        "segments": [
            _segment("To classify", "?", page.count if which == "unsigned" else None),
            _segment("Look first", "first/", None),
            _segment("Changed", "?show=changed", page.count if which == "changed" else None),
        ],
        "which": which,
        "units": visible_units(user).order_by("name"),
        "unit": unit,
        "may_classify": units_with(user, Capability.CLASSIFY).exists(),
    }
    return render(request, "classification/queue.html", context)


def _segment(label: str, url: str, count: str | None) -> dict[str, Any]:
    """Return one view of the queue; only the one in sight is counted."""
    return {"label": label, "url": url, "count": count, "current": count is not None}


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _system(user: User, ref: str) -> AISystem:
    return get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what the facts say now, with every reason, and take the signature."""
    user = acting_user(request)
    system = _system(user, ref)
    about = on_system(system)
    seen = {
        "facts_digest": about.provisional.facts.digest,
        "pack_version": engine().pack.version,
    }
    form = SignForm(_posted(request), initial=seen)
    if request.method == "POST" and form.is_valid():
        signed = actions.sign_classification(system, actor=user, **form.cleaned_data)
        messages.success(request, f"Signed: {signed.ref}. It is frozen and stands in the ledger.")
        return redirect("classification:signed", ref=ref, number=signed.number)
    context = _result_context(user, about) | {"form": form}
    return render(request, "classification/review.html", context, status=_status(form))


def _result_context(user: User, about: OnSystem) -> dict[str, Any]:
    system, now = about.system, about.provisional
    signed, questions = about.assessment, review_of(system, now)
    gaps = [in_pages(gap, questions) for gap in about.gaps]
    return {
        "system": system,
        "about": about,
        "result": shown(now.result),
        "pack": engine().pack,
        "questions": questions,
        "gaps": gaps,
        "may_edit": may_edit(user, system) and not system.is_retired,
        "may_classify": may(user, Capability.CLASSIFY, system.unit),
        "blocked": [gap for gap in gaps if gap.kind in ("unanswered", "unsure", "open")],
        "same_as_signed": signed is not None and not any(
            gap.kind in STALE for gap in about.gaps
        ),
        "look": look(system) if about.provisional.facts.row_version == 0 else None,
        "history": system.assessments.select_related("signed_by", "system").order_by("-number"),
    }  # fmt: skip


@require_safe
@login_required
def signed(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Show one signed classification as it was signed."""
    user = acting_user(request)
    rows = Assessment.objects.visible_to(user).select_related("system__unit", "signed_by")
    assessment = get_object_or_404(rows, system__ref=ref, number=number)
    about = on_system(assessment.system)
    is_current = about.assessment is not None and about.assessment.pk == assessment.pk
    context = {
        "assessment": assessment,
        "system": assessment.system,
        "result": shown(assessment.result),
        "answers": answers_of(assessment),
        "entry": entry_of(assessment),
        "is_current": is_current,
        "current": about.assessment,
        "stale": [gap for gap in about.gaps if gap.kind in STALE] if is_current else [],
        "may_edit": may_edit(user, assessment.system),
    }
    return render(request, "classification/signed.html", context)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _status(form: Any) -> int:
    return 422 if form.errors else 200
