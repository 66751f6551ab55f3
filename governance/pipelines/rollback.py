"""When measurements break a rule: a weighted mean over a window, of enough samples. Pure."""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

PLACES = Decimal("0.000001")
KEPT = timedelta(days=8)  # a little longer than the longest window


class Comparator(StrEnum):
    """How the mean stands to the value when the rule is broken."""

    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"


class Action(StrEnum):
    """What a broken rule does."""

    PAGE = "page"  # call somebody, at any hour
    RECOMMEND = "recommend"  # tell somebody
    AUTO = "auto"  # go back at once, then tell


class Decided(StrEnum):
    """How a breach ended."""

    ROLL_BACK = "roll_back"
    KEEP = "keep"
    AUTO = "auto"
    OVER = "over"  # what ran does not run any more


COMPARE: dict[Comparator, Callable[[Decimal, Decimal], bool]] = {
    Comparator.LT: operator.lt,
    Comparator.LE: operator.le,
    Comparator.GT: operator.gt,
    Comparator.GE: operator.ge,
}
SAID = {
    Comparator.LT: "below",
    Comparator.LE: "at or below",
    Comparator.GT: "above",
    Comparator.GE: "at or above",
}


@dataclass(frozen=True)
class Rule:
    """A rule as somebody set it."""

    metric: str
    comparator: Comparator
    value: Decimal
    window: timedelta
    min_samples: int
    action: Action

    @property
    def words(self) -> str:
        """Return the rule in words: accuracy below 0.9 over 30 minutes, of 50 samples or more."""
        minutes = int(self.window.total_seconds() // 60)
        limit = f"{SAID[self.comparator]} {plain(self.value)}"
        return (
            f"{self.metric} {limit} over {minutes} minutes, of {self.min_samples} samples or more"
        )


@dataclass(frozen=True)
class Point:
    """A mean of some samples at a moment."""

    at: datetime
    value: Decimal
    samples: int


@dataclass(frozen=True)
class Broken:
    """What broke a rule."""

    value: Decimal
    samples: int
    since: datetime
    until: datetime


def plain(value: Decimal) -> str:
    """Return a decimal without needless noughts."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def broken(
    rule: Rule, points: Iterable[Point], now: datetime, *, after: datetime | None = None
) -> Broken | None:
    """Return how the measurements up to now break a rule; None when they do not.

    `after` is when somebody last decided: what was measured before was looked at.
    """
    begins = max(now - rule.window, after) if after else now - rule.window
    found = [point for point in points if begins < point.at <= now]
    samples = sum(point.samples for point in found)
    if not found or samples < rule.min_samples:
        return None
    total = sum((point.value * point.samples for point in found), Decimal(0))
    mean = (total / samples).quantize(PLACES, ROUND_HALF_EVEN)
    if not COMPARE[rule.comparator](mean, rule.value):
        return None
    moments = [point.at for point in found]
    return Broken(mean, samples, min(moments), max(moments))
