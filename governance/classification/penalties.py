"""Which fines could follow, for this actor and these duties (Arts 99 to 101)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from governance.classification.law import TEXTS, Dates, Pack, Penalty
from governance.classification.results import Classification

SIZE = "actor.size"
SME = frozenset({"micro", "small", "medium"})  # Art. 3(14a), Art. 99(6)
SMC = "smc"  # small mid-cap, Art. 3(14b), Art. 99(6a)
OUTSIDE = frozenset({"out_of_scope", "not_applicable"})


@dataclass(frozen=True, slots=True)
class Fine:
    """The most that a breach can cost this actor. Sums are whole euros."""

    row: Penalty
    because: tuple[str, ...]  # rules or duties whose breach it follows
    dates: Dates  # from when it can be imposed: the row's day, or the duty's where that is later
    lower: bool  # the lower of sum and share of turnover counts, under the text in force
    lower_enacted: bool  # the same under the text as published
    is_open: bool = False  # a question decides the day, which is not answered yet

    @property
    def euros(self) -> int:
        """Return the sum."""
        return self.row.most["eur"]

    @property
    def euros_shown(self) -> str:
        """Return the sum as people read it."""
        return f"{self.euros:,}"

    @property
    def percent(self) -> int:
        """Return the share of the turnover."""
        return self.row.most["turnover_pct"]

    def most(self, turnover: Decimal, text: str = "amended") -> Decimal:
        """Return the maximum in euros for a turnover."""
        share = turnover * self.percent / 100
        lower = self.lower_enacted if text == "enacted" else self.lower
        return min(share, Decimal(self.euros)) if lower else max(share, Decimal(self.euros))


def fines_for(pack: Pack, result: Classification, facts: Mapping[str, Any]) -> tuple[Fine, ...]:
    """Return the fines that can follow from this classification, in the order of the pack.

    Each bites only once the duty behind it applies (Art. 113). Nothing follows for an actor
    without a role or outside the scope. Art. 100 needs a fact that nobody asks.
    """
    size = str(facts.get(SIZE) or (pack.facts[SIZE].default if SIZE in pack.facts else ""))
    return tuple(fine for row in pack.penalties for fine in _fines(pack, row, result, size))


def _fines(pack: Pack, row: Penalty, result: Classification, size: str) -> Iterator[Fine]:
    if row.follows == "prohibition":
        behind = {name: pack.rules[name].dates for name in _practices(pack, result)}
        found = {text: _first(behind, text) for text in TEXTS}
    elif row.follows == "duties":
        found = {text: _first(_duties(row, result, text), text) for text in TEXTS}
        behind = _duties(row, result, "amended")
    elif row.follows == "information" and result.roles and result.tier not in OUTSIDE:
        behind, found = {}, {text: row.dates.under(text) for text in TEXTS}
    else:
        return
    days = Dates(**{text: _later(row.dates.under(text), day) for text, day in found.items()})
    is_open = days.amended is None and _waits(result, behind)
    if is_open or days != Dates():
        lower = row.lower_for_sme and size in SME
        yield Fine(
            row=row,
            because=tuple(behind),
            dates=days,
            lower=lower or (row.lower_for_smc and size == SMC),
            lower_enacted=lower,
            is_open=is_open,
        )


def _practices(pack: Pack, result: Classification) -> Iterator[str]:
    """Yield the prohibitions that bind one of the actor's roles."""
    for name in result.fired:
        rule = pack.rules[name]
        if rule.kind == "prohibition" and set(rule.applies_to_roles) & set(result.roles):
            yield name


def _duties(row: Penalty, result: Classification, text: str) -> dict[str, Dates]:
    """Return the dates of the actor's duties whose breach the row punishes."""
    named = {*row.duties, *(row.duties_amended if text == "amended" else ())}
    return {duty.id: duty.dates for duty in result.obligations if duty.id in named}


def _waits(result: Classification, behind: Mapping[str, Dates]) -> bool:
    """Return whether one of the duties has no day yet, other than by a rule of Art. 111."""
    return any(
        duty.id in behind and duty.dates.amended is None and not duty.transition
        for duty in result.obligations
    )


def _first(behind: Mapping[str, Dates], text: str) -> date | None:
    """Return the first day on which one of them applies under a text."""
    days = [day for dates in behind.values() if (day := dates.under(text))]
    return min(days, default=None)


def _later(row: date | None, behind: date | None) -> date | None:
    """Return the later day, None where either text or duty has none."""
    return max(row, behind) if row and behind else None
