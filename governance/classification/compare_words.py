"""A difference between two classifications as sentences. Pure."""

from collections.abc import Iterator

from governance.classification.compare import Difference
from governance.classification.explain import words
from governance.classification.verdict import UNDETERMINED

MOST_NAMED = 3  # changed answers that a sentence names
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def sentences(found: Difference) -> Iterator[str]:
    """Yield a difference between what was signed and what is said now, a sentence at a time."""
    yield from filter(None, (answers_words(found), pack_words(found)))
    yield from outcome_words(found)


def outcome_words(found: Difference) -> Iterator[str]:
    """Yield what the difference leads to: tier and duties."""
    if found.tier.after == UNDETERMINED and not found.tier.is_same:
        yield f"It is not settled any more whether it is {words(found.tier.before)}."
        return
    for turned, law in ((found.tier, "today’s rules"), (found.tier_enacted, "the text as enacted")):
        if not turned.is_same:
            now, then = words(turned.after), words(turned.before)
            yield f"Under {law} it would be {now} instead of {then}."
            break
    if told := list(_duties_words(found)):
        yield f"{'; '.join([told[0], *(one.lower() for one in told[1:])])}."
    elif found.tier.is_same and not found.is_empty:
        yield "Tier and duties stay as they were signed."


def answers_words(found: Difference) -> str:
    """Return which answers changed, and how; empty when none did."""
    answers, count = found.answers, len(found.answers)
    if not answers:
        return ""
    told = "; ".join(f"{one.ask} {one.before} → {one.after}" for one in answers[:MOST_NAMED])
    more = f"; and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
    return f"{_count(count, 'answer')} changed: {told}{more}."


def pack_words(found: Difference) -> str:
    """Return from which day of the law to which the pack changed; empty when it did not."""
    if found.as_of.is_same:
        return ""
    return f"The law then as of {found.as_of.before}, now as of {found.as_of.after}."


def _duties_words(found: Difference) -> Iterator[str]:
    moved = {one.id for one in found.moved if one.id}
    for number, said in (
        (len(found.duties.gained), "would come in"),
        (len(found.duties.lost), "would fall away"),
        (len(moved), "would begin on another day"),
    ):
        if number:
            yield f"{_count(number, 'duty', 'duties')} {said}"


def _count(number: int, one: str, many: str = "") -> str:
    told = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{told} {one if number == 1 else many or one + 's'}".capitalize()
