"""Reading matrices: who a role is today, what the rules see, who is accountable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from governance.accounts.models import BusinessUnit, User
from governance.classification.rules import Tier
from governance.classification.signed import current_tiers
from inventory.systems.models import AISystem
from inventory.systems.rules import DataCategory, OurRole
from raci.matrices import rules
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Matrix, Party
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import ACCOUNTABLE, Letter
from raci.people.models import Authority, RoleHolder
from raci.people.rules import Money, Rank

OWNER_ROLE = "PO"
PERSONAL = set(DataCategory) - {DataCategory.NONE_PERSONAL, DataCategory.CONFIDENTIAL}
STRICT = {None, Tier.HIGH, Tier.PROHIBITED}
EVERY_FACT = frozenset({"personal_data", "health_data", "vendor", "provider", "high_risk"})
Letters = Mapping[tuple[str, int], Letter]  # (activity code, party id) → letter


@dataclass(frozen=True)
class Directory:
    """Role holders and authorities above some matrices, and their systems' signed tiers."""

    holders: Mapping[tuple[int, str], User]
    authorities: Mapping[tuple[int, int], frozenset[str]]  # (unit, person)
    tiers: Mapping[int, str]  # signed, by system
    limits: Mapping[tuple[int, int, str], Money]  # (unit, person, kind), of what has a limit
    reachable: frozenset[int] = frozenset()  # people with a verified address

    def holder(self, role: str, unit: BusinessUnit) -> User | None:
        """Return who holds the role for a unit; the nearest unit decides."""
        found = (self.holders.get((pk, role)) for pk in reversed(unit.path))
        return next((person for person in found if person), None)

    def authorities_of(self, person: User, unit: BusinessUnit) -> frozenset[str]:
        """Return what the person is empowered to do in the unit."""
        none: frozenset[str] = frozenset()
        return none.union(*(self.authorities.get((pk, person.pk), none) for pk in unit.path))

    def limits_of(self, person: User, unit: BusinessUnit) -> dict[str, Money]:
        """Return how far the person's authorities go in the unit; one without a limit is absent."""
        found: dict[str, Money] = {}
        for kind in self.authorities_of(person, unit):
            given = [pk for pk in unit.path if kind in self.authorities.get((pk, person.pk), ())]
            limits = [self.limits.get((pk, person.pk, kind)) for pk in given]
            if None not in limits:
                found[kind] = max(filter(None, limits), key=lambda limit: limit.value)
        return found


def directory(matrices: Iterable[Matrix]) -> Directory:
    """Return the directory for these matrices, in three queries."""
    found = list(matrices)
    paths = {pk for matrix in found for pk in matrix.home.path}
    holders = RoleHolder.objects.now().filter(unit__in=paths, rank=Rank.PRIMARY)
    authorities: dict[tuple[int, int], frozenset[str]] = {}
    limits: dict[tuple[int, int, str], Money] = {}
    for row in Authority.objects.now().filter(unit__in=paths):
        key = (row.unit_id, row.person_id)
        authorities[key] = authorities.get(key, frozenset()) | {row.kind}
        if row.limit is not None:
            limits[(*key, row.kind)] = Money(row.limit, row.currency)
    return Directory(
        {(row.unit_id, row.role): row.person for row in holders.select_related("person")},
        authorities,
        current_tiers(matrix.system_id for matrix in found if matrix.system_id),
        limits,
    )


def facts_of(system: AISystem, tier: str | None) -> frozenset[str]:
    """Return what decides which activities a system needs; what is not known counts as yes.

    `tier` is the signed one, None before a classification is signed.
    """
    data = set(system.data_categories)
    facts = {
        "personal_data": bool(data & PERSONAL) or not data,
        "health_data": DataCategory.HEALTH in data,
        "vendor": system.vendor_id is not None,
        "provider": OurRole.PROVIDER in system.our_roles,
        "high_risk": tier in STRICT,
    }
    return frozenset(name for name, holds in facts.items() if holds)


def facts_for(matrix: Matrix, people: Directory) -> frozenset[str]:
    """Return the facts of a matrix's system; a default must serve every kind of system."""
    if matrix.system is None:
        return EVERY_FACT
    return facts_of(matrix.system, people.tiers.get(matrix.system.pk))


def letters_of(matrix: Matrix) -> dict[tuple[str, int], Letter]:
    """Return the letters of a matrix as they are stored."""
    return {(row.activity, row.party_id): Letter(row.letter) for row in matrix.assignments.all()}


