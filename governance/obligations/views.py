"""Pages of duties: the list with its timeline, one duty, what is said of it."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, people_behind
from governance.accounts.models import User
from governance.classification.explain import shown
from governance.classification.queries import engine
from governance.common.forms import attempt, form_page
from governance.incidents.queries import reports_due
from governance.ledger.queries import timeline
from governance.obligations import proof_queries, queries
from governance.obligations.actions import follow
from governance.obligations.answering import Answering
from governance.obligations.models import Duty, Followed
from governance.obligations.rules import DutyState
from governance.obligations.saying import VERBS, Verb, require_say, verbs_for
from governance.obligations.strip import ZOOMS, Strip, strip
from governance.obligations.wishes import ME, Wish, duties_for, units_of, wish_of
from inventory.systems.models import AISystem

PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
MOST_AT_ONCE = 50


@require_safe
@login_required
def obligations(request: HttpRequest) -> HttpResponse:
    """List the duties that match, under how soon they are due; as a timeline too."""
    user, today = acting_user(request), timezone.localdate()
    wish = wish_of(request.GET)
    duties = duties_for(user, wish)
    number = request.GET.get("page", "")
    page = queries.page_of(
        duties, wish.state, int(number) if PAGE_NUMBER.fullmatch(number) else 1, today
    )
    drawn = _strip(request, user, duties, wish) if request.GET.get("view") == "timeline" else None
    context = {
        "page": page,
        "strip": drawn,
        "wish": wish,
        "today": today,
        "behind": queries.behind(user),
        "segments": _segments(wish, page, drawn),
        "timeline_url": wish.url(view="timeline"),
        "zooms": [(zoom, wish.url(view="timeline", zoom=str(zoom))) for zoom in ZOOMS],
        "choices": _choices(user),
        **_pager(wish, page, drawn),
    }
    return render(request, "obligations/obligations.html", context)


def _strip(request: HttpRequest, user: User, duties: Any, wish: Wish) -> Strip:
    today = timezone.localdate()
    asked = request.GET.get("zoom", "")
    zoom = int(asked) if asked in map(str, ZOOMS) else ZOOMS[-1]
    wanted = duties.in_state(wish.state, today) if wish.state else duties
    empty = strip(today, zoom, (), ())
    due = queries.days_and_states(wanted, empty.begin, empty.end, today)
    law = engine().pack.timelines.get("amended", ())
    return strip(today, zoom, due, law, _reports(user, wish))


def _reports(user: User, wish: Wish) -> list[tuple[date, str, str]]:
    """Return the last days for reports of incidents; of one system where the list is of one."""
    if wish.chosen.keys() - {"system"}:
        return []
    found = reports_due(user, timezone.now())
    wanted = wish.chosen.get("system")
    return [
        (
            one.last_minute.date(),
            f"{one.incident.ref} {one.incident.title}: {one.clock.words}",
            one.incident.get_absolute_url(),
        )
        for one in found
        if one.last_minute and wanted in (None, one.incident.system.ref)
    ]


def _segments(wish: Wish, page: queries.Page, drawn: Strip | None) -> list[dict[str, Any]]:
    """Return the states as views of the list, each with its number."""
    view = _view(drawn)
    known = sum(page.tally[state] for state in queries.SHOWN_STATES)
    rows = [("All", "", known)] + [
        (state.value.replace("_", " ").capitalize(), state.value, page.tally[state])
        for state in queries.SHOWN_STATES
    ]
    if page.tally[DutyState.ENDED]:
        rows.append(("No longer apply", DutyState.ENDED.value, page.tally[DutyState.ENDED]))
    return [
        {
            "label": label,
            "url": wish.url(state=value, **view) or "?",
            "count": f"{count:,}",
            "current": value == wish.chosen.get("state", ""),
        }
        for label, value, count in rows
    ]


def _view(drawn: Strip | None) -> dict[str, str]:
    return {"view": "timeline", "zoom": str(drawn.zoom)} if drawn else {}


def _choices(user: User) -> dict[str, Any]:
    return {
        "articles": queries.articles_known(),
        "roles": queries.roles_known(),
        "units": units_of(user),
        "me": ME,
    }


def _pager(wish: Wish, page: queries.Page, drawn: Strip | None) -> dict[str, str]:
    view = _view(drawn)
    noun = "duty" if page.total == 1 else "duties"
    words = f"{page.first:,} to {page.last:,} of {page.total:,} {noun}" if page.total else "No duty"
    before = wish.url(page=str(page.number - 1), **view) if page.number > 1 else ""
    after = wish.url(page=str(page.number + 1), **view) if page.last < page.total else ""
    return {"words": words, "previous_url": before, "next_url": after}


@require_POST
@login_required
def take_over(request: HttpRequest) -> HttpResponse:
    """Take over what was signed and waits, as the sweep would do in a moment."""
    user = acting_user(request)
    rows = Followed.objects.behind().filter(system__in=queries.seen(user)).order_by("pk")
    for assessment in rows.select_related("system", "signed_by")[:MOST_AT_ONCE]:
        follow(assessment, actor=assessment.signed_by)
    return redirect("obligations:list")


def visible_duty(user: User, pk: int) -> Duty:
    """Return one duty with its state and all that its page says of others; else 404."""
    rows = Duty.objects.visible_to(user).with_state(timezone.localdate())
    related = ("system__unit", "system__owner", "assessment__system", "assessment__signed_by")
    people = ("ended_by__system", "proposed_by", "approved_by")
    return get_object_or_404(rows.select_related(*related, *people), pk=pk)


@require_safe
@login_required
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one duty: its text, why it applies here, what shows it, what happened."""
    user, today = acting_user(request), timezone.localdate()
    row = visible_duty(user, pk)
    answer = Answering([row.system_id]).answer(row.system_id, row.obligation)
    rows = proof_queries.evidence_for(row, today)
    shown_by = [("evidenceitem", one.item.pk) for one in rows]
    told = shown({"duties": [row.told], **EMPTY_RESULT})["duties"][0]
    context = {
        "duty": row,
        "line": queries.line_of(row, answer, today),
        "told": told,
        "reasons": queries.reasons(row),
        "rows": rows,
        "away": proof_queries.taken_away(row),
        "verbs": verbs_for(row, user),
        "entries": timeline(("duty", row.pk), *shown_by, people=people_behind),
        "is_unseen": _is_unseen(answer.person, row),
        "today": today,
    }
    return render(request, "obligations/duty.html", context)


