"""What the frame of every page needs, computed only when a template asks for it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.incidents.queries import running_for
from governance.notices.models import Notice
from governance.overview.nav import NOTICES_URL, Counts, Navigation, navigation
from governance.overview.needs import waiting_for

COUNTS: Counts = {
    "/updates/": waiting_for,
    "/incidents/": running_for,
    NOTICES_URL: lambda user: Notice.objects.visible_to(user).unread(),
}


def navigation_of(request: HttpRequest) -> Navigation:
    """Return the person's navigation, worked out once for a request."""
    found = request.__dict__.get("navigation")
    if found is None:
        found = navigation(acting_user(request), request.path, COUNTS)
        request.__dict__["navigation"] = found
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return `nav`: the navigation of the person, nothing for a stranger."""

    def build() -> Navigation | None:
        known = isinstance(getattr(request, "user", None), User)
        return navigation_of(request) if known else None

    return {"nav": SimpleLazyObject(build)}
