"""Who answers for a duty: by the responsibility matrix in force, else the system's owner."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.accounts.models import User
from governance.obligations.models import Duty
from governance.obligations.rules import Table
from inventory.systems.actions import may_answer, may_edit
from inventory.systems.models import AISystem
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Assignment
from raci.matrices.queries import OWNER_ROLE
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import ACCOUNTABLE
from raci.people.models import RoleHolder
from raci.people.rules import Rank

Column = tuple[int, str, int | None]  # of a system: the role it stands for, or the person
ACTIVITIES = Path(__file__).with_name("activities.yaml")


@cache
def table() -> Table:
    """Return which activity answers for which obligation; ValueError for an unknown activity."""
    return read(yaml.safe_load(ACTIVITIES.read_text(encoding="utf-8")))


def read(raw: Mapping[str, Any]) -> Table:
    """Return the table that the parsed file describes."""
    pairs = [(name, code) for code, names in raw["activities"].items() for name in names]
    if len(dict(pairs)) != len(pairs):
        raise ValueError("An obligation stands under two activities.")
    found = Table(raw["usual"], dict(pairs))
    if unknown := sorted(found.codes - catalogue().activities.keys()):
        raise ValueError(f"There is no activity {unknown[0]}.")
    return found


@dataclass(frozen=True)
class Answer:
    """Who answers, and why it is that person; nobody is a gap, and nobody is invented."""

    person: User | None
    why: str


NOBODY = Answer(None, "no matrix in force names anybody, and the system has no owner")
OWNER = "owns the system; no matrix in force names anybody"


class Answering:
    """Who answers for the duties of some systems; four queries at most, however many there are."""

    def __init__(self, systems: Iterable[int]) -> None:
        about = AISystem.objects.filter(pk__in=set(systems)).order_by()
        rows = list(about.values_list("pk", "owner_id", "unit__path"))
        self.owners = {pk: owner for pk, owner, _path in rows}
        self.paths = {pk: path for pk, _owner, path in rows}
        self.letters = self._letters()
        self.holders = self._holders()
        asked = {person for found in self.letters.values() for person in self._people(found)}
        able = User.objects.filter(is_active=True, is_service=False)
        self.people = able.in_bulk([pk for pk in asked | set(self.owners.values()) if pk])

    def _letters(self) -> dict[tuple[int, str], list[Column]]:
        """Return (system, activity) → who has an A there: system, role, person."""
        rows = in_force().filter(matrix__system__in=list(self.owners))
        found: dict[tuple[int, str], list[Column]] = defaultdict(list)
        for system, code, kind, person, roles in rows.values_list(
            "matrix__system_id", "activity", "party__kind", "party__person_id", "party__roles"
        ):
            role = roles[0] if kind == PartyKind.ROLE and roles else ""
            found[system, code].append((system, role, person))
        return found

    def _holders(self) -> dict[tuple[int, str], int]:
        roles = {role for found in self.letters.values() for _, role, _ in found if role}
        units = {pk for path in self.paths.values() for pk in path}
        rows = RoleHolder.objects.now().filter(rank=Rank.PRIMARY, role__in=roles, unit__in=units)
        return {(unit, role): pk for unit, role, pk in rows.values_list("unit", "role", "person")}

    def _people(self, letters: Iterable[Column]) -> list[int]:
        """Return who stands behind the columns that have an A."""
        found = (self._holder(system, role) if role else pk for system, role, pk in letters)
        return [pk for pk in found if pk]

    def _holder(self, system: int, role: str) -> int | None:
        """Return who has a role for a system today: the nearest unit decides."""
        if role == OWNER_ROLE and self.owners[system]:
            return self.owners[system]
        found = (self.holders.get((unit, role)) for unit in reversed(self.paths[system]))
        return next((pk for pk in found if pk), None)

    def answer(self, system: int, obligation: str) -> Answer:
        """Return who answers for an obligation about one of the systems."""
        return self.by_codes(system, table().activities(obligation))

    def by_codes(self, system: int, codes: Iterable[str]) -> Answer:
        """Return who is the one accountable for the first activity that has such a person."""
        for code in codes:
            letters = self.letters.get((system, code), [])
            person = self._only(letters) if len(letters) == 1 else None
            if person:
                title = catalogue().activities[code].title
                return Answer(person, f"accountable for “{title}” ({code})")
        owner = self.people.get(self.owners.get(system) or 0)
        return Answer(owner, OWNER) if owner else NOBODY

    def _only(self, letters: list[Column]) -> User | None:
        return next((self.people.get(pk) for pk in self._people(letters)), None)


def may_speak(user: User, duty: Duty) -> bool:
    """Return whether the person may say how a duty stands.

    That is who may change its system, and who answers for it: accountable by the matrix in force
    or the owner, as long as the person sees the system and has a role that does more than read.
    """
    if may_edit(user, duty.system):
        return True
    if not may_answer(user, duty.system):
        return False
    answer = Answering([duty.system_id]).answer(duty.system_id, duty.obligation)
    return answer.person is not None and answer.person.pk == user.pk


def require_word(user: User, duty: Duty) -> None:
    """Raise PermissionDenied, in words, unless the person may say how a duty stands."""
    if not may_speak(user, duty):
        raise PermissionDenied(
            f"Only who answers for this duty, or may change {duty.system}, says how it stands."
        )


def in_force() -> QuerySet[Assignment]:
    """Return the A's of active matrices in the activities that answer for duties."""
    return Assignment.objects.filter(
        matrix__status=MatrixStatus.ACTIVE,
        letter__in=list(ACCOUNTABLE),
        activity__in=table().codes,
    ).order_by()


def answered_by(user: User) -> Q:
    """Return the filter of duties for which the person answers; none for a closed account."""
    answering = Answering(_candidates(user))
    by_codes: dict[frozenset[str], list[int]] = defaultdict(list)
    for system in answering.owners:
        mine = [code for code in table().codes if _is_mine(answering, system, code, user)]
        by_codes[frozenset(mine)].append(system)
    chosen = Q(pk__in=[])
    for codes, systems in by_codes.items():
        if codes:
            chosen |= Q(system__in=systems) & _obligations(codes)
    return chosen


def _is_mine(answering: Answering, system: int, code: str, user: User) -> bool:
    usual = table().usual
    person = answering.by_codes(system, (code, usual)).person
    return person is not None and person.pk == user.pk


def _obligations(codes: frozenset[str]) -> Q:
    """Return the filter of obligations that these activities answer for."""
    given = table().by_obligation
    listed = [name for name, code in given.items() if code in codes]
    chosen = Q(obligation__in=listed)
    return chosen | ~Q(obligation__in=list(given)) if table().usual in codes else chosen


def _candidates(user: User) -> set[int]:
    """Return the systems with duties in which the person may have a part, in one query."""
    held = RoleHolder.objects.now().filter(person=user, rank=Rank.PRIMARY).order_by()
    named = Q(party__person=user) | Q(party__roles__overlap=ArraySubquery(held.values("role")))
    part = in_force().filter(named).values("matrix__system_id")
    with_duties = Exists(Duty.objects.applying().filter(system=OuterRef("pk")))
    mine = AISystem.objects.filter(Q(owner=user) | Q(pk__in=part)).filter(with_duties)
    return set(mine.order_by().values_list("pk", flat=True))
