"""What the frame of every page needs, computed only when a template asks for it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.accounts.models import User
from governance.overview.nav import Counts, Navigation, navigation

COUNTS: Counts = {}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return `nav`: the navigation of the person, empty for a stranger."""

    def build() -> Navigation | None:
        user = getattr(request, "user", None)
        return navigation(user, request.path, COUNTS) if isinstance(user, User) else None

    return {"nav": SimpleLazyObject(build)}
