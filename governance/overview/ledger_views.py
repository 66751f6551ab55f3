"""The ledger: the list, one entry, its bytes, and checking it now."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may, people_behind
from governance.accounts.rules import Capability
from governance.checkpoints.queries import entry_proof, newest
from governance.checkpoints.showing import panel
from governance.ledger.models import Entry
from governance.ledger.queries import rows
from governance.overview.ledger import (
    EntryFilter,
    check,
    entry_numbered,
    last_check,
    page,
    visible_entries,
)


@require_safe
@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    """List what was recorded, newest first."""
    form = EntryFilter(request.GET)
    user = acting_user(request)
    entries = form.apply(visible_entries(user))
    asked = {key: str(value) for key, value in request.GET.items() if value}
    context = {
        "form": form,
        "page": page(entries, asked),
        "filtered": any(name in asked for name in form.fields),
        "last": last_check(),
        "head": newest(),
        "outside": panel(),
        "may_recover": partial(may, user, Capability.CONFIGURE, None),  # asked where it matters
    }
    return render(request, "overview/ledger.html", context)


@require_safe
@login_required
def ledger_checkpoint(request: HttpRequest) -> HttpResponse:
    """Download the newest signed head, to be kept elsewhere."""
    head = newest()
    if head is None:
        raise Http404("No checkpoint was made yet.")
    return _download(head.note, f"checkpoint-{head.size}.txt")


@require_safe
@login_required
def ledger_entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one entry: what changed, the bytes that were hashed, how to check by hand."""
    entry = _entry(request, number)
    (row,) = rows(Entry.objects.filter(pk=entry.pk), people_behind)
    context = {
        "row": row,
        "number": number,
        "body": bytes(entry.body).decode(),
        "head": head if (head := newest()) and number < head.size else None,
    }
    return render(request, "overview/ledger_entry.html", context)


@require_safe
@login_required
def ledger_body(request: HttpRequest, number: int) -> HttpResponse:
    """Download the bytes that were hashed, exactly."""
    response = HttpResponse(bytes(_entry(request, number).body), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="entry-{number}.json"'
    return response


@require_safe
@login_required
def ledger_proof(request: HttpRequest, number: int) -> HttpResponse:
    """Download the proof that an entry is in the record that was signed."""
    _entry(request, number)
    head = newest()
    if head is None or number >= head.size:
        raise Http404("No checkpoint covers this entry yet; one is made within a minute.")
    return _download(entry_proof(number, head), f"entry-{number}.tlog-proof")


def _download(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """Show the last check; POST runs one now and shows what it found."""
    user = acting_user(request)
    report = check(user) if request.method == "POST" else None
    context = {"report": report, "last": last_check()}
    return render(request, "overview/ledger_verify.html", context)


def _entry(request: HttpRequest, number: int) -> Entry:
    entry = entry_numbered(acting_user(request), number)
    if entry is None:
        raise Http404("There is no such entry.")
    return entry
