"""Sessions in the database that end: after 30 idle minutes, and 12 hours after they began."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponse

BEGAN, SEEN = "began_at", "seen_at"
TOUCH_EVERY = 60  # seconds: an active session costs one write a minute
MOST_BACK = 300  # seconds by which a clock may be put back; a session of the future beyond is over


class SessionStore(DatabaseStore):
    """Django's store, which also notes when the session began and was last saved."""

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to save, with both moments in it."""
        now = int(time.time())
        data.setdefault(BEGAN, now)
        data[SEEN] = now
        return super().create_model_instance(data)


class SessionLimitsMiddleware:
    """Sign out whose session is over; note once a minute that a session is in use.

    What a signed-in person is answered stays in no cache.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session, now = request.session, time.time()
        if SESSION_KEY in session:
            idle, age = now - session.get(SEEN, 0), now - session.get(BEGAN, 0)
            if not (
                -MOST_BACK <= idle <= settings.SESSION_IDLE.total_seconds()
                and -MOST_BACK <= age <= settings.SESSION_COOKIE_AGE
            ):
                logout(request)
            elif idle > TOUCH_EVERY:
                session.modified = True
        response = self.get_response(request)
        if SESSION_KEY in session:  # a page for one person: no cache keeps it
            response.headers.setdefault("Cache-Control", "no-store")
        return response
