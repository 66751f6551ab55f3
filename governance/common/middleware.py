"""A request id for every request, and the page for a DomainError."""

import contextvars
import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import bad_request

from governance.common.errors import DomainError

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")
GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Give each request an id, taken from `X-Request-ID` when a proxy sent a sane one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if GOOD_ID.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class NulMiddleware:
    """Answer 400 for an address with a NUL, which no text in the database can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path_info.startswith("/api/")  # the API words its own refusals
        if is_page and ("\0" in request.path_info or "%00" in request.META["QUERY_STRING"]):
            return bad_request(request, ValueError("The address holds a NUL."))
        return self.get_response(request)


class DomainErrorMiddleware:
    """Answer a DomainError of a page with its status, mostly 409, and the words of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of the refusal, or None for any other exception."""
        if isinstance(error, DomainError):
            context = {"error": error, "back": _back(request)}
            return render(request, "409.html", context, status=error.status)
        return None


def _back(request: HttpRequest) -> str:
    """Return the page of this site that the person came from, empty when it is not known."""
    page = request.headers.get("Referer", "")
    hosts, https = {request.get_host()}, request.is_secure()
    return page if url_has_allowed_host_and_scheme(page, hosts, require_https=https) else ""
