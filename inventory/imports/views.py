"""The import pages: upload, columns, preview, progress, report."""

import csv
import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from inventory.imports import actions, queries, runs
from inventory.imports.forms import ColumnsForm, PresetForm, UploadForm
from inventory.imports.models import ImportRun
from inventory.imports.rules import RunStatus
from inventory.imports.tasks import carry_out_import

MOST_RUNS = 50
MOST_SHOWN = 100
FORM_OVERHEAD = 1_000_000  # bytes of an upload that are not the file


@require_safe
@login_required
def run_list(request: HttpRequest) -> HttpResponse:
    """List the imports into units that the person sees, newest first."""
    user = acting_user(request)
    found = ImportRun.objects.visible_to(user).select_related("unit", "requested_by")
    may_import = units_with(user, Capability.IMPORT).exists()
    return render(
        request, "imports/list.html", {"runs": found[:MOST_RUNS], "may_import": may_import}
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; one that is too large is refused by its length, before its body is read.

    The check against forgery reads the body, so it comes after: `_upload` makes it.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.IMPORT_MAX_BYTES
    if not length.isdigit() or int(length) > most + FORM_OVERHEAD:
        return render(request, "imports/too_large.html", {"most_mib": most // 2**20}, status=413)
    response: HttpResponse = _upload(request)
    return response


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    user = acting_user(request)
    if not units_with(user, Capability.IMPORT).exists():
        raise PermissionDenied("Your role does not let you import.")
    form = UploadForm(request.POST or None, request.FILES or None, user=user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.receive(
                file.file,
                name=file.name,
                size=file.size,
                unit=form.cleaned_data["unit"],
                actor=user,
            )
            return redirect("imports:columns", ref=run.ref)
        except DomainError as error:
            form.add_error("file", str(error))
    return _form_page(request, "imports/new.html", {"form": form}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def columns(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose a preset, or say which column is which; then look ahead."""
    user, run = _mine(request, ref)
    posted = request.POST if request.method == "POST" else None
    by_preset = posted is not None and "preset" in posted
    preset = PresetForm(posted if by_preset else None, prefix=None)
    form = ColumnsForm(None if by_preset else posted, run=run)
    chosen: PresetForm | ColumnsForm = preset if by_preset else form
    if posted is not None and chosen.is_valid():
        try:
            runs.map_columns(run, chosen.mapping(), actor=user)
            return redirect("imports:run", ref=run.ref)
        except DomainError as error:
            chosen.add_error(None, str(error))
    context = {"run": run, "preset": preset, "form": form, "chosen": chosen}
    return _form_page(request, "imports/columns.html", context, chosen)


@require_safe
@login_required
def run_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one import as far as it is: preview, progress or report."""
    user = acting_user(request)
    run = _visible(request, ref)
    if run.status == RunStatus.UPLOADED and may(user, Capability.IMPORT, run.unit):
        return redirect("imports:columns", ref=run.ref)
    context = {
        "run": run,
        "may_import": may(user, Capability.IMPORT, run.unit),
        "is_waiting": run.status in (RunStatus.QUEUED, RunStatus.RUNNING),
        "refused": run.told_rows.filter(is_rejected=True)[:MOST_SHOWN],
        "noted": run.told_rows.filter(is_rejected=False)[:MOST_SHOWN],
        "noted_count": run.told_rows.filter(is_rejected=False).count(),
    }
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "imports/_run.html" if fragment else "imports/run.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_POST
@login_required
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Start the import that was previewed."""
    return _verb(request, ref, runs.confirm, starts=True)


@require_POST
@login_required
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with an import that stopped."""
    return _verb(request, ref, runs.resume, starts=True)


@require_POST
@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop an import for good."""
    return _verb(request, ref, actions.cancel)


@require_safe
@login_required
def corrected(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """Download the refused rows with their header, to be corrected and imported again."""
    run = _visible(request, ref)
    header, rows = queries.corrected_file(run)
    writer = csv.writer(_Echo())
    lines = (writer.writerow(cells) for cells in chain([header], rows))
    return StreamingHttpResponse(
        _with_mark(lines),
        content_type="text/csv; charset=utf-8",
        headers=_attachment(f"{run.ref}-rejected.csv"),
    )


@require_safe
@login_required
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """Download what the import did, as JSON."""
    run = _visible(request, ref)
    text = json.dumps(queries.report(run), indent=2, ensure_ascii=False) + "\n"
    headers = _attachment(f"{run.ref}-report.json")
    return HttpResponse(text, content_type="application/json", headers=headers)


@require_safe
@login_required
def mapping(request: HttpRequest, ref: str) -> HttpResponse:
    """Download the mapping that was chosen, as a file for the command line."""
    run = _visible(request, ref)
    text = yaml.safe_dump(run.mapping, sort_keys=False, allow_unicode=True)
    headers = _attachment(f"{run.ref}-mapping.yaml")
    return HttpResponse(text, content_type="application/yaml", headers=headers)


class _Echo:
    """A file for csv.writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def _with_mark(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"  # tells spreadsheets that it is UTF-8
    yield from lines


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _visible(request: HttpRequest, ref: str) -> ImportRun:
    found = ImportRun.objects.visible_to(acting_user(request))
    return get_object_or_404(found.select_related("unit", "requested_by"), ref=ref)


def _mine(request: HttpRequest, ref: str) -> tuple[User, ImportRun]:
    """Return the person and a run that the person may carry on and that has not begun."""
    user, run = acting_user(request), _visible(request, ref)
    if not may(user, Capability.IMPORT, run.unit):
        raise PermissionDenied(f"Your role does not let you import in {run.unit}.")
    if run.status not in (RunStatus.UPLOADED, RunStatus.PREVIEWED):
        raise DomainError(f"{run} has begun; its columns are chosen.")
    return user, run


def _verb(
    request: HttpRequest, ref: str, verb: Callable[..., None], *, starts: bool = False
) -> HttpResponse:
    run = _visible(request, ref)
    verb(run, actor=acting_user(request))
    if starts:
        transaction.on_commit(lambda: carry_out_import.delay(run.pk))
    return redirect("imports:run", ref=run.ref)


def _form_page(
    request: HttpRequest, template: str, context: dict[str, Any], form: Any
) -> HttpResponse:
    return render(request, template, context, status=422 if form.errors else 200)
