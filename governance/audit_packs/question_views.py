"""Pages of questions about packs: all that the person sees, one with its answers, asking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.audit_packs import question_actions
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.question_queries import with_answers
from governance.audit_packs.sharing_forms import AnswerForm, QuestionForm
from governance.audit_packs.sharing_views import FORM, visible
from governance.common.forms import attempt, form_page
from inventory.systems.models import AISystem

PAGE_SIZE = 50
SHOWS = [("all", "All"), ("open", "Open"), ("overdue", "Overdue"), ("answered", "Answered")]


@require_safe
@login_required
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions about packs that the person sees, those that wait first."""
    show = request.GET.get("show", "all")
    seen = PackQuestion.objects.visible_to(acting_user(request))
    rows = with_answers(_narrowed(seen, show))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    choices = [
        {"url": f"?show={key}", "label": words, "current": key == show} for key, words in SHOWS
    ]
    context = {"page": page, "show": show, "choices": choices}
    return render(request, "audit_packs/questions.html", context)


def _narrowed(rows: QuerySet[PackQuestion], show: str) -> QuerySet[PackQuestion]:
    questions = PackQuestion.objects.filter(pk__in=rows.values("pk"))
    if show == "open":
        return questions.waiting()
    if show == "overdue":
        return questions.overdue()
    if show == "answered":
        return questions.filter(answers__isnull=False).distinct()
    return questions


@require_http_methods(FORM)
@login_required
def question(request: HttpRequest, question: int) -> HttpResponse:
    """Show one question with its answers; a POST answers it."""
    user = acting_user(request)
    seen = with_answers(PackQuestion.objects.visible_to(user)).select_related("pack__unit")
    found = get_object_or_404(seen, pk=question)
    may_answer = question_actions.may_answer(found, user)
    form = AnswerForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: question_actions.answer(found, text=form.cleaned_data["text"], actor=user)
    ):
        messages.success(request, "Your answer is on record.")
        return redirect("audit_packs:question", question=found.pk)
    context = {
        "question": found,
        "form": form if may_answer else None,
        **_sees(user, found),
    }
    status = 422 if form.errors else 200
    return render(request, "audit_packs/question.html", context, status=status)


def _sees(user: User, question: PackQuestion) -> dict[str, bool]:
    """Return which things a question names have a page for this person."""
    packs = EvidencePack.objects.filter(pk=question.pack_id)
    systems = AISystem.objects.visible_to(user).filter(pack_questions=question)
    return {
        "sees_pack": packs.visible_to(user).exists(),
        "sees_system": systems.exists(),
        "sees_entry": packs.known_whole(user).exists(),
    }


@require_http_methods(FORM)
@login_required
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask about a pack, a system or an entry in it."""
    pack, user = visible(request, ref), acting_user(request)
    form = QuestionForm(request.POST or None, pack=pack)
    if form.is_valid() and attempt(
        form, lambda: question_actions.ask(pack, actor=user, **form.cleaned_data)
    ):
        messages.success(request, "Your question is on record; you are told of the answer.")
        return redirect("audit_packs:pack", ref=pack.ref)
    url = reverse("audit_packs:pack", args=[pack.ref])
    return form_page(
        request,
        form,
        title=f"Ask about {pack}",
        lead=pack.subject,
        trail=[(reverse("audit_packs:list"), "Evidence packs"), (url, pack.ref)],
        submit="Ask",
        cancel_url=url,
    )
