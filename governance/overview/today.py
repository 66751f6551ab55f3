"""The Today page as plain data: what needs the person, figures, dates, the record."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.dates import due_words
from governance.escalation.models import Item
from governance.incidents.queries import concerns, running
from governance.ledger.models import LeafSequence
from governance.ledger.queries import Row, rows
from governance.overview.ahead import Ahead, dates_ahead
from governance.overview.alarms import incident_dates, incident_needs
from governance.overview.cover_needs import asked_to_act, unanswered
from governance.overview.duty_needs import duty_needs
from governance.overview.ledger import LastCheck, last_check, visible_entries
from governance.overview.my_duties import gaps, waiting_items, with_items
from governance.overview.needs import Need, needs, running_out
from governance.overview.portfolio import BESIDE, TIERS, Portfolio, Tally, portfolio
from governance.overview.register import scope_of
from governance.overview.release_needs import release_needs
from governance.overview.team import rows_of

NEWS = 4
SHOWN_NEEDS = 6


@dataclass(frozen=True)
class Figure:
    """One number of the strip, and the list behind it."""

    label: str
    value: int
    url: str
    note: str
    of: int | None = None


@dataclass(frozen=True)
class Record:
    """The newest entries a person may read, and how long the whole record is."""

    size: int
    news: list[Row]
    checked: LastCheck | None


@dataclass(frozen=True)
class Today:
    """All that the page shows."""

    day: date
    needs: list[Need]
    overdue: int
    portfolio: Portfolio
    figures: list[Figure]
    ahead: list[Ahead]
    record: Record
    may_register: bool
    may_import: bool
    gaps: list[Item]  # that nobody is there to answer
    team: int  # how much is open on others where the person has a role

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing registered that the person sees."""
        return self.portfolio.total == 0

    @property
    def overdue_words(self) -> str:
        """Return how many things are overdue."""
        return f"{self.overdue} overdue"

    @property
    def next_legal(self) -> str:
        """Return when the next date of the law is, in words; empty without one."""
        found = next((item.day for item in self.ahead if item.is_law), None)
        return due_words(found, self.day) if found else ""

    @property
    def tiers(self) -> list[tuple[str, Tally]]:
        """Return the tiers of the heat map with their totals, worst first."""
        return [(tier, self.portfolio.by_tier[tier]) for tier in TIERS]

    @property
    def all_tiers(self) -> list[tuple[str, Tally]]:
        """Return the same, with what is signed as no tier of risk where there is any.

        Their sum is the number of systems.
        """
        beside = [(tier, self.portfolio.by_tier[tier]) for tier in BESIDE]
        return [*self.tiers[:-1], *[row for row in beside if row[1].systems], self.tiers[-1]]


def today(user: User, now: datetime, abilities: frozenset[Capability]) -> Today:
    """Return the page of a person; the number of queries does not grow with the data."""
    day = timezone.localtime(now).date()
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    scope = scope_of(user)
    counted = portfolio(user, scope, month)
    ends = running_out(user)
    decides = Capability.CLASSIFY in abilities
    seen = running(user, now)
    todo = [*incident_needs(concerns(user, now, seen), day)]
    todo += [*needs(user, abilities, counted, ends), *release_needs(user)]
    todo += [*duty_needs(user, day, decides=decides), *asked_to_act(user), *unanswered(user)]
    todo = with_items(todo, waiting_items(user), now)
    todo.sort(key=Need.urgency)
    return Today(
        day=day,
        needs=todo,
        overdue=sum(need.is_overdue(day) for need in todo),
        portfolio=counted,
        figures=_figures(counted, len(ends), f"{now:%B}"),
        ahead=dates_ahead(day, ends, counted.duty_days, incident_dates(seen, day)),
        record=_record(user),
        may_register=Capability.REGISTER in abilities,
        may_import=Capability.IMPORT in abilities,
        gaps=gaps(user),
        team=rows_of(user).order_by().count(),
    )


def _figures(counted: Portfolio, ending: int, month: str) -> list[Figure]:
    high, assigned = counted.by_tier["high"], counted.total - counted.unassigned
    prohibited = counted.by_tier["prohibited"].systems
    worst = f"{prohibited} prohibited" if prohibited else "none prohibited"
    added = f"{counted.added:,} added in {month}"
    unsigned = counted.total - counted.signed
    return [
        Figure("AI systems", counted.total, "/systems/", added),
        Figure("High-risk", high.systems, "/systems/?tier=high", worst),
        Figure(
            *("Classified", counted.signed, "/classification/"),
            note=f"{unsigned:,} not signed yet",
            of=counted.total,
        ),
        Figure(
            *("RACI in force", assigned, "/raci/"),
            note=f"{counted.unassigned:,} without",
            of=counted.total,
        ),
        Figure("Agreements running out", ending, "/agreements/", "expired, or notice time begun"),
    ]


def _record(user: User) -> Record:
    last = LeafSequence.objects.order_by("-seq").values_list("seq", flat=True).first()
    news = visible_entries(user).order_by("-pk")[:NEWS]
    return Record(0 if last is None else last + 1, rows(news, people_behind), last_check())
