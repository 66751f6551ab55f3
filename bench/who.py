"""Questions of “who is it?” per second on one core, and the rules over 1,000 matrices.

Run: .venv/bin/python -m bench.who

All in memory, as it is once loaded: 1,000 systems with two versions of a matrix each, 400 people,
one in five of them away at times, half of those with a delegate, a schedule with three people.
"""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from raci.matrices.catalogue import catalogue
from raci.matrices.resolution import Column, Duty, Subject, Version, World, who
from raci.matrices.rules import Party, Row
from raci.matrices.rules import findings as row_findings
from raci.matrices.schemes import ACCOUNTABLE, Letter
from raci.matrices.situation import Situation
from raci.matrices.validation import findings
from raci.oncall.coverage import on_call
from raci.oncall.rules import Layer, Plan, Shift
from raci.people.rules import Away, Cover, Mandate, Path, Person, Power, Rank, Seat, cover

SEED, SYSTEMS, PEOPLE, UNITS = 20_261_122, 1_000, 400, 40
AIM_PER_SECOND = 2_000
LEAST_SECONDS = 3.0
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD = NOW - timedelta(days=400)
PLAN = Plan(
    zone="Europe/Berlin",
    layers=(Layer(1, 1, (1, 2, 3), datetime(2025, 1, 6, 9)),),  # noqa: DTZ001 - a wall clock
    overrides=(),
    swaps=(),
    absences=(),
)


def measure() -> dict[str, float]:
    """Return questions per second, and milliseconds per matrix for all rules."""
    dice = random.Random(SEED)
    index, keys = _people(dice)
    world = World(index, catalogue().activities, catalogue().roles, _pager)
    subjects = [_system(dice, keys, number) for number in range(SYSTEMS)]
    asked = [
        (dice.choice(list(subject.versions[0].rows)), subject, _moment(dice))
        for subject in subjects
        for _ in range(10)
    ]
    rate, gaps = _questions(asked, world)
    bare = _bare(asked)
    situations = [_situation(subject, world) for subject in subjects]
    all_ms, rows_ms = _rules(situations, findings), _rules(situations, row_findings)
    return {
        "who_per_second": round(rate),
        "aim_per_second": AIM_PER_SECOND,
        "questions": len(asked),
        "gaps_percent": round(100 * gaps / len(asked)),
        "look_ups_of_a_letter_per_question": round(bare / rate, 1),
        "rules_ms_per_matrix": round(all_ms, 2),
        "rules_over_rules_of_rows": round(all_ms / rows_ms, 1),
        "validation_of_1000_s": round(all_ms * SYSTEMS / 1000, 2),
    }


def _people(dice: random.Random) -> tuple[Cover, list[str]]:
    keys = [f"p{number}" for number in range(PEOPLE)]
    away = dice.sample(keys, PEOPLE // 5)
    spans = {key: NOW + timedelta(days=dice.randint(-20, 20)) for key in away}
    week = timedelta(days=7)
    roles = list(catalogue().roles)
    everybody = [Person(key, key.upper(), email="x@bench.example") for key in keys]
    return cover(
        everybody,
        [
            Seat(role, unit, dice.choice(keys), rank, OLD)
            for unit in range(UNITS)
            for role in roles
            for rank in Rank
        ],
        [Away(key, start, start + week) for key, start in spans.items()],
        [Mandate(key, dice.choice(keys), spans[key], spans[key] + week, OLD) for key in away[::2]],
        [Power(key, 0, kind, OLD) for key in keys for kind in catalogue().authorities],
    ), keys


def _moment(dice: random.Random) -> datetime:
    return NOW + timedelta(hours=dice.randint(-500, 500))


def _pager(role: str, path: Path, at: datetime) -> Duty | None:
    if role != "OC":
        return None
    found = on_call(PLAN, at)
    return Duty(f"p{found.person}" if isinstance(found, Shift) else "", "by Nights")


def _system(dice: random.Random, keys: list[str], number: int) -> Subject:
    holders = {role: dice.choice(keys) for role in catalogue().roles}
    rows = {
        code: tuple(
            (Column(role, "" if dice.random() < 0.1 else holders[role], (role,)), letter)
            for role, letter in activity.letters.items()
        )
        for code, activity in catalogue().activities.items()
    }
    versions = tuple(Version(at + 1, OLD + timedelta(days=390 * at), rows) for at in range(2))
    return Subject(f"AIS-{number:04}", (0, number % UNITS), holders["PO"], versions)


def _questions(asked: list[tuple[str, Subject, datetime]], world: World) -> tuple[float, int]:
    done, gaps, begun = 0, 0, time.process_time()
    while (spent := time.process_time() - begun) < LEAST_SECONDS:
        gaps = sum(who(code, subject, at, world).person is None for code, subject, at in asked)
        done += len(asked)
    return done / spent, gaps


def _bare(asked: list[tuple[str, Subject, datetime]]) -> float:
    """Return how often per second the accountable column is read out of the rows alone."""
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < 1:
        for code, subject, _ in asked:
            cells = subject.versions[-1].rows[code]
            next((column for column, letter in cells if letter in ACCOUNTABLE), None)
        done += len(asked)
    return done / spent


def _situation(subject: Subject, world: World) -> Situation:
    people = world.cover
    rows = tuple(
        Row(catalogue().activities[code], tuple(map(partial(_cell, people), cells)))
        for code, cells in subject.versions[-1].rows.items()
    )
    return Situation(
        rows=rows,
        authority_words=catalogue().authorities,
        at=NOW,
        world=world,
        subject=subject,
        facts=frozenset({"high_risk"}),
        separations=catalogue().separations,
        is_live=True,
        in_force_since=NOW,
    )


def _cell(people: Cover, cell: tuple[Column, Letter]) -> tuple[Party, Letter]:
    column, letter = cell
    key = column.person
    return Party(people.person(key).name, person=key, roles=column.roles, email="x@x"), letter


def _rules(situations: list[Situation], rules) -> float:  # type: ignore[no-untyped-def]
    """Return milliseconds of processor time per matrix."""
    begun = time.process_time()
    for situation in situations:
        rules(situation)
    return (time.process_time() - begun) * 1000 / len(situations)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
