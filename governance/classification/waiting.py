"""The queue: systems nobody has classified, and those whose facts changed since."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.models import Assessment, FactSheet
from governance.classification.queries import (
    ROLE_FACTS,
    engine,
    facts_from,
    provisional_of,
)
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage

PAGE_SIZE = 50
COUNTED_UP_TO = 10_000
NOTHING = Value({}, output_field=JSONField())


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    system: AISystem
    answered: int
    unsure: int
    tier: str  # what the facts say now, empty before the first answer
    signed: str  # the tier that was signed, empty without one
    number: int | None  # of the signed classification


@dataclass(frozen=True)
class Page:
    """A page of the queue."""

    rows: list[Row]
    number: int
    has_next: bool
    count: str  # in words beyond COUNTED_UP_TO

    @property
    def words(self) -> str:
        """Return which rows these are, of how many."""
        first = (self.number - 1) * PAGE_SIZE + 1
        noun = "system" if self.count == "1" else "systems"
        return f"{first:,} to {first + len(self.rows) - 1:,} of {self.count} {noun}"


def page_of(systems: QuerySet[AISystem], number: int) -> Page:
    """Return one page in three queries: which rows, how many, and what they show."""
    first = (number - 1) * PAGE_SIZE
    found = list(
        systems.order_by("name", "pk").values_list("pk", flat=True)[first : first + PAGE_SIZE + 1]
    )
    shown = with_what_rows_show(AISystem.objects.filter(pk__in=found[:PAGE_SIZE]))
    count = systems.order_by()[: COUNTED_UP_TO + 1].count()
    return Page(
        rows=[row_of(system) for system in shown.order_by("name", "pk")],
        number=number,
        has_next=len(found) > PAGE_SIZE,
        count=f"{count:,}" if count <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}",
    )


def answerable(user: User, systems: Iterable[AISystem]) -> frozenset[int]:
    """Return the keys of those of the systems whose questions the person may answer."""
    rows = list(systems)
    units = {row.unit_id for row in rows}
    edits, own = (
        frozenset(units_with(user, one).filter(pk__in=units).values_list("pk", flat=True))
        for one in (Capability.EDIT, Capability.EDIT_OWN)
    )
    return frozenset(
        row.pk
        for row in rows
        if row.unit_id in edits or (row.owner_id == user.pk and row.unit_id in own)
    )


def unsigned(user: User) -> QuerySet[AISystem]:
    """Return the visible systems in use or planned that nobody has classified."""
    signed = Assessment.objects.current().filter(system=OuterRef("pk"))
    return _visible(user).filter(~Exists(signed))


def changed(user: User) -> QuerySet[AISystem]:
    """Return the visible systems whose facts or law are others than those signed."""
    return _visible(user).filter(pk__in=stale_assessments().values("system_id"))


def stale_assessments() -> QuerySet[Assessment]:
    """Return the signed classifications whose facts or law are others today, of all systems."""
    rows = Assessment.objects.current().annotate(
        now=Func(
            *_from_register(),
            Coalesce(F("system__fact_sheet__facts"), NOTHING, output_field=JSONField()),
            template="(%(expressions)s)",
            arg_joiner=" || ",
            output_field=JSONField(),
        )
    )
    return rows.exclude(facts=F("now"), pack_version=engine().pack.version)


def _from_register() -> list[Case]:
    """Return, as SQL, the facts that the register knows by itself: see facts_from()."""
    return [
        Case(
            When(
                system__our_roles__contains=[role.value],
                then=Value({fact: True}, output_field=JSONField()),
            ),
            default=NOTHING,
            output_field=JSONField(),
        )
        for role, fact in ROLE_FACTS.items()
    ]


def _visible(user: User) -> QuerySet[AISystem]:
    return AISystem.objects.visible_to(user).exclude(stage=Stage.RETIRED)


def with_what_rows_show(systems: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Return the systems with unit, owner, facts and signed tier in the same query."""
    sheet = FactSheet.objects.filter(system=OuterRef("pk"))
    signed = Assessment.objects.current().filter(system=OuterRef("pk"))
    return systems.select_related("unit", "owner").annotate(
        answers=Subquery(sheet.values("facts")[:1]),
        sheet_version=Subquery(sheet.values("row_version")[:1]),
        signed_tier=Subquery(signed.values("tier")[:1]),
        signed_number=Subquery(signed.values("number")[:1]),
    )


def row_of(system: AISystem) -> Row:
    """Return a line of the queue; the system comes from `with_what_rows_show`."""
    answers = getattr(system, "answers", None) or {}
    sheet = FactSheet(system=system, facts=answers, row_version=1) if answers else None
    facts = facts_from(system, sheet)
    return Row(
        system=system,
        answered=len(answers),
        unsure=len(facts.unsure),
        tier=str(provisional_of(facts).classification.tier) if answers else "",
        signed=getattr(system, "signed_tier", None) or "",
        number=getattr(system, "signed_number", None),
    )
