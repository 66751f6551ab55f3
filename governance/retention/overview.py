"""What the page of retention shows: every rule with what it keeps, and the term of each system."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Func, Min, OuterRef, Subquery, TextField, Value
from django.utils import timezone

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.ledger.models import Entry, Erased
from governance.ledger.models import Personal as PersonalValue
from governance.retention.law import rules
from governance.retention.rules import Rule, Ruling, Standing, end_of
from governance.retention.standings import standing_of, standings
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Kind:
    """One rule, or none, with the personal values it may keep and since when they are there."""

    rule: Rule | None
    values: int
    since: datetime | None


@dataclass(frozen=True)
class Term:
    """A system and the rules that keep its papers."""

    system: AISystem
    tier: str | None
    in_service: date | None  # the newest day known
    rulings: list[Ruling]


@dataclass(frozen=True)
class Kinds:
    """Every rule, what no rule keeps, and how many values were erased; counts for the whole."""

    rows: list[Kind]
    erased: int
    is_counted: bool


def kinds(user: User) -> Kinds:
    """Return every rule with its values; they are counted for who sees the whole organisation."""
    counted = visible_units(user).filter(parent__isnull=True).exists()
    if not counted:
        return Kinds([Kind(rule, 0, None) for rule in rules()], 0, is_counted=False)
    told = _values()
    covered = {kind for rule in rules() for kind in rule.kinds}
    found = [_kind(rule, {k: v for k, v in told.items() if k in rule.kinds}) for rule in rules()]
    found.append(_kind(None, {k: v for k, v in told.items() if k not in covered}))
    return Kinds(found, Erased.objects.count(), is_counted=True)


def _kind(rule: Rule | None, told: dict[str, tuple[int, datetime]]) -> Kind:
    return Kind(
        rule,
        sum(count for count, _since in told.values()),
        min((since for _count, since in told.values()), default=None),
    )


def _values() -> dict[str, tuple[int, datetime]]:
    """Return kind of entry → how many personal values, and since when."""
    entry = Entry.objects.filter(pk=OuterRef("entry_id"))
    word = Func(F("action"), Value("."), Value(1), function="split_part", output_field=TextField())
    about = PersonalValue.objects.annotate(
        action=Subquery(entry.values("action")), at=Subquery(entry.values("at"))
    )
    rows = about.values(kind=word).annotate(count=Count("pk"), since=Min("at")).order_by()
    return {row["kind"]: (row["count"], row["since"]) for row in rows}


def terms(user: User) -> list[Term]:
    """Return the systems a person sees whose papers a rule keeps, the term of each."""
    known = standings().by_system
    found = [_term(system, known[system.pk]) for system in AISystem.objects.visible_to(user)]
    return [term for term in found if term.rulings]


def term_of(system: AISystem, tier: str | None) -> Term:
    """Return the rules that keep the papers of one system that `with_service_days` gave."""
    return _term(system, standing_of(system, tier))


def _term(system: AISystem, one: Standing) -> Term:
    today = timezone.localdate()
    rulings = [
        Ruling(rule, one.ref, end_of(rule, one, today)) for rule in rules() if rule.covers(one)
    ]
    return Term(system, one.tier, one.in_service, rulings)
