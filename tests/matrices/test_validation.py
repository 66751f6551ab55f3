"""R07 to R21: each rule fires on what it is about, and keeps still otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from raci.matrices.catalogue import catalogue
from raci.matrices.resolution import Duty, Subject, World
from raci.matrices.rules import Mend, Party, PartyKind, Row
from raci.matrices.schemes import Letter
from raci.matrices.situation import Load, Situation
from raci.matrices.validation import ALL, findings
from raci.people.rules import Away, Mandate, Person, Power, Rank, Seat, cover

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = NOW - 400 * DAY
A, R, C, I, AR = Letter.A, Letter.R, Letter.C, Letter.I, Letter.AR  # noqa: E741
NAMES = ("ann", "ben", "cem", "dan", "eva", "fay")
STOP = frozenset({"stop-system", "sign-contract"})


def party(name: str, *roles: str, **over) -> Party:
    about = {"person": name, "authorities": STOP, "roles": roles, "email": f"{name}@x.example"}
    about["is_verified"] = True
    return Party(name.capitalize(), **(about | over))


ANN, BEN, CEM = party("ann", "PO"), party("ben", "AO"), party("cem", "OC")
DAN, EVA, FAY = party("dan", "DS"), party("eva", "VAL"), party("fay", "BS")
VACANT = Party("Red team", PartyKind.ROLE, roles=("RED",), is_role=True)
SOUND = {
    "OPS-01": ((BEN, A), (CEM, R)),
    "CHG-01": ((ANN, A), (BEN, R)),
    "CHG-02": ((BEN, A), (DAN, R)),
    "CHG-03": ((EVA, AR),),
    "CHG-05": ((ANN, A), (CEM, R)),
    "QLT-01": ((ANN, A), (FAY, R)),
    "QLT-03": ((FAY, A), (ANN, R)),
}


def row(code: str, cells) -> Row:
    return Row(catalogue().activities[code], tuple(cells))


def seen(on_call=None, people=None, **over) -> Situation:
    """A matrix in which nothing is wrong, but for what is said."""
    rows = {**SOUND, **over.pop("rows", {})}
    index = over.pop("index", {})
    over["on_call"] = over.pop("on_call_share", {})
    powers = [Power(name, 1, kind, OLD) for name in NAMES for kind in STOP]
    persons = people or [Person(name, name.capitalize(), email="x@x") for name in NAMES]
    lookups = {"on_call": on_call} if on_call else {}
    everything = catalogue()
    world = World(
        cover(persons, **({"powers": powers} | index)),
        everything.activities,
        everything.roles,
        **lookups,
    )
    about = {
        "at": NOW,
        "world": world,
        "subject": Subject("AIS-001", (1, 2)),
        "separations": everything.separations,
        "groups": frozenset({"ALL"}),
        "is_live": True,
        "authority_words": everything.authorities,
    }
    return Situation(rows=tuple(row(code, cells) for code, cells in rows.items()), **about | over)


def fired(now: Situation, rule: str) -> list[str]:
    """Return what one rule says, each with E or W."""
    return [
        f"{'E' if found.is_error else 'W'} {found.reason}"
        for found in findings(now)
        if found.rule == rule
    ]


def away(person: str, start=NOW - DAY, end=NOW + DAY) -> dict:
    return {"absences": [Away(person, start, end)]}


def mandate(giver: str, taker: str, **over) -> Mandate:
    about = {"start": NOW - 2 * DAY, "end": NOW + 9 * DAY, "accepted_at": NOW - 3 * DAY}
    return Mandate(giver, taker, **(about | over))


def seat(role: str, person: str, rank=Rank.PRIMARY, since=OLD, **over) -> Seat:
    return Seat(role, 1, person, rank, since, **over)


def test_a_sound_matrix_is_sound():
    assert findings(seen()) == []
    assert len(ALL) == 21


LEFT = party("cem", "OC", left=True)
FIRES = {
    "R07 left": (seen(rows={"OPS-01": ((BEN, A), (LEFT, R))}), "R07", "E Cem has left"),
    "R07 address": (
        seen(rows={"OPS-01": ((BEN, A), (party("cem", email=""), R))}),
        "R07",
        "E Cem cannot be reached",
    ),
    "R07 unverified": (
        seen(rows={"OPS-01": ((BEN, A), (party("cem", is_verified=False), R))}),
        "R07",
        "E Nobody knows whether Cem can be reached in CHG-05, OPS-01: the address is not verified",
    ),
    "R08 vacant": (
        seen(rows={"OPS-03": ((BEN, A), (VACANT, R))}),
        "R08",
        "E Red team is vacant and responsible in OPS-03",
    ),
    "R08 vacated": (
        seen(index={"seats": [seat("AO", "ben", until=NOW - DAY)]}),
        "R08",
        "E AI-Ops lead is vacant since 2026-11-22; Ben, who held it until then, is still named in",
    ),
    "R08 ending": (
        seen(index={"seats": [seat("AO", "ben", until=NOW + 13 * DAY)]}),
        "R08",
        "W Ben is AI-Ops lead until 2026-12-06, and nobody follows",
    ),
    "R09 now": (seen(index=away("ann")), "R09", "E Ann is away from 2026-11-22"),
    "R09 in a week": (
        seen(index=away("ann", NOW + 7 * DAY, NOW + 8 * DAY)),
        "R09",
        "E Ann is away",
    ),
    "R09 later": (
        seen(index=away("ann", NOW + 8 * DAY, NOW + 9 * DAY)),
        "R09",
        "W Ann is away",
    ),
    "R09 too short": (
        seen(index={**away("ann"), "mandates": [mandate("ann", "fay", end=NOW + DAY / 2)]}),
        "R09",
        "E Ann is away",
    ),
    "R10 circle": (
        seen(index={"mandates": [mandate("ann", "fay"), mandate("fay", "ann")]}),
        "R10",
        "E Fay is to act for Ann, but each would act for the other",
    ),
    "R10 chain": (
        seen(index={"mandates": [mandate("ann", "fay"), mandate("fay", "cem")]}),
        "R10",
        "E Fay is to act for Ann, but who would take it lets somebody else act",
    ),
    "R10 authority": (
        seen(index={"mandates": [mandate("ann", "fay")], "powers": []}),
        "R10",
        "E Fay is to act for Ann and lacks the authority: stop a system",
    ),
    "R10 both sides": (
        seen(index={"mandates": [mandate("ann", "dan")]}),
        "R10",
        "E Dan, acting for Ann, would be on both sides. Whoever approves",
    ),
    "R11": (
        seen(rows={"CHG-03": ((DAN, AR),)}),
        "R11",
        "E Dan is on both sides, CHG-02 and CHG-03. Whoever validates",
    ),
    "R11 small": (
        seen(rows={"CHG-03": ((DAN, AR),)}, is_small=True),
        "R11",
        "W Dan is on both sides",
    ),
    "R11 small, controlled": (
        seen(
            rows={"CHG-03": ((DAN, AR),)},
            is_small=True,
            declared={("R11", "CHG-03"): "Fay looks at each. (Ann, 2026-11-01)"},
        ),
        "R11",
        "W Dan is on both sides, CHG-02 and CHG-03. Whoever validates a change did not submit it. "
        "Instead: Fay looks at each.",
    ),
    "R11 always": (
        seen(rows={"CHG-01": ((DAN, A), (BEN, R))}, is_small=True),
        "R11",
        "E Dan is on both sides, CHG-02 and CHG-01. Whoever approves",
    ),
    "R11 one case": (
        seen(rows={"INC-02": ((BEN, A), (CEM, R))}),
        "R11",
        "W Cem is on both sides, INC-02 and OPS-01",
    ),
    "R13 R": (
        seen(rows={"OPS-01": ((BEN, A), (CEM, R), (DAN, R), (EVA, R), (FAY, R))}),
        "R13",
        "W The row has 4 R",
    ),
    "R13 C": (
        seen(rows={code: (*cells, (party("gil"), C)) for code, cells in SOUND.items()}),
        "R13",
        "W Gil is consulted in 7 of 7 rows",
    ),
    "R14": (seen(loads={"ann": Load(13, 39)}), "R14", "W Ann answers for 13 activities"),
    "R14 on call": (
        seen(on_call_share={"cem": 0.51}),
        "R14",
        "W Cem is on call for 51% of the next 28 days",
    ),
    "R15 alone": (
        seen(rows={code: (cells[0], (CEM, R)) for code, cells in SOUND.items()}),
        "R15",
        "E Cem alone does",
    ),
    "R15 two": (
        seen(rows=dict.fromkeys(SOUND, ((ANN, A), (CEM, R)))),
        "R15",
        "E Only Ann and Cem",
    ),
    "R15 not live": (
        seen(rows=dict.fromkeys(SOUND, ((ANN, A), (CEM, R))), is_live=False),
        "R15",
        "W Only Ann and Cem",
    ),
    "R15 small": (
        seen(rows=dict.fromkeys(SOUND, ((ANN, A), (CEM, R))), is_small=True),
        "R15",
        "W Only Ann and Cem",
    ),
    "R15 small, controlled": (
        seen(
            rows=dict.fromkeys(SOUND, ((ANN, A), (CEM, R))),
            is_small=True,
            declared={("R15", ""): "The board reads along."},
        ),
        "R15",
        "W Only Ann and Cem answer for and do everything. Instead: The board reads along.",
    ),
    "R16 vacant": (
        seen(rows={"CHG-03": ((EVA, AR), (VACANT, C))}),
        "R16",
        "W Red team is never asked or told in CHG-03: nobody holds the role",
    ),
    "R16 left": (
        seen(rows={"CHG-03": ((EVA, AR), (party("gil", left=True), I))}),
        "R16",
        "W Gil is never asked or told in CHG-03: they have left",
    ),
    "R16 team": (
        seen(rows={"CHG-03": ((EVA, AR), (Party("Desk", PartyKind.TEAM), C))}),
        "R16",
        "W Desk is never asked or told in CHG-03: notices go to people",
    ),
    "R16 mailbox": (
        seen(rows={"CHG-03": ((EVA, AR), (Party("desk@x.example", PartyKind.MAILBOX), I))}),
        "R16",
        "W desk@x.example is never asked or told in CHG-03: notices go to people",
    ),
    "R16 vendor": (
        seen(rows={"CHG-03": ((EVA, AR), (Party("Kelda AI", PartyKind.VENDOR), C))}),
        "R16",
        "W Kelda AI is never asked or told in CHG-03: notices go to people here",
    ),
    "R16 service": (
        seen(rows={"CHG-03": ((EVA, AR), (party("bot", kind=PartyKind.SERVICE), I))}),
        "R16",
        "W Bot is never asked or told in CHG-03: a service account reads nothing",
    ),
    "R18": (
        seen(index={"seats": [seat("PO", "ann", delivery_only=True)]}),
        "R18",
        "W Ann answers for quality",
    ),
    "R19 gap": (seen(uncovered={"OC": "On-call engineer: 1 gap"}), "R19", "E On-call engineer"),
    "R19 no role": (
        seen(rows={"OPS-01": ((BEN, A), (party("cem"), R))}),
        "R19",
        "E Nobody who does this has a role",
    ),
    "R20 half a year": (
        seen(in_force_since=NOW - 181 * DAY),
        "R20",
        "W Ann has not confirmed for 181 days",
    ),
    "R20 a year": (
        seen(in_force_since=NOW - 366 * DAY),
        "R20",
        "E Ann has not confirmed for 366 days",
    ),
    "R20 one of several": (
        seen(in_force_since=OLD, attested={"ann": NOW - DAY, "ben": NOW - 200 * DAY}),
        "R20",
        "W Ben has not confirmed for 200 days what they answer for",
    ),
    "R20 another holder": (
        seen(in_force_since=NOW - DAY, index={"seats": [seat("AO", "fay")]}),
        "R20",
        "W AI-Ops lead is Fay now; the matrix still names Ben",
    ),
    "R21": (
        seen(lawful=(catalogue().activities["GOV-05"],)),
        "R21",
        "E “AI literacy and training” (AI Act Art. 4) applies here",
    ),
}
ONLY_ONE_CALL = {"on_call": lambda role, path, at: Duty("", "") if role == "RED" else None}
STILL = {
    "R07 only consulted": (
        seen(rows={"CHG-03": ((EVA, AR), (party("cem", is_verified=False), C))}),
        "R07",
    ),
    "R08 on a schedule": (seen(rows={"OPS-03": ((BEN, A), (VACANT, R))}, **ONLY_ONE_CALL), "R08"),
    "R08 successor": (
        seen(
            index={
                "seats": [
                    seat("AO", "ben", until=NOW + 13 * DAY),
                    seat("AO", "fay", since=NOW + 13 * DAY),
                ]
            }
        ),
        "R08",
    ),
    "R08 followed": (
        seen(index={"seats": [seat("AO", "ben", until=NOW), seat("AO", "fay", since=NOW)]}),
        "R08",
    ),
    "R08 back again": (
        seen(index={"seats": [seat("AO", "ben", until=NOW - DAY), seat("AO", "ben", since=NOW)]}),
        "R08",
    ),
    "R08 on call instead": (
        seen(
            on_call=lambda role, path, at: Duty("", "") if role == "AO" else None,
            index={"seats": [seat("AO", "ben", until=NOW - DAY)]},
        ),
        "R08",
    ),
    "R08 owner": (
        seen(
            index={"seats": [seat("PO", "ann", until=NOW - DAY)]},
            subject=Subject("AIS-001", (1, 2), "ann"),
        ),
        "R08",
    ),
    "R08 later": (seen(index={"seats": [seat("AO", "ben", until=NOW + 15 * DAY)]}), "R08"),
    "R09 delegate": (seen(index={**away("ann"), "mandates": [mandate("ann", "fay")]}), "R09"),
    "R09 deputy": (
        seen(index={**away("ann"), "seats": [seat("PO", "fay", Rank.DEPUTY)]}),
        "R09",
    ),
    "R09 over": (seen(index=away("ann", NOW - 2 * DAY, NOW)), "R09"),
    "R09 without a part": (seen(index=away("gil")), "R09"),
    "R09 another does it": (
        seen(
            rows={"OPS-01": ((BEN, A), (CEM, R), (FAY, R)), "CHG-05": ((ANN, A), (FAY, R))},
            index=away("cem"),
        ),
        "R09",
    ),
    "R10 one step": (seen(index={"mandates": [mandate("ann", "fay")]}), "R10"),
    "R10 over": (
        seen(
            index={
                "mandates": [mandate("ann", "fay"), mandate("fay", "ann", withdrawn_at=NOW - DAY)]
            }
        ),
        "R10",
    ),
    "R10 other activities": (
        seen(index={"mandates": [mandate("ann", "dan", activities=frozenset({"QLT-01"}))]}),
        "R10",
    ),
    "R11 not high risk": (seen(rows={"CHG-04": ((ANN, A), (CEM, R))}), "R11"),
    "R13 three": (
        seen(rows={"OPS-01": ((BEN, A), (CEM, R), (DAN, R), (EVA, R))}),
        "R13",
    ),
    "R14 twelve": (seen(loads={"ann": Load(12, 36)}), "R14"),
    "R14 half": (seen(on_call_share={"cem": 0.5}), "R14"),
    "R14 on call without work": (seen(on_call_share={"gil": 1.0}), "R14"),
    "R14 light": (seen(loads={"ann": Load(20, 20)}), "R14"),
    "R16 group": (
        seen(
            rows={
                "CHG-03": (
                    (EVA, AR),
                    (Party("All", PartyKind.ROLE, roles=("ALL",), is_role=True), C),
                )
            }
        ),
        "R16",
    ),
    "R16 person": (
        seen(rows={"CHG-03": ((EVA, AR), (party("gil", is_verified=False), C), (FAY, I))}),
        "R16",
    ),
    "R16 on a schedule": (
        seen(rows={"CHG-03": ((EVA, AR), (VACANT, C))}, **ONLY_ONE_CALL),
        "R16",
    ),
    "R16 does the work": (
        seen(rows={"CHG-03": ((EVA, A), (Party("Desk", PartyKind.TEAM), R))}),
        "R16",
    ),
    "R18 declared": (
        seen(
            index={"seats": [seat("PO", "ann", delivery_only=True)]},
            declared={("R18", "ann"): "On record."},
        ),
        "R18",
    ),
    "R18 both": (seen(index={"seats": [seat("PO", "ann")]}), "R18"),
    "R18 elsewhere": (
        seen(index={"seats": [replace(seat("PO", "ann", delivery_only=True), unit=3)]}),
        "R18",
    ),
    "R19 whole": (seen(uncovered={"AO": "a gap of a role that does not do it"}), "R19"),
    "R20 fresh": (seen(in_force_since=NOW - 180 * DAY), "R20"),
    "R20 attested": (
        seen(in_force_since=OLD, attested=dict.fromkeys(NAMES, NOW - 180 * DAY)),
        "R20",
    ),
    "R20 draft": (seen(index={"seats": [seat("AO", "fay")]}), "R20"),
    "R21 there": (seen(lawful=(catalogue().activities["CHG-01"],)), "R21"),
    "R21 mandatory": (
        seen(
            lawful=(catalogue().activities["GOV-09"],),
            required=(catalogue().activities["GOV-09"],),
        ),
        "R21",
    ),
}


@pytest.mark.parametrize(("now", "rule", "says"), FIRES.values(), ids=FIRES.keys())
def test_a_rule_fires_with_reason_and_fix(now, rule, says):
    found = fired(now, rule)

    assert any(one.startswith(says) for one in found), found
    assert all(one.fix for one in findings(now) if one.rule == rule)


@pytest.mark.parametrize(("now", "rule"), STILL.values(), ids=STILL.keys())
def test_a_rule_keeps_still(now, rule):
    assert fired(now, rule) == []


def test_a_control_that_is_missing_is_asked_for_where_it_can_be_put_on_record():
    now = seen(rows={"CHG-03": ((DAN, AR),)}, is_small=True)
    (found,) = [found for found in findings(now) if found.rule == "R11"]

    assert found.mend == Mend.RECORD
    assert found.fix.endswith("put a compensating control on record.")


def test_r17_and_the_rules_of_the_rows_are_among_them():
    vendor = Party("Kelda AI", PartyKind.VENDOR)
    now = seen(rows={"GOV-05": ((vendor, A), (BEN, R)), "CHG-01": ((BEN, R),)})

    assert [found.rule for found in findings(now) if found.is_error] == ["R02", "R17"]


def test_a_default_is_judged_by_its_rows_alone():
    now = seen(is_default=True, index=away("ann"), in_force_since=OLD)

    assert findings(now) == []


TEAM = Party("Claims desk", PartyKind.TEAM)
SEVEN = {
    "no A": seen(rows={"CHG-01": ((BEN, R),)}),
    "two A": seen(rows={"CHG-01": ((ANN, A), (FAY, A), (BEN, R))}),
    "a team as A": seen(rows={"CHG-01": ((TEAM, A), (BEN, R))}),
    "A left": seen(rows={"CHG-01": ((party("ann", left=True), A), (BEN, R))}),
    "A on leave, no delegate": seen(index=away("ann")),
    "a delegate without the authority": seen(
        index={"mandates": [mandate("ann", "fay")], "powers": []}
    ),
    "delegations in a circle": seen(
        index={"mandates": [mandate("ann", "fay"), mandate("fay", "ann")]}
    ),
}


def test_seven_wrongs_have_seven_messages():
    first = {name: findings(now)[0] for name, now in SEVEN.items()}

    assert all(found.is_error for found in first.values())
    assert len({found.reason for found in first.values()}) == 7
    assert {found.rule for found in first.values()} == {"R02", "R04", "R09", "R10"}
