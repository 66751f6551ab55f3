"""Finding the token behind a request."""

import secrets

from django.conf import settings
from django.db.models import Subquery
from django.db.models.functions import Greatest, Now

from governance.rest.models import ApiToken
from governance.rest.rules import split_token, token_digest


def token_behind(text: str) -> ApiToken | None:
    """Return the live token with this text, None when there is none.

    The database's clock counts: one that is put back on this machine revives no token. Nor does
    the database's own: it was at least as late as when any token was used last.
    """
    parts = split_token(text)
    if parts is None:
        return None
    used = ApiToken.objects.exclude(last_used_at=None).order_by("-last_used_at")
    latest = Greatest(Now(), Subquery(used.values("last_used_at")[:1]))
    live = ApiToken.objects.live(latest).select_related("owner")
    token = live.filter(prefix=parts[0]).first()
    if token is None:
        return None
    expected = token_digest(parts[1], settings.TOKEN_PEPPER)
    return token if secrets.compare_digest(expected, token.secret_digest) else None
