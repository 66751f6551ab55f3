"""R01 to R06, R12 and R17: is each row whole, and does the right one answer for it? Pure."""

from collections.abc import Iterator, Mapping

from raci.matrices.rules import Activity, Finding, Mend, Party, PartyKind, Row, Severity, Snapshot
from raci.matrices.schemes import (
    ACCOUNTABLE,
    RESPONSIBLE,
    TOLD,
    WORKING,
    Letter,
    Scheme,
    listed,
    spoken,
    strongest,
)


def findings(snapshot: Snapshot) -> list[Finding]:
    """Return what rules R01 to R06, R12 and R17 find, row by row, errors before warnings."""
    found = list(_missing_rows(snapshot))
    for row in snapshot.rows:
        found += _row_findings(row, snapshot)
    return found


def _row_findings(row: Row, snapshot: Snapshot) -> list[Finding]:
    scheme = snapshot.scheme
    if nothing := _nobody_acts(row, scheme):
        return [nothing]
    found = [*_accountable_once(row, scheme), *_somebody_does_it(row, scheme)]
    found += _kept_apart(row, snapshot)
    owners = row.with_letter(ACCOUNTABLE)
    if len(owners) == 1:
        found += _answers(row, owners[0], snapshot)
    return [*found, *_one_letter_each(row, scheme)]


def _error(rule: str, row: Activity, reason: str, fix: str) -> Finding:
    return Finding(rule, Severity.ERROR, row.code, reason, fix)


def _missing_rows(snapshot: Snapshot) -> Iterator[Finding]:
    """R01: every applicable mandatory activity has a row."""
    there = {row.activity.code for row in snapshot.rows}
    for activity in snapshot.required:
        if activity.code not in there:
            reason = f"“{activity.title}” is mandatory here and has no row."
            yield _error("R01", activity, reason, f"Add the row {activity.code}.")


def _nobody_acts(row: Row, scheme: Scheme) -> Finding | None:
    """R06: no empty row, and no row in which nobody answers or acts."""
    one = "one" if scheme.acts_once else "an"
    fix = f"Choose one A and {one} {scheme.acting}."
    if not row.cells:
        return _error("R06", row.activity, "The row is empty.", fix)
    if not row.with_letter(WORKING):
        reason = "The row only has people to consult or to inform."
        if others := {letter for _, letter in row.cells} - TOLD:
            words = sorted(scheme.words[letter].lower() for letter in others)
            reason = f"Beside people to consult or to inform, the row only has: {listed(words)}."
        return _error("R06", row.activity, reason, fix)
    return None


def _accountable_once(row: Row, scheme: Scheme) -> Iterator[Finding]:
    """R02: exactly one A."""
    owners = row.with_letter(ACCOUNTABLE)
    if not owners:
        fix = "Choose one person as A."
        yield _error("R02", row.activity, scheme.nobody_answers, fix)
    if len(owners) > 1:
        reason = f"{scheme.shared} {listed([owner.name for owner in owners])}."
        yield _error("R02", row.activity, reason, "Keep one A.")


def _somebody_does_it(row: Row, scheme: Scheme) -> Iterator[Finding]:
    """R03: at least one R, A/R counts; in DACI exactly one D. Support is none."""
    acting, both = scheme.acting, spoken(scheme.both)
    doing = row.with_letter(RESPONSIBLE)
    if not doing:
        fix = f"Give somebody {_a(acting)}, or {both} to {scheme.answering}."
        yield _error("R03", row.activity, scheme.nobody_acts, fix)
    if scheme.acts_once and len(doing) > 1:
        reason = f"It is driven by {listed([party.name for party in doing])}."
        yield _error("R03", row.activity, reason, f"Keep one {acting}.")


def _a(letter: str) -> str:
    return f"{'an' if letter in 'AR' else 'a'} {letter}"


