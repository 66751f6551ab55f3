"""Documents over REST: drafts by system and kind, signed ones as rows; the same actions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.common.canonical import digest
from governance.documents import actions, queries
from governance.documents.models import SignedDocument
from governance.documents.rules import Kind, LawText
from governance.rest.fields import StrictBody, choice_filters, text_filter, time_filters
from governance.rest.resource import Readable, Resource
from inventory.systems.models import AISystem
from inventory.systems.serializers import SystemField

KINDS = "|".join(Kind)
KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(Kind))
TEXT = OpenApiParameter(
    "text", str, enum=list(LawText), default=LawText.AMENDED.value, description="Text of the law."
)


class SheetSerializer(serializers.Serializer):
    """A document of a system in one line."""

    kind = serializers.ChoiceField(choices=list(Kind))
    short = serializers.CharField()
    title = serializers.CharField(source="draft.title")
    state = serializers.CharField(help_text="signed, stale, draft, preview or unknown")
    because = serializers.CharField(source="draft.applies.words")
    citation = serializers.ListField(child=serializers.CharField(), source="draft.applies.citation")
    known = serializers.IntegerField(source="draft.known")
    total = serializers.IntegerField(source="draft.total")
    missing = serializers.SerializerMethodField()
    signed = serializers.IntegerField(
        source="signed.pk", allow_null=True, default=None, help_text="id among signed documents"
    )
    differences = serializers.ListField(child=serializers.CharField(), source="stale")

    def get_missing(self, sheet: queries.Sheet) -> int:
        """Return how many items must be there and are not."""
        return len(sheet.draft.missing)


class SheetsSerializer(serializers.Serializer):
    """The documents of one system."""

    system = serializers.CharField()
    documents = SheetSerializer(many=True)


class ValueSerializer(serializers.Serializer):
    """Something that is known, and who says so."""

    text = serializers.CharField()
    source: Any = serializers.CharField()
    written = serializers.BooleanField(help_text="a person wrote it; no other record says so")


class ItemSerializer(serializers.Serializer):
    """One item: known, or lacking with what to do."""

    key = serializers.CharField()
    number = serializers.CharField()
    citation = serializers.CharField(help_text="where the law asks for it")
    label: Any = serializers.CharField()
    need = serializers.CharField(help_text="required, if_any, optional or signature")
    only_enacted = serializers.BooleanField()
    values = ValueSerializer(many=True)
    lacking = serializers.CharField(allow_blank=True)


class SectionSerializer(serializers.Serializer):
    """Some items under one heading."""

    title = serializers.CharField()
    items = ItemSerializer(many=True)


class AppliesSerializer(serializers.Serializer):
    """Whether the document is owed, and why."""

    answer = serializers.ChoiceField(choices=["yes", "no", "unknown"])
    because = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())


class MissingSerializer(serializers.Serializer):
    """What must be there and is not."""

    key = serializers.CharField()
    label: Any = serializers.CharField()
    what_to_do = serializers.CharField()


class DocumentSerializer(serializers.Serializer):
    """A document as it would be today. Its digest is what a signature names."""

    kind = serializers.ChoiceField(choices=list(Kind))
    title = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())
    system = serializers.DictField(child=serializers.CharField())
    law_text = serializers.ChoiceField(choices=list(LawText))
    pack_version = serializers.CharField()
    restricted = serializers.CharField(allow_null=True)
    sections = SectionSerializer(many=True)
    applies = AppliesSerializer()
    keep = serializers.CharField(allow_null=True)
    known = serializers.IntegerField()
    total = serializers.IntegerField()
    missing = MissingSerializer(many=True)
    digest = serializers.CharField()


class SignedDocumentSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    signed_by: Any = serializers.SlugRelatedField("name", read_only=True)
    content: Any = serializers.DictField(read_only=True)

    class Meta:
        model = SignedDocument
        fields = [
            *("id", "system", "number", "kind", "law_text", "content", "digest", "pack_version"),
            *("signed_by", "reason", "signed_at", "superseded_at"),
        ]


class TextQuery(StrictBody):
    """Which text of the law the document follows."""

    text = serializers.ChoiceField(choices=list(LawText), default=LawText.AMENDED)


class DocumentSignature(StrictBody):
    """The digest of the document that was read, its text of the law, and why it is signed."""

    reason = serializers.CharField(max_length=10_000)
    digest = serializers.RegexField("^[0-9a-f]{64}$")
    law_text = serializers.ChoiceField(choices=list(LawText), default=LawText.AMENDED)


class DocumentViewSet(Resource):
    """The documents of one system, by the system's ref."""

    queryset = AISystem.objects.none()
    serializer_class = SheetsSerializer
    lookup_field = "ref"
    lookup_value_regex = "AIS-[0-9]{3,12}"
    decisions: ClassVar = frozenset({"sign"})

    def visible(self, user: User) -> QuerySet[AISystem]:
        """Return the systems the person sees."""
        return AISystem.objects.visible_to(user).select_related("unit", "owner", "vendor")

    def retrieve(self, request: Request, ref: str) -> Response:
        """Return every document with its state and how much of it is known."""
        system = self.get_object()
        sheets = queries.on_system(system).sheets
        return Response(SheetsSerializer({"system": system.ref, "documents": sheets}).data)

    @extend_schema(parameters=[KIND, TEXT], responses=DocumentSerializer)
    @action(
        detail=True,
        methods=["get"],
        url_path=f"(?P<kind>{KINDS})",
        url_name="kind",
        filter_backends=(),  # its one parameter is no filter of systems
    )
    def document(self, request: Request, ref: str, kind: str) -> Response:
        """Return one document as it would be today, with what is missing."""
        system, asked = self.get_object(), TextQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        draft = queries.draft_of(system, Kind(kind), asked.validated_data["text"])
        told = draft.as_json() | {"digest": digest(draft.content())}
        return Response(DocumentSerializer(told).data)

    @extend_schema(
        parameters=[KIND], request=DocumentSignature, responses={201: SignedDocumentSerializer}
    )
    @action(detail=True, methods=["post"], url_path=f"(?P<kind>{KINDS})/sign")
    def sign(self, request: Request, ref: str, kind: str) -> Response:
        """Sign the document that was read; it is frozen and supersedes the one before."""
        system, given = self.get_object(), self.valid(DocumentSignature)
        text = LawText(given.pop("law_text"))
        row = actions.sign_document(
            system, kind=Kind(kind), actor=self.person, law_text=text, **given
        )
        return Response(SignedDocumentSerializer(row).data, status=201)


class SignedDocumentViewSet(Readable):
    """Signed documents. They are frozen."""

    queryset = SignedDocument.objects.none()
    serializer_class = SignedDocumentSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("signed_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        **choice_filters("kind", "kind", Kind),
        **time_filters("signed_at"),
    }

    def visible(self, user: User) -> QuerySet[SignedDocument]:
        """Return the signed documents of systems the person sees."""
        return SignedDocument.objects.visible_to(user).select_related("system", "signed_by")