def person_of(party: Party, matrix: Matrix, people: Directory) -> User | None:
    """Return the person behind a column today: the one named, or the role's holder."""
    if party.kind == PartyKind.ROLE:
        return holder_of(party.roles[0], matrix, people)
    return party.person


def holder_of(role: str, matrix: Matrix, people: Directory) -> User | None:
    """Return who has a role for a matrix today; a system's owner is its system owner."""
    if role == OWNER_ROLE and matrix.system and matrix.system.owner:
        return matrix.system.owner
    return people.holder(role, matrix.home)


def party_today(party: Party, matrix: Matrix, people: Directory) -> rules.Party:
    """Return a column as the rules see it."""
    person = person_of(party, matrix, people)
    if person:
        return _person(party, person, matrix, people)
    if party.kind == PartyKind.ROLE:
        return role_party(party)
    return rules.Party(party.label, PartyKind(party.kind), roles=tuple(party.roles))


def role_party(party: Party) -> rules.Party:
    """Return a column that stands for a role and for nobody."""
    words = catalogue().roles.get(party.roles[0], party.roles[0])
    return rules.Party(words, PartyKind.ROLE, roles=tuple(party.roles), is_role=True)


def _person(party: Party, person: User, matrix: Matrix, people: Directory) -> rules.Party:
    return rules.Party(
        person.name,
        PartyKind.SERVICE if person.is_service else PartyKind.PERSON,
        person=person.handle,
        left=not person.is_active,
        authorities=people.authorities_of(person, matrix.home),
        limits=people.limits_of(person, matrix.home),
        roles=tuple(party.roles),
        is_role=party.kind == PartyKind.ROLE,
        email=person.email,
        is_verified=person.pk in people.reachable,
    )


def default_for(unit: BusinessUnit) -> Matrix | None:
    """Return the active default that serves a unit: the nearest at or above it."""
    return default_served_by(unit.path)


def default_above(matrix: Matrix) -> Matrix | None:
    """Return the active default that a matrix follows; a default follows the next one above."""
    return default_served_by(matrix.home.path if matrix.system_id else matrix.home.path[:-1])


def default_served_by(path: list[int]) -> Matrix | None:
    """Return the active default of the last of these units that has one."""
    defaults = Matrix.objects.filter(unit__in=path, status=MatrixStatus.ACTIVE).with_grid()
    depth = {pk: at for at, pk in enumerate(path)}
    return max(defaults, key=lambda matrix: depth[matrix.unit_id or 0], default=None)


def below(field: str, unit: int) -> Q:
    """Return the condition that a path of units goes through a unit."""
    return Q(**{f"{field}__contains": [unit]})


def current_of(system: AISystem) -> Matrix | None:
    """Return the matrix that is worked on: what is open if there is one, else the active one."""
    found = list(Matrix.objects.with_grid().current().filter(system=system))
    return min(found, key=lambda matrix: matrix.status == MatrixStatus.ACTIVE, default=None)


def accountable(system: AISystem, code: str) -> User | None:
    """Return the one person accountable for an activity by the active matrix, None for a gap.

    A gap is: no active matrix, no such row, nobody or several accountable, no person behind
    the letter, or a person who has left.
    """
    matrix = (
        Matrix.objects.filter(system=system, status=MatrixStatus.ACTIVE)
        .select_related("system__owner", "system__unit")
        .first()
    )
    if matrix is None:
        return None
    owners = Party.objects.filter(
        assignments__activity=code, assignments__letter__in=ACCOUNTABLE, matrix=matrix
    ).select_related("person")
    if len(owners) != 1:
        return None
    return _answering(person_of(owners[0], matrix, directory([matrix])))


def accountables(systems: Iterable[AISystem], code: str) -> dict[int, User]:
    """Return who is accountable for an activity, by system; a gap is absent. Five queries."""
    matrices = Matrix.objects.filter(
        system__in=[system.pk for system in systems], status=MatrixStatus.ACTIVE
    ).select_related("system__owner", "system__unit")
    people = directory(matrices)
    owners: dict[int, list[Party]] = {}
    for party in Party.objects.filter(
        assignments__activity=code, assignments__letter__in=ACCOUNTABLE, matrix__in=matrices
    ).select_related("person"):
        owners.setdefault(party.matrix_id, []).append(party)
    found = {
        matrix.system_id: _answering(person_of(owners[matrix.pk][0], matrix, people))
        for matrix in matrices
        if matrix.system_id and len(owners.get(matrix.pk, ())) == 1
    }
    return {system: person for system, person in found.items() if system and person}


def _answering(person: User | None) -> User | None:
    return person if person and person.is_active and not person.is_service else None
