"""Errors as RFC 9457 problems."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from governance.accounts.stepup import ReauthenticationRequired
from governance.common.errors import DomainError, StaleError
from governance.common.middleware import request_id

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request does not fit",
    401: "Sign in",
    403: "Not allowed",
    404: "Not found",
    405: "This address does not do that",
    406: "No such representation",
    409: "Refused",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unknown media type",
    422: "Same key, another request",
    428: "If-Match is needed",
    429: "Too many requests",
}


class Problem(exceptions.APIException):
    """An error with a status and a code of its own."""

    def __init__(
        self, status_code: int, detail: str, code: str, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status_code
        self.extra = dict(extra or {})  # further members of the problem


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for an exception, None for a defect of ours (500)."""
    known = as_api_error(error)
    if known is None:
        return None
    set_rollback()
    code, detail, errors = described(known)
    body = {
        "type": f"urn:muster:problem:{code}",
        "title": TITLES.get(known.status_code, "Refused"),
        "status": known.status_code,
        "detail": detail,
        "instance": f"urn:muster:request:{request_id.get()}",
        "code": code,
        "errors": errors,
        **getattr(known, "extra", {}),
    }
    response = Response(body, status=known.status_code, content_type=MEDIA_TYPE)
    if challenge := getattr(known, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def as_api_error(error: Exception) -> exceptions.APIException | None:
    """Return the error as one that knows its status, None when it is a defect."""
    for kind, translated in TRANSLATIONS.items():
        if isinstance(error, kind):
            return translated(error)
    return None


def _refused(code: int) -> Callable[[Any], exceptions.APIException]:
    return lambda error: Problem(code, str(error), error.code, getattr(error, "extra", None))


# The first kind that fits decides.
TRANSLATIONS: dict[type[Exception], Callable[[Any], exceptions.APIException]] = {
    exceptions.APIException: lambda error: error,
    StaleError: _refused(status.HTTP_412_PRECONDITION_FAILED),
    DomainError: _refused(status.HTTP_409_CONFLICT),
    ReauthenticationRequired: _refused(status.HTTP_403_FORBIDDEN),
    PermissionDenied: lambda error: exceptions.PermissionDenied(str(error) or None),
    Http404: lambda error: exceptions.NotFound(),
    ModelError: lambda error: exceptions.ValidationError(error.messages),
}


def described(error: exceptions.APIException) -> tuple[str, str, list[dict[str, str]]]:
    """Return code, detail and the single errors, each with a JSON pointer."""
    if isinstance(error, exceptions.ValidationError):
        errors = list(_pointed(error.detail, ""))
        return "invalid", "Some values do not fit; see errors.", errors
    code = error.get_codes()
    return code if isinstance(code, str) else "error", str(error.detail), []


def _pointed(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else f"/{key}"
            yield from _pointed(value, pointer + name)
    elif isinstance(detail, list):
        for at, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _pointed(value, f"{pointer}/{at}" if nested else pointer)
    else:
        yield {"pointer": pointer, "code": str(getattr(detail, "code", "")), "detail": str(detail)}
