"""Pages of a change of the law: ask for a preview, follow it, read what it would touch."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.preview import Kind, PreviewStatus
from governance.classification.preview_actions import request_preview
from governance.classification.preview_forms import PreviewForm
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.preview_queries import (
    OF_KIND,
    Wanted,
    require_kept,
    since,
    tally,
    told,
)
from governance.classification.preview_tally import Tally
from governance.classification.queries import engine
from governance.classification.rules import Tier
from governance.classification.tasks import start_soon
from governance.common.cells import safe
from governance.common.forms import attempt

PAGE_SIZE = 50
MOST_PREVIEWS = 20
BATCH = 500
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
LABELS = {
    Kind.TIER: "Change tier",
    Kind.GAINS: "Gain duties",
    Kind.LOSES: "Lose duties",
    Kind.DATES: "Other dates",
}
COLUMNS = (
    "System", "Name", "Tier before", "Tier after", "Tier applies from, before",
    "Tier applies from, after", "Change", "Duty", "Words", "As", "From before", "From after",
    "Articles",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def previews(request: HttpRequest) -> HttpResponse:
    """List previews, and take the wish for another."""
    user = acting_user(request)
    if not units_with(user, Capability.CLASSIFY).exists():
        raise PermissionDenied("Your role does not let you preview a change of the law.")
    ready_made = "example" in request.POST
    posted = request.method == "POST" and not ready_made
    form = PreviewForm(request.POST, request.FILES) if posted else PreviewForm()
    if ready_made:
        return _started(request_preview(actor=user, before_text="enacted"))
    found: list[PackPreview] = []
    if posted and form.is_valid():
        wish = form.wish()
        if attempt(form, lambda: found.append(request_preview(actor=user, **wish))):
            return _started(found[0])
    rows = PackPreview.objects.visible_to(user).select_related("requested_by")
    rows = rows.defer("sources", "duties", "differences")
    context = {"form": form, "previews": rows[:MOST_PREVIEWS], "pack": engine().pack}
    status = 422 if form.errors else 200
    return render(request, "classification/previews.html", context, status=status)


def _started(preview: PackPreview) -> HttpResponse:
    start_soon(preview.pk)
    return redirect("classification:preview", pk=preview.pk)


@require_safe
@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one preview: its progress, or what it found among the systems the person sees."""
    user, found = _visible(request, pk)
    context: dict[str, Any] = {"preview": found}
    if found.status == PreviewStatus.DONE and not found.is_forgotten:
        wanted = wanted_of(request)
        counted = tally(found, user)
        page = _page(request, wanted, found, user)
        context |= {
            "tally": counted,
            "rows": [_shown(found, row) for row in page],
            "page": page,
            "wanted": wanted,
            "segments": _segments(wanted, counted),
            "moves": _moves(counted),
            "differences": found.differences,
            "query": urlencode(_query(wanted)),
        }
    poll = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    name = "_preview" if poll and "page" not in request.GET else "preview"
    response = render(request, f"classification/{name}.html", context)
    response["Vary"] = "HX-Request"
    return response


def _visible(request: HttpRequest, pk: int) -> tuple[User, PackPreview]:
    user = acting_user(request)
    rows = PackPreview.objects.visible_to(user).select_related("requested_by")
    return user, get_object_or_404(rows.defer("sources"), pk=pk)


def wanted_of(request: HttpRequest) -> Wanted:
    """Return which rows the address asks for; what it cannot mean is left out."""
    kind, tiers = request.GET.get("kind", ""), set(Tier)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    return Wanted(
        kind=Kind(kind) if kind in set(Kind) else None,
        before=before if before in tiers else "",
        after=after if after in tiers else "",
    )


def _query(wanted: Wanted) -> dict[str, str]:
    named = {"kind": wanted.kind or "", "before": wanted.before, "after": wanted.after}
    return {name: str(value) for name, value in named.items() if value}


def _page(request: HttpRequest, wanted: Wanted, found: PackPreview, user: User) -> Page[PreviewRow]:
    number = request.GET.get("page", "")
    pages = Paginator(wanted.of(found, user), PAGE_SIZE)
    return pages.get_page(int(number) if PAGE_NUMBER.fullmatch(number) else 1)


def _shown(found: PackPreview, row: PreviewRow) -> dict[str, Any]:
    return {"row": row, "since": since(row.change), **told(found, row.change)}


def _segments(wanted: Wanted, counted: Tally) -> list[dict[str, Any]]:
    counts = {
        Kind.TIER: counted.tier_changes,
        Kind.GAINS: counted.gains,
        Kind.LOSES: counted.loses,
        Kind.DATES: counted.dates,
    }
    every = {"label": "All", "url": "?", "count": f"{counted.touched:,}"}
    return [
        every | {"current": wanted == Wanted()},
        *(
            {
                "label": LABELS[kind],
                "url": f"?kind={kind}",
                "count": f"{counts[kind]:,}",
                "current": wanted == Wanted(kind),
            }
            for kind in OF_KIND
        ),
    ]


def _moves(counted: Tally) -> list[dict[str, Any]]:
    """Return each move from tier to tier with the address of its systems, largest first."""
    return [
        {
            "before": before,
            "after": after,
            "systems": count,
            "url": f"?{urlencode({'kind': Kind.TIER, 'before': before, 'after': after})}",
        }
        for (before, after), count in sorted(counted.moves.items(), key=lambda item: -item[1])
    ]


@require_safe
@login_required
def preview_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download what the page shows, one line for each duty that comes, goes or moves."""
    user, found = _visible(request, pk)
    require_kept(found)
    rows = wanted_of(request).of(found, user)
    response = StreamingHttpResponse(
        csv_chunks(found, rows.iterator(chunk_size=BATCH)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="preview-{found.pk}.csv"'
    return response


def csv_chunks(found: PackPreview, rows: Iterator[PreviewRow]) -> Iterator[bytes]:
    """Yield the table as UTF-8 CSV, system by system."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerows(map(safe, line) for line in _lines(found, row))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _lines(found: PackPreview, row: PreviewRow) -> Iterator[list[str]]:
    days = row.change["since"]
    head = [row.system.ref, row.system.name, row.tier_before, row.tier_after]
    head += [days["from"] or "", days["to"] or ""]
    duties = [
        [kind, duty["id"], duty["duty"], ", ".join(duty["roles"]), _day(duty["from"]),
         _day(duty["to"]), "; ".join(duty["citation"])]
        for kind, some in told(found, row.change).items()
        for duty in some
    ]  # fmt: skip
    for duty in duties or [["tier or its date", *[""] * 6]]:
        yield [*head, *duty]


def _day(day: Any) -> str:
    return day.isoformat() if day else ""
