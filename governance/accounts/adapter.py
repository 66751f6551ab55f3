"""allauth's hooks: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator adds people; there is no sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False."""
        return False
