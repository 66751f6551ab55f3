"""The deploy gate over REST: may this digest be deployed, with a signed decision."""

import logging
import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.approvals.lifecycle import Environment, State
from governance.common.middleware import request_id
from governance.pipelines.keyfile import KeyFileError
from governance.pipelines.queries import Decision, decision, version_behind
from governance.pipelines.signing import issue, zulu
from governance.pipelines.tokens import DIGEST
from governance.rest.problems import MEDIA_TYPE, Problem
from governance.rest.resource import Resource, etag_of
from governance.rest.schema import PROBLEM
from inventory.systems.models import ModelVersion

log = logging.getLogger(__name__)
UNKNOWN = "No version that you may see has this digest."
NO_KEY = "The decision cannot be signed now. The operator finds why in the log."
SYSTEM = re.compile(r"[A-Z0-9-]{1,16}")
ASKED = frozenset({"environment", "system", "task"})
TASK = {"type": "string", "maxLength": 60, "pattern": "^[^\u0000]*$"}


class RefusalReason(serializers.Serializer):
    """One thing that stands against a deployment."""

    code = serializers.CharField()
    words = serializers.CharField()


class DeployableAnswer(serializers.Serializer):
    """A yes, with the token that says so for fifteen minutes."""

    deployable = serializers.BooleanField()
    digest = serializers.CharField()
    system = serializers.CharField()
    version = serializers.CharField()
    environment = serializers.CharField()
    task = serializers.CharField(allow_blank=True)
    release = serializers.CharField()
    state = serializers.ChoiceField(choices=list(State))
    decided_at = serializers.CharField()
    token = serializers.CharField()
    token_expires_at = serializers.CharField()


class NotDeployable(serializers.Serializer):
    """A no: a problem (RFC 9457) with every reason."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    errors: Any = serializers.ListField(child=serializers.DictField())
    deployable = serializers.BooleanField(required=False)
    digest = serializers.CharField(required=False)
    system = serializers.CharField(required=False)
    version = serializers.CharField(required=False)
    environment = serializers.CharField(required=False)
    task = serializers.CharField(required=False, allow_blank=True)
    release = serializers.CharField(required=False, allow_blank=True)
    state = serializers.CharField(required=False, allow_blank=True)
    reasons = RefusalReason(many=True, required=False)


class DeployableViewSet(Resource):
    """May a model version be deployed? What a pipeline asks before it deploys."""

    queryset = ModelVersion.objects.none()
    serializer_class = DeployableAnswer
    http_method_names = ["get", "head", "options"]
    lookup_field = "digest"
    refusals: ClassVar = frozenset({"retrieve"})

    def visible(self, user: User) -> QuerySet[ModelVersion]:
        """Return the versions of systems the person sees."""
        return ModelVersion.objects.visible_to(user)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "digest", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, OpenApiParameter.PATH
            ),
            OpenApiParameter(
                "environment", {"type": "string", "enum": list(Environment)}, required=True
            ),
            OpenApiParameter("system", {"type": "string", "pattern": f"^{SYSTEM.pattern}$"}),
            OpenApiParameter("task", TASK),
        ],
        responses={
            200: DeployableAnswer,
            (403, MEDIA_TYPE): NotDeployable,
            (503, MEDIA_TYPE): PROBLEM,
        },
    )
    def retrieve(self, request: Request, digest: str) -> Response:
        """Answer 200 with a signed decision, or 403 with every reason."""
        asked = request.query_params
        version = None
        if DIGEST.fullmatch(digest) and "\x00" not in (ref := asked.get("system", "")):
            version = version_behind(self.person, digest, ref)
        if version is None:
            raise Problem(404, UNKNOWN, "unknown-version")
        self._check(asked)
        found = decision(version, asked["environment"], asked.get("task", ""))
        return self._yes(found) if found.is_yes else self._no(found)

    def _check(self, asked: Any) -> None:
        errors: dict[str, list[str]] = {
            name: ["There is no such parameter."] for name in sorted(set(asked) - ASKED)
        }
        if asked.get("environment") not in list(Environment):
            errors["environment"] = [f"One of: {', '.join(Environment)}."]
        if len(task := asked.get("task", "")) > 60 or "\x00" in task:
            errors["task"] = ["At most 60 characters."]
        if errors:
            raise ValidationError(errors)

    def _yes(self, found: Decision) -> Response:
        try:
            token, claims = issue(found)
        except KeyFileError as error:
            log.error("A decision cannot be signed: %s", error)
            raise Problem(503, NO_KEY, "no-signing-key") from error
        body = {
            "deployable": True,
            **_about(found),
            "decided_at": claims.decided_at,
            "token": token,
            "token_expires_at": zulu_of(claims.exp),
        }
        return self._tagged(Response(body), found)

    def _no(self, found: Decision) -> Response:
        reasons = [{"code": one.code, "words": one.words} for one in found.reasons]
        body = {
            "type": "urn:muster:problem:not-deployable",
            "title": "Not to be deployed",
            "status": 403,
            "detail": " ".join(one.words for one in found.reasons),
            "instance": f"urn:muster:request:{request_id.get()}",
            "code": "not-deployable",
            "errors": [],
            "deployable": False,
            **_about(found),
            "reasons": reasons,
        }
        return self._tagged(Response(body, status=403, content_type=MEDIA_TYPE), found)

    def _tagged(self, response: Response, found: Decision) -> Response:
        if found.release:
            response["ETag"] = etag_of(found.release)
        return response


def _about(found: Decision) -> dict[str, str]:
    version, release = found.version, found.release
    return {
        "digest": version.digest,
        "system": version.system.ref,
        "version": version.label,
        "environment": found.environment,
        "task": found.task,
        "release": release.ref if release else "",
        "state": release.state.value if release else "",
    }


def zulu_of(second: int) -> str:
    """Return a second since 1970 as RFC 3339."""
    return zulu(datetime.fromtimestamp(second, UTC))
