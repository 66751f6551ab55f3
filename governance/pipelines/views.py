"""The public keys, and the page of a breach."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user
from governance.approvals.models import Release
from governance.common.clock import database_now
from governance.pipelines.forms import BreachForm
from governance.pipelines.models import Breach
from governance.pipelines.queries import why_not_decide
from governance.pipelines.rollback import Decided, plain
from governance.pipelines.rollback_actions import decide
from governance.pipelines.signing import public_keys
from governance.pipelines.tokens import jwk


@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """Show the public keys that count, as a JWKS (RFC 7517); everybody may read them."""
    found = [jwk(public) for public in public_keys(database_now()).values()]
    answer = JsonResponse({"keys": found}, content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def breach(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a broken rule, and take the decision of whoever may roll back."""
    user = acting_user(request)
    rows = Breach.objects.visible_to(user).select_related("rule__system__unit", "decider")
    row = get_object_or_404(rows, pk=pk)
    release = Release.objects.with_all().get(pk=row.release_id)
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choice = Decided(form.cleaned_data["choice"])
        decide(row, actor=user, choice=choice, reason=form.cleaned_data["reason"])
        return redirect(row)
    context = {
        "breach": row,
        "release": release,
        "rule": row.rule.rule.words,
        "value": plain(row.value),
        "took": in_words(row.latency) if row.latency else "",
        "form": form,
        "refusal": "" if row.decision else why_not_decide(release, user),
    }
    status = 422 if form.errors else 200
    return render(request, "pipelines/breach.html", context, status=status)


def in_words(span: timedelta) -> str:
    """Return a span as 2 h 05 min, or 40 s."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
