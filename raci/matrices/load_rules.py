"""R13 to R16 and R19 to R21: load, notices, the night, age, and duties of the law."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from raci.matrices.rules import Finding, Mend, Party, PartyKind
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, TOLD, Letter
from raci.matrices.situation import Situation, about, controlled, in_rows

MOST_R, MOST_C = 3, 5  # in one row
MOST_A, MOST_POINTS = 12, 30
MOST_ON_CALL = 0.5  # of all hours of the next 28 days
FEW = 2  # people who do and answer for everything
OLD, TOO_OLD = timedelta(days=180), timedelta(days=365)


def findings(now: Situation) -> Iterator[Finding]:
    """Return what these rules find; a default has roles and no people."""
    yield from unassigned_duties(now)
    if now.is_default:
        return
    yield from crowded(now)
    yield from overloaded(now)
    yield from always_on_call(now)
    yield from leaning_on_few(now)
    yield from never_told(now)
    yield from dark_hours(now)
    yield from outdated(now)


def crowded(now: Situation) -> Iterator[Finding]:
    """R13: at most three R and five C in a row, and nobody consulted in more than half of all."""
    for row in now.rows:
        for letters, most, word in (
            (RESPONSIBLE, MOST_R, now.scheme.acting),
            ({Letter.C}, MOST_C, "C"),
        ):
            count = len(row.with_letter(frozenset(letters)))
            if count > most:
                reason = f"The row has {count} {word}; more than {most} slow it down."
                fix = f"Keep the {most} that matter."
                code = row.activity.code
                yield about("R13", [code], reason, fix, mend=Mend.ROW, error=False)
    for party, codes in _rows_of(now, frozenset({Letter.C})):
        if len(codes) * 2 > len(now.rows):
            reason = f"{party.name} is consulted in {len(codes)} of {len(now.rows)} rows."
            fix = "Consult where the answer matters; inform elsewhere."
            yield about("R13", codes, reason, fix, mend=Mend.ROW, error=False)


def _rows_of(now: Situation, letters: frozenset[Letter]) -> list[tuple[Party, list[str]]]:
    """Return who has one of the letters in which rows, by name."""
    found: dict[str, tuple[Party, list[str]]] = {}
    for row in now.rows:
        for party in row.with_letter(letters):
            found.setdefault(party.person or party.name, (party, []))[1].append(row.activity.code)
    return sorted(found.values(), key=lambda pair: pair[0].name)


def overloaded(now: Situation) -> Iterator[Finding]:
    """R14: nobody answers for more than 12 activities that weigh more than 30 points."""
    for party, codes in _rows_of(now, ACCOUNTABLE):
        load = now.loads.get(party.person)
        if load and load.activities > MOST_A and load.points > MOST_POINTS:
            reason = (
                f"{party.name} answers for {load.activities} activities in all systems, "
                f"{load.points} points by risk; {MOST_POINTS} are much."
            )
            fix = "Share some out."
            yield about("R14", codes, reason, fix, mend=Mend.ROW, error=False)


def always_on_call(now: Situation) -> Iterator[Finding]:
    """R14: whoever does the work is on call for at most half of all hours ahead."""
    for party, codes in _rows_of(now, RESPONSIBLE):
        share = now.on_call.get(party.person, 0.0)
        if party.person and share > MOST_ON_CALL:
            reason = (
                f"{party.name} is on call for {share:.0%} of the next 28 days, beside the work."
            )
            fix = "Put more people on the rota."
            yield about("R14", codes, reason, fix, mend=Mend.SCHEDULES, error=False)


def leaning_on_few(now: Situation) -> Iterator[Finding]:
    """R15: no one person does half of it alone, and more than two people carry it."""
    alone: Counter[str] = Counter()
    names: dict[str, str] = {}
    for row in now.rows:
        doing = {party.person: party for party in row.with_letter(RESPONSIBLE)}
        if len(doing) == 1:
            person, party = next(iter(doing.items()))
            if person:
                alone[person] += 1
                names[person] = party.name
    for person, count in alone.items():
        if count * 2 >= len(now.rows):
            reason = f"{names[person]} alone does {count} of {len(now.rows)} rows."
            yield _few(now, reason, "Give some to others.", Mend.ROW)
    carrying = _rows_of(now, ACCOUNTABLE | RESPONSIBLE)
    people = {party.person for party, _ in carrying if party.person}
    if now.rows and len(people) <= FEW:
        named = " and ".join(sorted(now.cover.person(person).name for person in people))
        verb = "answer for and do" if len(people) > 1 else "answers for and does"
        reason = f"Only {named or 'nobody'} {verb} everything."
        fix = "A system that runs needs more than two people: name who operates it."
        yield _few(now, reason, fix, Mend.HOLDERS)


def _few(now: Situation, reason: str, fix: str, mend: Mend) -> Finding:
    """Return a finding of R15; in a small organisation a control stands in for more people."""
    if now.is_small:
        reason, fix = controlled(now, "R15", "", reason, fix)
    hard = now.is_live and not now.is_small
    return about("R15", (), reason, fix, mend=Mend.RECORD if now.is_small else mend, error=hard)


def never_told(now: Situation) -> Iterator[Finding]:
    """R16: whoever is to be consulted or informed gets the notice."""
    for party, codes in _rows_of(now, TOLD):
        if why := _no_route(now, party):
            reason = f"{party.name} is never asked or told {in_rows(codes)}: {why}."
            fix = "Name a person, or who holds the role."
            mend = Mend.HOLDERS if party.kind == PartyKind.ROLE else Mend.ROW
            yield about("R16", codes, reason, fix, mend=mend, error=False)


UNREAD = {
    PartyKind.TEAM: "notices go to people, and nobody of the team is named",
    PartyKind.MAILBOX: "notices go to people, and nobody who reads the mailbox is named",
    PartyKind.VENDOR: "notices go to people here, and nobody tells the vendor",
    PartyKind.SERVICE: "a service account reads nothing",
}


def _no_route(now: Situation, party: Party) -> str:
    """Return why no notice reaches a party; empty when one does.

    A person with an open account is told in the app and by mail. A role is told through its
    holder or who is on call; a group is everybody, who hear of it together.
    """
    if party.kind == PartyKind.ROLE:
        many = set(party.roles) & now.groups
        on_call = (now.world.on_call(role, now.subject.path, now.at) for role in party.roles)
        is_told = many or any(duty is not None for duty in on_call)
        return "" if is_told else "nobody holds the role"
    if party.left:
        return "they have left"
    return UNREAD.get(party.kind, "")


def dark_hours(now: Situation) -> Iterator[Finding]:
    """R19: what must be answered at night has somebody on call for the next 28 days."""
    for row in now.rows:
        if not row.activity.needs_24x7:
            continue
        roles = [role for party in row.with_letter(RESPONSIBLE) for role in party.roles]
        asked = [role for role in roles if row.activity.letters.get(role) in RESPONSIBLE] or roles
        gaps = [now.uncovered[role] for role in asked if role in now.uncovered]
        if len(gaps) == len(asked):  # no role, or none with a schedule that is whole
            reason = gaps[0] if gaps else "Nobody who does this has a role with a schedule."
            fix = "Complete the on-call schedule of the role."
            yield about("R19", [row.activity.code], reason, fix, mend=Mend.SCHEDULES)


def outdated(now: Situation) -> Iterator[Finding]:
    """R20: whoever is accountable said within half a year that it holds, and it names today's."""
    if now.in_force_since is None:
        return
    for party, codes in _rows_of(now, ACCOUNTABLE):
        said = max(now.in_force_since, now.attested.get(party.person, now.in_force_since))
        if now.at - said > OLD and party.person and not party.left:
            days = (now.at - said).days
            reason = f"{party.name} has not confirmed for {days} days what they answer for."
            fix = f"{party.name} reads {_these(codes)} and confirms."
            yield about("R20", codes, reason, fix, mend=Mend.RECORD, error=now.at - said > TOO_OLD)
    for row_party, codes in _rows_of(now, ACCOUNTABLE | RESPONSIBLE):
        for role in () if row_party.is_role else row_party.roles:
            holder = now.cover.holder(role, now.subject.path, now.at)
            if holder and holder != row_party.person and role != now.world.owner_role:
                words, name = now.world.role_words.get(role, role), now.cover.person(holder).name
                reason = f"{words} is {name} now; the matrix still names {row_party.name}."
                fix = f"Give the rows of {words} to {name}, or say why not."
                yield about("R20", codes, reason, fix, mend=Mend.ROW, error=False)


def _these(codes: list[str]) -> str:
    return f"the row {codes[0]}" if len(codes) == 1 else f"their {len(codes)} rows"


def unassigned_duties(now: Situation) -> Iterator[Finding]:
    """R21: each duty of the law that applies to the system has a row."""
    there = {row.activity.code for row in now.rows}
    required = {activity.code for activity in now.required}
    for activity in now.lawful:
        if activity.code not in there | required:  # of mandatory ones R01 speaks
            reason = f"“{activity.title}” ({activity.law}) applies here and has no row."
            fix = f"Add the row {activity.code}."
            yield about("R21", [activity.code], reason, fix, mend=Mend.ROW)
