"""Who approves the updates of systems now."""

from collections.abc import Iterable

from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from inventory.systems.models import AISystem
from raci.matrices.asking import asked_about


def approvers(systems: Iterable[AISystem]) -> dict[int, User]:
    """Return who approves updates now (CHG-01), or stands in for them, by system; gaps are absent.

    The systems come with their unit and owner.
    """
    found = list(systems)
    asked, now = asked_about(found), timezone.now()
    answers = {system.pk: asked.who(system.pk, "CHG-01", now).person for system in found}
    people = people_behind(person.key for person in answers.values() if person)
    return {pk: people[person.key] for pk, person in answers.items() if person}
