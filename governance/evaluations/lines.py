"""Criteria as lines that people write: `pass_rate >= 0.95 margin 0.01 soft`. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from governance.evaluations.criteria import Criterion, CriterionError, criteria_from, plain

LINE = re.compile(
    r"(?P<metric>(?:pass_rate|mean_score)\[[^\]]*\]|[^\s<>=]+)\s*(?P<comparator>>=|<=|>|<)\s*"
    r"(?P<value>(?!margin)\S+)?(\s*margin\s+(?P<margin>\S+))?(\s+(?P<soft>soft|hard))?"
)


def criteria_in(text: str) -> tuple[Criterion, ...]:
    """Return the criteria of a text; raises CriterionError with a line for each mistake."""
    rows: list[dict[str, Any]] = []
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = _row(line.strip())
            criteria_from([row])
        except CriterionError as error:
            mistakes.append(f"Line {number}: {str(error).removeprefix('Criterion 1: ')}")
        else:
            rows.append(row)
    if mistakes:
        raise CriterionError("\n".join(mistakes))
    return criteria_from(rows)


def _row(line: str) -> dict[str, Any]:
    found = LINE.fullmatch(line)
    if not found:
        raise CriterionError(f"“{line[:60]}” is no criterion. Write: pass_rate >= 0.95 margin 0.01")
    row: dict[str, Any] = found.groupdict()
    return {**row, "hard": row.pop("soft") != "soft"}


def lines_of(criteria: Iterable[Criterion]) -> str:
    """Return criteria as the lines that `criteria_in` reads."""
    return "\n".join(_line(one) for one in criteria)


def _line(one: Criterion) -> str:
    parts = [one.metric, one.comparator.value]
    if one.value is not None:
        parts.append(plain(one.value))
    if one.margin is not None:
        parts.append(f"margin {plain(one.margin)}")
    return " ".join(parts if one.hard else [*parts, "soft"])
