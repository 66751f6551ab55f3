"""All that one person has: letters, roles held, turns on call, delegations; for handing over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from inventory.systems.rules import Stage
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import address
from raci.matrices.models import Assignment, Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import ACCOUNTABLE, spoken
from raci.oncall.models import Member, Schedule
from raci.people.models import Delegation, RoleHolder
from raci.people.queries import speaks_for


@dataclass(frozen=True)
class Belonging:
    """One thing that somebody has, and whether the reader may give it to another."""

    key: str  # letter:7, seat:7, turn:7, delegation:7
    kind: str  # Letter A, Role, Turn on call, Delegation
    what: str
    place: str
    url: str
    may_move: bool
    is_accountable: bool = False


def belongings(person: User, user: User) -> list[Belonging]:
    """Return what somebody has of all that the reader may see: letters first, As before others."""
    mine = set(units_with(user, Capability.ASSIGN).values_list("pk", flat=True))
    letters = sorted(_letters(person, user, mine), key=lambda one: not one.is_accountable)
    return [
        *letters,
        *_seats(person, user, mine),
        *_turns(person, user, mine),
        *_delegations(person, user),
    ]


def letters_of(person: User, user: User) -> QuerySet[Assignment]:
    """Return the letters of somebody in the current matrices that the reader sees.

    Retired systems keep theirs, as who answered when they ran.
    """
    current = Matrix.objects.visible_to(user).current().exclude(system__stage=Stage.RETIRED)
    rows = Assignment.objects.filter(party__person=person, matrix__in=current.order_by())
    return rows.select_related("matrix__system__unit", "matrix__unit", "party")


def _letters(person: User, user: User, mine: set[int]) -> Iterator[Belonging]:
    activities = catalogue().activities
    for row in letters_of(person, user).order_by("matrix", "activity", "pk"):
        matrix = row.matrix
        frozen = matrix.status == MatrixStatus.IN_REVIEW
        words = "" if matrix.status == MatrixStatus.ACTIVE else f", {matrix.get_status_display()}"
        yield Belonging(
            f"letter:{row.pk}",
            f"Letter {spoken(row.letter)}",
            f"{row.activity} {activities[row.activity].title}",
            f"{matrix.system or matrix.unit}, version {matrix.version}{words}",
            f"{address(matrix)}#{row.activity}",
            matrix.home.pk in mine and not frozen,
            row.letter in ACCOUNTABLE,
        )


def _seats(person: User, user: User, mine: set[int]) -> Iterator[Belonging]:
    seats = RoleHolder.objects.now().visible_to(user).filter(person=person)
    for seat in seats.select_related("unit"):
        words = catalogue().roles.get(seat.role, seat.role)
        url = f"{reverse('raci:cover')}?unit={seat.unit_id}#seats-h"
        kind, may_move = f"Role, {seat.get_rank_display().lower()}", seat.unit_id in mine
        yield Belonging(f"seat:{seat.pk}", kind, words, str(seat.unit), url, may_move)


def _turns(person: User, user: User, mine: set[int]) -> Iterator[Belonging]:
    open_ones = Schedule.objects.visible_to(user).open()
    turns = Member.objects.filter(
        person=person, layer__until__isnull=True, layer__schedule__in=open_ones.order_by()
    )
    for turn in turns.select_related("layer__schedule__unit"):
        schedule = turn.layer.schedule
        may_move = schedule.unit_id in mine
        url = schedule.get_absolute_url()
        yield Belonging(
            f"turn:{turn.pk}", "Turn on call", turn.layer.name, str(schedule), url, may_move
        )


def _delegations(person: User, user: User) -> Iterator[Belonging]:
    rows = Delegation.objects.visible_to(user).open().filter(Q(giver=person) | Q(taker=person))
    for row in rows.select_related("giver", "taker"):
        gives = row.giver == person
        what = f"{row.taker} acts for them" if gives else f"acts for {row.giver}"
        place = f"until {row.ends_at:%Y-%m-%d %H:%M} UTC"
        may_move = speaks_for(user, row.giver)
        url = f"{reverse('raci:cover')}#delegations-h"
        yield Belonging(f"delegation:{row.pk}", "Delegation", what, place, url, may_move)


def counted(found: Iterable[Belonging]) -> str:
    """Return what there is in a few words: 4 As, 9 other letters, 1 role."""
    rows = list(found)
    counts = {
        "A": sum(one.is_accountable for one in rows),
        "other letter": sum(
            one.key.startswith("letter") and not one.is_accountable for one in rows
        ),
        "role": sum(one.key.startswith("seat") for one in rows),
        "turn on call": sum(one.key.startswith("turn") for one in rows),
        "delegation": sum(one.key.startswith("delegation") for one in rows),
    }
    said = [
        f"{count} {_many(word) if count > 1 else word}" for word, count in counts.items() if count
    ]
    return ", ".join(said)


def _many(word: str) -> str:
    return "turns on call" if word == "turn on call" else f"{word}s"


def still_named(user: User) -> QuerySet[User]:
    """Return the people who have left and still have a letter or role that the reader sees."""
    matrices = Matrix.objects.visible_to(user).current().order_by()
    seats = RoleHolder.objects.now().visible_to(user).order_by()
    named = Q(raci_columns__matrix__in=matrices, raci_columns__assignments__isnull=False)
    return User.objects.filter(named | Q(held_roles__in=seats), is_active=False).distinct()
