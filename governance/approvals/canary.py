"""What a canary has to show, and whether it did."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any

from governance.approvals.models import Release
from governance.common.errors import DomainError

COMPARES: dict[str, Callable[[Decimal, Decimal], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt}


def decimal_of(value: Any) -> Decimal:
    """Return a decimal written as text; raises DomainError for anything else."""
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise DomainError(f"“{value}” is not a number.") from error
    if not found.is_finite():
        raise DomainError(f"“{value}” is not a number.")
    return found


def checked(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule as it is kept; raises DomainError when it asks for nothing or is unclear."""
    tasks, hours = int(rule.get("tasks") or 0), int(rule.get("hours") or 0)
    if tasks < 1 and hours < 1:
        raise DomainError("Say after how many tasks or hours the canary has shown enough.")
    metrics = [
        {
            "name": str(one["name"]),
            "comparator": str(one["comparator"]),
            "value": str(decimal_of(one["value"])),
        }
        for one in rule.get("metrics") or ()
    ]
    for one in metrics:
        if one["comparator"] not in COMPARES:
            raise DomainError(f"Compare with one of {', '.join(COMPARES)}.")
    return {"tasks": tasks, "hours": hours, "metrics": metrics}


def why_not_promote(release: Release, now: datetime) -> str:
    """Return what the canary has not shown yet; empty when it showed everything."""
    rule = release.canary_rule
    reports = list(release.canary_reports.all())
    tasks = sum(row.tasks for row in reports)
    lacking = []
    if tasks < rule.get("tasks", 0):
        lacking.append(f"{tasks} of {rule['tasks']} tasks")
    since = release.canary_since
    hours = rule.get("hours", 0)
    if since is None or now - since < timedelta(hours=hours):
        lacking.append(f"it has not run for {hours} hours")
    for one in rule.get("metrics", ()):
        lacking += _metric(one, reports)
    return f"The canary has not shown enough: {'; '.join(lacking)}." if lacking else ""


def _metric(one: Mapping[str, str], reports: list[Any]) -> list[str]:
    values = [row.metrics[one["name"]] for row in reports if one["name"] in row.metrics]
    if not values:
        return [f"nobody reported {one['name']}"]
    limit = Decimal(one["value"])
    good = COMPARES[one["comparator"]]
    return [
        f"{one['name']} was {value}, not {one['comparator']} {limit}"
        for value in values
        if not good(Decimal(value), limit)
    ]
