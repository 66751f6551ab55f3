"""Terms in roles that end without a successor (R08), and authorities that end."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from governance.escalation.sources.facts import CHUNK, Asking, Fact
from raci.people.models import Authority, RoleHolder
from raci.people.rules import Rank
from raci.people.vocabulary import vocabulary


def terms(asking: Asking) -> Iterator[Fact]:
    """Yield the last term of a role in a unit when it ends, or has ended, and nobody follows."""
    seats = RoleHolder.objects.filter(rank=Rank.PRIMARY)
    longer = Q(until__isnull=True) | Q(until__gt=OuterRef("until"))
    after = seats.filter(longer, unit=OuterRef("unit"), role=OuterRef("role"))
    rows = seats.filter(~Exists(after), until__lte=asking.last_moment, until__gt=F("since"))
    for row in rows.select_related("person", "unit").order_by().iterator(CHUNK):
        if asking.where.people.has_above(row.unit_id, row.role):
            continue
        words = vocabulary().roles.get(row.role, row.role)
        yield Fact(
            subject=f"{row.unit_id}/{row.role}",
            title=f"Nobody follows {row.person.name} as {words} in {row.unit}",
            unit_id=row.unit_id,
            url=reverse("raci:default"),
            due=row.until,
            own=(row.person_id,),
        )


def authorities(asking: Asking) -> Iterator[Fact]:
    """Yield authorities that end; what has ended is over by itself, as is what was taken away."""
    rows = Authority.objects.filter(
        until__gt=asking.now,
        until__lte=asking.last_moment,
        person__is_active=True,
        since__lt=F("until"),
    )
    for row in rows.select_related("person", "unit").order_by().iterator(CHUNK):
        words = vocabulary().authorities.get(row.kind, row.kind)
        yield Fact(
            subject=str(row.pk),
            title=f"{row.person.name} may no longer: {words.lower()}, in {row.unit}",
            unit_id=row.unit_id,
            url=reverse("raci:default"),
            due=row.until,
            own=tuple(pk for pk in (row.granted_by_id, row.person_id) if pk),
        )
