"""The record over REST: entries as they were hashed."""

import base64
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.accounts.models import User
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.queries import body
from governance.overview.ledger import visible_entries
from governance.rest.fields import number_filter, text_filter, time_filters
from governance.rest.resource import Readable


class EntrySerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="its place in the tree; null while it waits"
    )
    body = serializers.SerializerMethodField()
    body_base64 = serializers.SerializerMethodField(help_text="the bytes that were hashed")
    leaf = serializers.SerializerMethodField(help_text="SHA-256(0x00 ‖ body)")

    class Meta:
        model = Entry
        fields = [
            *("id", "number", "at", "action", "actor_ref", "object_type", "object_id"),
            *("object_ref", "object_version", "unit_id", "body", "body_base64", "leaf"),
        ]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_body(self, entry: Entry) -> dict[str, Any]:
        """Return the body as JSON; personal values are commitments."""
        return body(entry)

    def get_body_base64(self, entry: Entry) -> str:
        """Return the body's bytes."""
        return base64.b64encode(bytes(entry.body)).decode()

    def get_leaf(self, entry: Entry) -> str:
        """Return the leaf hash as hexadecimal digits."""
        return bytes(entry.leaf).hex()


class EntryViewSet(Readable):
    """The ledger. Nothing here can be changed."""

    queryset = Entry.objects.none()
    serializer_class = EntrySerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("at",)
    filters: ClassVar = {
        "object_type": text_filter("object_type"),
        "object_id": text_filter("object_id"),
        "object_ref": text_filter("object_ref"),
        "action": text_filter("action"),
        "actor_ref": text_filter("actor_ref"),
        "number": number_filter("number"),
        **time_filters("at"),
    }

    def visible(self, user: User) -> QuerySet[Entry]:
        """Return the entries the person may read, each with its number."""
        place = LeafSequence.objects.filter(entry_id=OuterRef("pk")).values("seq")
        return visible_entries(user).annotate(number=Subquery(place))
