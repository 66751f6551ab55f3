"""allauth's hooks: nobody signs up by themselves; a sign-in by password is a proof of oneself."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from governance.accounts.models import User
from governance.accounts.stepup import PASSWORD, note_proof


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator adds people; there is no sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the person's session; a password just given is noted in it as their proof.

        A session that begins in another way holds no proof, so it is asked for the password.
        """
        super().login(request, user)
        given = get_authentication_records(request, user)
        if given and given[-1]["method"] == PASSWORD:
            note_proof(request, user, PASSWORD)
