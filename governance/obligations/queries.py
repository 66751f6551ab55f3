"""Reading duties: a page of the list, the tally by state, one duty, a system's panel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, Q, Value, When

from governance.accounts.models import User
from governance.classification.conditions import All, AnyOf, RuleFired
from governance.classification.queries import engine
from governance.obligations.answering import Answer, Answering
from governance.obligations.models import Duty, DutyQuerySet, Followed, Proof
from governance.obligations.rules import (
    Due,
    DutyState,
    DutyStatus,
    Standing,
    article_of,
    due_group,
    state_of,
)
from inventory.systems.models import AISystem

PAGE_SIZE = 50
SHOWN_STATES = tuple(state for state in DutyState if state != DutyState.ENDED)


@dataclass(frozen=True)
class Line:
    """A duty as lists show it: what it is today, and who answers for it."""

    duty: Duty
    state: DutyState
    answer: Answer
    due: Due
    applies: str  # "applies since" or "applies from"

    @property
    def has_lapsed(self) -> bool:
        """Return whether it was met, and its evidence counts no more."""
        was_met = self.duty.status in (DutyStatus.MET, DutyStatus.LAPSED)
        return was_met and self.state == DutyState.MISSING

    @property
    def days(self) -> dict[str, date | None]:
        """Return the first days of application by text: enacted, amended, amended_formal."""
        told: dict[str, str | None] = self.duty.told["applies_from"]
        return {text: date.fromisoformat(day) if day else None for text, day in told.items()}


def applies_words(day: date | None, today: date) -> str:
    """Return how the first day of application reads beside today."""
    if day is None:
        return "does not apply under the text as amended"
    return "applies since" if day <= today else "applies from"


@dataclass(frozen=True)
class Page:
    """One page of duties under the headings of how soon they are due."""

    groups: list[tuple[Due, list[Line]]]
    tally: dict[DutyState, int]
    total: int
    number: int

    @property
    def first(self) -> int:
        """Return the place of the first duty shown."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """Return the place of the last duty shown."""
        return min(self.number * PAGE_SIZE, self.total)


def page_of(duties: DutyQuerySet, state: DutyState | None, number: int, today: date) -> Page:
    """Return a page in a fixed number of queries, whatever the number of duties.

    Without a wanted state the duties that ended are left out.
    """
    tally = tally_of(duties, today)
    total = tally[state] if state else sum(tally[known] for known in SHOWN_STATES)
    number = max(1, min(number, -(-total // PAGE_SIZE)))
    wanted = duties.in_state(state, today) if state else duties.applying()
    found = lines(wanted.soonest_first(), (number - 1) * PAGE_SIZE, today)
    groups = [(due, list(rows)) for due, rows in groupby(found, key=lambda line: line.due)]
    return Page(groups, tally, total, number)


def lines(duties: DutyQuerySet, begin: int, today: date, most: int = PAGE_SIZE) -> list[Line]:
    """Return some duties as lines, in the order they come in; six queries at most.

    The page is found by its keys alone: what a row shows is read for those rows only.
    """
    keys = list(duties.values_list("pk", flat=True)[begin : begin + most])
    shown = Duty.objects.with_state(today).select_related("system__unit").in_bulk(keys)
    rows = [shown[key] for key in keys if key in shown]
    answering = Answering(row.system_id for row in rows)
    return [line_of(row, answering.answer(row.system_id, row.obligation), today) for row in rows]


def line_of(duty: Duty, answer: Answer, today: date) -> Line:
    """Return a duty that came through `with_state` as a line."""
    applies = applies_words(duty.applies_on, today)
    return Line(duty, duty.state_on(today), answer, due_group(duty.day_due, today), applies)


def tally_of(duties: DutyQuerySet, today: date) -> dict[DutyState, int]:
    """Return how many duties are in each state, in two queries.

    Evidence is counted apart: asked for with each row, it would be looked up row by row.
    """
    counts = dict.fromkeys(DutyState, 0)
    parts = ("status", "is_early", "is_ended")
    for row in _parted(duties, today).values(*parts).annotate(number=Count("pk")).order_by():
        counts[_state(row, today)] += row["number"]
    proven = _proven(duties.applying(), today).count()
    counts[DutyState.MET] += proven
    counts[DutyState.MISSING] -= proven
    return counts


def days_and_states(
    duties: DutyQuerySet, begin: date, end: date, today: date
) -> Iterator[tuple[date, DutyState, int]]:
    """Yield how many duties of which state are due on which day, in two queries."""
    within = duties.applying().filter(due_on__gte=begin, due_on__lt=end)
    by_day = _proven(within, today).order_by().values("due_on").annotate(number=Count("pk"))
    proven = {row["due_on"]: row["number"] for row in by_day}
    parts = ("due_on", "status", "is_early")
    rows = _parted(within, today).values(*parts).annotate(number=Count("pk")).order_by("due_on")
    for row in rows:
        day, number = row["due_on"], row["number"]
        if row["status"] == DutyStatus.MET:
            met = min(number, proven.get(day, 0))
            proven[day] = proven.get(day, 0) - met
            yield from ((day, DutyState.MET, met),) if met else ()
            number -= met
        if number:
            yield day, _state(row, today), number


def _proven(duties: DutyQuerySet, today: date) -> DutyQuerySet:
    """Return the duties that are said to be met and have evidence that counts."""
    proofs = Proof.objects.standing(today).values("duty")
    return duties.filter(status=DutyStatus.MET, pk__in=proofs)


def _parted(duties: DutyQuerySet, today: date) -> Any:
    """Return duties with what their state depends on beside evidence, in few values."""
    early = Q(applies_on__isnull=True) | Q(applies_on__gt=today)
    true, false = Value(value=True), Value(value=False)
    return duties.annotate(
        is_early=Case(When(early, then=true), default=false),
        is_ended=Case(When(ended_by__isnull=False, then=true), default=false),
    )


def _state(row: dict[str, Any], today: date) -> DutyState:
    """Return the state that a group of `_parted` shares, as if nothing proved it."""
    standing = Standing(
        status=DutyStatus(row["status"]),
        applies_on=None if row["is_early"] else today,
        is_proven=False,
        has_ended=row.get("is_ended", False),
    )
    return state_of(standing, today)


@dataclass(frozen=True)
class OnSystem:
    """The duties of one system, for its own page and for a pack."""

    lines: list[Line]
    ended: list[Line]
    is_followed: bool  # whether the rows stand where the signed classification stands

    @property
    def met(self) -> int:
        """Return how many duties are met."""
        return self.count(DutyState.MET)

    @property
    def asked(self) -> int:
        """Return how many duties are not set aside."""
        return len(self.lines) - self.count(DutyState.NOT_APPLICABLE)

    @property
    def next_due(self) -> date | None:
        """Return the next day on which something is due, overdue ones first."""
        return min((line.duty.day_due for line in self.lines if line.duty.day_due), default=None)

    def count(self, state: DutyState) -> int:
        """Return how many duties are in a state."""
        return sum(line.state == state for line in self.lines)

    @property
    def ticks(self) -> list[int]:
        """Return what the strip shows: met, in progress, missing, not applicable, waiting."""
        shown = (DutyState.MET, DutyState.IN_PROGRESS, DutyState.MISSING)
        return [
            self.count(state) for state in (*shown, DutyState.NOT_APPLICABLE, DutyState.WAITING)
        ]


def on_system(system: AISystem, assessment: int | None, today: date) -> OnSystem:
    """Return the duties of a system whose signed classification is in hand."""
    of_system = Duty.objects.filter(system=system).with_state(today)
    rows = list(of_system.select_related("system__unit", "ended_by__system").soonest_first())
    answering = Answering([system.pk]) if rows else None
    told = [
        line_of(row, answering.answer(row.system_id, row.obligation), today)
        for row in rows
        if answering
    ]
    followed = Followed.objects.filter(system=system, assessment=assessment).exists()
    ended = [line for line in told if line.state == DutyState.ENDED]
    going = [line for line in told if line.state != DutyState.ENDED]
    return OnSystem(going, ended, is_followed=assessment is not None and followed)


def reasons(duty: Duty) -> list[dict[str, Any]]:
    """Return the fired rules behind a duty, as its classification was signed.

    Of a duty that the pack in force does not know any more, all rules that fired.
    """
    fired: list[dict[str, Any]] = duty.assessment.result.get("why", [])
    if all(item.id != duty.obligation for item in engine().pack.obligations):
        return fired
    behind = rules_behind(duty.obligation)
    return [rule for rule in fired if rule["id"] in behind]


@cache
def rules_behind(obligation: str) -> frozenset[str]:
    """Return the rules that call for an obligation, at any depth; not those that must not fire."""
    pack = engine().pack
    open_ones = [item.when for item in pack.obligations if item.id == obligation]
    found: set[str] = set()
    while open_ones:
        condition = open_ones.pop()
        if isinstance(condition, All | AnyOf):
            open_ones += condition.parts
        elif isinstance(condition, RuleFired) and condition.rule not in found:
            found.add(condition.rule)
            open_ones.append(pack.rules[condition.rule].when)
    return frozenset(found)


@cache
def articles_known() -> tuple[str, ...]:
    """Return the articles that obligations of the pack rest on, in the order of the Act."""
    found = {article_of(item.citation) for item in engine().pack.obligations} - {""}
    return tuple(sorted(found, key=lambda article: int(article.split()[1])))


def behind(user: User) -> int:
    """Return how many signed classifications that the person sees are not taken over yet."""
    return Followed.objects.behind().filter(system__in=seen(user)).count()


def seen(user: User) -> Any:
    """Return the keys of the systems a person sees."""
    return AISystem.objects.visible_to(user).values("pk")


def roles_known() -> Iterable[str]:
    """Return the roles that obligations of the pack name."""
    return sorted({role for item in engine().pack.obligations for role in item.roles})
