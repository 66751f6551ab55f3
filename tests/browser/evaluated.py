"""Runs of two versions, the later of which lost cases, for the tour of all pages."""

from datetime import timedelta

from django.utils import timezone

from governance.accounts.models import User
from governance.evaluations.criteria import criteria_from
from governance.evaluations.readers.report import Result
from inventory.systems.models import AISystem, ModelVersion
from tests.factories import a_run

ASKS = [
    {"metric": "pass_rate", "comparator": ">=", "value": "0.95", "margin": "0.01"},
    {"metric": "cost_per_task", "comparator": "<=", "value": "0.02", "hard": False},
]


def fill(system: AISystem, owner: User) -> dict[str, str | int]:
    """Return the ref of a run that regressed in one slice."""
    before, after = ModelVersion.objects.filter(system=system).order_by("pk")[:2]
    criteria, day = criteria_from(ASKS), timedelta(days=1)
    ended = timezone.now() - 20 * day
    a_run(before, actor=owner, criteria=criteria, results=_results(1), observed_until=ended)
    run = a_run(after, actor=owner, results=_results(9), observed_until=ended + 19 * day)
    a_run(after, actor=owner, kind="bias")
    return {"ran": run.ref}


def _results(lost: int) -> tuple[Result, ...]:
    """Return cases in two languages, the first ones failed and one skipped."""
    rows = [
        Result(f"triage/{at:03d}", at >= lost, None, (f"language={'fr' if at < 40 else 'de'}",))
        for at in range(80)
    ]
    return (*rows, Result("triage/080", None, message="no answer key yet"))