def _is_unseen(person: User | None, row: Duty) -> bool:
    """Return whether somebody answers for a duty of a system that they do not see."""
    if person is None:
        return False
    return not AISystem.objects.visible_to(person).filter(pk=row.system_id).exists()


EMPTY_RESULT: dict[str, Any] = {"dates": {}, "dates_here": {}, "exemption": {"reason": None}}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def say(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Ask what one thing said of a duty needs, and take it."""
    user = acting_user(request)
    row = visible_duty(user, pk)
    if verb not in VERBS:
        raise Http404
    chosen = VERBS[verb]
    require_say(chosen, row, user)
    form = _form(chosen, row, request)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, _act(chosen, row, user, form))
    ):
        messages.success(request, "Noted, and kept in the ledger.")
        return redirect(row)
    return form_page(
        request,
        form,
        title=chosen.title,
        lead=chosen.lead or f"{row.citation} for {row.system.name}: {row.text}",
        trail=[
            (reverse("obligations:list"), "Obligations"),
            (row.get_absolute_url(), row.citation),
        ],
        submit=chosen.submit,
        cancel_url=row.get_absolute_url(),
        enctype="multipart/form-data" if chosen.takes_file else "",
    )


def _form(chosen: Verb, row: Duty, request: HttpRequest) -> Any:
    if request.method != "POST":
        return chosen.form(duty=row, initial={"item": request.GET.get("item")})
    posted = (request.POST, request.FILES) if chosen.takes_file else (request.POST,)
    return chosen.form(*posted, duty=row)


def _act(chosen: Verb, row: Duty, user: User, form: Any) -> Any:
    return lambda: chosen.act(row, actor=user, **form.cleaned_data)
