"""Suites and evaluation runs over REST: the same actions as the pages."""

from collections.abc import Callable
from typing import IO, Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.evaluations import actions, queries
from governance.evaluations import serializers as shapes
from governance.evaluations.intake import take_cases, take_file
from governance.evaluations.models import CaseResult, Run, Suite
from governance.evaluations.readers.report import ReportError
from governance.evaluations.rules import MOST_BYTES, Source, SuiteKind
from governance.evaluations.suite_actions import SuiteWish, save_suite
from governance.evidence.api import WithdrawInput
from governance.evidence.files import sent
from governance.rest.fields import choice_filters, text_filter, time_filters
from governance.rest.filters import Filter
from governance.rest.parsers import StrictJSONParser, read_json
from governance.rest.resource import Readable

BASELINE = OpenApiParameter(
    "baseline", {"type": "string", "pattern": "^RUN-[0-9]{3,12}$"}, required=True
)


class RunParser(StrictJSONParser):
    """JSON of up to 50 MiB, whose bytes are kept as they came."""

    most_bytes = MOST_BYTES

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """Return the value, and leave the bytes with the view."""
        raw = self.taken(stream)
        parser_context["view"].came_in = raw
        return read_json(raw)


class SuiteViewSet(Readable):
    """Suites of cases: every revision of each, none ever changed."""

    queryset = Suite.objects.none()
    serializer_class = shapes.SuiteSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("key",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "key": text_filter("key"),
        **choice_filters("kind", "kind", SuiteKind),
    }

    def visible(self, user: User) -> QuerySet[Suite]:
        """Return the suites of systems the person sees."""
        return Suite.objects.visible_to(user).select_related("system__unit", "added_by")

    @extend_schema(request=shapes.SuiteInput, responses={201: shapes.SuiteSerializer})
    def create(self, request: Request) -> Response:
        """Write a suite down, or revise it: the answer is the revision as it now is.

        `seen` is the revision that was read (0: none); 412 when there is a newer one.
        """
        data = self.valid(shapes.SuiteInput)
        system, seen = data.pop("system"), data.pop("seen", None)
        suite = save_suite(system, actor=self.person, wish=SuiteWish(**data), seen=seen)
        return self.shown(suite, 201)


class RunViewSet(Readable):
    """Evaluation runs: what ran on which digest, kept as it came in."""

    queryset = Run.objects.none()
    serializer_class = shapes.RunSerializer
    parser_classes = (RunParser,)
    lookup_field = "ref"
    lookup_value_regex = "RUN-[0-9]{3,12}"
    refusals: ClassVar = frozenset({"file", "comparison"})
    sorts: ClassVar = ("observed_until", "added_at")
    filters: ClassVar = {
        "system": text_filter("version__system__ref"),
        "version": text_filter("version__label"),
        "digest": text_filter("digest_of_version"),
        "suite": text_filter("suite__key"),
        "sha256": text_filter("sha256"),
        **choice_filters("kind", "suite__kind", SuiteKind),
        **choice_filters("source", "source", Source),
        **time_filters("observed_until"),
        **time_filters("added_at"),
    }
    came_in = b""

    def visible(self, user: User) -> QuerySet[Run]:
        """Return the runs of systems the person sees."""
        return Run.objects.visible_to(user).with_all()

    @extend_schema(
        request=shapes.RunInput,
        responses={200: shapes.RunSerializer, 201: shapes.RunSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add a run with its cases; 200 with the run that is there for the same bytes.

        409 for a digest that is not the version's, or cases that are not the suite's.
        """
        given = self.valid(shapes.RunInput)
        return self._added(lambda: take_cases(self.came_in, actor=self.person, given=given))

    @extend_schema(
        request={"multipart/form-data": shapes.RunFileInput},
        responses={200: shapes.RunSerializer, 201: shapes.RunSerializer},
    )
    @action(detail=False, methods=["post"], parser_classes=(MultiPartParser,))
    def upload(self, request: Request) -> Response:
        """Add a run from CSV or JUnit XML; 400 names each line that does not fit."""
        given = self.valid(shapes.RunFileInput)
        upload = given.pop("upload")
        return self._added(lambda: take_file(upload, actor=self.person, given=given))

    def _added(self, take: Callable[[], actions.Added]) -> Response:
        try:
            added = take()
        except ReportError as error:
            raise ValidationError(_pointed(error)) from error
        run = self.get_queryset().get(pk=added.run.pk)
        return self.shown(run, 201 if added.is_new else 200)

    @extend_schema(request=WithdrawInput, responses=shapes.RunSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Let a run that came in by mistake count no more; it stays readable."""
        run = self.get_object()
        actions.withdraw_run(run, actor=self.person, **self.valid(WithdrawInput))
        return self.shown(self.get_object())

    @extend_schema(parameters=[BASELINE], responses=shapes.ComparisonSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def comparison(self, request: Request, ref: str) -> Response:
        """Hold a run against another of the same suite revision, case by case.

        409, in words, when the two are not comparable.
        """
        run = get_object_or_404(self.get_queryset(), ref=ref)
        baseline = self.get_queryset().filter(ref=request.query_params.get("baseline", "")).first()
        if baseline is None:
            raise ValidationError({"baseline": ["There is no such run."]})
        found = queries.comparison(run, baseline)
        told = {
            **{name: getattr(found, name) for name in shapes.COMPARED},
            "run": run.ref,
            "baseline": baseline.ref,
            "failures": queries.failures(run, baseline),
        }
        return Response(shapes.ComparisonSerializer(told).data)

    @extend_schema(responses={(200, "*/*"): bytes}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def file(self, request: Request, ref: str) -> FileResponse:
        """Return the bytes that came in, once they are proved to be the same."""
        return sent(self.get_object())


class CaseResultViewSet(Readable):
    """How each case of a run went."""

    queryset = CaseResult.objects.none()
    serializer_class = shapes.CaseResultSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {
        "run": text_filter("run__ref"),
        "key": text_filter("key"),
        "passed": Filter(serializers.ChoiceField(["true", "false", "skipped"]), search="went"),
    }

    def visible(self, user: User) -> QuerySet[CaseResult]:
        """Return the results of runs the person sees."""
        return CaseResult.objects.visible_to(user).select_related("run")

    def went(self, rows: QuerySet[CaseResult], how: str) -> QuerySet[CaseResult]:
        """Return the cases that passed, failed or were skipped."""
        return rows.filter(passed={"true": True, "false": False, "skipped": None}[how])


def _pointed(error: ReportError) -> dict[str, list[str]]:
    """Return the problems of a report by where they are: a pointer, or the file."""
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        is_pointer = problem.place.startswith("/")
        name = problem.place[1:] if is_pointer else "upload"
        found.setdefault(name, []).append(problem.reason if is_pointer else str(problem))
    return found
