"""The names behind targets that hold a code or a number: roles, activities, people, schedules."""

from collections.abc import Iterable

from governance.accounts.models import User
from governance.escalation.rules import Plan, targets_of
from raci.matrices.catalogue import catalogue
from raci.oncall.models import Schedule
from raci.people.vocabulary import vocabulary


def names_of(plan: Plan) -> dict[str, str]:
    """Return what stands behind the targets of a plan, by target."""
    return names_behind({target for step in plan.steps for target in step.targets})


def names_behind(targets: Iterable[str]) -> dict[str, str]:
    """Return what stands behind targets, by target; those without a name are left out."""
    wanted = set(targets)
    people = _ids(wanted, "person")
    schedules = _ids(wanted, "schedule")
    found = {f"role:{code}": words for code, words in vocabulary().roles.items()}
    found |= {f"authority:{code}": words for code, words in vocabulary().authorities.items()}
    if people:
        rows = User.objects.filter(pk__in=people).values_list("pk", "name")
        found |= {f"person:{pk}": name for pk, name in rows}
    if schedules:
        names = Schedule.objects.filter(pk__in=schedules).values_list("pk", "name")
        found |= {f"schedule:{pk}": f"“{name}”" for pk, name in names}
    for target in wanted:
        if target.startswith("activity:"):
            found[target] = _activity(target.split(":")[1])
    return {target: words for target, words in found.items() if target in wanted}


def _activity(code: str) -> str:
    activity = catalogue().activities.get(code)
    return f"{code}, {activity.title}" if activity else code


def _ids(targets: Iterable[str], head: str) -> list[int]:
    return [int(rest) for rest in targets_of(targets, head) if len(rest) < 18]
