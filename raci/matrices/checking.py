"""What the rules find in matrices today: loading all that they look at, for many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.classification.rules import Tier
from governance.classification.signed import current_tiers
from governance.notices.proofs import verified
from inventory.systems.rules import Stage
from raci.matrices import queries, rules, schemes
from raci.matrices.asking import Pagers
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Assignment, Matrix
from raci.matrices.queries import OWNER_ROLE, Directory, Letters
from raci.matrices.resolution import Subject, World
from raci.matrices.rules import Finding, MatrixStatus, Mend, PartyKind
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE
from raci.matrices.situation import Load, Situation
from raci.matrices.statements import Statements, statements_about
from raci.matrices.validation import findings as found_by_rules
from raci.oncall.rules import FORECAST_DAYS, Gap
from raci.people.queries import cover_of
from raci.people.vocabulary import vocabulary

WEIGHTS = {Tier.MINIMAL: 1, Tier.LIMITED: 2}  # of a tier in a person's load; any other is 3
SMALL = 5  # people in a small organisation
LIVE = {Stage.LIMITED, Stage.PRODUCTION}
MENDED_AT = {
    Mend.HOLDERS: ("raci:default", "#roles-h"),
    Mend.AUTHORITIES: ("raci:default", "#authority-h"),
    Mend.SCHEDULES: ("oncall:schedules", ""),
    Mend.COVER: ("raci:cover", ""),
    Mend.ADDRESSES: ("notices:addresses", ""),
}


@dataclass(frozen=True)
class Surroundings:
    """All that surrounds some matrices at one moment."""

    at: datetime
    people: Directory
    world: World
    pagers: Pagers
    loads: Mapping[str, Load]
    is_small: bool
    statements: Statements
    on_call: Mapping[str, float]


def surroundings(matrices: Iterable[Matrix]) -> Surroundings:
    """Return what surrounds these matrices now, in a constant number of queries."""
    found, at = list(matrices), timezone.now()
    units = {pk for matrix in found for pk in matrix.home.path}
    named = {party.person_id for matrix in found for party in matrix.parties.all()}
    named |= {matrix.system.owner_id for matrix in found if matrix.system}
    ids = {pk for pk in named if pk}
    pagers = Pagers([matrix.home for matrix in found], at)
    people = queries.directory(found)
    seated = {person.pk for person in people.holders.values()}
    activities, words = catalogue().activities, catalogue().roles
    return Surroundings(
        at,
        replace(people, reachable=verified(ids | seated)),
        World(cover_of(units, ids), activities, words, pagers, OWNER_ROLE),
        pagers,
        _loads(ids),
        User.objects.filter(is_active=True, is_service=False)[: SMALL + 1].count() <= SMALL,
        statements_about(found),
        pagers.shares(at),
    )


def _loads(people: Iterable[int]) -> dict[str, Load]:
    """Return for how much each person is accountable in all matrices in force."""
    rows = (
        Assignment.objects.filter(
            matrix__status=MatrixStatus.ACTIVE,
            matrix__system__isnull=False,
            letter__in=list(ACCOUNTABLE),
            party__person__in=set(people),
        )
        .order_by()
        .values_list("party__person__handle", "matrix__system")
        .annotate(count=Count("pk"))
    )
    counted = list(rows)
    tiers = current_tiers(system for _, system, _ in counted)
    loads: dict[str, Load] = {}
    for person, system, count in counted:
        tier = tiers.get(system)
        weight = WEIGHTS.get(Tier(tier), 3) if tier else 3
        before = loads.get(person, Load())
        loads[person] = Load(before.activities + count, before.points + count * weight)
    return loads


def situation(matrix: Matrix, around: Surroundings, letters: Letters | None = None) -> Situation:
    """Return what the rules look at: the stored letters, or those a form holds."""
    rows = _rows(matrix, around, letters)
    facts = queries.facts_for(matrix, around.people)
    applying = [a for a in catalogue().activities.values() if rules.applies(a, facts)]
    system = matrix.system
    return Situation(
        rows=rows,
        required=tuple(activity for activity in applying if activity.mandatory),
        is_default=system is None,
        authority_words=catalogue().authorities,
        scheme=matrix.letters,
        separated=catalogue().separated,
        at=around.at,
        world=around.world,
        subject=_subject(matrix),
        facts=facts,
        lawful=tuple(activity for activity in applying if activity.law),
        separations=catalogue().separations,
        groups=vocabulary().groups,
        is_small=around.is_small,
        is_live=system is not None and system.stage in LIVE,
        in_force_since=matrix.activated_at if matrix.status == MatrixStatus.ACTIVE else None,
        attested=around.statements.attested.get(matrix.pk, {}),
        declared=around.statements.declared.get(matrix.system_id or 0, {}),
        loads=around.loads,
        on_call=around.on_call,
        uncovered=_dark(rows, matrix, around) if system else {},
    )


def _subject(matrix: Matrix) -> Subject:
    owner = matrix.system.owner if matrix.system else None
    ref = matrix.system.ref if matrix.system else ""
    return Subject(ref, tuple(matrix.home.path), owner.handle if owner else "")


def _rows(matrix: Matrix, around: Surroundings, letters: Letters | None) -> tuple[rules.Row, ...]:
    given = queries.letters_of(matrix) if letters is None else letters
    # A default's roles stand for themselves: who holds them differs from unit to unit.
    columns = {
        party.pk: queries.role_party(party)
        if matrix.system is None and party.kind == PartyKind.ROLE
        else queries.party_today(party, matrix, around.people)
        for party in matrix.parties.all()
    }
    cells: dict[str, list[tuple[rules.Party, schemes.Letter]]] = {
        code: [] for code in matrix.activities
    }
    for (code, party_id), letter in given.items():
        if code in cells and party_id in columns:
            cells[code].append((columns[party_id], letter))
    activities = catalogue().activities
    return tuple(rules.Row(activities[code], tuple(row)) for code, row in cells.items())


def _dark(rows: Iterable[rules.Row], matrix: Matrix, around: Surroundings) -> dict[str, str]:
    """Return the roles that must answer at night and have gaps ahead, with the first of these."""
    roles = {
        role
        for row in rows
        if row.activity.needs_24x7
        for party in row.with_letter(RESPONSIBLE)
        for role in party.roles
    }
    gaps = {role: around.pagers.gaps(role, matrix.home, around.at) for role in sorted(roles)}
    return {role: _gap_words(role, found) for role, found in gaps.items() if found}


def _gap_words(role: str, gaps: list[Gap]) -> str:
    words, first = catalogue().roles.get(role, role), gaps[0]
    if (first.until - first.since) >= timedelta(days=FORECAST_DAYS):
        return f"No schedule says who is on call as {words}."
    count = f"{len(gaps)} gap{'s' if len(gaps) > 1 else ''} in the next {FORECAST_DAYS} days"
    return f"{words}: {count}, the first from {first.since:%Y-%m-%d %H:%M} UTC."


def findings(matrix: Matrix, letters: Letters | None = None) -> list[Finding]:
    """Return what the rules find in one matrix today."""
    return findings_in(matrix, surroundings([matrix]), letters)


def findings_in(
    matrix: Matrix, around: Surroundings, letters: Letters | None = None
) -> list[Finding]:
    """Return what the rules find in one of the matrices, each with where to mend it."""
    found = found_by_rules(situation(matrix, around, letters))
    return [replace(finding, link=link_of(finding, matrix)) for finding in found]


def link_of(finding: Finding, matrix: Matrix) -> str:
    """Return the address at which a finding is mended."""
    if finding.mend == Mend.RECORD:
        return f"{address(matrix)}#record"
    if finding.mend == Mend.ROW:
        return f"{address(matrix)}{'#' if finding.row else ''}{finding.row}"
    name, anchor = MENDED_AT[finding.mend]
    unit = f"?unit={matrix.home.pk}" if finding.mend in (Mend.HOLDERS, Mend.AUTHORITIES) else ""
    return f"{reverse(name)}{unit}{anchor}"


def address(matrix: Matrix) -> str:
    """Return where a matrix is shown: with its system, or by itself."""
    if matrix.system:
        return reverse("raci:system", args=[matrix.system.ref])
    return reverse("raci:matrix", args=[matrix.pk])


@dataclass(frozen=True)
class Listed:
    """A matrix in the list, with how many errors and warnings it has today."""

    matrix: Matrix
    errors: int
    warnings: int


def with_findings(matrices: Iterable[Matrix]) -> list[Listed]:
    """Return matrices (loaded with their grid) with their findings counted."""
    found = list(matrices)
    around = surroundings(found)
    listed = []
    for matrix in found:
        errors = [item.is_error for item in found_by_rules(situation(matrix, around))]
        listed.append(Listed(matrix, sum(errors), len(errors) - sum(errors)))
    return listed
