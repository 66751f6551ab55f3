"""What is open on others where one has a role: by person, unhandled first, and who is away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from governance.accounts.models import User
from governance.escalation.listing import View, in_view
from governance.escalation.models import Item, ItemQuerySet
from governance.escalation.page import Line, line_of, names_by_id
from governance.escalation.rules import ItemStatus
from governance.escalation.zones import clock_words
from raci.people.models import Absence

MOST = 200
SHOWN = 3


@dataclass(frozen=True)
class Load:
    """One person, whether they are away, and what is open on them."""

    name: str
    away: str
    lines: list[Line]
    unhandled: int

    @property
    def unhandled_words(self) -> str:
        """Return how much is unhandled."""
        return f"{self.unhandled} unhandled"

    @property
    def initials(self) -> str:
        """Return up to two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def shown(self) -> list[Line]:
        """Return the first of the lines."""
        return self.lines[:SHOWN]

    @property
    def more(self) -> int:
        """Return how many lines are not shown."""
        return len(self.lines) - len(self.shown)


def rows_of(user: User) -> ItemQuerySet:
    """Return what is open on others in the units in which the person has a role."""
    return in_view(Item.objects.visible_to(user), View.TEAM, user)


def team(user: User, now: datetime) -> list[Load]:
    """Return who has what, those with something unhandled first; a constant number of queries.

    People who are away are there too where nothing is open on them.
    """
    first = Case(
        When(status=ItemStatus.UNHANDLED, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    related = ("system", "unit", "acked_by", "snoozed_by")
    rows = list(rows_of(user).select_related(*related).order_by(first, "due_at", "pk")[:MOST])
    away = _away(user, now)
    names = {**names_by_id(pk for row in rows for pk in row.whom), **away["names"]}
    by_person: dict[int, list[Item]] = defaultdict(list)
    for row in rows:
        by_person[row.whom[0] if row.whom else 0].append(row)
    people = [*by_person, *(pk for pk in away["names"] if pk not in by_person and pk != user.pk)]
    found = [
        Load(
            name=names.get(pk, "Nobody is named"),
            away=away["words"].get(pk, ""),
            lines=[line_of(row, names, now) for row in by_person.get(pk, ())],
            unhandled=sum(row.status == ItemStatus.UNHANDLED for row in by_person.get(pk, ())),
        )
        for pk in people
    ]
    return sorted(found, key=lambda load: (-load.unhandled, not load.lines, load.name))


def _away(user: User, now: datetime) -> dict[str, dict[int, str]]:
    """Return who is away now, and until when, with who acts meanwhile; of whom one is told."""
    rows = Absence.objects.visible_to(user).ahead().filter(starts_at__lte=now)
    names: dict[int, str] = {}
    words: dict[int, str] = {}
    for row in rows.select_related("person", "delegation__taker").order_by("ends_at")[:MOST]:
        names[row.person_id] = row.person.name
        acting = row.delegation and row.delegation.status == "accepted"
        who = f"{row.delegation.taker} acts" if row.delegation and acting else "no delegate"
        words.setdefault(row.person_id, f"away until {clock_words(row.ends_at, now)}, {who}")
    return {"names": names, "words": words}
