"""Signing a classification over REST as classification does it, and saying what that broke here."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.classification.api import (
    AssessmentSerializer,
    ClassificationSignInput,
    ClassificationViewSet,
)
from raci.matrices.effects import Watch
from raci.matrices.serializers import BrokenSerializer


class SignedAssessmentSerializer(AssessmentSerializer):
    """A signed classification, and what it broke in the matrix in force."""

    raci_validation = serializers.CharField(help_text="where all that the rules find is read")
    broke = BrokenSerializer(many=True)

    class Meta(AssessmentSerializer.Meta):
        fields = [*AssessmentSerializer.Meta.fields, "raci_validation", "broke"]


class SigningViewSet(ClassificationViewSet):
    """The facts of one system and what they say now, by the system's ref."""

    @extend_schema(request=ClassificationSignInput, responses={201: SignedAssessmentSerializer})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, ref: str) -> Response:  # type: ignore[override]
        """Sign the result that was read; it is frozen and supersedes the one before.

        The answer says which findings that caused in the system's matrix in force.
        """
        watch = Watch(self.person, [], system=self.get_object().ref)
        told = AssessmentSerializer(self.signed()).data
        more: dict[str, Any] = {
            "raci_validation": f"/api/v1/systems/{ref}/raci/validation/",
            "broke": BrokenSerializer(watch.broke(), many=True).data,
        }
        return Response({**told, **more}, status=201)
