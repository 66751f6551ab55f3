"""Loading all that decides who can be told about the items of a batch."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from governance.accounts.models import BusinessUnit, Membership
from governance.accounts.rules import Role
from governance.escalation.models import Item
from governance.escalation.reaching import Reach, users_behind
from governance.escalation.rules import Plan, targets_of
from raci.oncall.models import Schedule
from raci.oncall.queries import Roster, for_roles, rosters
from raci.people.queries import cover_of


def reach_of(items: Sequence[Item], plans: Iterable[Plan], at: datetime) -> Reach:
    """Return who can be told about these items at a moment, in a constant number of queries.

    The items come with their unit, and with their system and its owner.
    """
    targets = {one for plan in plans for step in plan.steps for one in step.targets}
    root = BusinessUnit.objects.get(parent__isnull=True)
    units = list({item.unit_id: item.unit for item in items}.values()) or [root]
    cover = cover_of({pk for unit in units for pk in unit.path} | {root.pk}, _named(items, targets))
    on_call = for_roles(units, since=at)
    schedules = _schedules(targets, at)
    administrators = _administrators(root)
    boards = [one for group in on_call.rosters.values() for one in group]
    boards += schedules.values()
    named = {user.handle for roster in boards for user in roster.people.values()}
    users = users_behind({*cover.people, *administrators, *named})
    return Reach(
        cover=cover,
        users=users,
        handles={user.pk: key for key, user in users.items()},
        on_call=on_call,
        schedules=schedules,
        systems=frozenset(item.system_id for item in items if item.system_id),
        root=root,
        administrators=administrators,
        at=at,
    )


def _named(items: Iterable[Item], targets: Iterable[str]) -> set[int]:
    """Return the ids of people who are named without a role."""
    named = {pk for item in items for pk in item.whom}
    named |= {item.system.owner_id for item in items if item.system and item.system.owner_id}
    named |= {one["person"] for item in items for kept in item.people.values() for one in kept}
    return named | {int(pk) for pk in targets_of(targets, "person")}


def _schedules(targets: Iterable[str], at: datetime) -> dict[int, Roster]:
    wanted = [int(pk) for pk in targets_of(targets, "schedule")]
    if not wanted:
        return {}
    rows = Schedule.objects.filter(pk__in=wanted).open().with_plan(at, at)
    return {roster.schedule.pk: roster for roster in rosters(rows, timezone.now(), at)}


def _administrators(root: BusinessUnit) -> tuple[str, ...]:
    today = timezone.localdate()
    live = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    rows = Membership.objects.filter(
        live, unit=root, role=Role.ADMINISTRATOR, user__is_active=True, user__is_service=False
    )
    return tuple(rows.order_by("user__pk").values_list("user__handle", flat=True))
