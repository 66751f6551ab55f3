"""The editor of a matrix: checking while one types, saving, and what to do when two save."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.common.errors import DomainError
from raci.matrices import actions, merging, queries, review_actions
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import address
from raci.matrices.drafts import scope_of
from raci.matrices.grid import Grid, grid, letters_given
from raci.matrices.inheriting import slot_of
from raci.matrices.models import Matrix
from raci.matrices.review_views import version_seen, visible
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import spoken


@require_POST
@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the rules find in the form as it is now, unsaved."""
    found = visible(acting_user(request), pk)
    cells = letters_given(request.POST.items(), found)
    letters = {cell: letter for cell, letter in cells.items() if letter}
    return render(request, "raci/_findings.html", {"grid": grid(found, letters), "is_live": True})


@require_POST
@login_required
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save all changed cells; with the button "submit", send the matrix for review too."""
    user = acting_user(request)
    found = visible(user, pk)
    given = letters_given(request.POST.items(), found)
    before = merging.read_before(request.POST.get("before", ""))
    mine = merging.changed(given, before) if "before" in request.POST else given
    try:
        saved = actions.save_matrix(found, actor=user, cells=mine, seen=version_seen(request))
    except DomainError as refusal:
        return _refused(request, user, found, mine, refusal)
    fresh = visible(user, saved.pk)
    table = grid(fresh)
    is_draft = fresh.status == MatrixStatus.DRAFT
    if "submit" in request.POST and is_draft and not table.errors:
        review_actions.submit(fresh, actor=user)
        messages.success(request, f"Version {fresh.version} waits for somebody else's review.")
    else:
        _say(request, table)
    return redirect(address(fresh))


def _say(request: HttpRequest, table: Grid) -> None:
    """Say what was saved, and what is still to be mended."""
    saved = f"Version {table.matrix.version} is saved."
    if table.bad_rows:
        rows = f"{table.bad_rows} row{'s' if table.bad_rows > 1 else ''}"
        messages.warning(request, f"{saved} Mend {rows} before it can be sent for review.")
    else:
        messages.success(request, saved)


def _refused(
    request: HttpRequest, user: User, found: Matrix, mine: merging.Given, refusal: DomainError
) -> HttpResponse:
    """Show what was typed over what is stored now, and where the two differ; nothing is lost."""
    opened = Matrix.objects.open().filter(**scope_of(found)).first()
    target = visible(user, opened.pk if opened else found.pk)
    moved = _moved(found, target)
    here = {(code, moved[pk]): letter for (code, pk), letter in mine.items() if pk in moved}
    before = {
        (code, moved[pk]): letter
        for (code, pk), letter in merging.read_before(request.POST.get("before", "")).items()
        if pk in moved
    }
    merged = merging.merge(here, before, queries.letters_of(target))
    table = grid(target, merged.letters)
    names = {column.id: column.name for column in table.columns}
    context = {
        "error": refusal,
        "matrix": target,
        "grid": table,
        "may_assign": target.status in (MatrixStatus.DRAFT, MatrixStatus.ACTIVE),
        "clashes": _worded(merged.clashes, names),
        "theirs": _worded(merged.theirs, names),
        "mine": _typed(mine, found),
        "back": address(target),
    }
    return render(request, "raci/conflict.html", context, status=409)


def _moved(found: Matrix, target: Matrix) -> dict[int, int]:
    """Return the column of the target for each column of a matrix it came from."""
    if found.pk == target.pk:
        return {party.pk: party.pk for party in found.parties.all()}
    people = queries.directory([target])
    there = {slot_of(party, target, people): party.pk for party in target.parties.all()}
    slots = {party.pk: slot_of(party, found, people) for party in found.parties.all()}
    return {pk: there[slot] for pk, slot in slots.items() if slot in there}


def _worded(
    found: tuple[merging.Difference, ...], names: Mapping[int, str]
) -> list[dict[str, str]]:
    return [
        {
            "code": one.cell[0],
            "title": catalogue().activities[one.cell[0]].title,
            "name": names.get(one.cell[1], ""),
            "was": spoken(one.was),
            "theirs": spoken(one.theirs),
            "mine": spoken(one.mine),
        }
        for one in found
        if one.cell[0] in catalogue().activities
    ]


def _typed(mine: merging.Given, found: Matrix) -> list[str]:
    """Return what was typed, in words, for when it cannot be typed here any more."""
    names = {party.pk: str(party) for party in found.parties.all()}
    return [
        f"{code} {names[pk]}: {spoken(letter) if letter else 'nothing'}"
        for (code, pk), letter in sorted(mine.items())
    ]
