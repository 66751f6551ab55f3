"""Responsibility matrices over REST: the same actions as the pages."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.rest.fields import choice_filters, number_filter, text_filter
from raci.matrices import actions, checking, inherit_actions, review_actions, statement_actions
from raci.matrices.models import Matrix
from raci.matrices.rules import Declared, MatrixStatus
from raci.matrices.schemes import Letter
from raci.matrices.serializers import (
    AttestationSerializer,
    CellsInput,
    CodesInput,
    DeclarationInput,
    DeclarationSerializer,
    FindingSerializer,
    MatrixInput,
    MatrixSerializer,
    PartyInput,
    RowsInput,
    SendBackInput,
)
from raci.matrices.sheet_api import TakesRows
from raci.matrices.statements import declarations_of


class MatrixViewSet(TakesRows):
    """Who does what: drafts, active matrices and what they superseded."""

    queryset = Matrix.objects.none()
    serializer_class = MatrixSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "unit": number_filter("unit"),
        **choice_filters("status", "status", MatrixStatus),
    }

    def visible(self, user: User) -> QuerySet[Matrix]:
        """Return the matrices the person sees."""
        return Matrix.objects.visible_to(user).with_grid()

    @extend_schema(request=MatrixInput, responses={201: MatrixSerializer})
    def create(self, request: Request) -> Response:
        """Make the draft of a system from the default of its unit, or a unit's default."""
        data = self.valid(MatrixInput)
        if "unit" in data:
            return self.fresh(actions.make_default_matrix(**data, actor=self.person), 201)
        return self.fresh(actions.make_matrix(data["system"], actor=self.person), 201)

    @extend_schema(request=CellsInput, responses=MatrixSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write cells; one save is one ledger entry. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CellsInput)
        cells = {
            (cell["activity"], cell["party"]): cell["letter"] and Letter(cell["letter"])
            for cell in data["cells"]
        }
        seen = self.seen(matrix)
        return self.fresh(actions.save_matrix(matrix, actor=self.person, cells=cells, seen=seen))

    @extend_schema(request=PartyInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def parties(self, request: Request, pk: str) -> Response:
        """Add a column. Returns the draft that has it."""
        matrix, data = self.get_object(), self.valid(PartyInput)
        return self.fresh(actions.add_party(matrix, actor=self.person, **data))

    @extend_schema(request=RowsInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def rows(self, request: Request, pk: str) -> Response:
        """Choose which activities have a row. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(RowsInput)
        return self.fresh(actions.set_rows(matrix, actor=self.person, **data))

    @extend_schema(request=None, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send a draft for review; 409 while a rule finds an error."""
        matrix = self.get_object()
        review_actions.submit(matrix, actor=self.person)
        return self.fresh(matrix)

    @extend_schema(request=None, responses={201: AttestationSerializer})
    @action(detail=True, methods=["post"])
    def attest(self, request: Request, pk: str) -> Response:
        """Confirm what the caller answers for in a matrix in force; each speaks for themselves."""
        said = statement_actions.attest(self.get_object(), actor=self.person)
        return Response(AttestationSerializer(said).data, 201)

    @extend_schema(request=None, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Put what is in review in force; 403 for who sent or wrote it."""
        matrix = self.get_object()
        review_actions.activate(matrix, actor=self.person)
        return self.fresh(matrix)

    @extend_schema(request=SendBackInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Make a draft of what is in review again, with the reason."""
        matrix, data = self.get_object(), self.valid(SendBackInput)
        review_actions.send_back(matrix, actor=self.person, **data)
        return self.fresh(matrix)

    @extend_schema(request=CodesInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def inherit(self, request: Request, pk: str) -> Response:
        """Let rows say what the default above says. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CodesInput)
        return self.fresh(inherit_actions.inherit(matrix, actor=self.person, **data))

    @extend_schema(request=CodesInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, pk: str) -> Response:
        """Keep rows apart from the default above. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CodesInput)
        return self.fresh(inherit_actions.override(matrix, actor=self.person, **data))

    @extend_schema(request=DeclarationInput, responses={201: DeclarationSerializer})
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: str) -> Response:
        """Put a conflict or a compensating control of the matrix's system on record."""
        matrix, data = self.get_object(), self.valid(DeclarationInput)
        if matrix.system is None:
            raise DomainError("Only the matrix of a system has something on record.")
        data["rule"] = Declared(data["rule"])
        row = statement_actions.declare(matrix.system, actor=self.person, **data)
        return Response(DeclarationSerializer(row).data, 201)

    @extend_schema(responses=DeclarationSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def declarations(self, request: Request, pk: str) -> Response:
        """Return what stands on record about the matrix's system."""
        system = self.get_object().system
        rows = declarations_of([system.pk]) if system else []
        return Response(DeclarationSerializer(rows, many=True).data)

    @extend_schema(responses=FindingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def findings(self, request: Request, pk: str) -> Response:
        """Return what the rules find today."""
        found = checking.findings(self.get_object())
        return Response(FindingSerializer(found, many=True).data)
