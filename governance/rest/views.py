"""The token page, the API to read, and the API's answer to an address it does not have."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.accounts.access import acting_user
from governance.rest.actions import issue_token, revoke_token
from governance.rest.forms import TokenForm
from governance.rest.models import ApiToken
from governance.rest.reading import operations


@login_required
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens; a new one is shown in the answer to the form, once."""
    user, issued, status = acting_user(request), None, 200
    form = TokenForm(request.POST or None)
    if form.is_valid():
        _, issued = issue_token(actor=user, **form.cleaned_data)
        form, status = TokenForm(), 201
    elif form.is_bound:
        status = 422
    rows = ApiToken.objects.visible_to(user).select_related("owner")[:200]
    context = {"tokens": rows, "form": form, "issued": issued}
    return render(request, "rest/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token useless at once."""
    user = acting_user(request)
    token = get_object_or_404(ApiToken.objects.visible_to(user), pk=pk)
    revoke_token(token, actor=user)
    messages.success(request, f"{token.name} is revoked. It stopped working at once.")
    return redirect("rest:tokens")


@login_required
@require_safe
def reading(request: HttpRequest) -> HttpResponse:
    """Show the API's description."""
    return render(request, "rest/reading.html", {"resources": operations().items()})


@extend_schema(exclude=True)
class NoSuchResource(APIView):
    """404 as a problem for everything below /api/ that is nothing."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer any method alike."""
        self.http_method_names = [str(request.method).lower()]
        setattr(self, self.http_method_names[0], self.refuse)
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Raise the 404."""
        raise NotFound
