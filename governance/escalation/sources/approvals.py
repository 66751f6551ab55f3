"""Updates that wait for evidence or a decision, approvals and waivers that end."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from governance.accounts.models import User
from governance.approvals.lifecycle import ChangeClass, State, Tier
from governance.approvals.models import Release, Vote, Waiver
from governance.approvals.quorum import ACTIVITIES, Slot, of_data, rule_for
from governance.approvals.standing import MAY_RUN
from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from inventory.systems.models import VersionContributor
from inventory.systems.rules import Stage
from raci.matrices.queries import accountables

TOGETHER = 500  # systems whose matrices are read at once
LEFT_OUT = (State.REJECTED, State.WITHDRAWN)
UNREADY = (State.SUBMITTED, State.EVALUATING, State.DRAFT)
T = TypeVar("T")


def in_parts(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield rows in lists of a size whose people are read at once."""
    found = iter(rows)
    while part := list(islice(found, TOGETHER)):
        yield part


@dataclass(frozen=True)
class Voices:
    """Who may speak about some releases, and who did or may not."""

    answering: Mapping[Slot, Mapping[int, User]]  # system → who answers for the activity
    made_by: Mapping[int, set[int]]  # version → who worked on it
    said: Mapping[int, dict[str, int]]  # release → voice → who spoke

    def missing(self, row: Release, asking: Asking) -> tuple[int, ...]:
        """Return the people whose voice a release waits for."""
        given = self.said.get(row.pk, {})
        out = {row.submitted_by_id, *self.made_by.get(row.version_id, ()), *given.values()}
        found: list[int] = []
        for slot in _asked(row):
            if slot.value not in given:
                found += self._of(slot, row, asking)
        return tuple(pk for pk in dict.fromkeys(found) if pk not in out)

    def _of(self, slot: Slot, row: Release, asking: Asking) -> tuple[int, ...]:
        if slot in self.answering:
            person = self.answering[slot].get(row.system_id)
            return (person.pk,) if person else ()
        people = asking.where.people
        return people.responsible((f"role:{slot.value}",), (), people.path(row.system.unit_id))


def _asked(row: Release) -> tuple[Slot, ...]:
    personal = of_data(row.system.data_categories) != Tier.MINIMAL
    change = ChangeClass(row.change_class or ChangeClass.MAJOR)
    return rule_for(change, Tier(row.risk_tier), personal_data=personal).slots


def voices(rows: list[Release]) -> Voices:
    """Return who may speak about releases, read together."""
    systems = {row.system_id: row.system for row in rows}.values()
    answering = {slot: accountables(systems, code) for slot, code in ACTIVITIES.items()}
    said: dict[int, dict[str, int]] = {}
    votes = Vote.objects.filter(release__in=rows, void_at__isnull=True).order_by("pk")
    for release, slot, person in votes.values_list("release_id", "slot", "person_id"):
        said.setdefault(release, {})[slot] = person
    return Voices(answering, _makers(row.version_id for row in rows), said)


def waiting(asking: Asking) -> Iterator[Fact]:
    """Yield what waits for approval; its people are those whose voice is missing."""
    rows = Release.objects.filter(status=State.IN_REVIEW).with_all().order_by()
    for part in in_parts(rows.iterator(CHUNK)):
        known = voices(part)
        for row in part:
            yield _about(
                row,
                f"Decide on {row.version.label} of {row.system.name}",
                since=row.review_began_at or row.submitted_at,
                own=known.missing(row, asking),
            )


def unready(asking: Asking) -> Iterator[Fact]:
    """Yield what was proposed and lacks evidence; who proposed it brings that."""
    rows = Release.objects.filter(status__in=UNREADY).with_all().order_by()
    for row in rows.iterator(CHUNK):
        title = f"Add the evidence that {row.version.label} of {row.system.name} needs"
        yield _about(row, title, since=row.submitted_at, own=(row.submitted_by_id,))


def _about(row: Release, title: str, **more: object) -> Fact:
    url = reverse("approvals:update", args=[row.ref])
    return Fact(subject=row.ref, title=title, url=url, **more, **of_system(row.system))  # type: ignore[arg-type]


def _makers(versions: Iterable[int]) -> dict[int, set[int]]:
    rows = VersionContributor.objects.filter(version__in=list(versions)).order_by()
    found: dict[int, set[int]] = {}
    for version, person in rows.values_list("version_id", "user_id"):
        found.setdefault(version, set()).add(person)
    return found


def ends(asking: Asking) -> Iterator[Fact]:
    """Yield what runs or may run, and its end; also after the end until something else may run."""
    same = {name: OuterRef(name) for name in ("system", "environment", "task")}
    others = Release.objects.filter(status__in=MAY_RUN, **same)
    lapsed = Q(status=State.EXPIRED) & ~Exists(others)
    rows = (
        Release.objects.filter(Q(status__in=MAY_RUN) | lapsed, valid_until__lte=asking.last_moment)
        .exclude(system__stage=Stage.RETIRED)
        .with_all()
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        title = f"The approval of {row.version.label} of {row.system.name} ends"
        yield _about(row, title, due=row.valid_until, own=owner_of(row.system))


def waivers(asking: Asking) -> Iterator[Fact]:
    """Yield the longest waiver of each version that runs, is proposed or may be."""
    longer = Waiver.objects.filter(version=OuterRef("version"), digest=OuterRef("digest")).filter(
        Q(ends_on__gt=OuterRef("ends_on")) | Q(ends_on=OuterRef("ends_on"), pk__gt=OuterRef("pk"))
    )
    replaced = Release.objects.filter(
        system=OuterRef("version__system"), approved_at__gt=OuterRef("granted_at")
    ).exclude(version=OuterRef("version"))
    left = Release.objects.filter(version=OuterRef("version"), status__in=LEFT_OUT)
    alive = Release.objects.filter(version=OuterRef("version")).exclude(status__in=LEFT_OUT)
    rows = (
        Waiver.objects.filter(digest=F("version__digest"), ends_on__lte=asking.last_day)
        .exclude(version__system__stage=Stage.RETIRED)
        .filter(~Exists(longer), ~Exists(replaced), ~Exists(left) | Exists(alive))
        .select_related("version__system")
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        system = row.version.system
        yield Fact(
            subject=str(row.version_id),
            title=f"The waiver for {row.version.label} of {system.name} ends",
            url=reverse("approvals:history", args=[system.ref]),
            due=row.ends_on,
            own=(*owner_of(system), row.granted_by_id),
            **of_system(system),
        )
