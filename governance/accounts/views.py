"""Settings: the person's own profile, people, units."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user, live_memberships


@require_safe
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show the person's own name, address and roles."""
    user = acting_user(request)
    roles = live_memberships(user).select_related("unit")
    return render(request, "accounts/profile.html", {"roles": roles})
