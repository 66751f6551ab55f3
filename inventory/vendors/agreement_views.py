"""Pages of agreements: list, one of them, its forms, its document."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user, may, people_behind, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import Conflict, attempt, attempt_change, form_page
from governance.common.states import choices
from governance.ledger.queries import timeline
from inventory.vendors import actions
from inventory.vendors.documents import KINDS
from inventory.vendors.forms import AgreementForm, DocumentForm, EndForm, SignForm
from inventory.vendors.models import Agreement, Vendor
from inventory.vendors.queries import agreements_of, read_document
from inventory.vendors.rules import AgreementKind, AgreementState

PAGE_SIZE = 50
FILTERS = {"state": (AgreementState, "derived"), "kind": (AgreementKind, "kind")}


@require_safe
@login_required
def agreements(request: HttpRequest) -> HttpResponse:
    """List the agreements: those that run out first, filtered by state, kind and vendor."""
    user = acting_user(request)
    found, unknown = _filtered(agreements_of(user), request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "unknown": unknown,
        "states": choices(AgreementState),
        "kinds": choices(AgreementKind),
        "vendors": Vendor.objects.visible_to(user),
        "chosen": request.GET,
        "may_add": units_with(user, Capability.AGREE).exists(),
    }
    return render(request, "vendors/agreements.html", context)


def _filtered(found: QuerySet[Agreement], request: HttpRequest) -> tuple[QuerySet[Agreement], str]:
    """Return the agreements that match, and the first value that no filter knows."""
    unknown = ""
    for name, (known, column) in FILTERS.items():
        value = request.GET.get(name, "")
        if value in list(known):
            found = found.filter(**{column: value})
        elif value:
            unknown = value
    if vendor := request.GET.get("vendor"):
        found = found.filter(vendor__ref=vendor)
    return found, unknown


@require_safe
@login_required
def agreement(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one agreement: its days, its document, and what happened."""
    user = acting_user(request)
    row = get_object_or_404(agreements_of(user), ref=ref)
    context = {
        "agreement": row,
        "state": row.state(),
        "today": timezone.localdate(),
        "document_form": DocumentForm(),
        "entries": timeline(("agreement", row.pk), people=people_behind),
        "may_edit": may(user, Capability.AGREE, row.unit),
    }
    return render(request, "vendors/agreement.html", context)


@login_required
def add_agreement(request: HttpRequest) -> HttpResponse:
    """Add an agreement, with the vendor of the address chosen already."""
    user = acting_user(request)
    if not units_with(user, Capability.AGREE).exists():
        raise PermissionDenied("Your role does not let you keep agreements.")
    chosen = Vendor.objects.visible_to(user).filter(ref=request.GET.get("vendor", "")).first()
    form = AgreementForm(request.POST or None, user=user, initial={"vendor": chosen})
    made: list[Agreement] = []
    if form.is_valid() and attempt(
        form, lambda: made.append(actions.add_agreement(actor=user, **form.values()))
    ):
        messages.success(request, f"The agreement is kept as {made[0].ref}.")
        return redirect(made[0])
    return form_page(
        request,
        form,
        title="Add an agreement",
        lead="Muster warns before it runs out, and shows which systems it covers.",
        trail=[(reverse("vendors:agreements"), "Agreements")],
        submit="Add the agreement",
        cancel_url=reverse("vendors:agreements"),
    )


@login_required
def edit_agreement(request: HttpRequest, ref: str) -> HttpResponse:
    """Change an agreement."""
    user, row = _kept(request, ref)
    form = AgreementForm(request.POST or None, row=row, user=user)
    conflicts: list[Conflict] | None = []
    if form.is_valid():
        conflicts = attempt_change(
            form,
            row,
            lambda: actions.change_agreement(row, actor=user, seen=form.seen, **form.values()),
        )
        if conflicts is None:
            messages.success(request, "Saved.")
            return redirect(row)
    return form_page(request, form, conflicts, **_around(row, f"Change {row.ref}", "Save"))


@login_required
def sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Note that both parties signed."""
    user, row = _kept(request, ref)
    form = SignForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: actions.sign(row, actor=user, **form.cleaned_data)
    ):
        return redirect(row)
    return form_page(request, form, **_around(row, f"{row.ref} was signed", "Note the signature"))


@login_required
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """End an agreement early, with the reason."""
    user, row = _kept(request, ref)
    form = EndForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: actions.end(row, actor=user, **form.cleaned_data)):
        return redirect(row)
    return form_page(request, form, **_around(row, f"End {row.ref}", "End the agreement"))


@login_required
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    """Attach the signed document."""
    user, row = _kept(request, ref)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid() and attempt(
        form,
        lambda: actions.attach_document(row, actor=user, upload=form.cleaned_data["document"]),
    ):
        messages.success(request, "The document is attached.")
        return redirect(row)
    around = _around(row, f"Attach the document of {row.ref}", "Attach")
    return form_page(request, form, enctype="multipart/form-data", **around)


@require_safe
@login_required
def document(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Hand out the document, once its SHA-256 is what the record says."""
    row = get_object_or_404(
        Agreement.objects.visible_to(acting_user(request)).exclude(document=""), ref=ref
    )
    content = read_document(row)
    ending = PurePath(str(row.document.name)).suffix
    served_as = next(kind.served_as for kind in KINDS if ending in kind.endings)
    response = FileResponse(
        content, as_attachment=True, filename=f"{row.ref}{ending}", content_type=served_as
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _kept(request: HttpRequest, ref: str) -> tuple[User, Agreement]:
    """Return the person and the agreement, when the person keeps it; else 404 or 403."""
    user = acting_user(request)
    row = get_object_or_404(Agreement.objects.visible_to(user).select_related("unit"), ref=ref)
    if not may(user, Capability.AGREE, row.unit):
        raise PermissionDenied("Your role does not let you change this agreement.")
    return user, row


def _around(row: Agreement, title: str, submit: str) -> dict[str, Any]:
    return {
        "title": title,
        "trail": [
            (reverse("vendors:agreements"), "Agreements"),
            (row.get_absolute_url(), row.ref),
        ],
        "submit": submit,
        "cancel_url": row.get_absolute_url(),
    }
