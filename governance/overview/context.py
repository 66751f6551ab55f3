"""What the frame of every page needs, computed only when a template asks for it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.approvals.queue import waiting_for
from governance.audit_packs.question_queries import to_answer
from governance.escalation.models import Item
from governance.escalation.queries import Liveness, last_sweep
from governance.incidents.queries import running_for
from governance.notices.models import Notice
from governance.overview.nav import (
    ESCALATIONS_URL,
    NOTICES_URL,
    REQUESTS_URL,
    Counts,
    Navigation,
    navigation,
)

COUNTS: Counts = {
    "/updates/": waiting_for,
    "/incidents/": running_for,
    ESCALATIONS_URL: Item.objects.of,
    REQUESTS_URL: to_answer,
    NOTICES_URL: lambda user: Notice.objects.visible_to(user).unread(),
}


def navigation_of(request: HttpRequest) -> Navigation:
    """Return the person's navigation, worked out once for a request."""
    found = request.__dict__.get("navigation")
    if found is None:
        found = navigation(acting_user(request), request.path, COUNTS)
        request.__dict__["navigation"] = found
    return found


def sweep_of(request: HttpRequest) -> Liveness:
    """Return when a sweep for what is due ended last, asked once for a request."""
    found: Liveness | None = request.__dict__.get("last_sweep")
    if found is None:
        found = request.__dict__["last_sweep"] = last_sweep()
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return `nav`, the navigation of the person, nothing for a stranger; and `sweep`."""

    def build() -> Navigation | None:
        known = isinstance(getattr(request, "user", None), User)
        return navigation_of(request) if known else None

    return {"nav": SimpleLazyObject(build), "sweep": SimpleLazyObject(lambda: sweep_of(request))}
