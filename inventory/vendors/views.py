"""Pages of vendors."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user, people_behind
from governance.accounts.models import User
from governance.common.forms import Conflict, attempt, attempt_change, form_page
from governance.ledger.queries import timeline
from inventory.vendors import actions
from inventory.vendors.forms import VendorForm
from inventory.vendors.models import Vendor
from inventory.vendors.queries import agreements_of, vendors_of

PAGE_SIZE = 50


@require_safe
@login_required
def vendors(request: HttpRequest) -> HttpResponse:
    """List the vendors, found by name or id."""
    user = acting_user(request)
    query = request.GET.get("q", "").strip()
    found = vendors_of(user)
    if query:
        found = found.filter(name__icontains=query) | found.filter(ref__iexact=query)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query, "may_add": actions.may_keep_vendors(user)}
    return render(request, "vendors/vendors.html", context)


@require_safe
@login_required
def vendor(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one vendor: what we have with it, and what happened."""
    user = acting_user(request)
    row = get_object_or_404(Vendor.objects.visible_to(user), ref=ref)
    context = {
        "vendor": row,
        "agreements": agreements_of(user).filter(vendor=row),
        "entries": timeline(("vendor", row.pk), people=people_behind),
        "may_edit": actions.may_keep_vendors(user),
    }
    return render(request, "vendors/vendor.html", context)


@login_required
def add_vendor(request: HttpRequest) -> HttpResponse:
    """Add a vendor."""
    user = _keeper(request)
    form = VendorForm(request.POST or None)
    made: list[Vendor] = []
    if form.is_valid() and attempt(
        form, lambda: made.append(actions.add_vendor(actor=user, **form.values()))
    ):
        messages.success(request, f"{made[0]} is in the register as {made[0].ref}.")
        return redirect(made[0])
    return form_page(
        request,
        form,
        title="Add a vendor",
        lead="Somebody who supplies AI, or the data and services it runs on.",
        trail=[(reverse("vendors:vendors"), "Vendors")],
        submit="Add the vendor",
        cancel_url=reverse("vendors:vendors"),
    )


@login_required
def edit_vendor(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a vendor."""
    user = _keeper(request)
    row = get_object_or_404(Vendor.objects.visible_to(user), ref=ref)
    form = VendorForm(request.POST or None, row=row)
    conflicts: list[Conflict] | None = []
    if form.is_valid():
        conflicts = attempt_change(
            form,
            row,
            lambda: actions.change_vendor(row, actor=user, seen=form.seen, **form.values()),
        )
        if conflicts is None:
            messages.success(request, "Saved.")
            return redirect(row)
    return form_page(
        request,
        form,
        conflicts,
        title=f"Change {row.name}",
        trail=[(reverse("vendors:vendors"), "Vendors"), (row.get_absolute_url(), row.ref)],
        submit="Save the changes",
        cancel_url=row.get_absolute_url(),
    )


def _keeper(request: HttpRequest) -> User:
    user = acting_user(request)
    if not actions.may_keep_vendors(user):
        raise PermissionDenied("Your role does not let you keep vendors.")
    return user
