"""Nothing is written while something outside says that the record is not what it was."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from governance.checkpoints.standing import is_read_only, open_doubts
from governance.common.middleware import request_id
from governance.rest.problems import MEDIA_TYPE

READS = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Signing in and out, and the recovery itself.
FREE = {
    "account_login",
    "account_logout",
    "account_confirm",
    "checkpoints:recovery",
}
DETAIL = (
    "Muster is read-only: a signed checkpoint outside says that entries of the record are "
    "missing or were changed. An administrator has to sign a recovery first."
)


class ReadOnlyMiddleware:
    """Answer 503 to every request that writes, as long as the record is in doubt."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READS or _is_free(request.path_info) or not is_read_only():
            return self.get_response(request)
        if request.path_info.startswith("/api/"):
            return _problem()
        context = {"doubts": open_doubts()}
        return render(request, "checkpoints/read_only.html", context, status=503)


def _is_free(path: str) -> bool:
    try:
        return resolve(path).view_name in FREE
    except Resolver404:
        return False


def _problem() -> HttpResponse:
    body = {
        "type": "urn:muster:problem:read-only",
        "title": "Nothing is written now",
        "status": 503,
        "detail": DETAIL,
        "instance": f"urn:muster:request:{request_id.get()}",
        "code": "read-only",
        "errors": [],
    }
    return JsonResponse(body, status=503, content_type=MEDIA_TYPE)
