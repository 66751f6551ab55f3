"""Making and changing matrices; raci/matrices/review_actions.py puts them in force.

Who answers for a system is decided by whoever may assign in its unit, not by its owner alone:
Capability.ASSIGN in the system's unit, and in the unit of a default.
"""

from collections.abc import Iterable

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.classification.signed import current_tiers
from governance.common.errors import DomainError, StaleError
from governance.common.states import change
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem
from raci.matrices import queries
from raci.matrices.catalogue import catalogue
from raci.matrices.drafts import claim, draft_of, fill, follow, keep_apart, next_version
from raci.matrices.guards import require_assign
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.record_actions import Cells, named, row_words, told
from raci.matrices.rules import PartyKind, applies
from raci.matrices.schemes import RACI, SCHEMES, listed, spoken
from raci.matrices.telling import held_by_people, tell_changed


@transaction.atomic
def make_default_matrix(unit: BusinessUnit, *, actor: User, scheme: str = RACI.code) -> Matrix:
    """Return a draft of the default of a unit and all below.

    It follows the default above, row by row; without one it has the standard activities. The
    letters become those of the scheme, D for R in DACI. Raises DomainError for a scheme that
    there is not.
    """
    require(actor, Capability.ASSIGN, unit)
    if scheme not in SCHEMES:
        raise DomainError(f"There is no scheme {scheme}; there are {listed(list(SCHEMES))}.")
    claim(unit)
    above = queries.default_served_by(unit.path[:-1])
    codes = above.activities if above else list(catalogue().activities)
    matrix = Matrix.objects.create(
        unit=unit, scheme=scheme, version=next_version({"unit": unit}), activities=codes
    )
    matrix.authors.add(actor)
    fill(matrix, above)
    data = {"default": True, "from": above.ref if above else None, "rows": len(codes)}
    data["scheme"] = scheme
    record("matrix.made", subject=matrix, actor=actor, data=data, unit=unit.pk)
    return matrix


@transaction.atomic
def make_matrix(system: AISystem, *, actor: User) -> Matrix:
    """Return a draft for a system from the default of its unit, with people for roles.

    A role becomes the person who holds it in the unit or above; one person gets one column. A
    role that nobody holds stays a column of its own, and is filled when somebody is named.
    Raises DomainError without an active default, or when the system has a matrix already or is
    retired.
    """
    require(actor, Capability.ASSIGN, system.unit)
    require_open(system)
    claim(system)
    default = queries.default_for(system.unit)
    if default is None:
        raise DomainError("There is no organisation default yet. Make it and activate it first.")
    facts = queries.facts_of(system, current_tiers([system.pk]).get(system.pk))
    codes = [c for c in default.activities if applies(catalogue().activities[c], facts)]
    version = next_version({"system": system})
    matrix = Matrix.objects.create(
        system=system, version=version, activities=codes, scheme=default.scheme
    )
    matrix.authors.add(actor)
    fill(matrix, default)
    data = {"system": system.ref, "from": default.ref, "rows": len(codes)}
    record("matrix.made", subject=matrix, actor=actor, data=data, unit=system.unit_id)
    return matrix


