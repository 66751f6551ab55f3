"""Responsibility matrices over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, choice_filters, number_filter, text_filter
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField
from raci.matrices import actions, checking, inherit_actions, review_actions, statement_actions
from raci.matrices.models import Assignment, Attestation, Declaration, Matrix, Party
from raci.matrices.rules import Declared, MatrixStatus, PartyKind
from raci.matrices.schemes import SCHEMES, Letter
from raci.matrices.statements import declarations_of

CODE = "^[A-Z]{3}-[0-9]{2}$"
LABELLED = [kind.value for kind in PartyKind if kind not in (PartyKind.PERSON, PartyKind.ROLE)]


class PartySerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Party
        fields = ["id", "kind", "person", "label", "roles"]


class CellSerializer(serializers.ModelSerializer):
    class Meta:
        model = Assignment
        fields = ["activity", "party", "letter"]


class MatrixSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True, allow_null=True)
    parties = PartySerializer(many=True, read_only=True)
    cells = CellSerializer(many=True, read_only=True, source="assignments")

    class Meta:
        model = Matrix
        fields = [
            *("id", "system", "unit", "scheme", "version", "status", "activities", "parties"),
            *("cells", "overridden", "origin", "submitted_at", "returned_reason"),
            *("created_at", "activated_at", "row_version"),
        ]


class FindingSerializer(serializers.Serializer):
    """What a rule found, why, and how to mend it."""

    rule = serializers.CharField()
    severity = serializers.CharField()
    row = serializers.CharField(help_text="an activity; empty: the whole matrix")
    reason = serializers.CharField()
    fix = serializers.CharField()
    link = serializers.CharField(help_text="the page on which it is mended")


class AttestationSerializer(serializers.ModelSerializer):
    """What somebody confirmed that they answer for."""

    person = PersonField(read_only=True)

    class Meta:
        model = Attestation
        fields = ["person", "activities", "attested_at"]


class DeclarationSerializer(serializers.ModelSerializer):
    """A conflict, or a compensating control, that stands on record."""

    person = PersonField(read_only=True, allow_null=True)
    declared_by = PersonField(read_only=True)

    class Meta:
        model = Declaration
        fields = ["id", "rule", "person", "activity", "text", "declared_by", "declared_at"]


class DeclarationInput(StrictBody):
    """A conflict (R18) of a person, or a control in place of R11 in a row, or of R15."""

    rule = serializers.ChoiceField(list(Declared))
    person = PersonField(required=False)
    activity = serializers.RegexField(CODE, required=False)
    text: Any = serializers.CharField(max_length=2_000)


class MatrixInput(StrictBody):
    """A system to make a matrix for, from the default of its unit; or a unit, for its default."""

    system = SystemField(required=False)
    unit = UnitField(required=False)
    scheme = serializers.ChoiceField(
        list(SCHEMES), required=False, help_text="of a unit's default; a system has its default's"
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body; raises ValidationError unless it names exactly one of the two."""
        if ("system" in data) == ("unit" in data):
            raise serializers.ValidationError("Give a system, or a unit.")
        if "system" in data and "scheme" in data:
            raise serializers.ValidationError("A system's matrix has the scheme of its default.")
        return data


class RowsInput(StrictBody):
    """All activities that the matrix is to have."""

    codes = serializers.ListField(
        child=serializers.RegexField(CODE), allow_empty=False, max_length=200
    )


class CodesInput(StrictBody):
    """Activities of the matrix."""

    codes = serializers.ListField(
        child=serializers.RegexField(CODE), allow_empty=False, max_length=200
    )


class SendBackInput(StrictBody):
    """Why a matrix goes back."""

    reason = serializers.CharField(max_length=2_000)


class CellInput(StrictBody):
    activity = serializers.RegexField(CODE)
    party = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    letter = serializers.ChoiceField([letter.value for letter in Letter], allow_null=True)


class CellsInput(StrictBody):
    """Cells to write, all at once; null empties a cell."""

    cells = CellInput(many=True, allow_empty=False)


class PartyInput(StrictBody):
    """A person, or the label and kind of something that is none."""

    person = PersonField(required=False)
    label: Any = serializers.CharField(max_length=120, required=False)
    kind = serializers.ChoiceField(LABELLED, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body; raises ValidationError unless it is one of the two."""
        if ("person" in data) == ("label" in data) or ("label" in data) != ("kind" in data):
            raise serializers.ValidationError("Give a person, or a label with its kind.")
        return data


class MatrixViewSet(Readable):
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
            return self._fresh(actions.make_default_matrix(**data, actor=self.person), 201)
        return self._fresh(actions.make_matrix(data["system"], actor=self.person), 201)

    @extend_schema(request=CellsInput, responses=MatrixSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write cells; one save is one ledger entry. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CellsInput)
        cells = {
            (cell["activity"], cell["party"]): cell["letter"] and Letter(cell["letter"])
            for cell in data["cells"]
        }
        seen = self.seen(matrix)
        return self._fresh(actions.save_matrix(matrix, actor=self.person, cells=cells, seen=seen))

    @extend_schema(request=PartyInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def parties(self, request: Request, pk: str) -> Response:
        """Add a column. Returns the draft that has it."""
        matrix, data = self.get_object(), self.valid(PartyInput)
        return self._fresh(actions.add_party(matrix, actor=self.person, **data))

    @extend_schema(request=RowsInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def rows(self, request: Request, pk: str) -> Response:
        """Choose which activities have a row. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(RowsInput)
        return self._fresh(actions.set_rows(matrix, actor=self.person, **data))

    @extend_schema(request=None, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send a draft for review; 409 while a rule finds an error."""
        matrix = self.get_object()
        review_actions.submit(matrix, actor=self.person)
        return self._fresh(matrix)

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
        return self._fresh(matrix)

    @extend_schema(request=SendBackInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Make a draft of what is in review again, with the reason."""
        matrix, data = self.get_object(), self.valid(SendBackInput)
        review_actions.send_back(matrix, actor=self.person, **data)
        return self._fresh(matrix)

    @extend_schema(request=CodesInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def inherit(self, request: Request, pk: str) -> Response:
        """Let rows say what the default above says. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CodesInput)
        return self._fresh(inherit_actions.inherit(matrix, actor=self.person, **data))

    @extend_schema(request=CodesInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, pk: str) -> Response:
        """Keep rows apart from the default above. Returns the draft that has them."""
        matrix, data = self.get_object(), self.valid(CodesInput)
        return self._fresh(inherit_actions.override(matrix, actor=self.person, **data))

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

    def _fresh(self, matrix: Matrix, status: int = 200) -> Response:
        return self.shown(Matrix.objects.with_grid().get(pk=matrix.pk), status)
