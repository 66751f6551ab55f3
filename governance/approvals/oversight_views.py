"""The page that shows whether oversight is real: who decides how, by quarter."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.approvals.models import Release, Vote
from governance.approvals.oversight import Decision, Habit, habits
from governance.common.cells import safe

HEAD = (
    "Quarter", "Reviewer", "Update", "Version", "Decided", "Decision", "Seconds from opening",
    "Groups viewed", "Groups shown", "Void",
)  # fmt: skip


def _habits(user: User) -> list[Habit]:
    """Return the habits that show in releases the person sees; one query."""
    seen = Release.objects.visible_to(user).order_by().values("pk")
    rows = Vote.objects.filter(release__in=seen).order_by("-at", "-pk")
    rows = rows.select_related("person", "release__version__system")
    return habits((row.person.name, _decision(row)) for row in rows.iterator(2_000))


def _decision(vote: Vote) -> Decision:
    return Decision(
        ref=vote.release.ref,
        title=str(vote.release.version),
        at=timezone.localtime(vote.at),
        yes=vote.yes,
        opened_at=vote.opened_at,
        viewed=vote.groups_viewed or 0,
        shown=vote.groups_shown or 0,
        is_void=vote.void_at is not None,
    )


@require_safe
@login_required
def oversight(request: HttpRequest) -> HttpResponse:
    """Show how people decided in one quarter, the newest unless the address names another."""
    found = _habits(acting_user(request))
    quarters = list(dict.fromkeys(habit.quarter for habit in found))
    asked = request.GET.get("quarter", "")
    shown = asked if asked in quarters else (quarters[0] if quarters else "")
    context = {
        "habits": [habit for habit in found if habit.quarter == shown],
        "quarter": shown,
        "segments": [
            {"url": f"?quarter={one}", "label": one, "count": None, "current": one == shown}
            for one in quarters[:8]
        ],
    }
    return render(request, "approvals/oversight.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Answer with every decision that the page counts, as CSV."""
    text = "".join(_csv(_habits(acting_user(request))))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="oversight.csv"'
    return answer


def _csv(found: Iterable[Habit]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEAD)
    for habit in found:
        for one in habit.decisions:
            writer.writerow([safe(text) for text in _cells(habit, one)])
    yield buffer.getvalue()


def _cells(habit: Habit, one: Decision) -> list[str]:
    return [
        habit.quarter,
        habit.person,
        one.ref,
        one.title,
        one.at.isoformat(timespec="seconds"),
        "approved" if one.yes else "refused",
        "" if one.seconds is None else str(one.seconds),
        str(one.viewed),
        str(one.shown),
        "void" if one.is_void else "",
    ]
