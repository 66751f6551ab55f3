"""Holders, authorities, absences and delegations over REST: the same actions as the pages."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, choice_filters, number_filter, text_filter
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField
from raci.people import absence_actions, actions
from raci.people.absence_actions import Period
from raci.people.actions import Grant, Term
from raci.people.models import Absence, Authority, Delegation, RoleHolder
from raci.people.rules import AbsenceKind, DelegationStatus, Rank
from raci.people.vocabulary import vocabulary

ROLES, KINDS = list(vocabulary().roles), list(vocabulary().authorities)
ID = "[0-9]{1,18}"


class HolderSerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True)

    class Meta:
        model = RoleHolder
        fields = [
            *("id", "unit", "role", "person", "rank", "since", "until", "fte_share"),
            "delivery_only",
        ]


class HolderInput(StrictBody):
    """Who is to hold a role, or to stand in for it, from when until when."""

    unit = UnitField()
    role = serializers.ChoiceField(choices=ROLES)
    person = PersonField()
    rank = serializers.ChoiceField(choices=list(Rank), default=Rank.PRIMARY)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    fte_share = serializers.DecimalField(
        max_digits=3,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=Decimal(1),
        required=False,
    )
    delivery_only = serializers.BooleanField(default=False)


class HolderEndInput(StrictBody):
    """When a term ends; at once, when left out."""

    at = serializers.DateTimeField(required=False)


class HolderViewSet(Readable):
    """Who holds which role, and who stands in, now, before and later."""

    queryset = RoleHolder.objects.none()
    serializer_class = HolderSerializer
    lookup_value_regex = ID
    filters: ClassVar = {
        "unit": number_filter("unit"),
        "role": text_filter("role"),
        **choice_filters("rank", "rank", Rank),
    }

    def visible(self, user: User) -> QuerySet[RoleHolder]:
        """Return the holders of units the person sees, and of all above."""
        return RoleHolder.objects.visible_to(user).select_related("person", "unit")

    @extend_schema(request=HolderInput, responses={201: HolderSerializer})
    def create(self, request: Request) -> Response:
        """Name a holder or a deputy."""
        data = self.valid(HolderInput)
        terms = ("since", "until", "fte_share", "delivery_only")
        term = Term(**{name: data[name] for name in terms if name in data})
        who = {"role": data["role"], "person": data["person"]}
        name = actions.name_deputy if data["rank"] == Rank.DEPUTY else actions.name_holder
        name(data["unit"], actor=self.person, term=term, **who)
        rows = self.get_queryset().filter(unit=data["unit"], rank=data["rank"], **who)
        return self.shown(rows.latest("since", "pk"), 201)

    @extend_schema(request=HolderEndInput, responses=HolderSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a term, at once or at a moment to come."""
        seat, data = self.get_object(), self.valid(HolderEndInput)
        actions.end_seat(seat, actor=self.person, at=data.get("at"))
        return self.shown(seat)


class AuthoritySerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True)
    granted_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Authority
        fields = [
            *("id", "unit", "person", "kind", "limit", "currency", "granted_by"),
            *("since", "until"),
        ]


class AuthorityInput(StrictBody):
    """What a person is to be empowered to do, up to what amount, until when; or no more."""

    unit = UnitField()
    person = PersonField()
    kind = serializers.ChoiceField(choices=KINDS)
    holds = serializers.BooleanField(default=True, help_text="false takes it away")
    limit = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    currency = serializers.RegexField("^[A-Z]{3}$", required=False)
    until = serializers.DateTimeField(required=False)


class AuthorityViewSet(Readable):
    """Who is empowered to do what, now and before."""

    queryset = Authority.objects.none()
    serializer_class = AuthoritySerializer
    lookup_value_regex = ID
    filters: ClassVar = {"unit": number_filter("unit"), "kind": text_filter("kind")}

    def visible(self, user: User) -> QuerySet[Authority]:
        """Return the authorities in units the person sees, and in all above."""
        return Authority.objects.visible_to(user).select_related("person", "granted_by")

    @extend_schema(request=AuthorityInput, responses={204: None})
    def create(self, request: Request) -> Response:
        """Give an authority, or take it away."""
        data = self.valid(AuthorityInput)
        told = {name: data[name] for name in ("limit", "currency", "until") if name in data}
        actions.empower(
            data["unit"],
            person=data["person"],
            kind=data["kind"],
            actor=self.person,
            holds=data["holds"],
            grant=Grant(**told),
        )
        return Response(status=204)


class AbsenceSerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True)

    class Meta:
        model = Absence
        fields = [
            *("id", "person", "starts_at", "ends_at", "zone", "kind", "delegation"),
            *("entered_at", "cancelled_at"),
        ]


class PeriodInput(StrictBody):
    """From one moment until another, and the zone in which they are shown."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    zone = serializers.CharField(max_length=64, default="UTC")

    @staticmethod
    def period(data: dict[str, Any]) -> Period:
        """Return the time that was given."""
        return Period(data["starts_at"], data["ends_at"], data["zone"])


class AbsenceInput(PeriodInput):
    """When a person is away; a delegate is asked to act meanwhile."""

    person = PersonField()
    kind = serializers.ChoiceField(choices=list(AbsenceKind), default=AbsenceKind.LEAVE)
    delegate = PersonField(required=False)


class NothingInput(StrictBody):
    """Nothing but the request itself."""


class AbsenceViewSet(Readable):
    """Who is away, was, or will be."""

    queryset = Absence.objects.none()
    serializer_class = AbsenceSerializer
    lookup_value_regex = ID
    filters: ClassVar = {**choice_filters("kind", "kind", AbsenceKind)}

    def visible(self, user: User) -> QuerySet[Absence]:
        """Return the absences the person may see."""
        return Absence.objects.visible_to(user).select_related("person", "delegation")

    @extend_schema(request=AbsenceInput, responses={201: AbsenceSerializer})
    def create(self, request: Request) -> Response:
        """Enter an absence, one's own or, where one assigns, somebody else's."""
        data = self.valid(AbsenceInput)
        absence = absence_actions.enter_absence(
            data["person"],
            actor=self.person,
            period=PeriodInput.period(data),
            kind=data["kind"],
            delegate=data.get("delegate"),
        )
        return self.shown(absence, 201)

    @extend_schema(request=NothingInput, responses=AbsenceSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """End an absence now, and the delegation that came with it."""
        absence = self.get_object()
        self.valid(NothingInput)
        absence_actions.cancel_absence(absence, actor=self.person)
        return self.shown(absence)


class DelegationSerializer(serializers.ModelSerializer):
    giver = PersonField(read_only=True)
    taker = PersonField(read_only=True)

    class Meta:
        model = Delegation
        fields = [
            *("id", "giver", "taker", "activities", "starts_at", "ends_at", "reason", "status"),
            *("proposed_at", "accepted_at", "refused_at", "withdrawn_at"),
        ]


class DelegationInput(PeriodInput):
    """Who is asked to act for whom, in which activities (none: all), and why."""

    giver = PersonField()
    taker = PersonField()
    activities = serializers.ListField(
        child=serializers.RegexField("^[A-Z]{3}-[0-9]{2}$"), required=False, max_length=200
    )
    reason = serializers.CharField(max_length=2_000)


class DelegationViewSet(Readable):
    """Who acts for whom; it counts once it is accepted."""

    decisions: ClassVar = frozenset({"accept", "refuse"})
    queryset = Delegation.objects.none()
    serializer_class = DelegationSerializer
    lookup_value_regex = ID
    filters: ClassVar = {**choice_filters("status", "status", DelegationStatus)}

    def visible(self, user: User) -> QuerySet[Delegation]:
        """Return the delegations the person may see."""
        return Delegation.objects.visible_to(user).select_related("giver", "taker")

    @extend_schema(request=DelegationInput, responses={201: DelegationSerializer})
    def create(self, request: Request) -> Response:
        """Ask somebody to act for a person."""
        data = self.valid(DelegationInput)
        delegation = absence_actions.delegate_to(
            data["giver"],
            taker=data["taker"],
            actor=self.person,
            period=PeriodInput.period(data),
            reason=data["reason"],
            activities=data.get("activities", ()),
        )
        return self.shown(delegation, 201)

    @extend_schema(request=NothingInput, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept to act; only who was asked can."""
        return self._decided(absence_actions.accept)

    @extend_schema(request=NothingInput, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Decline to act; only who was asked can."""
        return self._decided(absence_actions.refuse)

    @extend_schema(request=NothingInput, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a delegation back, from either side."""
        return self._decided(absence_actions.withdraw)

    def _decided(self, act: Any) -> Response:
        delegation = self.get_object()
        self.valid(NothingInput)
        act(delegation, actor=self.person)
        return self.shown(delegation)
