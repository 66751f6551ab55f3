"""Model versions over REST: the same actions as the pages."""

from functools import cache
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.fields import text_filter
from governance.rest.resource import Readable
from inventory.systems import version_actions
from inventory.systems.bundles.problems import BundleError
from inventory.systems.models import ModelVersion
from inventory.systems.pins.table import current_table
from inventory.systems.version_serializers import (
    VersionChange,
    VersionInput,
    VersionSerializer,
    VersionTexts,
    as_invalid,
)


class VersionViewSet(Readable):
    """Model versions: what exactly a system runs, or is to run."""

    queryset = ModelVersion.objects.none()
    serializer_class = VersionSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("created_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "provider": text_filter("provider"),
        "model_id": text_filter("model_id"),
        "digest": text_filter("digest"),
    }

    def visible(self, user: User) -> QuerySet[ModelVersion]:
        """Return the versions of systems the person sees."""
        return ModelVersion.objects.visible_to(user).select_related("system", "system__unit")

    def get_serializer_context(self) -> dict[str, Any]:
        """Let all rows of an answer read the table of model ids once."""
        return {**super().get_serializer_context(), "pin_table": cache(current_table)}

    @extend_schema(
        request=VersionInput,
        responses={
            201: VersionSerializer,
            200: OpenApiResponse(VersionSerializer, "It was registered already."),
        },
    )
    def create(self, request: Request) -> Response:
        """Register a version; an equal bundle is the version that exists (200)."""
        data = self.valid(VersionInput)
        try:
            found = version_actions.register_version(actor=self.person, **data)
        except BundleError as error:
            raise as_invalid(error, whole="bundle" in data) from error
        return self.shown(found.version, 201 if found.is_new else 200)

    @extend_schema(request=VersionChange, responses=VersionSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what stands beside the bundle; of a frozen version, the last day only."""
        version, data = self.get_object(), self.valid(VersionChange)
        version_actions.change_version(version, actor=self.person, seen=self.seen(version), **data)
        return self.shown(version)

    @extend_schema(responses=VersionTexts)
    @action(detail=True, methods=["get"])
    def texts(self, request: Request, pk: str) -> Response:
        """Return the texts of prompts and tools behind the digests, where they were given."""
        return Response(VersionTexts({"texts": self.get_object().texts}).data)
