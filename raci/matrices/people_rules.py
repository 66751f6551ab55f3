"""R07 to R11 and R18: are the people of a matrix there, covered, separate and free to judge?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from raci.matrices.resolution import Column, stand_ins
from raci.matrices.rules import Activity, Finding, Mend, Party, PartyKind, Row
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, WORKING, Letter
from raci.matrices.situation import (
    Separation,
    Side,
    Situation,
    about,
    column_of,
    controlled,
    in_rows,
)
from raci.people.rules import Away, Mandate, Rank, chain

SOON = timedelta(days=7)  # an absence that begins by then must be covered
ENDING = timedelta(days=14)  # a holder who ends by then needs a successor
DAY = "%Y-%m-%d"


def findings(now: Situation) -> Iterator[Finding]:
    """Return what these rules find; a default has roles and no people."""
    if now.is_default:
        return
    yield from unreachable(now)
    yield from vacant(now)
    yield from vacated(now)
    yield from ending(now)
    yield from uncovered(now)
    yield from wrong_delegations(now)
    yield from not_separate(now)
    yield from judged_by_delivery(now)


def _by_person(now: Situation, letters: frozenset[Letter]) -> dict[str, tuple[Party, list[str]]]:
    """Return each person who has one of the letters, with the codes of the rows."""
    found: dict[str, tuple[Party, list[str]]] = {}
    for row in now.rows:
        for party in row.with_letter(letters):
            if party.person:
                found.setdefault(party.person, (party, []))[1].append(row.activity.code)
    return found


def unreachable(now: Situation) -> Iterator[Finding]:
    """R07: whoever has an A or R is here, with a verified address; an A that left is R04."""
    for party, codes in _by_person(now, WORKING).values():
        doing = [row.activity.code for row in now.rows if party in row.with_letter(RESPONSIBLE)]
        if party.left and doing:
            reason = f"{party.name} has left and is still responsible {in_rows(doing)}."
            yield about("R07", doing, reason, "Give the R to somebody who is here.", mend=Mend.ROW)
        elif not party.left and "@" not in party.email:
            reason = f"{party.name} cannot be reached {in_rows(codes)}: there is no address."
            yield about("R07", codes, reason, "Add an e-mail address.", mend=Mend.ADDRESSES)
        elif not party.left and not party.is_verified:
            reason = (
                f"Nobody knows whether {party.name} can be reached {in_rows(codes)}: "
                "the address is not verified."
            )
            fix = f"Send {party.name} a link that verifies it, or have an administrator vouch."
            yield about("R07", codes, reason, fix, mend=Mend.ADDRESSES)


def vacant(now: Situation) -> Iterator[Finding]:
    """R08: a role that does the work has a holder, or a schedule that says who is on call."""
    found: dict[str, list[str]] = {}
    for row in now.rows:
        for party in row.with_letter(RESPONSIBLE):
            if party.kind == PartyKind.ROLE:
                found.setdefault(party.roles[0], []).append(row.activity.code)
    for role, codes in found.items():
        if now.world.on_call(role, now.subject.path, now.at) is None:
            words = now.world.role_words.get(role, role)
            reason = f"{words} is vacant and responsible {in_rows(codes)}."
            yield about("R08", codes, reason, "Name who holds the role.", mend=Mend.HOLDERS)


def vacated(now: Situation) -> Iterator[Finding]:
    """R08: whoever was named as the holder of a role still is, or somebody follows."""
    path = now.subject.path
    for party, codes in _by_person(now, WORKING).values():
        for role in party.roles:
            ended = _ended(now, party.person, role)
            followed = now.cover.holder(role, path, now.at) or now.world.on_call(role, path, now.at)
            if ended and not followed and not _owns(now, party.person, role):
                words = now.world.role_words.get(role, role)
                reason = (
                    f"{words} is vacant since {ended:{DAY}}; {party.name}, who held it until "
                    f"then, is still named {in_rows(codes)}."
                )
                fix = f"Name who holds the role, or give the rows of {party.name} to somebody."
                yield about("R08", codes, reason, fix, mend=Mend.HOLDERS)


def _ended(now: Situation, person: str, role: str) -> datetime | None:
    """Return when the last term of a person in a role ended; None when it holds or never was."""
    terms = [
        seat
        for unit in now.subject.path
        for seat in now.cover.seats.get((unit, role), ())
        if seat.person == person and seat.rank == Rank.PRIMARY
    ]
    ends = [seat.until for seat in terms if seat.until and seat.until <= now.at]
    return max(ends) if ends and len(ends) == len(terms) else None


def _owns(now: Situation, person: str, role: str) -> bool:
    return role == now.world.owner_role and now.subject.owner == person


def ending(now: Situation) -> Iterator[Finding]:
    """R08: a holder who ends within 14 days has a successor."""
    path = now.subject.path
    for party, codes in _by_person(now, WORKING).values():
        for role in party.roles:
            ends = _ends(now, party.person, role)
            if ends and not now.cover.holder(role, path, ends):
                words = now.world.role_words.get(role, role)
                reason = f"{party.name} is {words} until {ends:{DAY}}, and nobody follows."
                fix = "Name a successor from that day on."
                yield about("R08", codes, reason, fix, mend=Mend.HOLDERS, error=False)


def _ends(now: Situation, person: str, role: str) -> datetime | None:
    """Return when a person's term in a role ends, if that is within 14 days."""
    for unit in now.subject.path:
        for seat in now.cover.seats.get((unit, role), ()):
            if seat.person == person and seat.holds(now.at) and seat.until:
                return seat.until if seat.until <= now.at + ENDING else None
    return None


