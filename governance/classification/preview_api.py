"""Previews of a change of the law over REST: asked for, followed, read system by system."""

import re
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.classification.law import TEXTS, PackError
from governance.classification.preview import Kind, PreviewStatus
from governance.classification.preview_actions import request_preview
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.preview_queries import OF_KIND, tally
from governance.classification.rules import Tier
from governance.classification.tasks import start_soon
from governance.classification.uploads import MOST_BYTES, MOST_FILES, engine_from
from governance.rest.fields import (
    StrictBody,
    choice_filters,
    number_filter,
    text_filter,
    time_filters,
)
from governance.rest.filters import Filter
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.ya?ml")
TITLE = "A pack sent over REST"


class PreviewSerializer(serializers.ModelSerializer):
    requested_by = PersonField(read_only=True)
    differences: Any = serializers.DictField(read_only=True)
    percent = serializers.IntegerField(  # how many systems there are is not everybody's to know
        read_only=True, min_value=0, max_value=100, help_text="of the systems looked at"
    )

    class Meta:
        model = PackPreview
        fields = [
            *("id", "title", "requested_by", "requested_at", "before_text", "after_text"),
            *("before_version", "after_version", "differences", "status", "percent"),
            *("error", "finished_at"),
        ]


class MoveSerializer(serializers.Serializer):
    """How many systems move from one tier to another."""

    before = serializers.ChoiceField(choices=list(Tier))
    after = serializers.ChoiceField(choices=list(Tier))
    systems = serializers.IntegerField(min_value=0)


class SummarySerializer(serializers.Serializer):
    """How many of the systems the caller sees are touched, and how."""

    words = serializers.CharField()
    systems = serializers.IntegerField(min_value=0)
    touched = serializers.IntegerField(min_value=0)
    gains = serializers.IntegerField(min_value=0)
    loses = serializers.IntegerField(min_value=0)
    dates = serializers.IntegerField(min_value=0)
    moves = MoveSerializer(many=True)


class ChangeSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    preview: Any = serializers.IntegerField(source="preview_id", read_only=True)
    change: Any = serializers.DictField(read_only=True)

    class Meta:
        model = PreviewRow
        fields = [
            *("id", "preview", "system", "tier_before", "tier_after", "gained", "lost", "dates"),
            "change",
        ]


class FileText(serializers.CharField):
    """The text of a file, as it is."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text; refuse what is none."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(data)


class PreviewInput(StrictBody):
    """The files of a rule pack by name; without them, the Act as enacted against as amended."""

    files = serializers.DictField(
        child=FileText(allow_blank=True, trim_whitespace=False, max_length=MOST_BYTES),
        required=False,
        allow_empty=False,
    )
    text = serializers.ChoiceField(choices=list(TEXTS), default="amended")

    def validate_files(self, files: dict[str, str]) -> dict[str, str]:
        """Return the files; raises ValidationError for a pack that does not hold."""
        if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
            raise serializers.ValidationError("This is larger than a rule pack can be.")
        for name in files:
            if not FILE_NAME.fullmatch(name):
                raise serializers.ValidationError(f"{name[:40]!r} is no name of a YAML file.")
        try:
            engine_from(TITLE, files)
        except PackError as error:
            raise serializers.ValidationError(f"This pack does not hold. {error}.") from error
        return files


class PreviewViewSet(Readable):
    """What another law would change. Nothing is adopted by it."""

    queryset = PackPreview.objects.none()
    serializer_class = PreviewSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("requested_at",)
    refusals: ClassVar = frozenset({"summary"})
    filters: ClassVar = {
        **choice_filters("status", "status", PreviewStatus),
        **time_filters("requested_at"),
    }

    def visible(self, user: User) -> QuerySet[PackPreview]:
        """Return all previews to those who may classify."""
        rows = PackPreview.objects.visible_to(user).select_related("requested_by")
        return rows.defer("sources", "duties")

    @extend_schema(request=PreviewInput, responses={202: PreviewSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a preview: 202, then follow `status` and `percent` here."""
        data = self.valid(PreviewInput)
        text = data["text"]
        wish = (
            {"title": TITLE, "sources": data["files"], "before_text": text, "after_text": text}
            if "files" in data
            else {"before_text": "enacted"}
        )
        preview = request_preview(actor=self.person, **wish)
        start_soon(preview.pk)
        return self.shown(preview, 202)

    @extend_schema(responses=SummarySerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def summary(self, request: Request, pk: str) -> Response:
        """Count the systems the caller sees that are touched; of a run under way, so far."""
        found = tally(self.get_object(), self.person)
        moves = [
            {"before": before, "after": after, "systems": count}
            for (before, after), count in sorted(found.moves.items())
        ]
        names = ("words", "systems", "touched", "gains", "loses", "dates")
        return Response({name: getattr(found, name) for name in names} | {"moves": moves})


class PreviewChangeViewSet(Readable):
    """The systems that previews touch, and how; those the caller sees."""

    queryset = PreviewRow.objects.none()
    serializer_class = ChangeSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {
        "preview": number_filter("preview_id"),
        "system": text_filter("system__ref"),
        "kind": Filter(serializers.ChoiceField(choices=list(Kind)), search="of_kind"),
        **choice_filters("tier_before", "tier_before", Tier),
        **choice_filters("tier_after", "tier_after", Tier),
    }

    def visible(self, user: User) -> QuerySet[PreviewRow]:
        """Return the rows of systems the person sees."""
        return PreviewRow.objects.visible_to(user).select_related("system")

    def of_kind(self, rows: QuerySet[PreviewRow], kind: str) -> QuerySet[PreviewRow]:
        """Return the rows touched in one way."""
        return rows.filter(OF_KIND[Kind(kind)])