def _kept_apart(row: Row, snapshot: Snapshot) -> Iterator[Finding]:
    """R11 within a row: who signs off did not act; who approves does not drive, where it counts."""
    apart = snapshot.scheme.apart
    if apart is None or not (apart.everywhere or row.activity.code in snapshot.separated):
        return
    sides = [
        {party.person or party.name: party for party in row.with_letter(_side(letter))}
        for letter in (apart.one, apart.other)
    ]
    for key in sorted(set(sides[0]) & set(sides[1])):
        one, other = spoken(apart.one), spoken(apart.other)
        reason = f"{sides[0][key].name} has both {one} and {other} here. {apart.why}"
        yield _error("R11", row.activity, reason, f"Give the {one} to somebody else.")


def _side(letter: Letter) -> frozenset[Letter]:
    """Return the letters that count as this one: A/R and D/A are two each."""
    sets = (ACCOUNTABLE, RESPONSIBLE)
    return next((letters for letters in sets if letter in letters), frozenset({letter}))


def _answers(row: Row, owner: Party, snapshot: Snapshot) -> Iterator[Finding]:
    """R17, R04 and R05 for the one accountable party."""
    if snapshot.is_default and owner.kind == PartyKind.ROLE:
        return
    activity, words = row.activity, snapshot.authority_words
    if owner.kind == PartyKind.VENDOR and activity.law:
        reason = f"{owner.name} is an outside party; the law puts this duty ({activity.law}) on us."
        yield _error("R17", activity, reason, f"Give {owner.name} R or C and the A to one of us.")
    elif reason := _not_a_person(owner):
        yield _error("R04", activity, reason, "Give the A to one named person.")
    elif activity.authority and activity.authority not in owner.authorities:
        what = words.get(activity.authority, activity.authority)
        reason = f"{owner.name} lacks the authority this row needs: {what.lower()}."
        fix = f"Give {owner.name} that authority, or the A to somebody who holds it."
        yield Finding("R05", Severity.ERROR, activity.code, reason, fix, Mend.AUTHORITIES)
    elif reason := _falls_short(owner, activity, words):
        fix = f"Raise the limit of {owner.name}, or give the A to somebody who may go further."
        yield Finding("R05", Severity.ERROR, activity.code, reason, fix, Mend.AUTHORITIES)


def _falls_short(owner: Party, activity: Activity, words: Mapping[str, str]) -> str:
    """Return why the owner's authority does not go as far as the row needs; empty when it does."""
    limit, needed = owner.limits.get(activity.authority), activity.amount
    if limit is None or needed is None or limit.covers(needed):
        return ""
    what = words.get(activity.authority, activity.authority).lower()
    return f"{owner.name} may {what} up to {limit}, and this row needs {needed}."


NOT_A_PERSON: dict[PartyKind, str] = {
    PartyKind.ROLE: "Nobody holds the role {name} today.",
    PartyKind.TEAM: "{name} is a team, and a team cannot answer for anything.",
    PartyKind.MAILBOX: "{name} is a mailbox, not a person.",
    PartyKind.VENDOR: "{name} is a vendor; one of our own people must answer.",
    PartyKind.SERVICE: "{name} is a service account, not a person.",
}


def _not_a_person(owner: Party) -> str:
    """Return why R04 fails: the A is not one named natural person today; empty when it is."""
    if owner.kind in NOT_A_PERSON:
        return NOT_A_PERSON[owner.kind].format(name=owner.name)
    return f"{owner.name} has left." if owner.left else ""


def _one_letter_each(row: Row, scheme: Scheme) -> Iterator[Finding]:
    """R12: a person has at most one letter in a row; A and R together count as one."""
    held: dict[str, list[tuple[Party, Letter]]] = {}
    for party, letter in row.cells:
        if party.person:
            held.setdefault(party.person, []).append((party, letter))
    for cells in held.values():
        letters = {letter for _, letter in cells}
        if len(letters) > 1 and not letters <= WORKING:
            name, given = cells[0][0].name, listed(sorted(letters))
            reason = f"{name} has more than one letter here: {given}."
            fix = f"Keep {spoken(strongest(letters, scheme))} for {name}."
            yield Finding("R12", Severity.WARNING, row.activity.code, reason, fix)
