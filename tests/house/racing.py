"""Two people at the same moment: real connections, released together by a barrier."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from governance.classification import actions as classification
from governance.classification.queries import usual_answers
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from inventory.systems.models import AISystem
from tests.factories import make_system

ROUNDS = 4
HIGH = {
    "actor.uses_professionally": True,
    "ins.line": "health",
    "ins.functions": ["risk_assessment"],
    "profiling.performed": True,
}


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment, each on a connection of its own; return what came of each."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def refusals(results: list[Any]) -> int:
    """Return how many were refused."""
    return sum(isinstance(result, DomainError) for result in results)


def on(row: Any, act: Callable[..., Any], **given: Any) -> Callable[[], Any]:
    """Return an action on a row as another request read it, to be done later."""
    copy = type(row).objects.get(pk=row.pk)
    return lambda: act(copy, **given)


def entries(action: str, subject: Any = None) -> int:
    """Return how often the record tells of an action, of one thing if named."""
    rows = Entry.objects.filter(action=action)
    return (rows.filter(object_id=str(subject.pk)) if subject else rows).count()


def answered(officer, claims, facts=HIGH, **about) -> AISystem:
    """Return a system with every question answered."""
    system = make_system(actor=officer, unit=claims, **about)
    given = usual_answers(system) | facts
    classification.answer_facts(system, facts=given, actor=officer, seen=0)
    return system
