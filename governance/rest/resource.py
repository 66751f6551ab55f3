"""The base of every resource: visibility, ETags, If-Match, Idempotency-Key."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import connection, models, transaction
from django.http import Http404
from django.utils.cache import patch_vary_headers
from django.utils.datastructures import MultiValueDict
from rest_framework import mixins, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.filters import DeclaredFilters, Filter
from governance.rest.models import ApiToken, IdempotentAnswer
from governance.rest.paging import CursorPaging
from governance.rest.parsers import StrictJSONParser
from governance.rest.permissions import HasScope
from governance.rest.problems import Problem

GOOD_ETAG = re.compile(r'"[0-9]+-[0-9]+"')
GOOD_KEY = re.compile(r"[!-~]{1,255}")


def etag_of(row: models.Model) -> str:
    """Return the strong ETag of a row: it changes with `row_version`."""
    return f'"{row.pk}-{row.row_version}"'  # type: ignore[attr-defined]


class Resource(viewsets.GenericViewSet):
    """What every resource shares. A view gives `visible()`, serializers, filters and sorts."""

    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    permission_classes = (IsAuthenticated, HasScope)
    filter_backends = (DeclaredFilters,)
    pagination_class = CursorPaging
    filters: ClassVar[Mapping[str, Filter]] = {}
    sorts: ClassVar[tuple[str, ...]] = ()
    decisions: ClassVar[frozenset[str]] = frozenset()  # actions that need the scope to decide
    refusals: ClassVar[frozenset[str]] = frozenset()  # GET actions that may answer 409
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    lookup_value_regex = r"[^/.]+"

    def visible(self, user: User) -> models.QuerySet[Any]:
        """Return the rows the person may see."""
        raise NotImplementedError

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible rows; none for the schema generator."""
        return self.visible(self.person)

    @property
    def person(self) -> User:
        """Return the person behind the session or token."""
        assert isinstance(self.request.user, User)  # noqa: S101 - IsAuthenticated came before
        return self.request.user

    def valid(self, serializer_class: type, **options: Any) -> dict[str, Any]:
        """Return the validated body; raises ValidationError."""
        serializer = serializer_class(
            data=self.request.data, context=self.get_serializer_context(), **options
        )
        serializer.is_valid(raise_exception=True)
        result: dict[str, Any] = serializer.validated_data
        return result

    def shown(self, row: models.Model, status: int = 200) -> Response:
        """Return one row with its ETag."""
        response = Response(self.get_serializer(row).data, status=status)
        if hasattr(row, "row_version"):
            response["ETag"] = etag_of(row)
        return response

    def match(self, current: str) -> None:
        """Hold If-Match against the current ETag.

        428 without it, 400 when it is none of ours, 412 when it is another.
        """
        given = self.request.headers.get("If-Match")
        if given is None:
            raise Problem(428, "Send If-Match with the ETag you read.", "if-match-missing")
        if not GOOD_ETAG.fullmatch(given.strip()):
            raise Problem(400, "If-Match is not an ETag of ours.", "bad-if-match")
        if given.strip() != current:
            raise Problem(412, "It was changed since you read it. Read it again.", "stale")

    def seen(self, row: models.Model) -> int:
        """Return the row version the caller read; 428 without If-Match, 412 when it is old."""
        self.match(etag_of(row))
        version: int = row.row_version  # type: ignore[attr-defined]
        return version

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then arrange that a repeated POST with a key happens once."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None:
            handler = getattr(self, "post", None)
            if handler is not None:
                self.post = once(handler, key, self._still_sees)

    def _still_sees(self, told: Any) -> None:
        """Raise Http404 when the caller may not see any more what a kept answer tells of."""
        found = told if isinstance(told, dict) else {}
        name = self.lookup_url_kwarg or self.lookup_field
        key = self.kwargs.get(name, found.get("id" if name == "pk" else name))
        if key is not None and not self.get_queryset().filter(**{self.lookup_field: key}).exists():
            raise Http404

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep answers out of shared caches."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        patch_vary_headers(final, ["Authorization", "Cookie"])
        return final


class Readable(mixins.ListModelMixin, Resource):
    """List and detail."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one row, or 304 when the caller has it already."""
        row = self.get_object()
        if hasattr(row, "row_version") and request.headers.get("If-None-Match") == etag_of(row):
            return Response(status=304, headers={"ETag": etag_of(row)})
        return self.shown(row)


def once(
    handler: Callable[..., Response], key: str, check: Callable[[Any], None]
) -> Callable[..., Response]:
    """Return a handler that runs once per caller, route and key within 24 hours.

    The answer is stored in the same transaction as the change: both are there or neither.
    `check` takes the kept answer and raises when the caller may not read it any more.
    409 while the first is under way, 422 when the key came with another body.
    """

    def run(request: Request, *args: Any, **kwargs: Any) -> Response:
        if not GOOD_KEY.fullmatch(key):
            raise Problem(400, "An Idempotency-Key is 1 to 255 visible characters.", "bad-key")
        name = _Name(request, key)
        with transaction.atomic():
            name.lock()
            if stored := name.stored():
                check(stored.data)
                return stored
            try:
                response = handler(request, *args, **kwargs)
            except PermissionDenied as error:
                refusal = error  # its action undid what it did; a note of the refusal stays
            else:
                name.store(response)
                return response
        raise refusal

    return run


def _comparable(body: Any) -> Any:
    """Return a body that can be compared as JSON: of an uploaded file, name and digest."""
    if not isinstance(body, MultiValueDict):
        return body
    return {
        name: [_digest(value) if isinstance(value, File) else value for value in values]
        for name, values in body.lists()
    }


def _digest(file: File) -> list[str]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [str(file.name), digest.hexdigest()]


class _Name:
    """The caller, route and key of a POST, and the answer kept under them."""

    def __init__(self, request: Request, key: str) -> None:
        token = request.auth if isinstance(request.auth, ApiToken) else None
        caller = f"token:{token.pk}" if token else f"person:{request.user.pk}"
        self.name = {"caller": caller, "route": request.path[:300], "key": key}
        body = JSONRenderer().render(_comparable(request.data))
        self.fingerprint = hashlib.sha256(body).hexdigest()

    def lock(self) -> None:
        number = hashlib.sha256(repr(sorted(self.name.items())).encode()).digest()[:8]
        with connection.cursor() as cursor:
            lock = int.from_bytes(number, "big", signed=True)
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
            (mine,) = cursor.fetchone() or (False,)
        if not mine:
            raise Problem(409, "The first request with this key is under way.", "in-flight")

    def stored(self) -> Response | None:
        answer = IdempotentAnswer.objects.filter(**self.name).first()
        if answer is None:
            return None
        if answer.fingerprint != self.fingerprint:
            raise Problem(422, "This key came with another body before.", "key-reused")
        value = json.loads(bytes(answer.body)) if answer.body else None
        headers = {**answer.headers, "Idempotency-Replayed": "true"}
        return Response(value, status=answer.status, headers=headers)

    def store(self, response: Response) -> None:
        told = getattr(response, "kept", response.data)  # a secret is told once and kept nowhere
        body = JSONRenderer().render(told) if told is not None else b""
        kept = {name: response[name] for name in ("ETag", "Location") if name in response}
        IdempotentAnswer.objects.create(
            **self.name,
            fingerprint=self.fingerprint,
            status=response.status_code,
            body=body,
            headers=kept,
        )
