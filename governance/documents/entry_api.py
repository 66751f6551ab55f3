"""What people wrote for items of documents, over REST: rows with ETags, changed with If-Match."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.documents import actions
from governance.documents.models import DocumentEntry
from governance.documents.rules import Kind, Place
from governance.evidence.models import EvidenceItem
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    choice_filters,
    text_filter,
    time_filters,
)
from governance.rest.problems import Problem
from governance.rest.resource import Readable
from inventory.systems.models import AISystem
from inventory.systems.serializers import PersonField, SystemField


def standing_evidence(user: User) -> QuerySet[EvidenceItem]:
    """Return the evidence a person sees that was not withdrawn."""
    return EvidenceItem.objects.visible_to(user).filter(withdrawn_at__isnull=True)


@extend_schema_field({"type": "string", "pattern": "^EV-[0-9]{3,12}$"})
class EvidenceField(VisibleField):
    """Evidence the caller sees that counts, by ref, or none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(standing_evidence, "ref", **options)


class DocumentEntrySerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    evidence = EvidenceField(read_only=True, allow_null=True)
    author = PersonField(read_only=True)

    class Meta:
        model = DocumentEntry
        fields = [
            *("id", "system", "kind", "item", "text", "evidence", "author", "written_at"),
            "row_version",
        ]


class DocumentEntryChange(StrictBody):
    """What the document shall say, and what shows it; null takes the evidence away."""

    text = serializers.CharField(max_length=actions.MOST_LETTERS, required=False)
    evidence = EvidenceField(required=False, allow_null=True)


class DocumentEntryInput(StrictBody):
    """What a document shall say for one item; it stands there with name and day."""

    system = SystemField()
    kind = serializers.ChoiceField(choices=list(Kind))
    item = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=actions.MOST_LETTERS)
    evidence = EvidenceField(required=False, allow_null=True)


class DocumentEntryViewSet(Readable):
    """What people wrote for items of documents: one text for each item of a system's document."""

    queryset = DocumentEntry.objects.none()
    serializer_class = DocumentEntrySerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("written_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "item": text_filter("item"),
        **choice_filters("kind", "kind", Kind),
        **time_filters("written_at"),
    }

    def visible(self, user: User) -> QuerySet[DocumentEntry]:
        """Return what was written about systems the person sees."""
        rows = DocumentEntry.objects.visible_to(user)
        return rows.select_related("system__unit", "author", "evidence")

    @extend_schema(request=DocumentEntryInput, responses={201: DocumentEntrySerializer})
    def create(self, request: Request) -> Response:
        """Write for an item; 409 where somebody wrote before: that is changed by its ETag."""
        given = self.valid(DocumentEntryInput)
        system, kind, item = (given.pop(name) for name in ("system", "kind", "item"))
        if DocumentEntry.objects.filter(system=system, kind=kind, item=item).exists():
            raise Problem(409, "Somebody wrote for this item already: change that.", "exists")
        return self._written(system, Place(Kind(kind), item), given, seen=0, status=201)

    @extend_schema(request=DocumentEntryChange, responses=DocumentEntrySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the text or the evidence (JSON merge patch)."""
        entry, given = self.get_object(), self.valid(DocumentEntryChange)
        stood = {"text": entry.text, "evidence": entry.evidence}
        place = Place(Kind(entry.kind), entry.item)
        return self._written(entry.system, place, stood | given, seen=self.seen(entry))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take the text back; the record keeps that it was there."""
        entry = self.get_object()
        actions.remove_entry(entry, actor=self.person, seen=self.seen(entry))
        return Response(status=204)

    def _written(
        self, system: AISystem, place: Place, said: dict[str, Any], *, seen: int, status: int = 200
    ) -> Response:
        entry = actions.write_entry(system, place, actor=self.person, seen=seen, **said)
        return self.shown(self.get_queryset().get(pk=entry.pk), status)
