"""Registries of MLflow over REST, for administrators of the organisation."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.approvals.lifecycle import Environment
from governance.notices.addresses import REFUSAL, is_allowed
from governance.pipelines import mlflow_actions as actions
from governance.pipelines.models import MlflowLink, MlflowSource
from governance.pipelines.report_api import SystemRefField
from governance.rest.fields import StrictBody, VisibleField, number_filter
from governance.rest.resource import Readable


class MlflowSourceSerializer(serializers.ModelSerializer):
    """A registry; its token is never shown."""

    class Meta:
        model = MlflowSource
        fields = [
            *("id", "name", "url", "made_at", "ended_at", "read_at", "next_at", "failures"),
            *("problem", "row_version"),
        ]


class MlflowSourceInput(StrictBody):
    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500, help_text="https")
    token = serializers.CharField(
        max_length=2_000, required=False, allow_blank=True, write_only=True
    )

    def validate_url(self, url: str) -> str:
        """Return the address; refuse one that we may not talk to."""
        if not is_allowed(url):
            raise serializers.ValidationError(REFUSAL)
        return url


class MlflowSourceViewSet(Readable):
    """Registries of MLflow that are read: their versions become drafts."""

    queryset = MlflowSource.objects.none()
    serializer_class = MlflowSourceSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)

    def visible(self, user: User) -> QuerySet[MlflowSource]:
        """Return the registries the person sees."""
        return MlflowSource.objects.visible_to(user)

    @extend_schema(request=MlflowSourceInput, responses={201: MlflowSourceSerializer})
    def create(self, request: Request) -> Response:
        """Add a registry."""
        row = actions.add_source(actor=self.person, **self.valid(MlflowSourceInput))
        return self.shown(row, 201)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Read a registry no more."""
        row = self.get_object()
        self.match(f'"{row.pk}-{row.row_version}"')
        actions.end_source(row, actor=self.person)
        return Response(status=204)

    @extend_schema(request=None, responses=MlflowSourceSerializer)
    @action(detail=True, methods=["post"], url_path="import")
    def import_now(self, request: Request, pk: str) -> Response:
        """Read a registry as soon as a worker is free."""
        row = self.get_object()
        actions.read_now(row, actor=self.person)
        return self.shown(row)


class MlflowLinkSerializer(serializers.ModelSerializer):
    system: Any = serializers.SlugRelatedField("ref", read_only=True)
    versions = serializers.SerializerMethodField()

    class Meta:
        model = MlflowLink
        fields = [
            *("id", "source", "model", "system", "environment", "task", "alias"),
            *("made_at", "ended_at", "versions"),
        ]

    def get_versions(self, row: MlflowLink) -> list[dict[str, str]]:
        """Return what was taken over: number, version, and why not."""
        return [
            {
                "number": one.number,
                "version": one.version.label if one.version else "",
                "problem": one.problem,
            }
            for one in row.versions.all()
        ]


class MlflowLinkInput(StrictBody):
    source: Any = VisibleField(MlflowSource.objects.visible_to)
    model = serializers.RegexField(r"^[^'\"`\\\x00-\x1f]{1,200}$")
    system = SystemRefField()
    environment = serializers.ChoiceField(choices=list(Environment), default=Environment.PROD)
    task = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    alias = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$", default="champion")


class MlflowLinkViewSet(Readable):
    """Which registered model is which system."""

    queryset = MlflowLink.objects.none()
    serializer_class = MlflowLinkSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {"source": number_filter("source")}

    def visible(self, user: User) -> QuerySet[MlflowLink]:
        """Return the links of registries the person sees."""
        sources = MlflowSource.objects.visible_to(user)
        rows = MlflowLink.objects.filter(source__in=sources.values("pk"))
        return rows.select_related("system", "source").prefetch_related("versions__version")

    @extend_schema(request=MlflowLinkInput, responses={201: MlflowLinkSerializer})
    def create(self, request: Request) -> Response:
        """Follow a registered model."""
        data = self.valid(MlflowLinkInput)
        source, system = data.pop("source"), data.pop("system")
        link = actions.link_model(source, system, actor=self.person, **data)
        return self.shown(link, 201)

    @extend_schema(request=None, responses=MlflowLinkSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Follow a registered model no more."""
        row = self.get_object()
        actions.end_link(row, actor=self.person)
        return self.shown(self.get_object())
