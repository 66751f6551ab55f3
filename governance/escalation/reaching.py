"""Who stands behind the targets of steps at a moment: people who can be reached, or nobody.

`reach_of(items, at)` reads once for a whole batch; what it returns is asked item by item.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from governance.accounts.models import BusinessUnit, User
from governance.escalation.models import Item
from governance.escalation.rules import Step
from inventory.systems.models import AISystem
from raci.matrices.asking import Asked, asked_about
from raci.oncall.queries import Lookup, Roster
from raci.people.rules import Cover, Rank

OWNER, SPONSOR, OPS, BOARD = "PO", "BS", "AO", "EXEC"


@dataclass(frozen=True)
class Reached:
    """Somebody who is told, by which target, through which step of the search, for whom."""

    person: User
    target: str
    through: str  # named, holder, on_call, delegate, deputy, authority, fallback
    instead: int | None = None

    def as_data(self) -> dict[str, object]:
        """Return it as it is kept: people by their ids."""
        return {
            "target": self.target,
            "person": self.person.pk,
            "through": self.through,
            "for": self.instead,
        }


Found = tuple[str, str, str]  # key of the person, through which step, in whose place


@dataclass
class Reach:
    """All that decides who is told about the items of a batch, loaded once.

    Matrices are large, and most steps do not ask them: they are read when the first one does.
    """

    cover: Cover
    users: dict[str, User]  # by handle
    handles: dict[int, str]
    on_call: Lookup
    schedules: Mapping[int, Roster]
    systems: frozenset[int]
    root: BusinessUnit
    administrators: tuple[str, ...]
    at: datetime

    @cached_property
    def asked(self) -> Asked:
        """Return the matrices of the batch's systems, with the people whom they name."""
        systems = AISystem.objects.filter(pk__in=self.systems).select_related("unit", "owner")
        asked = asked_about(systems, since=self.at)
        more = users_behind(set(asked.world.cover.people) - set(self.users))
        self.users |= more
        self.handles |= {user.pk: key for key, user in more.items()}
        return asked

    def reach(self, item: Item, step: Step) -> list[Reached]:
        """Return who is told of an item by a step, each person once."""
        return self.behind(item, step.targets)

    def fallback(self, item: Item) -> list[Reached]:
        """Return who is told when nobody answered: the organisation's owner, administrators."""
        return self.behind(item, ("fallback",))

    def behind(self, item: Item, targets: Iterable[str]) -> list[Reached]:
        """Return who stands behind targets, each person once."""
        told: dict[str, Reached] = {}
        for target in targets:
            for key, through, instead in self._search(item, target):
                if key in self.users and key not in told:
                    acting = self.users.get(instead)
                    pk = acting.pk if acting else None
                    told[key] = Reached(self.users[key], target, through, pk)
        return list(told.values())

    def is_there(self, pk: int) -> bool:
        """Return whether somebody who was found before can still be reached."""
        key = self.handles.get(pk, "")
        return bool(key) and self._fits(key)

    def by_id(self, pk: int) -> User:
        """Return a person by the id."""
        return self.users[self.handles[pk]]

    def _search(self, item: Item, target: str) -> Iterator[Found]:
        head, _, rest = target.partition(":")
        yield from SEARCHES[head](self, item, rest)

    def _fits(self, key: str) -> bool:
        person = self.cover.person(key)
        there = key in self.users and person.is_there(self.at)
        return there and self.cover.away(key, self.at) is None

    def _named(self, key: str, activity: str = "", through: str = "named") -> Iterator[Found]:
        """Yield a person, or who accepted to act for them while they cannot be reached."""
        if self._fits(key):
            yield key, through, ""
            return
        for taker in self.cover.delegates(key, activity, self.at):
            if self._fits(taker):
                yield taker, "delegate", key
                return

    def _responsible(self, item: Item, rest: str = "") -> Iterator[Found]:
        for pk in item.whom:
            if key := self.handles.get(pk):
                yield from self._named(key, item.activity)

    def _owner(self, item: Item, rest: str = "") -> Iterator[Found]:
        if item.system and item.system.owner:
            yield from self._named(item.system.owner.handle, item.activity)
        elif item.system is None:
            yield from self._responsible(item)

    def _deputy(self, item: Item, rest: str = "") -> Iterator[Found]:
        """Yield whoever stands in for those responsible: a delegate, else a deputy."""
        first = [self.handles[pk] for pk in item.whom if pk in self.handles]
        for key in first:
            for taker in self.cover.delegates(key, item.activity, self.at):
                if taker not in first and self._fits(taker):
                    yield taker, "delegate", key
                    return
        for role in self._roles_behind(item, first):
            for deputy in self.cover.deputies(role, item.unit.path, self.at):
                if deputy not in first and self._fits(deputy):
                    yield deputy, "deputy", first[0] if first else ""
                    return

    def _roles_behind(self, item: Item, first: Iterable[str]) -> list[str]:
        """Return the roles whose deputy stands in: the owner's of a system, and what they hold."""
        held = (
            role
            for key in first
            for unit, role in self._held.get(key, ())
            if unit in item.unit.path
        )
        roles = [OWNER, *held] if item.system_id else [*held, OWNER]
        return list(dict.fromkeys(roles))

    @cached_property
    def _held(self) -> dict[str, list[tuple[int, str]]]:
        """Return what each person holds at the moment."""
        found: dict[str, list[tuple[int, str]]] = {}
        for place, seats in sorted(self.cover.seats.items()):
            for seat in seats:
                if seat.rank == Rank.PRIMARY and seat.holds(self.at):
                    found.setdefault(seat.person, []).append(place)
        return found

    def _manager(self, item: Item, rest: str = "") -> Iterator[Found]:
        """Yield the sponsor of the nearest unit, else the AI-Ops lead; not who is responsible."""
        for role in (SPONSOR, OPS):
            found = [one for one in self._role(item, role) if not self._is_first(item, one[0])]
            if found:
                yield found[0]
                return

    def _is_first(self, item: Item, key: str) -> bool:
        return key in self.users and self.users[key].pk in item.whom

    def _accountable(self, item: Item, rest: str = "") -> Iterator[Found]:
        found = list(self._activity(item, f"{item.activity}:A")) if item.activity else []
        yield from found or self._owner(item)

    def _activity(self, item: Item, rest: str) -> Iterator[Found]:
        code, _, letter = rest.partition(":")
        if item.system_id is None or item.system_id not in self.asked.subjects:
            return
        answer = self.asked.who(item.system_id, code, self.at)
        if letter == "A" and answer.accountable:
            yield from self._named(answer.accountable.key, code, "accountable")
        elif letter == "R" and answer.person and answer.person.key in self.users:
            yield answer.person.key, answer.through.value, ""

    def _role(self, item: Item, role: str) -> Iterator[Found]:
        """Yield who has the pager of a role, else its holder, a delegate, a deputy."""
        found = self.on_call.on_call(role, item.unit, self.at)
        if found and found.person and self._fits(found.person.handle):
            yield found.person.handle, "on_call", ""
            return
        holder = self.cover.holder(role, item.unit.path, self.at)
        first = next(self._named(holder, item.activity, "holder"), None) if holder else None
        if first:
            yield first
            return
        for deputy in self.cover.deputies(role, item.unit.path, self.at):
            if self._fits(deputy):
                yield deputy, "deputy", holder
                return

    def _person(self, item: Item, rest: str) -> Iterator[Found]:
        if key := self.handles.get(int(rest)):
            yield from self._named(key, item.activity)

    def _schedule(self, item: Item, rest: str) -> Iterator[Found]:
        roster = self.schedules.get(int(rest))
        shift = roster.held(self.at).holder if roster else None
        person = roster.person(shift.person) if roster and shift else None
        if person and self._fits(person.handle):
            yield person.handle, "on_call", ""

    def _authority(self, item: Item, rest: str) -> Iterator[Found]:
        for (key, kind), powers in sorted(self.cover.powers.items()):
            counts = any(one.unit in item.unit.path and one.holds(self.at) for one in powers)
            if kind == rest and counts and self._fits(key):
                yield key, "authority", ""

    def _fallback(self, item: Item, rest: str = "") -> Iterator[Found]:
        """Yield the board's holder and every administrator; also those who are away."""
        holder = self.cover.holder(BOARD, self.root.path, self.at)
        if holder and self.cover.person(holder).is_there(self.at):
            yield holder, "fallback", ""
        for key in self.administrators:
            yield key, "fallback", ""


SEARCHES: dict[str, Callable[[Reach, Item, str], Iterator[Found]]] = {
    "responsible": Reach._responsible,
    "owner": Reach._owner,
    "deputy": Reach._deputy,
    "manager": Reach._manager,
    "accountable": Reach._accountable,
    "activity": Reach._activity,
    "role": Reach._role,
    "person": Reach._person,
    "schedule": Reach._schedule,
    "authority": Reach._authority,
    "fallback": Reach._fallback,
}


def users_behind(handles: Iterable[str]) -> dict[str, User]:
    """Return who stands behind handles; nobody for whom has left, or is no person."""
    rows = User.objects.filter(handle__in=set(handles), is_active=True, is_service=False)
    return {user.handle: user for user in rows.order_by()}
