"""Who has a voice in a quorum now, and who may move a release: asked of the matrix in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from governance.accounts.access import may, people_behind
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.lifecycle import EVENT_WORDS, Event
from governance.approvals.machine import BY_EVENT
from governance.approvals.models import Release
from governance.approvals.quorum import ACTIVITIES, SLOT_WORDS, Slot
from governance.common.reading import read_once
from inventory.systems.models import AISystem
from raci.matrices.asking import Asked, asked_about
from raci.matrices.resolution import Answer, Through, stand_ins
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, Letter
from raci.people.rules import Person

LETTERS: dict[str, frozenset[Letter]] = {"A": ACCOUNTABLE, "R": RESPONSIBLE | ACCOUNTABLE}
EITHER = ACCOUNTABLE | RESPONSIBLE
FOR_ROLES = "CHG-01"  # a role's holder may let somebody act in this activity


@dataclass(frozen=True)
class Seat:
    """A voice: whose it is now, in whose place, or why nobody's."""

    slot: Slot
    person: User | None
    acting_for: User | None
    words: str

    @property
    def title(self) -> str:
        """Return what the voice stands for."""
        return SLOT_WORDS[self.slot]


@dataclass(frozen=True)
class _Found:
    key: str = ""
    for_key: str = ""
    words: str = ""


@read_once
def world_of(system: AISystem) -> Asked:
    """Return what answers for a system now, and a minute ago: who asks took the time before."""
    return asked_about([system], since=timezone.now() - timedelta(minutes=1))


def seats(
    system: AISystem, slots: Iterable[Slot], at: datetime | None = None, asked: Asked | None = None
) -> dict[Slot, Seat]:
    """Return whose voice each slot is at a moment (now); a gap is a seat without a person."""
    moment = at or timezone.now()
    world = asked or world_of(system)
    found = {slot: _find(world, system, slot, moment) for slot in slots}
    keys = {key for one in found.values() for key in (one.key, one.for_key) if key}
    people = people_behind(keys)
    return {
        slot: Seat(slot, people.get(one.key), people.get(one.for_key), one.words)
        for slot, one in found.items()
    }


def _find(asked: Asked, system: AISystem, slot: Slot, at: datetime) -> _Found:
    if slot in ACTIVITIES:
        return _answering(asked, asked.who(system.pk, ACTIVITIES[slot], at))
    return _holding(asked, system, slot.value, at)


def _answering(asked: Asked, answer: Answer) -> _Found:
    if answer.person is None:
        return _Found(words=answer.gap)
    stands_in = answer.through in (Through.DELEGATE, Through.DEPUTY)
    key = _key_of(asked, answer) if stands_in else ""
    words = f"{answer.person.name}, for {answer.acting_for}" if stands_in else answer.person.name
    return _Found(answer.person.key, key, words)


def _key_of(asked: Asked, answer: Answer) -> str:
    if answer.accountable and answer.accountable.name == answer.acting_for:
        return answer.accountable.key
    people = asked.world.cover.people.values()
    return next((one.key for one in people if one.name == answer.acting_for), "")


def _holding(asked: Asked, system: AISystem, role: str, at: datetime) -> _Found:
    """Return who holds a role for the system's unit, or stands in for whoever does."""
    cover, path = asked.world.cover, tuple(system.unit.path)
    holder = cover.holder(role, path, at)
    others = [*(cover.delegates(holder, FOR_ROLES, at) if holder else ())]
    others += [key for key in cover.deputies(role, path, at) if key != holder]
    title = asked.world.role_words.get(role, role)
    for key in (holder, *others):
        if key and _is_there(asked, cover.person(key), at):
            name = cover.person(key).name
            if key == holder:
                return _Found(key, "", name)
            whom = f", for {cover.person(holder).name}" if holder else ", deputy"
            return _Found(key, holder, f"{name}{whom}")
    return _Found(words=f"Nobody who is there holds the role {title}.")


def _is_there(asked: Asked, person: Person, at: datetime) -> bool:
    away = asked.world.cover.away(person.key, at)
    return person.is_there(at) and not person.is_service and not away


def who_holds(system: AISystem, role: str) -> User | None:
    """Return who holds a role for a system's unit now, or stands in for whoever does."""
    now = timezone.now()
    found = _holding(world_of(system), system, role, now)
    return people_behind({found.key}).get(found.key) if found.key else None


def seat_of(person: User, held: dict[Slot, Seat]) -> list[Seat]:
    """Return the voices that are a person's, in the quorum's order."""
    return [seat for seat in held.values() if seat.person == person]


def may_event(event: Event, actor: User, release: Release, asked: Asked | None = None) -> str:
    """Return why a person may not do this to a release; empty when they may.

    Whoever the matrix in force names for it may, or holds the role, or stands in for them. Where
    the matrix names nobody, whoever may decide in the unit may.
    """
    who = BY_EVENT[event].who
    if "submitter" in who:
        return _submitter(actor, release)
    at = timezone.now()
    world = asked or world_of(release.system)
    found = (key for one in who for key in _named(world, release.system, one, at))
    allowed = {key for key in found if key}  # a role that nobody holds names nobody
    if actor.handle in allowed:
        return ""
    if not allowed and may(actor, Capability.APPROVE, release.system.unit):
        return ""
    names = sorted(world.world.cover.person(key).name for key in allowed)
    codes = ", ".join(one.split(":")[0] for one in who if one != "rule")
    if not names:
        return f"Nobody is named for it ({codes}), and your role does not let you decide here."
    return f"{EVENT_WORDS[event].capitalize()} is for {' or '.join(names)} ({codes})."


def _submitter(actor: User, release: Release) -> str:
    if actor.pk in (release.submitted_by_id, release.system.owner_id):
        return ""
    return "Only who proposed it, or the system's owner, does this."


def _named(asked: Asked, system: AISystem, who: str, at: datetime) -> list[str]:
    code, _, letter = who.partition(":")
    if "-" not in code:
        return [] if code == "rule" else [_holding(asked, system, code, at).key]
    subject = asked.subjects[system.pk]
    version = subject.version_at(at)
    cells = version.rows.get(code, ()) if version else ()
    wanted = LETTERS.get(letter, EITHER)
    columns = [column for column, given in cells if given in wanted]
    found = [
        key for one in columns for key in stand_ins(code, (one, wanted), subject, at, asked.world)
    ]
    return found + [
        _holding(asked, system, role, at).key for role in asked.world.activities[code].then
    ]
