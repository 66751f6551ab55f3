"""Handing over what somebody has to others, all of it or piece by piece, in one action.

Letters change hands at once, also in what is in force: who does what stays as it was reviewed,
only the person is another. What that breaks, the rules say.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.timezone import now

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.actions import Personal
from raci.matrices import queries
from raci.matrices.drafts import draft_of, keep_apart
from raci.matrices.guards import require_assign
from raci.matrices.inheriting import behind
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.passing_down import next_in_force, said
from raci.matrices.record_actions import told
from raci.matrices.review_rules import Origin
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import Letter, spoken, strongest
from raci.matrices.telling import held_by_people, tell_changed
from raci.oncall.actions import LayerWish, put_layer
from raci.oncall.models import Layer, Member
from raci.oncall.rules import Every
from raci.people.absence_actions import Period, delegate_to, withdraw
from raci.people.actions import end_seat, name_deputy, name_holder, refuse_absent
from raci.people.models import Delegation, RoleHolder
from raci.people.rules import Rank

Wishes = Mapping[str, User]  # letter:7 → who has it from now on


@transaction.atomic
def hand_over(person: User, *, wishes: Wishes, actor: User) -> int:
    """Give what somebody has to others, and return how many things changed hands.

    Raises DomainError for somebody who has left or is the person, and for a thing that the
    person does not have any more; PermissionDenied where the actor may not assign.
    """
    for to in set(wishes.values()):
        refuse_absent(to)
        if to == person:
            raise DomainError(f"{person} has it already; choose somebody else.")
    ids: dict[str, dict[int, User]] = {}
    for key, to in wishes.items():
        kind, _, number = key.partition(":")
        ids.setdefault(kind, {})[int(number)] = to
    _seats(person, ids.get("seat", {}), actor)
    _turns(person, ids.get("turn", {}), actor)
    _delegations(person, ids.get("delegation", {}), actor)
    _letters(person, ids.get("letter", {}), actor)
    return len(wishes)


def _all_there(found: Sequence[object], wanted: Mapping[int, User]) -> None:
    if len(found) != len(wanted):
        raise DomainError("Something of this list changed meanwhile. Read it again first.")


def _seats(person: User, wanted: Mapping[int, User], actor: User) -> None:
    seats = list(RoleHolder.objects.now().filter(person=person, pk__in=wanted))
    _all_there(seats, wanted)
    for seat in seats:
        to = wanted[seat.pk]
        if seat.rank == Rank.PRIMARY:
            name_holder(seat.unit, role=seat.role, person=to, actor=actor)
            continue
        end_seat(seat, actor=actor)
        same = RoleHolder.objects.now().filter(unit=seat.unit, role=seat.role, person=to)
        if not same.exists():
            name_deputy(seat.unit, role=seat.role, person=to, actor=actor)


def _turns(person: User, wanted: Mapping[int, User], actor: User) -> None:
    turns = list(Member.objects.filter(person=person, pk__in=wanted, layer__until__isnull=True))
    _all_there(turns, wanted)
    for turn in turns:
        layer = turn.layer
        people = [
            wanted[turn.pk] if member.pk == turn.pk else member.person
            for member in layer.members.select_related("person")
        ]
        put_layer(layer.schedule, actor=actor, wish=_same(layer, people), replaces=layer)


def _same(layer: Layer, people: Sequence[User]) -> LayerWish:
    """Return a layer as it is, with other people; nobody twice."""
    return LayerWish(
        layer.name,
        list(dict.fromkeys(people)),
        layer.starts_on,
        layer.handover_at,
        Every(layer.unit),
        layer.every,
        layer.weekdays,
        layer.begins,
        layer.ends,
    )


def _delegations(person: User, wanted: Mapping[int, User], actor: User) -> None:
    """Withdraw them; of what the person was to do, ask whoever takes over."""
    rows = list(Delegation.objects.open().filter(pk__in=wanted).select_related("giver", "taker"))
    _all_there([row for row in rows if person in (row.giver, row.taker)], wanted)
    for row in rows:
        withdraw(row, actor=actor)
        if row.taker == person and row.giver != wanted[row.pk]:
            period = Period(max(row.starts_at, now()), row.ends_at, "UTC")
            delegate_to(
                row.giver,
                taker=wanted[row.pk],
                actor=actor,
                period=period,
                reason=row.reason,
                activities=row.activities,
            )


def _letters(person: User, wanted: Mapping[int, User], actor: User) -> None:
    rows = Assignment.objects.filter(pk__in=wanted, party__person=person)
    found = list(rows.select_related("party"))
    _all_there(found, wanted)
    for pk in sorted({row.matrix_id for row in found}):
        moves = {row.activity: wanted[row.pk] for row in found if row.matrix_id == pk}
        _in_matrix(Matrix.objects.with_grid().get(pk=pk), person, moves, actor)


def _in_matrix(matrix: Matrix, person: User, moves: Mapping[str, User], actor: User) -> None:
    """Move somebody's letters in some rows of one matrix."""
    require_assign(actor, matrix)
    held, is_active = held_by_people(matrix), matrix.status == MatrixStatus.ACTIVE
    if is_active:
        target = next_in_force(matrix, Origin.REASSIGNED, actor)
    else:
        target, _ = draft_of(matrix, None, actor)
    changes = {code: _move(target, person, to, code) for code, to in moves.items()}
    _drop_empty(target, person)
    fresh = Matrix.objects.with_grid().get(pk=target.pk)
    people = queries.directory([fresh])
    keep_apart(fresh, behind(fresh, queries.default_above(fresh), people) & set(moves))
    data = {"person": Personal(person.name), "changes": changes}
    told("matrix.reassigned", fresh, actor, data)
    if is_active:
        said(fresh, matrix, actor)
    tell_changed(fresh, held, actor=actor)


def _move(matrix: Matrix, person: User, to: User, code: str) -> dict[str, Personal]:
    """Give one letter to another person; with one of their own it becomes the stronger."""
    row = Assignment.objects.get(matrix=matrix, activity=code, party__person=person)
    column = _column(matrix, row.party, to)
    own = Assignment.objects.filter(party=column, activity=code).first()
    letters = [Letter(one.letter) for one in (row, own) if one]
    letter = strongest(letters, matrix.letters)
    row.delete()
    Assignment.objects.update_or_create(
        party=column, activity=code, defaults={"matrix": matrix, "letter": letter}
    )
    return {
        "from": Personal(f"{person.name} {spoken(letters[0])}"),
        "to": Personal(f"{to.name} {spoken(letter)}"),
    }


def _column(matrix: Matrix, old: Party, to: User) -> Party:
    """Return the column of a person, made beside the old one; it stands for the same roles."""
    column, _ = Party.objects.get_or_create(
        matrix=matrix,
        person=to,
        defaults={"kind": PartyKind.PERSON, "position": old.position},
    )
    column.roles = list(dict.fromkeys([*column.roles, *old.roles]))
    column.save(update_fields=["roles"])
    return column


def _drop_empty(matrix: Matrix, person: User) -> None:
    Party.objects.filter(matrix=matrix, person=person, assignments__isnull=True).delete()
