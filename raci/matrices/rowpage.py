"""One row of a matrix beside what the default above says, for its page."""

from dataclasses import dataclass

from governance.accounts.models import User
from raci.matrices.catalogue import catalogue
from raci.matrices.inheriting import Slot, Source
from raci.matrices.schemes import spoken


@dataclass(frozen=True)
class Line:
    """Who has which letter here, and by the default."""

    name: str
    here: str
    default: str

    @property
    def differs(self) -> bool:
        """Return whether the two say different things."""
        return self.here != self.default


def lines(code: str, ours: Source, theirs: Source | None) -> list[Line]:
    """Return everybody who has a letter in a row, here or by the default."""
    here = ours.rows.get(code, {})
    above = theirs.rows.get(code, {}) if theirs else {}
    slots = list(dict.fromkeys([*here, *above]))
    words = names(slots)
    return [
        Line(words[slot], spoken(here.get(slot, "")), spoken(above.get(slot, ""))) for slot in slots
    ]


def names(slots: list[Slot]) -> dict[Slot, str]:
    """Return what slots are called."""
    ids = {slot.person for slot in slots if slot.person}
    people = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    roles = catalogue().roles
    return {
        slot: people[slot.person] if slot.person else slot.label or roles.get(slot.role, slot.role)
        for slot in slots
    }