def uncovered(now: Situation) -> Iterator[Finding]:
    """R09: while somebody is away, each of their A and R has somebody who stands in."""
    working = _by_person(now, WORKING)
    for person, (party, _) in working.items():
        for absence in now.cover.absences.get(person, ()):
            if absence.end <= now.at:
                continue
            moments = _moments(now, party, absence, set(working))
            codes = [row.activity.code for row in now.rows if _is_bare(now, row, person, moments)]
            if codes:
                reason = (
                    f"{party.name} is away from {absence.start:{DAY}} to {absence.end:{DAY}}, "
                    f"and nobody stands in {in_rows(codes)}."
                )
                fix = "Delegate, have it accepted, or name a deputy for the role."
                soon = absence.start <= now.at + SOON
                yield about("R09", codes, reason, fix, mend=Mend.COVER, error=soon)


def _is_bare(now: Situation, row: Row, person: str, moments: list[datetime]) -> bool:
    """Return whether a row lacks somebody at some moment while one of its people is away."""
    for letters in (ACCOUNTABLE, RESPONSIBLE):
        parties = row.with_letter(letters)
        if any(party.person == person for party in parties):
            cells = [(column_of(party), letters) for party in parties]
            if not all(_is_covered(now, row, cells, at) for at in moments):
                return True
    return False


def _is_covered(
    now: Situation, row: Row, cells: list[tuple[Column, frozenset[Letter]]], at: datetime
) -> bool:
    code = row.activity.code
    return any(stand_ins(code, cell, now.subject, at, now.world) for cell in cells)


def _moments(now: Situation, party: Party, absence: Away, others: set[str]) -> list[datetime]:
    """Return the moments of an absence at which who stands in may change."""
    start, path = max(absence.start, now.at), now.subject.path
    seats = [
        seat
        for unit in path
        for role in party.roles
        for seat in now.cover.seats.get((unit, role), ())
    ]
    given = now.cover.mandates.get(party.person, ())
    cuts = {start} | {row.end for row in given} | {row.start for row in given}
    cuts |= {row.withdrawn_at for row in given if row.withdrawn_at}
    cuts |= {seat.until for seat in seats if seat.until}
    for person in others | {row.taker for row in given} | {seat.person for seat in seats}:
        cuts |= {other.start for other in now.cover.absences.get(person, ())}
    return sorted(cut for cut in cuts if start <= cut < absence.end)


def wrong_delegations(now: Situation) -> Iterator[Finding]:
    """R10: one step only, no circle, and who acts may and is separate from the other side."""
    mandates = [
        row
        for rows in now.cover.mandates.values()
        for row in rows
        if row.end > now.at and (row.withdrawn_at is None or row.withdrawn_at > now.at)
    ]
    working = _by_person(now, WORKING)
    for mandate in mandates:
        if mandate.giver in working:
            codes = working[mandate.giver][1]
            yield from _wrong(now, mandate, mandates, codes)


