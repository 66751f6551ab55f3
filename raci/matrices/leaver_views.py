"""The page of what somebody has, and of handing it over: all at once or piece by piece."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.common.errors import DomainError
from raci.matrices.belongings import Belonging, belongings, counted
from raci.matrices.effects import Watch, tell
from raci.matrices.forms import people
from raci.matrices.handover_actions import Wishes, hand_over
from raci.people.models import RoleHolder


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leaver(request: HttpRequest, person: int) -> HttpResponse:
    """Show what somebody has; a POST gives the ticked things to others, and says what broke."""
    user = acting_user(request)
    someone = get_object_or_404(User, pk=person)
    found = belongings(someone, user)
    if not found:
        raise Http404
    if request.method != "POST":
        return _page(request, someone, found)
    wishes, errors = _wishes(request.POST, found)
    if errors or not wishes:
        errors = errors or ["Tick at least one line."]
        return _page(request, someone, found, errors, 422)
    roles = list(RoleHolder.objects.filter(person=someone).values_list("role", flat=True))
    watch = Watch(user, [someone, *set(wishes.values())], roles)
    try:
        moved = hand_over(someone, wishes=wishes, actor=user)
    except DomainError as refusal:
        return _page(request, someone, found, [str(refusal)], 409)
    tell(request, watch, f"{moved} of {len(found)} handed over.")
    left = belongings(someone, user)
    return redirect("raci:leaver", someone.pk) if left else redirect("raci:cover")


def _page(
    request: HttpRequest,
    someone: User,
    found: list[Belonging],
    errors: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    given = request.POST
    rows = [
        {
            "item": one,
            "ticked": one.may_move and (not given or one.key in given.getlist("item")),
            "to": given.get(f"to-{one.key}", ""),
        }
        for one in found
    ]
    context = {
        "someone": someone,
        "rows": rows,
        "words": counted(found),
        "answers": sum(one.is_accountable for one in found),
        "may_move": any(one.may_move for one in found),
        "everybody": people().exclude(pk=someone.pk),
        "to": given.get("to", ""),
        "errors": errors or [],
    }
    return render(request, "raci/leaver.html", context, status=status)


def _wishes(given: Mapping[str, str], found: list[Belonging]) -> tuple[Wishes, list[str]]:
    """Return who gets what, and what is wrong with the form, in words."""
    ticked = given.getlist("item") if hasattr(given, "getlist") else []
    wishes: dict[str, User] = {}
    errors: list[str] = []
    known: dict[str, User | None] = {}
    for one in found:
        if one.key not in ticked or not one.may_move:
            continue
        text = (given.get(f"to-{one.key}") or given.get("to") or "").strip()
        if text not in known:
            known[text] = _meant(text)
        to = known[text]
        if to:
            wishes[one.key] = to
        else:
            errors.append(_wrong(one, text))
    return wishes, errors


def _wrong(one: Belonging, text: str) -> str:
    if not text:
        return f"{one.kind}, {one.what}: say who gets it."
    return f"{one.kind}, {one.what}: there is nobody “{text[:80]}” with an open account."


def _meant(text: str) -> User | None:
    """Return the one person meant by an e-mail address, or by a name that only one has."""
    email = text.rpartition("<")[2].rstrip("> ") if "<" in text else text
    rows = list(people().filter(Q(email__iexact=email) | Q(name__iexact=text))[:2])
    return rows[0] if len(rows) == 1 else None
