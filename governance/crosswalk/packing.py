"""What a pack says of frameworks: per control and system what is there, with its entries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from governance.crosswalk.entries import numbers_of
from governance.crosswalk.lawful import applies_from
from governance.crosswalk.queries import Coverage, Looked, Survey, survey
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Clause, Framework, Shown
from governance.crosswalk.standings import Standing
from inventory.systems.models import AISystem

WARNING = "A mapping is not compliance."
MOST_ROWS = 20  # of one query of one control that a pack lists; the rest is counted


def crosswalk_facts(
    systems: Iterable[AISystem], now: datetime, frameworks: Iterable[Framework] = tuple(Framework)
) -> dict[str, Any]:
    """Return where every control of these frameworks stands for the systems of a pack, as JSON.

    A constant number of look-ups, whatever the number of systems.
    """
    told = survey((system.pk for system in systems), now)
    chosen = [told.coverage(framework) for framework in frameworks]
    controls = {row.control.code: row.control for one in chosen for row in one.standings}
    looked = {code: told.looked(control) for code, control in sorted(controls.items())}
    numbers = numbers_of(
        line.shown for rows in looked.values() for one in rows for line in one.lines[:MOST_ROWS]
    )
    return {
        **told_mapping(),
        "frameworks": [_framework(one, told) for one in chosen],
        "evidence": {
            code: [_looked(one, numbers) for one in rows if one.lines]
            for code, rows in looked.items()
        },
    }


def told_mapping() -> dict[str, Any]:
    """Return which mapping was read, and what it is not."""
    known = catalogue()
    mapping = {
        "version": known.version,
        "dated": known.dated.isoformat(),
        "sha256": known.sha256,
        "sealed": known.is_sealed,
    }
    return {"warning": WARNING, "mapping": mapping}


def told_head(one: Coverage) -> dict[str, Any]:
    """Return which text of a framework counts, and how many of its controls are shown."""
    law, counts = one.law, one.counts
    return {
        "framework": one.head.key.value,
        "name": one.head.name,
        "law": {
            "title": law.title,
            "edition": law.edition,
            "as_of": law.as_of,
            "version": law.version,
        },
        "counts": {
            "applicable": counts.applicable,
            "present": counts.present,
            "present_in_part": counts.partial,
            "stale": counts.stale,
            "missing": counts.missing,
            "not_applicable": counts.not_applicable,
        },
    }


def told_coverage(one: Coverage, told: Survey) -> dict[str, Any]:
    """Return a framework control by control."""
    return told_head(one) | {"controls": [_control(row, told) for row in one.standings]}


def _framework(one: Coverage, told: Survey) -> dict[str, Any]:
    clauses = [
        {"clause": clause, "controls": [row.control.code for row in rows]}
        for clause, rows in one.by_clause
    ]
    return told_coverage(one, told) | {"clauses": clauses}


def _control(row: Standing, told: Survey) -> dict[str, Any]:
    def refs(pks: Iterable[int]) -> list[str]:
        return sorted(told.scope.by_pk[pk].ref for pk in pks)

    return {
        "control": row.control.code,
        "title": row.control.title,
        "state": row.state.value,
        "in_part": row.is_partial,
        "refs": [_clause(one, row.framework) for one in row.clauses],
        "applies_to": row.applies,
        "present": len(row.present),
        "stale": refs(row.stale),
        "missing": refs(row.missing),
        "not_applicable": [
            {"because": because, "systems": refs(pks)}
            for because, pks in sorted(_by_reason(row).items())
        ],
        "lacks": row.control.lacks,
        "mapping_changed": told.changed.get(row.control.code, ""),
        "by_hand_alone": not row.control.is_recorded,
    }


def _by_reason(row: Standing) -> dict[str, list[int]]:
    reasons: dict[str, list[int]] = {}
    for pk, because in row.why_not.items():
        reasons.setdefault(because, []).append(pk)
    return reasons


def _clause(one: Clause, framework: Framework) -> dict[str, Any]:
    days = applies_from(one.ref) if framework == Framework.EU_AI_ACT else ()
    return {
        "ref": one.ref,
        "strength": one.strength.value,
        "note": one.note,
        "applies_from": [{"route": route, "day": day.isoformat()} for route, day in days],
    }


def _looked(one: Looked, numbers: dict[tuple[str, int, str], int]) -> dict[str, Any]:
    rows = one.lines[:MOST_ROWS]
    return {
        "looked_for": one.words,
        "shows": one.evidence.shows.value,
        "found": len(one.lines),
        "rows": [_row(line.shown, [s.ref for s in line.systems], numbers) for line in rows],
    }


def _row(
    row: Shown, systems: list[str], numbers: dict[tuple[str, int, str], int]
) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "words": row.words,
        "on": row.on.isoformat() if row.on else None,
        "stale": row.stale,
        "entry": numbers.get(row.thing),
        "systems": systems,
    }
