"""The record's tree over REST: signed heads, tiles and proofs (C2SP tlog-tiles, tlog-proof).

Heads and tiles are hashes and signatures; everybody who is signed in may have them. The proof of
an entry is for whoever may read the entry.
"""

import re
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from governance.accounts.access import acting_user
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.queries import at_size, entry_proof, newest
from governance.common.notes import encoded
from governance.ledger.merkle import WIDTH, width_at
from governance.ledger.tree import consistency_proof, read_tile
from governance.overview.ledger import entry_numbered
from governance.rest.permissions import HasScope

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
PLACE = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
SHORTEST = re.compile(r"x000/")  # an index has no group of zeros in front
COUNT = re.compile(r"[0-9]{1,18}")
SIZE = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}


class TextRenderer(JSONRenderer):
    """Lets callers ask for plain text; a problem stays JSON."""

    media_type = "text/plain"


class BytesRenderer(JSONRenderer):
    """Lets callers ask for bytes; a problem stays JSON."""

    media_type = BYTES


class TreeView(APIView):
    """What all parts of the tree share: who may ask, and that nothing can be changed."""

    permission_classes = (IsAuthenticated, HasScope)
    renderer_classes = (TextRenderer, BytesRenderer, JSONRenderer)
    http_method_names = ["get", "head", "options"]


class CheckpointView(TreeView):
    """The newest signed head of the record."""

    @extend_schema(responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        """Return the newest checkpoint, a C2SP signed note; 404 before the first."""
        return _text(_newest().note)


class TileView(TreeView):
    """256 hashes of the tree side by side, or fewer at its right edge."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "level", {"type": "integer", "minimum": 0, "maximum": 63}, OpenApiParameter.PATH
            ),
            OpenApiParameter(
                "place",
                {"type": "string", "maxLength": 40},
                OpenApiParameter.PATH,
                description="x001/x234/067, and .p/112 behind it for a narrower one",
            ),
        ],
        responses={(200, BYTES): bytes},
    )
    def get(self, request: Request, level: int, place: str) -> HttpResponse:
        """Return a tile's hashes, joined; 404 beyond the newest checkpoint."""
        index, width = _placed(place)
        if level > 63 or width > width_at(_newest().size, level, index):
            raise Http404
        response = HttpResponse(read_tile(level, index, width), content_type=BYTES)
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


class EntryProofView(TreeView):
    """The proof that an entry is in the record that was signed."""

    @extend_schema(
        parameters=[
            OpenApiParameter("number", {"type": "integer", "minimum": 0}, OpenApiParameter.PATH),
            OpenApiParameter("size", SIZE, description="of the checkpoint that it ends in"),
        ],
        responses={(200, "text/plain"): str},
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """Return a tlog-proof that ends in the newest checkpoint, or in one of `size`.

        404 while no checkpoint covers the entry; the next one is made within a minute.
        """
        asked = _counts(request, {"size": None})["size"]
        if entry_numbered(acting_user(request), number) is None:
            raise Http404
        head = _newest() if asked is None else at_size(asked)
        if head is None or number >= head.size:
            raise Http404
        return _text(entry_proof(number, head))


class ConsistencyView(TreeView):
    """The proof that one signed record is the beginning of a later one."""

    @extend_schema(
        parameters=[
            OpenApiParameter("from", SIZE, required=True, description="the smaller size"),
            OpenApiParameter("to", SIZE, description="the newest checkpoint's unless given"),
        ],
        responses={(200, "text/plain"): str},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the hashes of the proof (RFC 9162, 2.1.4), one a line in base64."""
        head = _newest()
        asked = _counts(request, {"from": 0, "to": head.size})
        first, second = asked["from"] or 0, asked["to"] or 0
        if not 0 < first <= second <= head.size:
            words = f"Two sizes from 1 to {head.size}, the smaller one first."
            raise ValidationError({"from": [words]})
        return _text("".join(f"{encoded(one)}\n" for one in consistency_proof(first, second)))


def _newest() -> Checkpoint:
    head = newest()
    if head is None:
        raise Http404
    return head


def _counts(request: Request, usual: dict[str, int | None]) -> dict[str, int | None]:
    """Return the counts that were asked for; raises ValidationError for anything else."""
    asked: dict[str, Any] = request.query_params.dict()
    wrong = {name: ["There is no such parameter."] for name in sorted(set(asked) - set(usual))}
    for name in set(asked) & set(usual):
        if not COUNT.fullmatch(asked[name]):
            wrong[name] = ["A whole number."]
    if wrong:
        raise ValidationError(wrong)
    return {name: int(asked[name]) if name in asked else value for name, value in usual.items()}


def _placed(place: str) -> tuple[int, int]:
    """Return the index and width that a tile's place says; Http404 when it is no place."""
    found = PLACE.fullmatch(place)
    if found is None or SHORTEST.match(place):
        raise Http404
    width = int(found[2] or WIDTH)
    if found[2] and width >= WIDTH:
        raise Http404
    return int(found[1].replace("x", "").replace("/", "")), width


def _text(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type=TEXT)
    response["Cache-Control"] = "no-store"
    return response
