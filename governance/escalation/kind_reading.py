"""The parts of kinds.yaml, read strictly: an error names file, kind and field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from governance.accounts.rules import Role
from governance.escalation.lasting import Lasts, Unit
from governance.escalation.rules import (
    Base,
    ClockKind,
    Offset,
    Plan,
    Span,
    Step,
    target_problem,
)
from governance.notices.rules import Channel, Severity
from raci.matrices.catalogue import catalogue
from raci.people.vocabulary import vocabulary

E = TypeVar("E", bound=StrEnum)
Ladders = Mapping[str, tuple[Step, ...]]
USUAL_CHANNELS = (Channel.APP, Channel.EMAIL)
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
WHEN = re.compile(
    r"(?P<base>due|since) (?P<number>[+-]\d{1,4}) (?P<span>minutes|days|business_days)"
)
SHARE = re.compile(r"(?P<number>\d{1,3}) percent")
TIME = re.compile(r"(\d{1,3}) (days|business_days|months)")
FARTHEST_DAYS = 730
OWN = "own"
NEEDED = ("title", "counts_from", "before", "then", "responsible", "severity", "resolves")
MAY_HAVE = ("lasts", "clock", "channels", "activity", "again_days")
OF_A_STAGE = ("code", "at", "level", "whom", "channels", "severity")


class KindError(ValueError):
    """A file of kinds that does not hold: which file, which kind, which field, and why."""

    def __init__(self, file: str, kind: str, field: str, why: str) -> None:
        place = " · ".join(part for part in (file, kind, field) if part)
        super().__init__(f"{place}: {why}")


@dataclass(frozen=True)
class Field:
    """A mapping of the file, and where it stands."""

    file: str
    kind: str
    raw: Any

    def __post_init__(self) -> None:
        if not isinstance(self.raw, dict):
            raise KindError(self.file, self.kind, "", "names with values expected")

    def wrong(self, name: str, why: str) -> KindError:
        """Return the error about a field."""
        return KindError(self.file, self.kind, name, why)

    def only(self, known: Iterable[str], needed: Iterable[str] = ()) -> None:
        """Refuse names that are not known, and missing ones."""
        if unknown := sorted(set(map(str, self.raw)) - set(known)):
            raise self.wrong(unknown[0], "there is no such field")
        if missing := [name for name in needed if name not in self.raw]:
            raise self.wrong(missing[0], "is missing")

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self.raw.get(name, default)
        if not isinstance(value, str) or len(value) > 300:
            raise self.wrong(name, "a text of up to 300 letters expected")
        if not value and name in NEEDED:
            raise self.wrong(name, "a text expected")
        return value

    def hour(self, name: str) -> str:
        """Return a local time like 09:00."""
        if not HOUR.fullmatch(self.text(name)):
            raise self.wrong(name, "an hour like 09:00 expected")
        return self.text(name)

    def number(self, name: str, least: int, most: int, default: int) -> int:
        """Return a whole number within bounds."""
        value = self.raw.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, f"a number from {least} to {most} expected")
        return value

    def mapping(self, name: str) -> Mapping[Any, Any]:
        """Return names with values."""
        value = self.raw.get(name)
        if not isinstance(value, dict) or not value:
            raise self.wrong(name, "names with values expected")
        if bad := [key for key in value if not CODE.fullmatch(str(key))]:
            raise self.wrong(name, f"“{bad[0]}” is no name like agreement_ends")
        return value

    def list_of(self, name: str, default: tuple[str, ...] = ()) -> tuple[Any, ...]:
        """Return a list."""
        value = self.raw.get(name, list(default))
        if not isinstance(value, list):
            raise self.wrong(name, "a list expected")
        return tuple(value)

    def one_of(self, name: str, known: type[E], default: E | None = None) -> E:
        """Return a value of an enum."""
        value = self.raw.get(name, default)
        if value not in set(known):
            raise self.wrong(name, f"one of {', '.join(known)} expected, not “{value}”")
        return known(value)

    def channels(self) -> tuple[Channel, ...]:
        """Return the channels, the usual ones where none are named; never none."""
        found = self.list_of("channels", tuple(one.value for one in USUAL_CHANNELS))
        if not found or set(found) - set(Channel):
            raise self.wrong("channels", f"some of {', '.join(Channel)} expected")
        return tuple(Channel(one) for one in found)


def read_kind(field: Field, ladders: Ladders) -> dict[str, Any]:
    """Return the fields of a kind, with its whole plan; raises KindError."""
    field.only((*NEEDED, *MAY_HAVE), NEEDED)
    before = _days_before(field)
    plan = _plan(field, before, ladders)
    return {
        "title": field.text("title"),
        "counts_from": field.text("counts_from"),
        "resolves": field.text("resolves"),
        "severity": field.one_of("severity", Severity),
        "responsible": _responsible(field),
        "plan": plan,
        "lasts": _lasts(field),
        "activity": _activity(field),
        "horizon_days": _horizon(plan),
    }


def _days_before(field: Field) -> tuple[int, ...]:
    days = field.list_of("before")
    for day in days:
        if not isinstance(day, int) or isinstance(day, bool) or not 1 <= day <= FARTHEST_DAYS:
            raise field.wrong("before", f"days from 1 to {FARTHEST_DAYS} expected, not “{day}”")
    if sorted(set(days), reverse=True) != list(days):
        raise field.wrong("before", "each day once, the farthest first")
    return days


def _plan(field: Field, before: tuple[int, ...], ladders: Ladders) -> Plan:
    name = field.text("then")
    if name not in ladders:
        raise field.wrong("then", f"there is no ladder “{name}”")
    channels = field.channels()
    reminders = [
        Step(f"T-{day}", 1, ("responsible",), channels, Offset(Base.DUE, -day, Span.DAYS))
        for day in before
    ]
    ladder = [
        step if step.channels != USUAL_CHANNELS else replace(step, channels=channels)
        for step in ladders[name]
    ]
    plan = Plan(
        code=field.kind,
        steps=(*reminders, *ladder),
        clock=field.one_of("clock", ClockKind, ClockKind.BUSINESS),
        again_days=field.number("again_days", 1, 90, 7),
    )
    if why := plan.problem() or _out_of_order(plan):
        raise field.wrong("then", why)
    return plan


def _out_of_order(plan: Plan) -> str:
    """Return why the stages of a plan do not follow each other; empty when they do."""
    codes = [step.code for step in plan.steps]
    if len(set(codes)) < len(codes):
        return "two stages have the same name"
    for early, late in zip(plan.steps, plan.steps[1:], strict=False):
        one, other = early.offset, late.offset
        if one and other and one.span == other.span and one.number >= other.number:
            return f"{late.code} does not come after {early.code}"
    shares = {step.offset.span == Span.PERCENT for step in plan.steps if step.offset}
    return "shares of a time and days do not go together" if len(shares) > 1 else ""


def read_stages(field: Field) -> tuple[Step, ...]:
    """Return the stages of a ladder; raises KindError."""
    found = field.list_of("stages")
    if not found:
        raise field.wrong("", "a ladder needs a stage")
    return tuple(_stage(Field(field.file, field.kind, raw)) for raw in found)


def _stage(field: Field) -> Step:
    field.only(OF_A_STAGE, ("code", "at", "level", "whom"))
    severity = field.one_of("severity", Severity) if "severity" in field.raw else None
    return Step(
        code=field.text("code"),
        level=field.number("level", 1, 9, 1),
        targets=_targets(field),
        channels=field.channels(),
        offset=_offset(field),
        severity=severity,
    )


def _offset(field: Field) -> Offset:
    text = field.text("at")
    if share := SHARE.fullmatch(text):
        return Offset(Base.SINCE, int(share["number"]), Span.PERCENT)
    if when := WHEN.fullmatch(text):
        return Offset(Base(when["base"]), int(when["number"]), Span(when["span"]))
    raise field.wrong("at", f"“{text}” is not like “due -30 days” or “50 percent”")


def _targets(field: Field) -> tuple[str, ...]:
    found = field.list_of("whom")
    if not found:
        raise field.wrong("whom", "nobody would be told")
    for target in found:
        if why := target_problem(str(target)) or _unknown_role(str(target)):
            raise field.wrong("whom", why)
    return found


def _unknown_role(text: str) -> str:
    head, _, code = text.partition(":")
    known = head != "role" or code in vocabulary().roles
    return "" if known else f"there is no role {code}"


def _responsible(field: Field) -> tuple[str, ...]:
    found = field.list_of("responsible")
    if not found:
        raise field.wrong("responsible", "nobody would be responsible")
    for text in map(str, found):
        head, _, rest = text.partition(":")
        right = text == OWN or (head == "role" and rest) or (head == "member" and rest in set(Role))
        if why := ("" if right else f"“{text}” says not who") or _unknown_role(text):
            raise field.wrong("responsible", why)
    return found


def _activity(field: Field) -> str:
    code = field.text("activity")
    if code and code not in catalogue().activities:
        raise field.wrong("activity", f"there is no activity {code}")
    return code


def _lasts(field: Field) -> dict[str, Lasts]:
    raw = field.raw.get("lasts", {})
    if isinstance(raw, str):
        return {"": _time(field, raw)}
    if not isinstance(raw, dict):
        raise field.wrong("lasts", "a time like 180 days expected, or one for each tier")
    return {str(tier): _time(field, str(text)) for tier, text in raw.items()}


def _time(field: Field, text: str) -> Lasts:
    match = TIME.fullmatch(text)
    if match is None or not int(match[1]):
        raise field.wrong("lasts", f"“{text}” is not like “180 days” or “6 months”")
    return Lasts(int(match[1]), Unit(match[2]))


def _horizon(plan: Plan) -> int:
    """Return how many days before it is due the first stage comes."""
    offsets = (step.offset for step in plan.steps if step.offset)
    days = [one.number for one in offsets if one.base == Base.DUE and one.span == Span.DAYS]
    return max(0, -min(days, default=0))
