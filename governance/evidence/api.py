"""Evidence over REST: links as JSON, files as a form, downloads."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.evidence import actions
from governance.evidence.files import sent
from governance.evidence.models import EvidenceItem
from governance.rest.fields import StrictBody, text_filter, time_filters
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField


class EvidenceSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    added_by = PersonField(read_only=True)

    class Meta:
        model = EvidenceItem
        fields = [
            *("ref", "system", "title", "note", "file_name", "content_type", "size_bytes"),
            *("sha256", "link", "observed_from", "observed_until", "valid_until", "added_by"),
            *("added_at", "withdrawn_at", "withdrawn_because"),
        ]


class About(StrictBody):
    """What an item shows, and until when it counts."""

    system = SystemField()
    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    observed_from = serializers.DateField(required=False)
    observed_until = serializers.DateField(required=False)
    valid_until = serializers.DateField(required=False)


class LinkInput(About):
    """A link and what it shows."""

    link = serializers.RegexField("^https://[^ ]+$", max_length=2_000)


class FileInput(About):
    """A file and what it shows."""

    upload = serializers.FileField(max_length=200)


class WithdrawInput(StrictBody):
    """Why the item counts no more."""

    reason = serializers.CharField(max_length=2_000)


class EvidenceViewSet(Readable):
    """Evidence about systems: kept as it was added, withdrawn but never deleted."""

    queryset = EvidenceItem.objects.none()
    serializer_class = EvidenceSerializer
    lookup_field = "ref"
    lookup_value_regex = "EV-[0-9]{3,12}"
    refusals: ClassVar = frozenset({"file"})
    sorts: ClassVar = ("added_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "sha256": text_filter("sha256"),
        **time_filters("added_at"),
    }

    def visible(self, user: User) -> QuerySet[EvidenceItem]:
        """Return the evidence about systems the person sees."""
        return EvidenceItem.objects.visible_to(user).select_related("system__unit", "added_by")

    @extend_schema(request=LinkInput, responses={201: EvidenceSerializer})
    def create(self, request: Request) -> Response:
        """Add a link; files come to `upload/`."""
        return self._added(**self.valid(LinkInput))

    @extend_schema(request={"multipart/form-data": FileInput}, responses={201: EvidenceSerializer})
    @action(detail=False, methods=["post"], parser_classes=(MultiPartParser,))
    def upload(self, request: Request) -> Response:
        """Add a file; one that the system has already is answered with the item that stands."""
        return self._added(**self.valid(FileInput))

    def _added(self, *, system: Any, **given: Any) -> Response:
        item = actions.add_evidence(system, actor=self.person, **given)
        return self.shown(self.get_queryset().get(pk=item.pk), 201)

    @extend_schema(request=WithdrawInput, responses=EvidenceSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Let it count no more; it stays readable."""
        item = self.get_object()
        actions.withdraw_evidence(item, actor=self.person, **self.valid(WithdrawInput))
        return self.shown(self.get_object())

    @extend_schema(responses={(200, "*/*"): bytes}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def file(self, request: Request, ref: str) -> FileResponse:
        """Return the file; 404 for a link."""
        item = self.get_object()
        if not item.file:
            raise Http404
        return sent(item)
