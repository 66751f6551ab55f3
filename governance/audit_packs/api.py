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
from governance.audit_packs.api_fields import SomebodyInput
from governance.audit_packs.builder_actions import Reader, request_for
from governance.audit_packs.builder_forms import LIST, MOST_NOTE, NAMED, UNIT, BuilderForm
from governance.audit_packs.files import sent, sent_pdf
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import MOST_SYSTEMS, PackStatus, ScopeKind
from governance.audit_packs.section_rules import Section
from governance.audit_packs.sharing_rules import PURPOSES
from governance.audit_packs.tasks import start_soon
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, choice_filters, time_filters
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField

ABOUT = {"systems": NAMED, "unit": UNIT, "filter": LIST}
MOST_READERS = 50


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


class PackReaderInput(SomebodyInput):
    """Who gets the pack when it is sealed: a person by address, or a name and an address."""

    until = serializers.DateField(help_text="Their last day.")


class PackInput(StrictBody):
    """What the pack is for, about and holds, and who gets it: the rules of the page.

    Name systems, or a unit, or give the filter of the list of systems.
    """

    systems = serializers.ListField(
        child=serializers.RegexField("^AIS-[0-9]{3,12}$"),
        required=False,
        allow_empty=False,
        max_length=MOST_SYSTEMS,
        help_text="Their ids.",
    )
    unit = UnitField(required=False, help_text="All systems of it and below it.")
    filter = serializers.CharField(
        required=False,
        max_length=2_000,
        help_text="What stands behind the question mark of a list of systems: tier=high.",
    )
    purpose_kind = serializers.ChoiceField(choices=list(PURPOSES), required=False)
    purpose = serializers.CharField(
        required=False, max_length=MOST_NOTE, help_text="What the pack is asked for, in words."
    )
    period_from = serializers.DateField(required=False)
    period_to = serializers.DateField(required=False)
    zone = serializers.CharField(
        required=False, max_length=64, help_text="Whose days these are, such as Europe/Oslo."
    )
    sections = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Section)),
        required=False,
        max_length=len(Section),
        help_text="What is told beside the card of each system and what is missing; usually all.",
    )
    recipients = serializers.ListField(
        child=PackReaderInput(), required=False, max_length=MOST_READERS
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what the action needs; raises ValidationError with the words of the page."""
        about = [name for name in ABOUT if name in data]
        if len(about) != 1:
            raise serializers.ValidationError("Give either systems, a unit or a filter.")
        form = BuilderForm(self._typed(data, about[0]), user=self.context["request"].user)
        form.fields["purpose"].required = False
        if not form.is_valid():
            names = {"purpose": "purpose_kind", "note": "purpose"}
            raise serializers.ValidationError(
                {names.get(at, at): [str(it) for it in told] for at, told in form.errors.items()}
            )
        return {"wish": form.request(), "readers": data.get("recipients", [])}

    def _typed(self, data: dict[str, Any], about: str) -> dict[str, Any]:
        """Return the body as somebody would type it into the page."""
        unit = data.get("unit")
        return {
            **data,
            "about": ABOUT[about],
            "systems": " ".join(data.get("systems", [])),
            "unit": unit and unit.pk,
            "purpose": data.get("purpose_kind", ""),
            "note": data.get("purpose", ""),
            "sections": data.get("sections", list(Section)),
        }


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
        readers = [Reader(one["to"], one["until"]) for one in data["readers"]]
        pack = request_for(readers, actor=self.person, **data["wish"])
        start_soon(pack.pk)
        return self.shown(pack, 202)

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