def _wrong(
    now: Situation, mandate: Mandate, others: list[Mandate], codes: list[str]
) -> Iterator[Finding]:
    taker, giver = now.cover.person(mandate.taker).name, now.cover.person(mandate.giver).name
    if why := chain(mandate, others):
        reason = f"{taker} is to act for {giver}, but {why}."
        yield about("R10", codes, reason, "Withdraw one of the two.", mend=Mend.COVER)
    for row in now.rows:
        activity, owners = row.activity, row.with_letter(ACCOUNTABLE)
        given = any(party.person == mandate.giver for party in owners)
        counts = not mandate.activities or activity.code in mandate.activities
        if given and counts and activity.authority and not _may(now, mandate, activity):
            power = now.authority_words.get(activity.authority, activity.authority).lower()
            reason = f"{taker} is to act for {giver} and lacks the authority: {power}."
            fix = f"Give {taker} the authority for that time, or delegate to somebody who has it."
            yield about("R10", [activity.code], reason, fix, mend=Mend.AUTHORITIES)
    for pair in _pairs(now):
        for mine, theirs in ((pair.one, pair.other), (pair.other, pair.one)):
            if _acts(now, mandate, mine) and mandate.taker in _people(now, theirs):
                reason = f"{taker}, acting for {giver}, would be on both sides. {pair.why}"
                fix = "Delegate to somebody else."
                yield about(
                    "R10", [mine[0]], reason, fix, mend=Mend.COVER, error=_is_hard(now, pair)
                )


def _may(now: Situation, mandate: Mandate, activity: Activity) -> bool:
    at, power = max(mandate.start, now.at), activity.authority
    return now.cover.may(mandate.taker, power, now.subject.path, at, activity.amount)


def _acts(now: Situation, mandate: Mandate, side: Side) -> bool:
    counts = not mandate.activities or side[0] in mandate.activities
    return counts and mandate.giver in _people(now, side)


def _people(now: Situation, side: Side) -> set[str]:
    """Return who stands on a side of a separation."""
    code, letters = side
    return {
        party.person
        for row in now.rows
        if row.activity.code == code
        for party in row.with_letter(letters)
        if party.person
    }


def _pairs(now: Situation) -> list[Separation]:
    return [pair for pair in now.separations if not pair.applies_if or pair.applies_if & now.facts]


def _is_hard(now: Situation, pair: Separation) -> bool:
    """Return whether breaking it is an error: in a small organisation few are."""
    return not pair.warn and (pair.always or not now.is_small)


def not_separate(now: Situation) -> Iterator[Finding]:
    """R11: nobody is on both sides of a pair of duties that must be separate."""
    for pair in _pairs(now):
        for person in sorted(_people(now, pair.one) & _people(now, pair.other)):
            name, (one, other) = now.cover.person(person).name, (pair.one[0], pair.other[0])
            where = one if one == other else f"{one} and {other}"
            reason = f"{name} is on both sides, {where}. {pair.why}"
            hard, mend = _is_hard(now, pair), Mend.ROW
            fix = "Give one of the two to somebody else."
            if not hard and not pair.warn:
                mend = Mend.RECORD
                reason, fix = controlled(now, "R11", other, reason, fix)
            yield about("R11", [other], reason, fix, mend=mend, error=hard)


def judged_by_delivery(now: Situation) -> Iterator[Finding]:
    """R18: who answers for quality is not measured on delivery alone."""
    seats = [
        seat
        for unit in now.subject.path
        for role in now.world.role_words
        for seat in now.cover.seats.get((unit, role), ())
    ]
    for person in sorted(_people(now, ("QLT-01", ACCOUNTABLE))):
        mine = [seat for seat in seats if seat.person == person and seat.holds(now.at)]
        if any(seat.delivery_only for seat in mine) and ("R18", person) not in now.declared:
            name = now.cover.person(person).name
            reason = f"{name} answers for quality and is measured on delivery alone."
            fix = "Measure quality too, or put a declaration of the conflict on record."
            yield about("R18", ["QLT-01"], reason, fix, mend=Mend.RECORD, error=False)
