"""A difference between two classifications as sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from governance.classification.compare import Difference
from governance.classification.verdict import UNDETERMINED
from governance.common.dates import short_day
from governance.common.templatetags.ui import tier_words

MOST_NAMED = 3  # changed answers that a sentence names
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Telling:
    """How a difference is told: what would come of today's facts, or what came with a signature."""

    tier: str
    tier_enacted: str
    open: str
    law: str
    gained: str
    lost: str
    moved: str
    same: str


WOULD = Telling(
    tier="Under today’s rules it would be {now} instead of {then}.",
    tier_enacted="Under the text as enacted it would be {now} instead of {then}.",
    open="It is not settled any more whether it is {then}.",
    law="The law then as of {then}, now as of {now}.",
    gained="would come in",
    lost="would fall away",
    moved="would begin on another day",
    same="Tier and duties stay as they were signed.",
)
CAME = Telling(
    tier="It became {now} instead of {then}.",
    tier_enacted="Under the text as enacted it became {now} instead of {then}.",
    open="It is not settled any more whether it is {then}.",
    law="The law was read as of {then}, then as of {now}.",
    gained="came in",
    lost="fell away",
    moved="moved to another day",
    same="Tier and duties stayed as they were.",
)


def sentences(found: Difference, telling: Telling = WOULD) -> Iterator[str]:
    """Yield a difference, from what was signed to what is said now, a sentence at a time."""
    yield from filter(None, (answers_words(found), pack_words(found, telling)))
    yield from outcome_words(found, telling)


def outcome_words(found: Difference, telling: Telling = WOULD) -> Iterator[str]:
    """Yield what the difference leads to: tier and duties."""
    if found.tier.after == UNDETERMINED and not found.tier.is_same:
        yield telling.open.format(then=_tier(found.tier.before))
        return
    for turned, said in (
        (found.tier, telling.tier),
        (found.tier_enacted, telling.tier_enacted),
    ):
        if not turned.is_same:
            yield said.format(now=_tier(turned.after), then=_tier(turned.before))
            break
    if told := list(_duties_words(found, telling)):
        yield f"{'; '.join([told[0], *(one.lower() for one in told[1:])])}."
    elif found.tier.is_same and not found.is_empty:
        yield telling.same


def _tier(name: str) -> str:
    return tier_words(name).lower()


def answers_words(found: Difference) -> str:
    """Return which answers changed, and how; empty when none did."""
    answers, count = found.answers, len(found.answers)
    if not answers:
        return ""
    told = "; ".join(f"{one.ask} {one.before} → {one.after}" for one in answers[:MOST_NAMED])
    more = f"; and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
    return f"{_count(count, 'answer')} changed: {told}{more}."


def pack_words(found: Difference, telling: Telling = WOULD) -> str:
    """Return from which day of the law to which the pack changed; empty when it did not."""
    if found.as_of.is_same:
        return ""
    then, now = (_day(day) for day in (found.as_of.before, found.as_of.after))
    return telling.law.format(then=then, now=now)


def _day(raw: str) -> str:
    return short_day(date.fromisoformat(raw))


def _duties_words(found: Difference, telling: Telling) -> Iterator[str]:
    moved = {one.id for one in found.moved if one.id}
    for number, said in (
        (len(found.duties.gained), telling.gained),
        (len(found.duties.lost), telling.lost),
        (len(moved), telling.moved),
    ):
        if number:
            yield f"{_count(number, 'duty', 'duties')} {said}"


def _count(number: int, one: str, many: str = "") -> str:
    told = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{told} {one if number == 1 else many or one + 's'}".capitalize()