@transaction.atomic
def save_matrix(matrix: Matrix, *, actor: User, cells: Cells, seen: int | None = None) -> Matrix:
    """Write all changed cells at once, as one ledger entry, and return the draft that has them.

    Saving an active matrix makes a draft of the next version; the active one stays in force
    until the draft is activated. Rules do not stop a save. Raises StaleError when the matrix
    is newer than `seen`, DomainError for a superseded one or a cell it does not have.
    """
    require_assign(actor, matrix)
    stored, held = queries.letters_of(matrix), held_by_people(matrix)
    changed = {cell: letter for cell, letter in cells.items() if stored.get(cell) != letter}
    columns = {party.pk: party for party in matrix.parties.select_related("person")}
    if any(code not in matrix.activities or pk not in columns for code, pk in changed):
        raise DomainError("A cell of this form is not in the matrix any more. Read it again first.")
    if not changed:
        return _not_older(matrix, seen)
    _refuse_letters(matrix, changed)
    draft, ids = draft_of(matrix, seen, actor)
    _write(draft, {(code, ids[pk]): letter for (code, pk), letter in changed.items()})
    keep_apart(draft, {code for code, _ in changed})
    after = {cell: letter for cell, letter in {**stored, **changed}.items() if letter}
    changes = {
        code: {"from": row_words(stored, code, columns), "to": row_words(after, code, columns)}
        for code in matrix.activities
        if any(code == changed_code for changed_code, _ in changed)
    }
    told("matrix.saved", draft, actor, {"changes": changes})
    tell_changed(draft, held, actor=actor)
    return draft


def _refuse_letters(matrix: Matrix, cells: Cells) -> None:
    """Raise DomainError for a letter of another scheme: letters are never mixed."""
    scheme = matrix.letters
    for (code, _), letter in cells.items():
        if letter is not None and letter not in scheme:
            has = f"which has {listed(list(scheme.letters))}"
            raise DomainError(f"{code}: {spoken(letter)} is no letter of {scheme.code}, {has}.")


def _write(draft: Matrix, cells: Cells) -> None:
    for (code, party_id), letter in cells.items():
        if letter is None:
            Assignment.objects.filter(party_id=party_id, activity=code).delete()
    Assignment.objects.bulk_create(
        [
            Assignment(matrix=draft, party_id=party_id, activity=code, letter=letter)
            for (code, party_id), letter in cells.items()
            if letter is not None
        ],
        update_conflicts=True,
        unique_fields=["party", "activity"],
        update_fields=["letter"],
    )


def _not_older(matrix: Matrix, seen: int | None) -> Matrix:
    if seen is not None and seen != matrix.row_version:
        raise StaleError(f"{matrix} was changed by someone else meanwhile. Read it again first.")
    return matrix


@transaction.atomic
def add_party(
    matrix: Matrix,
    *,
    actor: User,
    person: User | None = None,
    label: str = "",
    kind: PartyKind = PartyKind.PERSON,
) -> Matrix:
    """Add a column for a person, or for a team, mailbox, vendor or service; return the draft.

    Raises DomainError when it has that column already.
    """
    require_assign(actor, matrix)
    if matrix.parties.filter(person=person, label=label).exclude(kind=PartyKind.ROLE).exists():
        raise DomainError(f"{person or label} has a column already.")
    draft, _ = draft_of(matrix, None, actor)
    party = Party.objects.create(
        matrix=draft, kind=kind, person=person, label=label, position=draft.parties.count() + 100
    )
    told("matrix.column_added", draft, actor, {"party": named(party), "kind": str(kind)})
    return draft


@transaction.atomic
def set_rows(matrix: Matrix, *, actor: User, codes: Iterable[str]) -> Matrix:
    """Let the matrix have exactly these activities; letters of dropped rows go with them.

    A row that is added says what the default above says.

    Raises DomainError for a code that the catalogue does not have.
    """
    require_assign(actor, matrix)
    wanted, order = set(codes), list(catalogue().activities)
    if unknown := wanted - set(order):
        raise DomainError(f"There is no standard activity {sorted(unknown)[0]}.")
    before = set(matrix.activities)
    if wanted == before:
        return matrix
    held = held_by_people(matrix)
    draft, _ = draft_of(matrix, None, actor)
    added, dropped = sorted(wanted - before), sorted(before - wanted)
    change(draft, seen=None, activities=[code for code in order if code in wanted])
    Assignment.objects.filter(matrix=draft).exclude(activity__in=wanted).delete()
    keep_apart(draft, dropped)
    follow(draft, added)
    told("matrix.rows_changed", draft, actor, {"added": added, "dropped": dropped})
    tell_changed(draft, held, actor=actor)
    return draft
