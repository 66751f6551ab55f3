"""Releases over REST: proposed, moved by events, with the same actions as the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.accounts.stepup import proof_of
from governance.approvals import (
    actions,
    around_actions,
    bulk,
    run_actions,
    vote_actions,
    waiver_actions,
)
from governance.approvals.api_bodies import (
    DecisionsInput,
    ProposalInput,
    ReleaseSerializer,
    TransitionInput,
    VersionField,
    WaiverInput,
    WaiverSerializer,
)
from governance.approvals.lifecycle import Environment, Event, State
from governance.approvals.models import Release, Waiver
from governance.approvals.proofs import needed, seal
from governance.approvals.situations import possible, verdict
from governance.common.errors import DomainError
from governance.rest.fields import choice_filters, number_filter, text_filter, time_filters
from governance.rest.resource import Readable

__all__ = ["ReleaseViewSet", "VersionField", "WaiverViewSet"]
Verb = Callable[[Release, User, dict[str, Any], Any], Any]


def _given(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def _decide(verb: Callable[..., Any]) -> Verb:
    def run(release: Release, person: User, said: dict[str, Any], proof: Any) -> Any:
        if "seen" not in said:
            raise DomainError("Send `seen`: the seal of the release as you read it.")
        wanted = [vote_actions.Wanted(**one) for one in said.get("conditions", ())]
        more = {"conditions": wanted} if wanted else {}
        given = {"reason": said.get("reason", ""), "seen": said["seen"], "row": said.get("row")}
        return verb(release, actor=person, proof=proof, **given, **more)

    return run


def _do(verb: Callable[..., Any], *names: str) -> Verb:
    def run(release: Release, person: User, said: dict[str, Any], proof: Any) -> Any:
        lacking = [name for name in names if name not in said]
        if lacking:
            raise DomainError(f"This event needs {', '.join(lacking)}.")
        return verb(release, actor=person, **_given(said, *names))

    return run


VERBS: dict[str, Verb] = {
    Event.SUBMIT: _do(actions.propose),
    Event.WITHDRAW: lambda row, person, said, proof: actions.withdraw(
        row, actor=person, reason=said.get("reason", "")
    ),
    Event.REOPEN: _do(actions.reopen),
    Event.APPROVE: _decide(vote_actions.approve),
    Event.REJECT: _decide(vote_actions.reject),
    Event.RETRO_APPROVE: _decide(vote_actions.approve),
    Event.RETRO_REJECT: _decide(vote_actions.reject),
    Event.RECERTIFY: _decide(vote_actions.approve),
    Event.SCHEDULE: _do(run_actions.schedule, "window_from", "window_until"),
    Event.ACTIVATE: _do(run_actions.activate),
    Event.START_CANARY: _do(run_actions.start_canary, "rule"),
    Event.PROMOTE: _do(run_actions.promote),
    Event.SUSPEND: _do(run_actions.suspend, "reason"),
    Event.RESUME: _do(run_actions.resume, "reason"),
    Event.ROLLBACK: _do(run_actions.rollback, "reason"),
    Event.EMERGENCY_ACTIVATE: _do(run_actions.emergency_activate, "reason", "hours"),
    Event.RETIRE: _do(run_actions.retire, "reason", "done"),
    "second": _do(run_actions.second, "reason"),
    "set_class": _do(actions.set_class, "to", "reason"),
    "remark": _do(around_actions.remark, "text"),
}


class ReleaseViewSet(Readable):
    """Releases: one version on its way into one environment, moved by events."""

    queryset = Release.objects.none()
    serializer_class = ReleaseSerializer
    lookup_field = "ref"
    lookup_value_regex = "UPD-[0-9]{3,12}"
    decisions: ClassVar = frozenset({"transitions", "decide"})
    sorts: ClassVar = ("submitted_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "version": number_filter("version"),
        "digest": text_filter("digest"),
        **choice_filters("state", "status", State),
        **choice_filters("environment", "environment", Environment),
        **time_filters("submitted_at"),
    }

    def visible(self, user: User) -> QuerySet[Release]:
        """Return the releases of systems the person sees."""
        return (
            Release.objects.visible_to(user)
            .with_all()
            .prefetch_related("votes__person", "votes__acting_for")
        )

    @extend_schema(request=ProposalInput, responses={201: ReleaseSerializer})
    def create(self, request: Request) -> Response:
        """Propose a version for a place; it is frozen from then on."""
        said = self.valid(ProposalInput)
        if said.pop("draft", False):
            return self.shown(actions.draft_release(actor=self.person, **said), 201)
        return self.shown(actions.submit(actor=self.person, **said), 201)

    @extend_schema(request=TransitionInput, responses=ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def transitions(self, request: Request, ref: str) -> Response:
        """Move a release by an event; 409 names the events that are allowed."""
        release = self.get_object()
        said = self.valid(TransitionInput)
        VERBS[said.pop("event")](release, self.person, said, proof_of(request))
        return self.shown(self.get_object())

    @extend_schema(request=DecisionsInput, responses={200: ReleaseSerializer(many=True)})
    @action(detail=False, methods=["post"], url_path="decisions", pagination_class=None)
    def decide(self, request: Request) -> Response:
        """Make several decisions, each checked as if it were alone: all of them, or none."""
        said = self.valid(DecisionsInput)["decisions"]
        asked = [bulk.Decision(one.pop("release"), one.pop("event"), one) for one in said]
        bulk.decide(asked, actor=self.person, proof=proof_of(request))
        rows = self.get_queryset().filter(pk__in=[one.release.pk for one in asked])
        return Response(self.get_serializer(rows.order_by("pk"), many=True).data)

    @extend_schema(responses={200: dict})
    @action(detail=True, methods=["get"])
    def standing(self, request: Request, ref: str) -> Response:
        """Return what an approver looks at: seal, quorum, evidence, and what could be done now."""
        release = self.get_object()
        now = verdict(release)
        body = {
            "seal": seal(release),
            "quorum": {
                "needed": [slot.value for slot in now.rule.slots],
                "missing": [slot.value for slot in now.missing],
                "is_reached": now.is_reached,
            },
            "evidence": [
                {"kind": one.kind, "state": one.state, "words": one.words, "basis": one.basis}
                for one in needed(release)
            ],
            "events": [
                {"event": one.event.value, "refusals": list(one.refusals)}
                for one in possible(release, self.person)
            ],
        }
        return Response(body)


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
        waiver = waiver_actions.grant_waiver(actor=self.person, **self.valid(WaiverInput))
        return self.shown(waiver, 201)
