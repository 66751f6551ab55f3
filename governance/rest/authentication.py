"""Bearer tokens."""

from datetime import timedelta

from django.db.models.functions import Greatest, Now
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from governance.accounts.models import User
from governance.rest.models import ApiToken
from governance.rest.queries import token_behind


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer mst_….…`: the request acts as the token's owner."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return owner and token, None without the header; refuse what is not live."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = token_behind(text.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired.")
        self._note_use(token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="muster"'

    def _note_use(self, token: ApiToken) -> None:
        last = token.last_used_at
        if last is None or timezone.now() - last > timedelta(minutes=1):
            latest = Greatest("last_used_at", Now())  # the token's ends are held against it
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=latest)
