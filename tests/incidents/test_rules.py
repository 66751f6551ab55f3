"""The clock of Art. 73: which days, counted how, in which zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.classification.packs import load
from governance.incidents import rules
from governance.incidents.queries import all_steps
from governance.incidents.rules import Case, ClockState, Effect, Regime

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
DEADLINES = load().deadlines
AWARE = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
E = Effect


def case(*effects, widespread=False, regime=Regime.NONE, aware_at=AWARE, zone=UTC_ZONE):
    """Return a case."""
    return Case(frozenset(effects), widespread, regime, aware_at, zone)


def governing(one):
    """Return the days and the law of the deadline that governs, None without one."""
    found = rules.dues(one, DEADLINES)
    return (found[0].days, found[0].id) if found else None


def test_the_pack_has_the_deadlines_that_the_clock_knows():
    assert {one.id for one in DEADLINES} >= set(rules.DEADLINES)


def test_effects_are_those_of_the_pack():
    assert [effect.value for effect in Effect] == list(load().facts["inc.effects"].values)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (case(E.HEALTH), (15, "art73.2")),
        (case(E.RIGHTS), (15, "art73.2")),
        (case(E.PROPERTY), (15, "art73.2")),
        (case(E.DEATH), (10, "art73.4")),
        (case(E.INFRASTRUCTURE), (2, "art73.3")),
        (case(E.RIGHTS, widespread=True), (2, "art73.3")),
        (case(widespread=True), (2, "art73.3")),
        (case(E.DEATH, E.HEALTH), (10, "art73.4")),
        (case(E.DEATH, E.INFRASTRUCTURE), (2, "art73.3")),
        (case(*Effect, widespread=True), (2, "art73.3")),
    ],
)
def test_the_earliest_deadline_governs(one, expected):
    assert governing(one) == expected


@pytest.mark.parametrize("regime", [Regime.EQUIVALENT, Regime.DEVICE])
@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ((E.DEATH,), None),
        ((E.HEALTH, E.INFRASTRUCTURE), None),
        ((E.RIGHTS,), (15, "art73.2")),
        ((E.RIGHTS, E.DEATH), (15, "art73.2")),
    ],
)
def test_under_another_regime_only_fundamental_rights_count(regime, one, expected):
    assert governing(case(*one, regime=regime)) == expected


def test_a_widespread_infringement_keeps_its_two_days_under_another_regime():
    assert governing(case(E.DEATH, widespread=True, regime=Regime.DEVICE)) == (2, "art73.3")


@pytest.mark.parametrize(
    ("aware", "zone", "days", "expected"),
    [
        # the day of awareness is day 0 and the last day counts to its end
        ("2026-11-20T14:30+00:00", "UTC", 2, "2026-11-23T00:00+00:00"),
        ("2026-11-20T00:00+00:00", "UTC", 2, "2026-11-23T00:00+00:00"),
        ("2026-11-20T23:59+00:00", "UTC", 2, "2026-11-23T00:00+00:00"),
        # half past midnight in Berlin is the next day there
        ("2026-11-20T23:30+00:00", "Europe/Berlin", 2, "2026-11-23T23:00+00:00"),
        # over the end of summer time: the last day ends at midnight of the winter clock
        ("2026-10-23T10:00+00:00", "Europe/Berlin", 2, "2026-10-25T23:00+00:00"),
        # over the beginning of summer time
        ("2027-03-27T10:00+00:00", "Europe/Berlin", 2, "2027-03-29T22:00+00:00"),
        # leap day and the year without one
        ("2028-02-27T10:00+00:00", "UTC", 2, "2028-03-01T00:00+00:00"),
        ("2027-02-27T10:00+00:00", "UTC", 2, "2027-03-02T00:00+00:00"),
        ("2028-02-29T10:00+00:00", "UTC", 15, "2028-03-16T00:00+00:00"),
        # into the next year, far east and far west
        ("2026-12-24T10:00+00:00", "UTC", 10, "2027-01-04T00:00+00:00"),
        ("2026-11-20T11:00+00:00", "Pacific/Auckland", 2, "2026-11-23T11:00+00:00"),
        ("2026-11-20T04:00+00:00", "America/Los_Angeles", 2, "2026-11-22T08:00+00:00"),
        # where the clock skips midnight the day begins when it goes on; where it comes twice,
        # with the first
        ("2026-04-21T10:00+00:00", "Africa/Cairo", 2, "2026-04-23T22:00+00:00"),
        ("2026-10-29T10:00+00:00", "America/Havana", 2, "2026-11-01T04:00+00:00"),
    ],
)
def test_calendar_days_are_counted_in_the_zone(aware, zone, days, expected):
    ends = rules.ends_at(datetime.fromisoformat(aware), days, ZoneInfo(zone))

    assert ends == datetime.fromisoformat(expected)
    assert ends.tzinfo == UTC


ENDS = datetime(2026, 12, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("reported", "now", "expected"),
    [
        (None, ENDS - MINUTE, ClockState.RUNNING),
        (None, ENDS, ClockState.OVERDUE),
        (ENDS - timedelta(microseconds=1), ENDS + MINUTE, ClockState.MET),
        (ENDS, ENDS + MINUTE, ClockState.LATE),
    ],
)
def test_the_last_moment_is_in_time_and_the_next_is_not(reported, now, expected):
    clock = rules.clock(case(E.HEALTH), DEADLINES, reported_at=reported, now=now)

    assert clock.due.ends_at == ENDS
    assert clock.state == expected


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (ENDS - timedelta(days=2, hours=5), "2 days 5 hours left"),
        (ENDS - timedelta(days=1), "1 day left"),
        (ENDS - timedelta(minutes=59), "59 minutes left"),
        (ENDS - timedelta(seconds=9), "less than a minute left"),
        (ENDS + timedelta(hours=1), "1 hour late"),
    ],
)
def test_what_is_left_is_said_in_words(now, words):
    assert rules.clock(case(E.HEALTH), DEADLINES, reported_at=None, now=now).words == words


def test_without_a_deadline_nothing_is_overdue():
    one = case(E.DEATH, regime=Regime.DEVICE)
    clock = rules.clock(one, DEADLINES, reported_at=None, now=AWARE + timedelta(days=99))

    assert clock.state == ClockState.NONE
    assert clock.due is None


def test_a_time_that_the_clock_skipped_is_no_moment():
    assert rules.moment_in(datetime(2027, 3, 28, 2, 30), BERLIN) is None  # noqa: DTZ001


def test_of_an_hour_that_came_twice_the_first_counts():
    twice = rules.moment_in(datetime(2026, 10, 25, 2, 30), BERLIN)  # noqa: DTZ001

    assert twice.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_every_step_names_a_law_of_the_pack():
    pack = load()
    known = {one.id for one in pack.obligations} | {one.id for one in pack.deadlines}

    assert {step.law for step in all_steps()} <= known


@pytest.mark.parametrize(
    ("role", "first"), [("provider", "causal_link"), ("deployer", "inform_provider")]
)
def test_each_role_has_its_own_steps(role, first):
    steps = rules.steps_for([role], all_steps(), owed=True)

    assert steps[0].kind == first
    assert {step.role for step in steps} == {role}


def test_who_is_provider_and_deployer_does_not_inform_itself():
    steps = rules.steps_for(["provider", "deployer"], all_steps(), owed=True)

    assert not {"inform_provider", "inform_chain"} & {step.kind for step in steps}
    assert "suspend" in {step.kind for step in steps}


def test_while_our_role_is_not_stated_no_step_is_left_out():
    steps = rules.steps_for(["provider", "deployer"], all_steps(), owed=True, sure=False)

    assert steps == all_steps()


def test_a_step_with_a_field_that_none_has_is_refused():
    row = {"kind": "x", "for": "provider", "law": "art73.2", "title": "Report", "if need be": None}

    with pytest.raises(ValueError, match="if need be"):
        rules.steps_from([row])


def test_without_a_deadline_the_provider_owes_no_report_here():
    kinds = {step.kind for step in rules.steps_for(["provider"], all_steps(), owed=False)}

    assert kinds == {"corrective_action", "cooperate"}


def test_closing_needs_the_complete_report_and_under_another_regime_the_route():
    steps = rules.steps_for(["provider"], all_steps(), owed=True)
    lacks = rules.lacks_before_closing(steps, {"initial_report"}, owed=True, sectoral_route="")
    others = rules.lacks_before_closing([], set(), owed=False, sectoral_route=" ")

    assert lacks == ["Complete the report"]
    assert others == ["Say where it is reported under the other regime"]


def test_the_pack_dates_the_rules_of_art_73_twice():
    dates = load().rules[rules.GENERAL].dates

    assert (dates.amended_formal, dates.amended) == (date(2026, 8, 2), date(2027, 12, 2))
