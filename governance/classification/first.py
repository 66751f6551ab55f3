"""Where to look first: the systems without answers, in the order of what their texts say.

A row of TriageScore is kept only so that many systems can be put in order; what is shown of a
system is read from its texts each time. Nothing here writes a fact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.accounts.models import User
from governance.classification.lexicon import lexicon
from governance.classification.models import FactSheet, TriageScore
from governance.classification.packs import load
from governance.classification.triage import Suggestion, Triage, texts_of, triage
from governance.classification.waiting import COUNTED_UP_TO, PAGE_SIZE, unsigned
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage

AT_ONCE = 500  # systems read in one transaction
SHOWN = 3  # suggestions in a line of the list
READ = ("pk", "name", "intended_purpose", "outputs", "source_facts", "row_version")


@dataclass(frozen=True)
class First:
    """One line: a system, and what in its texts says so."""

    system: AISystem
    suggestions: tuple[Suggestion, ...]
    more: int  # suggestions beyond those shown
    is_read: bool  # whether its place in the order is known yet


@dataclass(frozen=True)
class FirstPage:
    """A page of the order."""

    rows: list[First]
    number: int
    has_next: bool
    count: str  # in words beyond COUNTED_UP_TO
    unread: int  # systems that have no place yet; they stand at the end

    @property
    def words(self) -> str:
        """Return which rows these are, of how many."""
        first = (self.number - 1) * PAGE_SIZE + 1
        noun = "system" if self.count == "1" else "systems"
        return f"{first:,} to {first + len(self.rows) - 1:,} of {self.count} {noun}"


def look(system: AISystem) -> Triage:
    """Return what the texts of a system say about where to look; nothing is stored."""
    words = lexicon()
    texts = texts_of(
        system.name, system.intended_purpose, system.outputs, system.source_facts, words
    )
    return triage(texts, words, load())


def unanswered(systems: QuerySet[AISystem]) -> QuerySet[AISystem]:
    """Return those of the systems about which nobody has answered a question."""
    answered = FactSheet.objects.filter(system=OuterRef("pk")).exclude(facts={})
    return systems.exclude(stage=Stage.RETIRED).filter(~Exists(answered))


def waiting_for(user: User) -> QuerySet[AISystem]:
    """Return the visible systems without answers and without a signature."""
    return unanswered(unsigned(user))


def page_of(systems: QuerySet[AISystem], number: int) -> FirstPage:
    """Return one page, the most pressing first; texts are read only of the systems on it."""
    count = systems.order_by()[: COUNTED_UP_TO + 1].count()
    ordered = _by_index if count > COUNTED_UP_TO else _sorted
    found = ordered(systems, (number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
    chosen = AISystem.objects.select_related("unit", "owner", "triage")
    shown = chosen.in_bulk(found[:PAGE_SIZE])
    return FirstPage(
        rows=[_line(shown[pk]) for pk in found[:PAGE_SIZE]],
        number=number,
        has_next=len(found) > PAGE_SIZE,
        count=f"{count:,}" if count <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}",
        unread=_unread(systems)[: COUNTED_UP_TO + 1].count(),
    )


def _sorted(systems: QuerySet[AISystem], begin: int, most: int) -> list[int]:
    """Return the ids of so many systems from a place on; what is not read yet comes last."""
    rows = systems.order_by(F("triage__score").desc(nulls_last=True), "pk")
    return list(rows.values_list("pk", flat=True)[begin : begin + most])


def _by_index(systems: QuerySet[AISystem], begin: int, most: int) -> list[int]:
    """Return the same where most systems are on the list: the index on scores is in this order."""
    scores = TriageScore.objects.filter(system__in=systems.order_by().values("pk"))
    rows = scores.order_by("-score", "system").values_list("system_id", flat=True)
    found = list(rows[begin : begin + most])
    if len(found) < most:
        after = 0 if found else max(0, begin - scores.count())
        rest = _unread(systems).order_by("pk").values_list("pk", flat=True)
        found += rest[after : after + most - len(found)]
    return found


def _unread(systems: QuerySet[AISystem]) -> QuerySet[AISystem]:
    return systems.order_by().filter(triage__isnull=True)


def _line(system: AISystem) -> First:
    suggestions = look(system).suggestions
    return First(
        system=system,
        suggestions=suggestions[:SHOWN],
        more=max(0, len(suggestions) - SHOWN),
        is_read=hasattr(system, "triage"),
    )


def due() -> QuerySet[AISystem]:
    """Return the systems whose place is unknown, or was found in other texts or by other words."""
    other = ~Q(triage__lexicon_version=lexicon().version)
    changed = ~Q(triage__system_version=F("row_version"))
    return unanswered(AISystem.objects.all()).filter(Q(triage__isnull=True) | other | changed)


def score_due(most: int) -> int:
    """Put up to so many due systems in their place; return how many. Twice does no harm."""
    found = list(due().order_by("pk").values_list("pk", flat=True)[:most])
    for at in range(0, len(found), AT_ONCE):
        batch = AISystem.objects.filter(pk__in=found[at : at + AT_ONCE]).only(*READ)
        TriageScore.objects.bulk_create(
            _scores(list(batch)),
            update_conflicts=True,
            unique_fields=["system"],
            update_fields=["score", "system_version", "lexicon_version", "read_at"],
        )
    return len(found)


def _scores(systems: Sequence[AISystem]) -> list[TriageScore]:
    version, now = lexicon().version, timezone.now()
    return [
        TriageScore(
            system=system,
            score=look(system).score,
            system_version=system.row_version,
            lexicon_version=version,
            read_at=now,
        )
        for system in systems
    ]
