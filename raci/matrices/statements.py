"""What people said about matrices: attested what they answer for, declared what stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from governance.accounts.models import User
from raci.matrices import queries
from raci.matrices.models import Attestation, Declaration, Matrix
from raci.matrices.schemes import ACCOUNTABLE


@dataclass(frozen=True)
class Statements:
    """What was said, as the rules look at it."""

    attested: Mapping[int, Mapping[str, datetime]]  # matrix → person → the last time
    declared: Mapping[int, Mapping[tuple[str, str], str]]  # system → rule, person or row → words


def statements_about(matrices: Iterable[Matrix]) -> Statements:
    """Return what was said about these matrices and their systems, in two queries."""
    found = list(matrices)
    attested: dict[int, dict[str, datetime]] = {}
    said = Attestation.objects.filter(matrix__in=[matrix.pk for matrix in found]).order_by()
    for matrix, person, at in said.values_list("matrix", "person__handle").annotate(
        last=Max("attested_at")
    ):
        attested.setdefault(matrix, {})[person] = at
    declared: dict[int, dict[tuple[str, str], str]] = {}
    for row in declarations_of(matrix.system_id for matrix in found if matrix.system_id):
        key = (row.rule, row.person.handle if row.person else row.activity)
        words = f"{row.text} ({row.declared_by}, {row.declared_at:%Y-%m-%d})"
        declared.setdefault(row.system_id, {})[key] = words
    return Statements(attested, declared)


def declarations_of(systems: Iterable[int]) -> list[Declaration]:
    """Return the declarations about systems that have not ended."""
    rows = Declaration.objects.filter(system__in=list(systems), ended_at__isnull=True)
    return list(rows.select_related("person", "declared_by"))


def answered_by(matrix: Matrix, person: User) -> list[str]:
    """Return the activities that somebody is accountable for by a matrix, as of today."""
    people = queries.directory([matrix])
    columns = {
        party.pk
        for party in matrix.parties.all()
        if queries.person_of(party, matrix, people) == person
    }
    letters = queries.letters_of(matrix)
    return sorted(
        {code for (code, pk), letter in letters.items() if pk in columns and letter in ACCOUNTABLE}
    )
