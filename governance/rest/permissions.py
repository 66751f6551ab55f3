"""What a token's scopes allow."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from governance.rest.models import ApiToken
from governance.rest.rules import Scope


class HasScope(BasePermission):
    """A token needs `read` to read and `write` to change; `decide` where the view says so."""

    message = "This token does not have the scope for that."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the token's scopes allow the request; sessions have all scopes."""
        if not isinstance(request.auth, ApiToken):
            return True
        return needed_scope(request, view).value in request.auth.scopes


def needed_scope(request: Request, view: APIView) -> Scope:
    """Return the scope a request needs."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return Scope.READ
    deciding: frozenset[str] = getattr(view, "decisions", frozenset())
    return Scope.DECIDE if getattr(view, "action", None) in deciding else Scope.WRITE
