"""Worked cases of the law: those given, and our own, which state the whole outcome.

A case of our own expects what it does not write to be empty: no rule fires, no exception applies,
no role, no duty, no date. `obligations` is by role; a name out of SETS stands for its duties.
`days` names the route whose days the duties of Chapter III have (DAYS, from section 1.2 of the
facts of the law); `but` varies the case: each entry overrides facts and expected outcome.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
NO_DATES: Mapping[str, Any] = {"enacted": None, "amended": None}
NO_MODEL = {"is_gpai": False, "systemic": False, "open_source_exempt": False}
SETS = {
    "chapter3.provider": (
        "art8", "art9", "art10", "art11", "art12", "art13", "art14", "art15", "art16", "art17",
        "art18", "art19", "art20", "art21", "art25.4", "art43.4", "art47", "art48", "art72",
        "art73",
    ),
    "chapter3.deployer": (
        "art26.1", "art26.2", "art26.4", "art26.5", "art26.6", "art26.9", "art26.12",
    ),
}  # fmt: skip
DAYS = {
    "annex3": ("2026-08-02", "2027-12-02"),
    "annex1a": ("2027-08-02", "2028-08-02"),
    "annex1b": ("2027-08-02", "2028-08-02"),
}
FIXED = {  # the first that the duty begins with
    "art4": ("2025-02-02", "2025-02-02"),
    "art50.": ("2026-08-02", "2026-08-02"),
    "gpai.": ("2025-08-02", "2025-08-02"),
}
# Chapter III Section 5 and Arts 72, 73, 86 were not deferred by name: 2 August 2026 by the letter.
BY_THE_LETTER = ("art43.", "art47", "art48", "art49.", "art72", "art73", "art86")
DISPUTED = ("art49.2",)


@cache
def given() -> tuple[dict[str, Any], ...]:
    """Return the cases that came with the law."""
    return tuple(_read(HERE / "cases.yaml"))


@cache
def own() -> tuple[dict[str, Any], ...]:
    """Return our own cases with their variations, each with its whole expected outcome."""
    files = sorted(HERE.glob("own_cases*.yaml"))
    return tuple(full for file in files for case in _read(file) for full in _varied(case))


def _read(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(file.read_text(encoding="utf-8"))["cases"])


def _varied(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield _whole(case, case["facts"], case["expected"])
    for at, other in enumerate(case.get("but", []), start=1):
        named = case | {"id": f"{case['id']}.{at}", "title": other["title"]}
        expected = case["expected"] | other.get("expected", {})
        yield _whole(named, case["facts"] | other["facts"], expected)


def _whole(case: dict[str, Any], facts: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    expected = {
        "tier_enacted": stated["tier"],
        "fired": [],
        "exceptions": [],
        "roles": [],
        "obligations": {},
        "dates": NO_DATES,
        "gpai": NO_MODEL,
    } | stated
    expected["exemption"] = {
        "outcome": "not_applicable",
        "conditions": [],
        "reason": None,
    } | stated.get("exemption", {})
    expected.setdefault("dates_here", expected["dates"])
    expected["duties"] = _duties(expected)
    return case | {"facts": facts, "expected": expected}


def _duties(expected: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for each expected duty its roles, days, dispute and transitional rule."""
    duties: dict[str, dict[str, Any]] = {}
    for role, names in expected["obligations"].items():
        for duty in (one for name in names for one in SETS.get(name, [name])):
            duties.setdefault(duty, _row(duty, expected))["roles"].append(role)
    return duties


def _row(duty: str, expected: dict[str, Any]) -> dict[str, Any]:
    moved = expected.get("other_dates", {}).get(duty)
    days, transition = _days(duty, expected), None
    if moved is not None:
        transition = moved.get("transition")
        days = {name: day for name, day in moved.items() if name != "transition"}
    elif expected.get("legacy") and _fixed(duty) is None:
        legacy = expected["legacy"]
        transition, days = legacy["rule"], {name: legacy[name] for name in NO_DATES}
    return {
        "roles": [],
        "applies_from": days,
        "disputed": duty in DISPUTED,
        "transition": transition,
    }


def _fixed(duty: str) -> tuple[str, str] | None:
    known = (days for start, days in FIXED.items() if duty == start or (
        start.endswith(".") and duty.startswith(start)))  # fmt: skip
    return next(known, None)


def _days(duty: str, expected: dict[str, Any]) -> dict[str, str]:
    enacted, amended = _fixed(duty) or DAYS[expected["days"]]
    days = {"enacted": enacted, "amended": amended}
    if duty.startswith(BY_THE_LETTER):
        days["amended_formal"] = "2026-08-02"
    return days


def differences(case: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Return the expected fields of a case that the outcome does not meet."""
    return [field for field, holds in _compared(case["expected"], got) if not holds]


def _compared(expected: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "tier", got["tier"] == expected["tier"]
    yield "tier_enacted", got["tier_enacted"] == expected.get("tier_enacted", expected["tier"])
    yield "fired", sorted(got["fired"]) == sorted(expected["fired"])
    yield "exemption", got["exemption"] | expected["exemption"] == got["exemption"]
    yield "roles", sorted(got["roles"]) == sorted(expected["roles"])
    yield "gpai", got["gpai"] == expected["gpai"]
    yield "dates", got["dates"] == expected["dates"]
    if "duties" in expected:  # the whole outcome is stated
        yield "exceptions", sorted(got["exceptions"]) == sorted(expected["exceptions"])
        yield "dates_here", got["dates_here"] == expected["dates_here"]
        yield "duties", _told(got) == expected["duties"]
        return
    duties = _told(got)
    yield "key_obligations", set(expected["key_obligations"]) <= set(duties)
    yield "must_not", not set(expected.get("must_not_obligations", [])) & set(duties)
    yield "exceptions", set(expected.get("exceptions_applied", [])) <= set(got["exceptions"])
    for duty, days in expected.get("other_dates", {}).items():
        told = duties[duty]["applies_from"] | ({"disputed": True} if duty in DISPUTED else {})
        yield f"other_dates {duty}", told == days


def _told(got: dict[str, Any]) -> dict[str, dict[str, Any]]:
    fields = ("roles", "applies_from", "disputed", "transition")
    return {duty["id"]: {name: duty[name] for name in fields} for duty in got["obligations"]}
