"""Reviews and waivers over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.approvals import actions
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import ReviewStatus
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    choice_filters,
    number_filter,
    text_filter,
    time_filters,
)
from governance.rest.resource import Readable
from inventory.systems.models import ModelVersion
from inventory.systems.serializers import PersonField

DIGEST = "^[0-9a-f]{64}$"


class ReviewSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="version.system.ref", read_only=True)
    submitted_by = PersonField(read_only=True)
    decided_by = PersonField(read_only=True, allow_null=True)
    assigned_to = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Review
        fields = [
            *("ref", "system", "version", "digest", "status", "reason", "submitted_by"),
            *("submitted_at", "assigned_to", "decision_reason", "decided_by", "decided_at"),
            "row_version",
        ]


class WaiverSerializer(serializers.ModelSerializer):
    granted_by = PersonField(read_only=True)

    class Meta:
        model = Waiver
        fields = ["id", "version", "digest", "reason", "granted_by", "granted_at", "ends_on"]


class VersionField(VisibleField):
    """A version of a system the caller sees, by id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ModelVersion.objects.visible_to, **options)


class ReviewInput(StrictBody):
    """A proposal; `seen` is the digest of the version that was read."""

    version = VersionField()
    reason = serializers.CharField(max_length=10_000)
    seen = serializers.RegexField(DIGEST, required=False)


class DecisionInput(StrictBody):
    """A decision; `seen` is the digest of the version that was read."""

    reason = serializers.CharField(max_length=10_000, required=False, default="")
    seen = serializers.RegexField(DIGEST)


class RejectionInput(DecisionInput):
    """A refusal says why."""

    reason = serializers.CharField(max_length=10_000)


class WithdrawalInput(StrictBody):
    reason = serializers.CharField(max_length=10_000, required=False, default="")


class WaiverInput(StrictBody):
    version = VersionField()
    reason = serializers.CharField(max_length=10_000)
    ends_on = serializers.DateField()
    seen = serializers.RegexField(DIGEST, required=False)


class ReviewViewSet(Readable):
    """Reviews of model versions: proposed, then decided once, by somebody else."""

    queryset = Review.objects.none()
    serializer_class = ReviewSerializer
    lookup_field = "ref"
    lookup_value_regex = "UPD-[0-9]{3,12}"
    decisions: ClassVar = frozenset({"approve", "reject"})
    sorts: ClassVar = ("submitted_at",)
    filters: ClassVar = {
        "system": text_filter("version__system__ref"),
        "version": number_filter("version"),
        **choice_filters("status", "status", ReviewStatus),
        **time_filters("submitted_at"),
    }

    def visible(self, user: User) -> QuerySet[Review]:
        """Return the reviews of systems the person sees."""
        return Review.objects.visible_to(user).with_all()

    @extend_schema(request=ReviewInput, responses={201: ReviewSerializer})
    def create(self, request: Request) -> Response:
        """Propose a version; it is frozen from then on."""
        return self.shown(actions.submit(actor=self.person, **self.valid(ReviewInput)), 201)

    @extend_schema(request=DecisionInput, responses=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, ref: str) -> Response:
        """Approve the version that was read."""
        review = self.get_object()
        actions.approve(review, actor=self.person, **self.valid(DecisionInput))
        return self.shown(self.get_object())

    @extend_schema(request=RejectionInput, responses=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, ref: str) -> Response:
        """Send the version back with a reason."""
        review = self.get_object()
        actions.reject(review, actor=self.person, **self.valid(RejectionInput))
        return self.shown(self.get_object())

    @extend_schema(request=WithdrawalInput, responses=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Take a proposal of one's own back."""
        review = self.get_object()
        actions.withdraw(review, actor=self.person, **self.valid(WithdrawalInput))
        return self.shown(self.get_object())


class WaiverViewSet(Readable):
    """Waivers: an id that is not pinned may be proposed until a last day."""

    queryset = Waiver.objects.none()
    serializer_class = WaiverSerializer
    lookup_value_regex = "[0-9]{1,18}"
    decisions: ClassVar = frozenset({"create"})
    filters: ClassVar = {"version": number_filter("version")}

    def visible(self, user: User) -> QuerySet[Waiver]:
        """Return the waivers of systems the person sees."""
        return Waiver.objects.visible_to(user).select_related("granted_by", "version__system")

    @extend_schema(request=WaiverInput, responses={201: WaiverSerializer})
    def create(self, request: Request) -> Response:
        """Grant a waiver."""
        return self.shown(actions.grant_waiver(actor=self.person, **self.valid(WaiverInput)), 201)
