"""Evidence packs over REST: asked for, followed, downloaded."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.audit_packs import actions
from governance.audit_packs.actions import Period
from governance.audit_packs.files import sent, sent_pdf
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import MOST_PURPOSE, MOST_SYSTEMS, PackStatus, ScopeKind
from governance.audit_packs.tasks import start_soon
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, choice_filters, time_filters
from governance.rest.resource import Readable
from inventory.systems.models import AISystem
from inventory.systems.serializers import PersonField


class PackSerializer(serializers.ModelSerializer):
    requested_by = PersonField(read_only=True)

    class Meta:
        model = EvidencePack
        fields = [
            *(
                "ref",
                "subject",
                "purpose",
                "kind",
                "unit",
                "scope",
                "period_from",
                "period_to",
                "requested_by",
            ),
            *("requested_at", "status", "done", "total", "sealed_at", "sha256", "size_bytes"),
            *("pages", "ledger_size", "ledger_root", "software", "error", "format", "zone"),
            *("pdf_sha256", "pdf_bytes", "previous_size", "entries", "break_glass"),
        ]


class PackInput(StrictBody):
    """What the pack is about: systems by ref, or all systems of a unit and below it."""

    systems = serializers.ListField(
        child=serializers.RegexField("^AIS-[0-9]{3,12}$"),
        required=False,
        allow_empty=False,
        max_length=MOST_SYSTEMS,
    )
    unit = UnitField(required=False)
    purpose = serializers.CharField(
        required=False, max_length=MOST_PURPOSE, help_text="What the pack is asked for."
    )
    period_from = serializers.DateField(required=False)
    period_to = serializers.DateField(required=False)

    def validate_systems(self, refs: list[str]) -> list[AISystem]:
        """Return the systems, found by one query; one that is not seen is as unknown as any."""
        visible = AISystem.objects.visible_to(self.context["request"].user)
        found = list(visible.filter(ref__in=refs).select_related("unit").order_by("pk"))
        if unknown := sorted(set(refs) - {system.ref for system in found}):
            raise serializers.ValidationError(f"There is no system {unknown[0]}.")
        return found

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body; raises ValidationError unless it names systems or a unit."""
        if ("systems" in data) == ("unit" in data):
            raise serializers.ValidationError("Give either systems or a unit.")
        return data


class PackViewSet(Readable):
    """Evidence packs."""

    queryset = EvidencePack.objects.none()
    serializer_class = PackSerializer
    lookup_field = "ref"
    lookup_value_regex = "EP-[0-9]{3,12}"
    refusals: ClassVar = frozenset({"file", "pdf"})
    sorts: ClassVar = ("requested_at",)
    filters: ClassVar = {
        **choice_filters("status", "status", PackStatus),
        **choice_filters("kind", "kind", ScopeKind),
        **time_filters("requested_at"),
    }

    def visible(self, user: User) -> QuerySet[EvidencePack]:
        """Return the packs whose systems the person sees."""
        return EvidencePack.objects.visible_to(user).select_related("requested_by")

    @extend_schema(request=PackInput, responses={202: PackSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a pack: 202, then follow `status`, `done` and `total` here."""
        data = self.valid(PackInput)
        pack = actions.request_pack(
            actor=self.person,
            period=Period(data.get("period_from"), data.get("period_to")),
            purpose=data.get("purpose", ""),
            **self._scope(data),
        )
        start_soon(pack.pk)
        return self.shown(pack, 202)

    def _scope(self, data: dict[str, Any]) -> dict[str, Any]:
        if "systems" in data:
            one = len(data["systems"]) == 1
            kind = ScopeKind.SYSTEM if one else ScopeKind.SELECTION
            return {"kind": kind, "systems": data["systems"]}
        rows = AISystem.objects.visible_to(self.person).select_related("unit")
        systems = list(rows.filter(unit__path__contains=[data["unit"].pk]).order_by("pk"))
        scope = {"unit": data["unit"].pk, "name": data["unit"].name}
        return {"kind": ScopeKind.PORTFOLIO, "systems": systems, "scope": scope}

    @extend_schema(
        responses={(200, "application/zip"): bytes, (200, "application/pdf"): bytes}, filters=False
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def file(self, request: Request, ref: str) -> FileResponse:
        """Return the sealed zip, of the first packs a PDF; every download is recorded."""
        return sent(self.get_object(), self.person)

    @extend_schema(responses={(200, "application/pdf"): bytes}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def pdf(self, request: Request, ref: str) -> FileResponse:
        """Return the sealed PDF alone, read out of the zip; every download is recorded."""
        return sent_pdf(self.get_object(), self.person)
