"""Settings: the person's own profile, people with their roles, units."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.accounts import actions, unit_actions
from governance.accounts.access import acting_user, live_memberships, may, units_with
from governance.accounts.forms import GrantForm, NameForm, PersonForm, RenameForm, UnitForm
from governance.accounts.models import Membership, User
from governance.accounts.queries import people_for, tree
from governance.accounts.rules import Capability

PAGE = 50


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show the person's own name, address and roles, and take another name."""
    user = acting_user(request)
    known = {"name": user.name, "row_version": user.row_version}
    form = NameForm(request.POST or None, initial=known)
    if form.is_valid():
        given = form.cleaned_data
        actions.change_own_name(name=given["name"], actor=user, seen=given["row_version"])
        messages.success(request, "Your name is changed.")
        return redirect("accounts:profile")
    roles = live_memberships(user).select_related("unit")
    context = {"roles": roles, "form": form}
    return render(request, "accounts/profile.html", context, status=_status(form))


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """List people with their roles, 50 a page, found by name or address."""
    user = _administrator(request)
    search = request.GET.get("q", "").strip()
    page = Paginator(people_for(user, search), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "search": search, "today": timezone.localdate()}
    return render(request, "accounts/people.html", context)


@login_required
def add_person(request: HttpRequest) -> HttpResponse:
    """Add a person with the first role."""
    user = _administrator(request)
    form = PersonForm(request.POST or None, actor=user)
    if form.is_valid():
        given = form.cleaned_data
        made = actions.add_person_with_role(
            email=given["email"], name=given["name"], actor=user, **form.term()
        )
        messages.success(request, f"{made} is here. Make a link for the first sign-in below.")
        return redirect("accounts:person", made.pk)
    return render(request, "accounts/add_person.html", {"form": form}, status=_status(form))


@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person with roles; a POST gives another role."""
    user = _administrator(request)
    someone = get_object_or_404(people_for(user), pk=pk)
    form = GrantForm(request.POST or None, actor=user)
    if form.is_valid():
        actions.grant(someone, actor=user, **form.term())
        messages.success(request, f"{someone} has another role.")
        return redirect("accounts:person", pk)
    return _person_page(request, someone, form)


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one role away."""
    user = _administrator(request)
    units = units_with(user, Capability.CONFIGURE)
    membership = get_object_or_404(Membership, pk=pk, unit__in=units.values("pk"))
    owner = membership.user
    actions.revoke(membership, actor=user)
    messages.success(request, f"The role is taken from {owner}.")
    if not people_for(user).filter(pk=owner.pk).exists():
        return redirect("accounts:people")
    return redirect("accounts:person", owner.pk)


@require_POST
@login_required
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a person's account."""
    user = _administrator(request)
    someone = get_object_or_404(people_for(user), pk=pk)
    actions.deactivate(someone, actor=user)
    messages.success(request, f"The account of {someone} is closed.")
    return redirect("accounts:person", pk)


@require_POST
@login_required
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    user = _administrator(request)
    someone = get_object_or_404(people_for(user), pk=pk)
    actions.reactivate(someone, actor=user)
    messages.success(request, f"The account of {someone} is open again.")
    return redirect("accounts:person", pk)


@never_cache
@require_POST
@login_required
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link by which a person sets the first password; shown in this answer only."""
    user = _administrator(request)
    someone = get_object_or_404(people_for(user), pk=pk)
    actions.invite(someone, actor=user)
    token = default_token_generator.make_token(someone)
    key = {"uidb36": user_pk_to_url_str(someone), "key": token}
    link = request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))
    return _person_page(request, someone, GrantForm(actor=user), link)


@login_required
def units(request: HttpRequest) -> HttpResponse:
    """Show the tree of units; a POST adds one."""
    user = _administrator(request)
    form = UnitForm(request.POST or None, actor=user)
    if form.is_valid():
        made = unit_actions.add_unit(**form.cleaned_data, actor=user)
        messages.success(request, f"{made} is added.")
        return redirect("accounts:units")
    context = {"places": tree(user), "form": form}
    return render(request, "accounts/units.html", context, status=_status(form))


@login_required
def rename_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a unit another name."""
    user = _administrator(request)
    unit = get_object_or_404(units_with(user, Capability.CONFIGURE), pk=pk)
    known = {"name": unit.name, "row_version": unit.row_version}
    form = RenameForm(request.POST or None, unit=unit, initial=known)
    if form.is_valid():
        given = form.cleaned_data
        unit_actions.rename_unit(unit, name=given["name"], actor=user, seen=given["row_version"])
        messages.success(request, f"The unit is called {given['name']} now.")
        return redirect("accounts:units")
    context = {"unit": unit, "form": form}
    return render(request, "accounts/rename_unit.html", context, status=_status(form))


def _administrator(request: HttpRequest) -> User:
    user = acting_user(request)
    if not units_with(user, Capability.CONFIGURE).exists():
        raise PermissionDenied("People and units are kept by administrators.")
    return user


def _person_page(
    request: HttpRequest, someone: User, form: GrantForm, link: str = ""
) -> HttpResponse:
    user = acting_user(request)
    context = {
        "person": someone,
        "form": form,
        "link": link,
        "today": timezone.localdate(),
        "revocable": set(units_with(user, Capability.CONFIGURE).values_list("pk", flat=True)),
        "may_close": may(user, Capability.CONFIGURE, None) and someone.pk != user.pk,
        "may_invite": may(user, Capability.CONFIGURE, None) and not someone.has_usable_password(),
    }
    return render(request, "accounts/person.html", context, status=_status(form))


def _status(form: NameForm | GrantForm | UnitForm | RenameForm) -> int:
    return 422 if form.is_bound and not form.is_valid() else 200
