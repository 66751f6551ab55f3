"""What the record says about matrices."""

from collections.abc import Mapping
from typing import Any

from governance.accounts.models import User
from governance.common.canonical import digest
from governance.ledger.actions import Personal, record
from raci.matrices import queries
from raci.matrices.models import Matrix, Party
from raci.matrices.schemes import ACCOUNTABLE, Letter, spoken

Cells = Mapping[tuple[str, int], Letter | None]  # (activity code, party id) → letter or empty


def row_words(cells: Cells, code: str, columns: Mapping[int, Party]) -> Personal:
    """Return a row as "Mira Rossi A, Jonas Weber R", personal because it names people."""
    given = ((str(party), cells.get((code, pk))) for pk, party in columns.items())
    return Personal(", ".join(f"{name} {spoken(letter)}" for name, letter in given if letter))


def named(party: Party) -> Any:
    """Return a column's name, personal when it names somebody."""
    return Personal(party.person.name) if party.person else str(party)


def told(action: str, matrix: Matrix, actor: User, data: Mapping[str, Any]) -> None:
    """Record what was done to a matrix, with its system and version."""
    scope = {"system": matrix.system.ref if matrix.system else None, "version": matrix.version}
    record(action, subject=matrix, actor=actor, data={**scope, **data}, unit=matrix.home.pk)


def attested(matrix: Matrix) -> dict[str, Any]:
    """Return who is accountable for what at this moment, and the digest of all letters."""
    people = queries.directory([matrix])
    parties = {party.pk: party for party in matrix.parties.all()}
    cells = queries.letters_of(matrix)
    grid = [[code, _key(parties[pk]), letter] for (code, pk), letter in sorted(cells.items())]
    owners = {}
    for (code, pk), letter in cells.items():
        if letter in ACCOUNTABLE:
            person = queries.person_of(parties[pk], matrix, people)
            owners[code] = person.handle if person else str(parties[pk])
    return {"accountable": owners, "digest": digest(grid)}


def _key(party: Party) -> str:
    return party.person.handle if party.person else str(party)
