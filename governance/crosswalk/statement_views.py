"""Pages of statements: signing one, its file, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import attempt, form_page
from governance.crosswalk import statement_actions as actions
from governance.crosswalk.forms import StatementForm
from governance.crosswalk.models import Statement
from governance.crosswalk.reading import catalogue
from governance.evidence.files import sent
from governance.evidence.forms import WithdrawForm
from inventory.systems.models import AISystem


def may_sign(user: User) -> bool:
    """Return whether the person may sign about any system at all."""
    return any(units_with(user, one).exists() for one in (Capability.EDIT, Capability.EDIT_OWN))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, control: str) -> HttpResponse:
    """Ask what shows a control, with a file or a link, and until when; sign it."""
    known = catalogue().controls.get(control)
    if known is None or not known.takes_statements:
        raise Http404
    user = acting_user(request)
    if not may_sign(user):
        raise PermissionDenied("Your role does not let you say what shows a control.")
    systems = AISystem.objects.visible_to(user).select_related("unit")
    posted = request.method == "POST"
    data, files = (request.POST, request.FILES) if posted else (None, None)
    first = {"system": request.GET.get("system", "")[:16]}
    form = StatementForm(known, systems, data, files, initial=first)
    if form.is_valid() and attempt(
        form, lambda: actions.state(form.about, actor=user, **form.wanted)
    ):
        messages.success(request, f"Your statement on {known.code} is kept.")
        return redirect("crosswalk:control", control=known.code)
    context = {"control": known, "form": form}
    status = 422 if form.errors else 200
    return render(request, "crosswalk/state.html", context, status=status)


@require_safe
@login_required
def file(request: HttpRequest, statement: int) -> HttpResponseBase:
    """Hand out the file of a statement, once its SHA-256 is what was signed."""
    rows = Statement.objects.visible_to(acting_user(request)).exclude(file="")
    return sent(get_object_or_404(rows, pk=statement))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, statement: int) -> HttpResponse:
    """Ask why a statement counts no more, and withdraw it."""
    user = acting_user(request)
    rows = Statement.objects.visible_to(user).select_related("system__unit")
    row = get_object_or_404(rows, pk=statement)
    if not actions.may_withdraw(user, row):
        raise PermissionDenied(f"Only who might have signed {row.ref} withdraws it.")
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.withdraw_statement(row, actor=user, **form.cleaned_data)
    ):
        return redirect("crosswalk:control", control=row.control)
    return form_page(
        request,
        form,
        title=f"Withdraw {row.ref}",
        lead=row.said,
        trail=[(row.get_absolute_url(), row.control)],
        submit="Withdraw it",
        cancel_url=row.get_absolute_url(),
    )
