"""AI systems and model versions over REST: the same actions as the pages."""

from typing import ClassVar

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.fields import choice_filters, number_filter, text_filter, time_filters
from governance.rest.resource import Readable
from inventory.systems import actions
from inventory.systems.models import AISystem
from inventory.systems.rules import Architecture, Origin, Stage
from inventory.systems.serializers import (
    AgreementLink,
    PersonInput,
    RetireInput,
    SystemChange,
    SystemInput,
    SystemSerializer,
)


class SystemViewSet(Readable):
    """The inventory of AI systems."""

    queryset = AISystem.objects.none()
    serializer_class = SystemSerializer
    lookup_field = "ref"
    lookup_value_regex = "AIS-[0-9]{3,12}"
    sorts: ClassVar = ("name", "ref", "changed_at")
    filters: ClassVar = {
        "q": text_filter(search="search"),
        "unit": number_filter(search="in_unit"),
        "vendor": text_filter("vendor__ref"),
        "owner": text_filter("owner__email"),
        "source": text_filter("source"),
        "external_key": text_filter("external_key"),
        **choice_filters("stage", "stage", Stage),
        **choice_filters("origin", "origin", Origin),
        **choice_filters("architecture", "architecture", Architecture),
        **time_filters("changed_at"),
        **time_filters("created_at"),
    }

    def visible(self, user: User) -> QuerySet[AISystem]:
        """Return the systems the person sees."""
        rows = AISystem.objects.visible_to(user).select_related("owner", "vendor", "unit")
        return rows.prefetch_related("agreements")

    def search(self, rows: QuerySet[AISystem], text: str) -> QuerySet[AISystem]:
        """Return systems with these words, this ref or this external key."""
        words = SearchQuery(text, config="simple")
        return rows.filter(Q(searched=words) | Q(ref=text.upper()) | Q(external_key=text))

    def in_unit(self, rows: QuerySet[AISystem], unit: int) -> QuerySet[AISystem]:
        """Return systems of a unit and all below it."""
        return rows.filter(unit__path__contains=[unit])

    @extend_schema(request=SystemInput, responses={201: SystemSerializer})
    def create(self, request: Request) -> Response:
        """Register a system; 409 for a look-alike that `distinct_because` does not tell apart."""
        data = self.valid(SystemInput)
        return self.shown(actions.register_distinct(actor=self.person, **data), 201)

    @extend_schema(request=SystemChange, responses=SystemSerializer)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Change a system (JSON merge patch)."""
        system, data = self.get_object(), self.valid(SystemChange)
        actions.change_system(system, actor=self.person, seen=self.seen(system), **data)
        return self.shown(system)

    @extend_schema(request=RetireInput, responses=SystemSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, ref: str) -> Response:
        """End a system's life; it is kept to be read."""
        system = self.get_object()
        actions.retire(system, actor=self.person, **self.valid(RetireInput))
        return self.shown(system)

    @extend_schema(request=AgreementLink, responses=SystemSerializer)
    @action(detail=True, methods=["post"], url_path="link-agreement")
    def link_agreement(self, request: Request, ref: str) -> Response:
        """Say that an agreement covers the system."""
        system = self.get_object()
        actions.link_agreement(system, actor=self.person, **self.valid(AgreementLink))
        return self.shown(self.get_object())

    @extend_schema(request=AgreementLink, responses=SystemSerializer)
    @action(detail=True, methods=["post"], url_path="unlink-agreement")
    def unlink_agreement(self, request: Request, ref: str) -> Response:
        """Say that an agreement covers the system no longer."""
        system = self.get_object()
        actions.unlink_agreement(system, actor=self.person, **self.valid(AgreementLink))
        return self.shown(self.get_object())

    @extend_schema(request=PersonInput, responses=SystemSerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: Request, ref: str) -> Response:
        """Let one person read this system."""
        system, data = self.get_object(), self.valid(PersonInput)
        actions.share(system, user=data["person"], actor=self.person)
        return self.shown(system)

    @extend_schema(request=PersonInput, responses=SystemSerializer)
    @action(detail=True, methods=["post"])
    def unshare(self, request: Request, ref: str) -> Response:
        """Take that back."""
        system, data = self.get_object(), self.valid(PersonInput)
        actions.unshare(system, user=data["person"], actor=self.person)
        return self.shown(system)
