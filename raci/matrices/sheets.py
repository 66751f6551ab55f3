"""A stored matrix as a sheet."""

from raci.matrices import queries
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Matrix, Party
from raci.matrices.sheet import Column, Sheet


def sheet_of(matrix: Matrix) -> Sheet:
    """Return a matrix (loaded with its grid) as a sheet."""
    titles = {code: catalogue().activities[code].title for code in matrix.activities}
    columns = tuple(_column(party) for party in matrix.parties.all())
    return Sheet(titles, columns, matrix.letters, queries.letters_of(matrix))


def _column(party: Party) -> Column:
    if party.person:
        name, email = party.person.name, party.person.email
        return Column(party.pk, f"{name} <{email}>", frozenset({name.lower(), email.lower()}))
    if party.label:
        return Column(party.pk, party.label, frozenset({party.label.lower()}))
    role = party.roles[0]
    words = catalogue().roles.get(role, role)
    return Column(party.pk, f"{words} ({role})", frozenset({role.lower(), words.lower()}))
