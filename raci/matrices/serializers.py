"""The shapes of responsibility matrices in the API."""

from typing import Any

from rest_framework import serializers

from governance.rest.api import UnitField
from governance.rest.fields import StrictBody
from inventory.systems.serializers import PersonField, SystemField
from raci.matrices.models import Assignment, Attestation, Declaration, Matrix, Party
from raci.matrices.rules import Declared, PartyKind
from raci.matrices.schemes import SCHEMES, Letter

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


class CopyInput(StrictBody):
    """The matrix in force whose rows are taken over."""

    source = serializers.IntegerField(min_value=1, max_value=2**63 - 1)  # type: ignore[assignment]


class PasteInput(StrictBody):
    """Cells out of a spreadsheet, tab, comma or semicolon between them.

    With a first line that begins with “Code” it names its columns; without, say in which row and
    column the block begins.
    """

    text: Any = serializers.CharField(max_length=200_000, trim_whitespace=False)
    row = serializers.RegexField(CODE, required=False)
    column = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class BrokenSerializer(serializers.Serializer):
    """A finding that was not there before, and the system whose matrix in force has it."""

    system = SystemField(read_only=True, source="matrix.system")
    rule = serializers.CharField(source="finding.rule")
    severity = serializers.CharField(source="finding.severity")
    row = serializers.CharField(source="finding.row")
    reason = serializers.CharField(source="finding.reason")
    fix = serializers.CharField(source="finding.fix")
    link = serializers.CharField(source="finding.link")
