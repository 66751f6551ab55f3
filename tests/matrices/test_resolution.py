"""Who it is at a moment: each step, each gap, and what must hold whatever the rows are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars.clock import moment_at
from raci.matrices.catalogue import catalogue
from raci.matrices.resolution import Column, Duty, Subject, Through, Version, World, who
from raci.matrices.schemes import Letter
from raci.people.rules import Away, Mandate, Person, Power, Rank, Seat, cover

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = NOW - 100 * DAY
BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ("ann", "ben", "cem", "dan", "eva")
PEOPLE = [Person(name, name.capitalize()) for name in NAMES]

ANN = Column("Ann", "ann", ("PO", "BS"))
BEN = Column("Ben", "ben", ("AO",))
CEM = Column("Cem", "cem", ("OC",))
ROWS = {
    "OPS-01": ((BEN, Letter.A), (CEM, Letter.R)),
    "CHG-01": ((ANN, Letter.A), (BEN, Letter.R)),
    "CHG-05": ((ANN, Letter.A), (CEM, Letter.R)),
    "OPS-03": ((BEN, Letter.AR),),
    "QLT-03": ((Column("Business sponsor", "", ("BS",)), Letter.A), (ANN, Letter.R)),
    "CHG-02": ((Column("Night team"), Letter.AR),),
}
SUBJECT = Subject("AIS-001", (1, 2), "", (Version(1, OLD, ROWS),))
STOP = [Power(name, 1, "stop-system", OLD) for name in NAMES]


def world(on_call=None, people=PEOPLE, **rows) -> World:
    index = cover(people, **({"powers": STOP} | rows))
    lookups = {"on_call": on_call} if on_call else {}
    return World(index, catalogue().activities, catalogue().roles, **lookups)


def deputy(role: str, person: str, **over) -> Seat:
    return Seat(role, 1, person, Rank.DEPUTY, OLD, **over)


def away(person: str, start=NOW - DAY, end=NOW + DAY) -> Away:
    return Away(person, start, end)


def mandate(giver: str, taker: str, **over) -> Mandate:
    about = {"start": NOW - DAY, "end": NOW + DAY, "accepted_at": NOW - 2 * DAY}
    return Mandate(giver, taker, **(about | over))


def pager(person: str, words: str = "Nobody is on call by Nights."):
    return lambda role, path, at: Duty(person, words) if role == "OC" else None


def test_who_has_the_pager_comes_before_who_holds_the_role():
    answer = who("OPS-01", SUBJECT, NOW, world(pager("dan")))

    assert (answer.person.name, answer.through) == ("Dan", Through.ON_CALL)
    assert answer.accountable.name == "Ben"


def test_without_a_schedule_the_holder_of_the_role_does_it():
    answer = who("OPS-01", SUBJECT, NOW, world())

    assert (answer.person.name, answer.through) == ("Cem", Through.HOLDER)


def test_an_empty_schedule_is_said_and_passed_over():
    answer = who("OPS-01", SUBJECT, NOW, world(pager("")))

    assert answer.person.name == "Cem"
    assert "Nobody is on call by Nights." in answer.steps


def test_whoever_is_on_call_and_away_is_passed_over():
    answer = who("OPS-01", SUBJECT, NOW, world(pager("dan"), absences=[away("dan")]))

    assert answer.person.name == "Cem"


def test_a_decision_is_the_accountables_and_not_of_who_does_the_work():
    answer = who("CHG-01", SUBJECT, NOW, world())

    assert answer.person.name == "Ann"
    assert who("CHG-01", SUBJECT, NOW, world(absences=[away("ann")])).through == Through.GAP


def test_a_delegate_acts_for_who_is_away_and_accountability_stays():
    answer = who(
        "CHG-01", SUBJECT, NOW, world(absences=[away("ann")], mandates=[mandate("ann", "dan")])
    )

    assert (answer.person.name, answer.through) == ("Dan", Through.DELEGATE)
    assert answer.acting_for == "Ann"
    assert answer.accountable.name == "Ann"
    assert any("Ann is away until" in step for step in answer.steps)


def test_a_delegate_waits_while_the_person_is_there():
    answer = who("CHG-01", SUBJECT, NOW, world(mandates=[mandate("ann", "dan")]))

    assert answer.person.name == "Ann"


def test_a_delegate_does_not_pass_it_on():
    rows = {"absences": [away("ann"), away("dan")]}
    rows["mandates"] = [mandate("ann", "dan"), mandate("dan", "eva")]

    assert who("CHG-01", SUBJECT, NOW, world(**rows)).through == Through.GAP


def test_the_deputy_of_the_role_comes_after_the_delegate():
    rows = {"absences": [away("ann")], "seats": [deputy("PO", "eva")]}
    with_both = world(**rows, mandates=[mandate("ann", "dan")])

    assert who("CHG-01", SUBJECT, NOW, with_both).person.name == "Dan"
    answer = who("CHG-01", SUBJECT, NOW, world(**rows))
    assert (answer.person.name, answer.through) == ("Eva", Through.DEPUTY)


def test_the_deputy_of_another_role_of_the_same_person_does_not_stand_in():
    rows = {"absences": [away("ann")], "seats": [deputy("BS", "eva")]}

    assert who("CHG-01", SUBJECT, NOW, world(**rows)).through == Through.GAP


def test_the_next_level_is_the_accountable_then_a_named_role():
    rows = {"absences": [away("cem")]}
    up = who("OPS-01", SUBJECT, NOW, world(**rows))
    night = world(absences=[away("ann")], seats=[Seat("AO", 1, "dan", Rank.PRIMARY, OLD)])
    then = who("CHG-05", SUBJECT, NOW, night)

    assert (up.person.name, up.level) == ("Ben", 2)
    assert (then.person.name, then.level) == ("Dan", 2)


def test_who_lacks_the_authority_does_not_decide():
    rows = {"powers": [Power("ben", 1, "stop-system", OLD)], "seats": [deputy("PO", "ben")]}
    answer = who("CHG-05", SUBJECT, NOW, world(**rows))

    assert answer.person.name == "Ben"
    assert any("Ann lacks the authority" in step for step in answer.steps)


@pytest.mark.parametrize(
    ("code", "at", "words"),
    [
        ("CHG-01", OLD - DAY, "No matrix of AIS-001 was in force"),
        ("GOV-09", NOW, "has no row for GOV-09"),
        ("ZZZ-99", NOW, "has no row for ZZZ-99"),
        ("QLT-03", NOW, "Nobody can be reached for “Sign off thresholds”"),
        ("CHG-02", NOW, "Nobody can be reached"),
    ],
)
def test_a_gap_is_named(code, at, words):
    answer = who(code, SUBJECT, at, world())

    assert answer.through == Through.GAP
    assert answer.person is None
    assert words in answer.gap


def test_who_has_left_is_not_the_answer_but_was():
    people = [replace(person, left_at=NOW) if person.key == "ann" else person for person in PEOPLE]
    asked = world(people=people)

    assert who("CHG-01", SUBJECT, NOW - DAY, asked).person.name == "Ann"
    assert who("CHG-01", SUBJECT, NOW, asked).through == Through.GAP
    assert who("CHG-01", SUBJECT, NOW, asked).accountable is None


def test_a_service_account_is_never_the_answer():
    people = [replace(person, is_service=person.key == "ann") for person in PEOPLE]

    assert who("CHG-01", SUBJECT, NOW, world(people=people)).through == Through.GAP


def test_the_matrix_of_the_moment_answers():
    second = Version(2, NOW, {"CHG-01": ((BEN, Letter.AR),)})
    subject = replace(SUBJECT, versions=(second, *SUBJECT.versions))

    assert who("CHG-01", subject, NOW - timedelta(seconds=1), world()).person.name == "Ann"
    assert who("CHG-01", subject, NOW, world()).person.name == "Ben"


def test_a_role_without_a_person_follows_its_holders_through_time():
    seats = [
        Seat("BS", 1, "dan", Rank.PRIMARY, OLD, NOW),
        Seat("BS", 1, "eva", Rank.PRIMARY, NOW),
    ]
    asked = world(seats=seats)

    assert who("QLT-03", SUBJECT, NOW - DAY, asked).person.name == "Dan"
    assert who("QLT-03", SUBJECT, NOW, asked).person.name == "Eva"


@pytest.mark.parametrize(
    ("wall", "expected"),
    [((2027, 3, 28, 2, 0), "Eva"), ((2027, 3, 28, 1, 59), "Dan"), ((2026, 10, 25, 2, 30), "Dan")],
)
def test_the_nights_when_clocks_change_have_somebody(wall, expected):
    """The pager goes from Dan to Eva at 03:00 of the summer night, and at the second 02:30."""
    summer = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    winter = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def nights(role, path, at):
        if role != "OC":
            return None
        late = at >= summer if at > NOW else at >= winter
        return Duty("eva" if late else "dan", "On call by Nights.")

    moment = moment_at(datetime(*wall), BERLIN)  # noqa: DTZ001 - a clock on a wall
    old = replace(SUBJECT, versions=(replace(SUBJECT.versions[0], activated_at=OLD - 100 * DAY),))

    assert who("OPS-01", old, moment.at, world(nights)).person.name == expected


# --- what holds whatever the rows are -----------------------------------------------------------
names = st.sampled_from(NAMES)
hours = st.integers(-72, 72).map(lambda hour: NOW + timedelta(hours=hour))
spans = st.tuples(hours, st.integers(1, 96)).map(
    lambda pair: (pair[0], pair[0] + timedelta(hours=pair[1]))
)
seats = st.builds(
    lambda role, unit, person, rank, span: Seat(role, unit, person, rank, *span),
    st.sampled_from(["PO", "BS", "AO", "OC"]),
    st.sampled_from([1, 2]),
    names,
    st.sampled_from(list(Rank)),
    spans,
)
absences = st.builds(lambda person, span: Away(person, *span), names, spans)
mandates = st.builds(
    lambda giver, taker, span, accepted: Mandate(giver, taker, *span, accepted),
    names,
    names,
    spans,
    hours,
)
worlds = st.fixed_dictionaries(
    {
        "seats": st.lists(seats, max_size=8),
        "absences": st.lists(absences, max_size=8),
        "mandates": st.lists(mandates, max_size=8),
    }
)
codes = st.sampled_from(sorted(ROWS))
EVA = Column("Eva", "eva")
BY_ROLE = Column("On-call engineer", "", ("OC",)), Column("AI-Ops lead", "", ("AO",))
CROWDED = {
    **ROWS,
    "OPS-02": ((CEM, Letter.R), (BEN, Letter.R), (ANN, Letter.A), (EVA, Letter.R)),
    "OPS-05": ((BY_ROLE[0], Letter.R), (BY_ROLE[1], Letter.A)),
}
days = st.integers(1, 3).map(lambda days: (NOW - days * DAY, NOW + days * DAY))
rivals = st.builds(  # seats in the same two roles of one unit, at the same time
    lambda role, person, rank, span: Seat(role, 1, person, rank, *span),
    st.sampled_from(["OC", "AO"]),
    names,
    st.sampled_from(list(Rank)),
    days,
)


crowds = st.fixed_dictionaries(
    {
        "seats": st.lists(rivals, min_size=2, max_size=6),
        "absences": st.lists(st.builds(lambda who, span: Away(who, *span), names, days)),
        "mandates": st.lists(
            st.builds(
                lambda giver, taker, span, early: Mandate(giver, taker, *span, OLD + early * DAY),
                st.sampled_from(["ben", "cem"]),
                names,
                days,
                st.integers(0, 3),
            ),
            max_size=6,
        ),
    }
)


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(worlds, crowds), st.sampled_from(sorted(CROWDED)), hours, st.permutations(range(8))
)
def test_the_answer_does_not_depend_on_the_order_of_rows(rows, code, at, order):
    def mixed(found):
        return [found[place] for place in order if place < len(found)] + list(found[8:])

    cells = {key: tuple(mixed(row)) for key, row in CROWDED.items()}
    one = replace(SUBJECT, versions=(Version(1, OLD, CROWDED),))
    other = replace(SUBJECT, versions=(Version(1, OLD, cells),))
    world_of_others = world(**{name: mixed(found) for name, found in rows.items()})

    assert who(code, other, at, world_of_others) == who(code, one, at, world(**rows))


@settings(deadline=None)
@given(worlds, codes, hours, names, st.sampled_from(["", *NAMES]))
def test_an_added_absence_never_makes_an_absent_person_the_answer(rows, code, at, absent, on_call):
    rows["absences"] = [*rows["absences"], Away(absent, at - DAY, at + DAY)]
    answer = who(code, SUBJECT, at, world(pager(on_call), **rows))
    away_now = {row.person for row in rows["absences"] if row.covers(at)}

    assert answer.person is None or answer.person.key not in away_now


@settings(deadline=None)
@given(worlds, codes, hours)
def test_an_answer_is_a_person_or_a_named_gap(rows, code, at):
    answer = who(code, SUBJECT, at, world(**rows))

    assert (answer.person is None) == (answer.through == Through.GAP) == bool(answer.gap)
    assert answer.steps
