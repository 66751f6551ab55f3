"""Items, steps and targets in words, as pages, lists and packs show them. Pure."""

from collections.abc import Iterable, Mapping

from governance.escalation.rules import (
    Base,
    ClockKind,
    Expiry,
    ItemStatus,
    Offset,
    Plan,
    Span,
)
from governance.notices.rules import Channel, NoticeState, Severity

S = ItemStatus
STATUS_WORDS = {
    S.OPEN: "Nobody told yet",
    S.NOTIFIED: "Told, no answer yet",
    S.ESCALATED: "Escalated",
    S.ACKNOWLEDGED: "Acknowledged",
    S.SNOOZED: "Snoozed",
    S.UNHANDLED: "Unhandled",
    S.RESOLVED: "Resolved",
}
# Which of the five states of the interface each one is.
STATUS_MARKS = {
    S.OPEN: "wait",
    S.NOTIFIED: "wait",
    S.ESCALATED: "missing",
    S.ACKNOWLEDGED: "progress",
    S.SNOOZED: "wait",
    S.UNHANDLED: "missing",
    S.RESOLVED: "met",
}
SEVERITY_WORDS = {
    Severity.INFO: "Info",
    Severity.WARNING: "Warning",
    Severity.HIGH: "High",
    Severity.CRITICAL: "Critical",
}
CHANNEL_WORDS = {Channel.APP: "in the app", Channel.EMAIL: "by mail", Channel.WEBHOOK: "by webhook"}
RESULT_WORDS = {
    NoticeState.WAITING: "waits to go",
    NoticeState.SENDING: "is on its way",
    NoticeState.SENT: "told",
    NoticeState.FAILED: "failed, tried again",
    NoticeState.DEAD: "failed for good",
    NoticeState.SUPPRESSED: "held back",
    NoticeState.BUNDLED: "told, with others in one mail",
}
RESULT_MARKS = {
    NoticeState.WAITING: "wait",
    NoticeState.SENDING: "wait",
    NoticeState.SENT: "met",
    NoticeState.FAILED: "missing",
    NoticeState.DEAD: "missing",
    NoticeState.SUPPRESSED: "na",
    NoticeState.BUNDLED: "met",
}
CLOCK_WORDS = {
    ClockKind.ALWAYS: "round the clock",
    ClockKind.BUSINESS: "in working hours",
}
EXPIRY_WORDS = {
    Expiry.HALF_HOUR: "30 minutes",
    Expiry.FOUR_HOURS: "4 hours",
    Expiry.BUSINESS_DAY: "one working day",
}
TARGET_WORDS = {
    "responsible": "who is responsible",
    "owner": "the system's owner",
    "deputy": "the deputy",
    "manager": "the sponsor, else the AI-Ops lead",
    "accountable": "who is accountable",
    "fallback": "the organisation's owner and the administrators",
}
LETTERS = {"A": "accountable", "R": "responsible"}
SPAN_WORDS = {
    Span.MINUTES: "minute",
    Span.DAYS: "day",
    Span.BUSINESS_DAYS: "working day",
}
HOUR, DAY = 60, 1440


def target_words(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return who a target means; `names` has the names of targets that hold a number."""
    if text in TARGET_WORDS:
        return TARGET_WORDS[text]
    known = (names or {}).get(text)
    head, _, rest = text.partition(":")
    if head == "activity":
        code, _, letter = rest.partition(":")
        return f"who is {LETTERS.get(letter, letter)} for {known or code}"
    if head == "authority":
        return f"whoever holds the authority {known or rest}"
    if head == "schedule":
        return f"who is on call in {known or 'schedule ' + rest}"
    if head == "role":
        return f"the {_inside(known or rest)}"
    return known or f"person {rest}"


def _inside(words: str) -> str:
    """Return a role inside of a sentence: chief information officer, but AI-Ops lead."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def targets_words(texts: Iterable[str], names: Mapping[str, str] | None = None) -> str:
    """Return who all targets of a step mean, in one phrase."""
    return listed([target_words(text, names) for text in texts])


def listed(parts: Iterable[str]) -> str:
    """Return parts as a person lists them: a, b and c."""
    found = list(dict.fromkeys(parts))
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def channels_words(channels: Iterable[str]) -> str:
    """Return by which channels somebody is told."""
    return listed([CHANNEL_WORDS[Channel(one)] for one in channels])


def minutes_words(minutes: int) -> str:
    """Return a span of minutes as a person says it: 15 minutes, 2 hours, 3 days."""
    for size, noun in ((DAY, "day"), (HOUR, "hour")):
        if minutes >= size and minutes % size == 0:
            return _counted(minutes // size, noun)
    if minutes > HOUR:
        return f"{_counted(minutes // HOUR, 'hour')} {_counted(minutes % HOUR, 'minute')}"
    return _counted(minutes, "minute")


def offset_words(offset: Offset) -> str:
    """Return when a planned step comes: 30 days before it is due."""
    if offset.span == Span.PERCENT:
        if offset.number > 100:
            return f"{offset.number - 100} % of its time over"
        return "when its time is over" if offset.number == 100 else f"{offset.number} % of its time"
    what = "it is due" if offset.base == Base.DUE else "it began"
    if offset.number == 0:
        return f"when {what}"
    side = "before" if offset.number < 0 else "after"
    return f"{_counted(abs(offset.number), SPAN_WORDS[offset.span])} {side} {what}"


def code_words(plan: Plan) -> dict[str, str]:
    """Return when each planned step of a plan comes, by its code; a level is called as it is."""
    return {step.code: offset_words(step.offset) for step in plan.steps if step.offset}


def step_title(plan: Plan, position: int) -> str:
    """Return when a step of a plan comes, without a day: Level 2: 15 minutes after level 1."""
    step = plan.steps[position]
    if step.offset is not None:
        return sentence(offset_words(step.offset))
    if position == 0:
        return f"{sentence(step.code)}: at once"
    before = plan.steps[position - 1]
    return f"{sentence(step.code)}: {minutes_words(before.wait)} after {before.code}"


def sentence(text: str) -> str:
    """Return a text with a capital at its head."""
    return text[:1].upper() + text[1:]


def plan_words(plan: Plan) -> str:
    """Return how a plan runs, in one sentence."""
    again = ""
    if plan.loops:
        again = f" The levels come again {_times(plan.loops)}."
    clock = f"Counted {CLOCK_WORDS[plan.clock]}."
    end = f" Then it is unhandled, and told again every {_counted(plan.again_days, 'day')}."
    return f"{clock}{again}{end}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
