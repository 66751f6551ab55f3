"""Reading for previews: the systems to look at, and what a person may see of a result."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet

from governance.accounts.models import User
from governance.classification.preview import (
    Kind,
    Law,
    pack_parts,
)
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.preview_tally import Tally
from governance.classification.queries import ROLE_FACTS, engine
from governance.classification.rules import Engine
from governance.classification.uploads import engine_from
from governance.common.errors import DomainError
from inventory.systems.models import AISystem
from inventory.systems.rules import OurRole, Stage

CHUNK = 1_000
OF_KIND = {
    Kind.TIER: ~Q(tier_before=F("tier_after")),
    Kind.GAINS: Q(gained__gt=0),
    Kind.LOSES: Q(lost__gt=0),
    Kind.DATES: Q(dates__gt=0),
}
FROM_REGISTER = {role.value: fact for role, fact in ROLE_FACTS.items()}


class Subject(NamedTuple):
    """A system as the preview sees it."""

    pk: int
    ref: str
    name: str
    given: Mapping[str, Any]  # answers, and what the register says of our role; null: not sure


def subjects() -> QuerySet[AISystem]:
    """Return the systems a change of the law is about: every one that is not retired."""
    return AISystem.objects.exclude(stage=Stage.RETIRED)


def subject_chunks(after: int = 0, size: int = CHUNK) -> Iterator[list[Subject]]:
    """Yield the systems behind a primary key, some at a time, in the order of their keys.

    One statement a chunk and no rows of the ORM, so memory does not grow with the register.
    """
    rows = subjects().order_by("pk")
    fields = ("pk", "ref", "name", "our_roles", "fact_sheet__facts")
    while found := list(rows.filter(pk__gt=after).values_list(*fields)[:size]):
        yield [
            Subject(pk, ref, name, _given(roles, facts)) for pk, ref, name, roles, facts in found
        ]
        after = found[-1][0]


def _given(roles: Iterable[str], answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what facts_from() starts from: the register's word until somebody answers."""
    register = {FROM_REGISTER[OurRole(role)]: True for role in roles}
    return register | dict(answers or {})


class OutdatedError(DomainError):
    """A preview that was asked for against a pack that is not in force any more."""


def laws_of(preview: PackPreview) -> tuple[Law, Law]:
    """Return the two laws that a preview compares.

    Raises OutdatedError when another pack came into force since, and PackError when the handed
    in one does not hold any more.
    """
    current = engine()
    if current.pack.version != preview.before_version:
        raise OutdatedError("Another rule pack came into force since this was asked for.")
    other = _other(preview, current)
    return Law(current, preview.before_text), Law(other, preview.after_text)


def _other(preview: PackPreview, current: Engine) -> Engine:
    return engine_from(preview.title, preview.sources) if preview.sources else current


def differences(before: Law, after: Law) -> dict[str, dict[str, list[str]]]:
    """Return in what two packs differ, as JSON."""
    parts = pack_parts(before.engine.pack, after.engine.pack)
    return {
        name: {"added": list(one.added), "removed": list(one.removed), "changed": list(one.changed)}
        for name, one in parts.items()
    }


FORGOTTEN = "The single systems of this preview are forgotten after 30 days. Ask for it again."


def require_kept(preview: PackPreview) -> None:
    """Raise DomainError for a preview whose single systems are forgotten."""
    if preview.is_forgotten:
        raise DomainError(FORGOTTEN)


def tally(preview: PackPreview, user: User) -> Tally:
    """Return how many of the systems a person sees are touched, and how: three queries.

    Raises DomainError for a preview whose single systems are forgotten.
    """
    require_kept(preview)
    rows = PreviewRow.objects.visible_to(user).filter(preview=preview)
    seen = subjects().filter(pk__lte=preview.seen_to, pk__in=AISystem.objects.visible_to(user))
    counts = rows.aggregate(
        touched=Count("pk"), **{kind.value: Count("pk", filter=OF_KIND[kind]) for kind in Kind}
    )
    moved = rows.filter(OF_KIND[Kind.TIER]).order_by().values_list("tier_before", "tier_after")
    return Tally(
        systems=max(seen.count(), counts["touched"]),
        moves={(old, new): n for old, new, n in moved.annotate(n=Count("pk"))},
        gains=counts[Kind.GAINS],
        loses=counts[Kind.LOSES],
        dates=counts[Kind.DATES],
        touched=counts["touched"],
    )


@dataclass(frozen=True)
class Wanted:
    """Which rows of a preview somebody asks for."""

    kind: Kind | None = None
    before: str = ""
    after: str = ""

    def of(self, preview: PackPreview, user: User) -> QuerySet[PreviewRow]:
        """Return the rows a person sees, tier changes first."""
        rows = PreviewRow.objects.visible_to(user).filter(preview=preview)
        rows = rows.filter(OF_KIND[self.kind]) if self.kind else rows
        rows = rows.filter(tier_before=self.before) if self.before else rows
        rows = rows.filter(tier_after=self.after) if self.after else rows
        return rows.select_related("system__unit").order_by("system__name", "pk")


def since(change: Mapping[str, Any]) -> dict[str, date | None]:
    """Return the first day of the tier under either law."""
    return {side: _day(change["since"][side]) for side in ("from", "to")}


def _day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def told(preview: PackPreview, change: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the duties of a row in words with their articles, days as dates."""
    return {kind: [_told(preview, duty) for duty in change[kind]] for kind in KINDS_OF_DUTY}


KINDS_OF_DUTY = ("gained", "lost", "moved")


def _told(preview: PackPreview, duty: Mapping[str, Any]) -> dict[str, Any]:
    name = duty["duty"]
    words = preview.duties.get(name, {"duty": name, "citation": []})
    days = {side: _day(duty[side]) for side in ("from", "to")}
    rule = engine().pack.transitional.get(duty["rests_on"] or "", {})
    return {**duty, **days, **words, "id": name, "rests_on": list(rule.get("citation", ()))}
