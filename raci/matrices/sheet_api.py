"""Taking rows into a matrix over REST: copied from another one, or pasted from a spreadsheet."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.rest.resource import Readable
from raci.matrices import actions
from raci.matrices.copy_actions import copy_rows, sources
from raci.matrices.models import Matrix
from raci.matrices.serializers import CopyInput, MatrixSerializer, PasteInput
from raci.matrices.sheet import read_text
from raci.matrices.sheets import sheet_of

MOST_ERRORS = 50


class TakesRows(Readable):
    """What a resource of matrices does with whole rows."""

    @extend_schema(request=CopyInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str) -> Response:
        """Let the rows that both have say what a matrix in force says. Returns the draft.

        Whose matrices one may copy from is as on the page: what is in force, and for a default
        only other defaults; 409 when it would change nothing.
        """
        matrix, data = self.get_object(), self.valid(CopyInput)
        mine = sources(self.person, matrix).order_by().values("pk")
        found = Matrix.objects.with_grid().filter(pk__in=mine)
        source = get_object_or_404(found, pk=data["source"])
        return self.fresh(copy_rows(matrix, source=source, actor=self.person))

    @extend_schema(request=PasteInput, responses=MatrixSerializer)
    @action(detail=True, methods=["post"])
    def paste(self, request: Request, pk: str) -> Response:
        """Take letters from the text of a spreadsheet, as one save; 400 names row and column.

        Returns the draft that has them; the matrix as it is when nothing changes.
        """
        matrix, data = self.get_object(), self.valid(PasteInput)
        sheet = sheet_of(matrix)
        read = read_text(data["text"], sheet, data.get("row", ""), data.get("column"))
        if read.errors:
            raise serializers.ValidationError({"text": read.errors[:MOST_ERRORS]})
        changed = {cell: to for cell, to in read.cells.items() if sheet.letters.get(cell) != to}
        if not changed:
            return self.fresh(matrix)
        return self.fresh(actions.save_matrix(matrix, actor=self.person, cells=changed))

    def fresh(self, matrix: Matrix, status: int = 200) -> Response:
        """Return a matrix as it is stored now."""
        return self.shown(Matrix.objects.with_grid().get(pk=matrix.pk), status)
