"""Reading releases: what runs, what was approved, who approves now."""

from collections.abc import Iterable

from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from governance.approvals.lifecycle import APPROVED, LIVE, State
from governance.approvals.models import Release
from inventory.systems.models import AISystem, ModelVersion
from raci.matrices.asking import asked_about

COUNTS = APPROVED | LIVE | {State.SCHEDULED}
RANKED = (State.ACTIVE, State.EMERGENCY_ACTIVE, State.CANARY, State.SCHEDULED, *sorted(APPROVED))


def current_release(system: AISystem, environment: str = "prod") -> Release | None:
    """Return what runs in a place of a system; else what was approved for it last."""
    return current_releases([system.pk], environment).get(system.pk)


def current_releases(systems: Iterable[int], environment: str = "prod") -> dict[int, Release]:
    """Return system id → what runs in an environment, else what was approved for it last."""
    rows = Release.objects.filter(
        system__in=list(systems), environment=environment, status__in=COUNTS
    )
    found: dict[int, Release] = {}
    order = rows.select_related("version").order_by("approved_at", "pk")
    for row in order:
        other = found.get(row.system_id)
        if other is None or RANKED.index(row.state) <= RANKED.index(other.state):
            found[row.system_id] = row
    return found


def current_version(system: AISystem) -> ModelVersion | None:
    """Return the version that runs, else the one that was approved last; None before the first."""
    return current_versions([system.pk]).get(system.pk)


def current_versions(systems: Iterable[int]) -> dict[int, ModelVersion]:
    """Return system id → the version that runs, else the one approved last, in one query."""
    return {pk: release.version for pk, release in current_releases(systems).items()}


def approvers(systems: Iterable[AISystem]) -> dict[int, User]:
    """Return who approves updates now (CHG-01), or stands in for them, by system; gaps are absent.

    The systems come with their unit and owner.
    """
    found = list(systems)
    asked, now = asked_about(found), timezone.now()
    answers = {system.pk: asked.who(system.pk, "CHG-01", now).person for system in found}
    people = people_behind(person.key for person in answers.values() if person)
    return {pk: people[person.key] for pk, person in answers.items() if person}
