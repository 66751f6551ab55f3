"""What one would rather look at than read, worked out for drawing: no database, no clock."""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from governance.audit_packs.sections import Facts
from governance.common.templatetags.ui import tier_words

WIDTH = 657  # CSS pixels between the margins of a page
TIERS = (
    *("prohibited", "high", "limited", "minimal", "gpai", "undetermined"),
    *("out_of_scope", "not_applicable", "none"),
)
FILLED = {"prohibited", "high", "limited", "minimal"}  # tiers that have a fill of their own
DUTIES = {
    "met": ("met-fill", "met"),
    "in_progress": ("progress-fill", "in progress"),
    "waiting": ("progress-fill", "waiting"),
    "missing": ("missing-fill", "missing"),
    "not_applicable": ("line-strong", "not applicable"),
}
MOST_STRIPS = 24  # systems with a strip each; of more, a strip for each tier
MONTHS = 18
LANE, NAMES = 22, 190  # height of a line, width of its name
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),", re.ASCII)


@functools.cache
def paint() -> dict[str, str]:
    """Return the colours of the pages by the names of their tokens, as on white paper."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    plain = reversed(TOKEN.findall(css))  # the first is for everybody, later ones for contrast
    return {name.replace("-", "_"): colour for name, colour in plain}


def _colour(token: str) -> str:
    return paint()[token.replace("-", "_")]


@dataclass(frozen=True)
class Piece:
    """A part of a bar: how long it is, and what it stands for."""

    x: float
    width: float
    fill: str
    words: str
    count: int

    @property
    def middle(self) -> float:
        """Return where its number stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Bar:
    """A bar of pieces, with its name and what it says at its end."""

    name: str
    said: str
    y: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Picture:
    """Bars above each other, and the picture in words."""

    title: str
    height: int
    bars: tuple[Bar, ...]


def tier_of(system: Facts) -> str:
    """Return the tier that is known of a system, signed or not."""
    result = system["classification"].get("result") or {}
    return str(result.get("tier") or "none")


def tier_mix(systems: Sequence[Facts]) -> Picture:
    """Return one bar with a piece for each tier, the strictest first."""
    counts = Counter(tier_of(system) for system in systems)
    parts = [
        (counts[tier], _colour(f"tier-{tier if tier in FILLED else 'none'}-fill"), tier_words(tier))
        for tier in TIERS
        if counts[tier]
    ]
    words = ", ".join(f"{count} {words}" for count, _, words in parts)
    bar = Bar("", "", 0, _pieces(parts, 0, WIDTH))
    return Picture(f"Systems by tier: {words}.", 26, (bar,))


def _pieces(parts: Iterable[tuple[int, str, str]], left: float, width: float) -> tuple[Piece, ...]:
    known = list(parts)
    total = sum(count for count, _, _ in known) or 1
    found: list[Piece] = []
    for count, fill, words in known:
        length = round(width * count / total, 1)
        found.append(Piece(round(left, 1), length, fill, words, count))
        left += length
    return tuple(found)


def readiness(systems: Sequence[Facts]) -> Picture:
    """Return a strip for each system, of many for each tier: its duties by their state."""
    groups = list(_groups(systems))
    bars = []
    for number, (name, members) in enumerate(groups):
        counts = Counter(duty["state"] for it in members for duty in it["obligations"]["duties"])
        parts = [
            (counts[state], _colour(token), words)
            for state, (token, words) in DUTIES.items()
            if counts[state]
        ]
        total = sum(count for count, _, _ in parts)
        said = f"{counts['met']} of {total} met" if total else "no duty yet"
        pieces = _pieces(parts, NAMES, WIDTH - NAMES - 90)
        bars.append(Bar(name, said, number * LANE, pieces))
    told = "; ".join(f"{bar.name}: {bar.said}" for bar in bars)
    return Picture(f"Duties met: {told}.", len(bars) * LANE, tuple(bars))


def duty_keys() -> list[Piece]:
    """Return what the colours of the strips stand for; two states share one."""
    shared: dict[str, str] = {}
    for token, words in DUTIES.values():
        shared[token] = f"{shared[token]} or {words}" if token in shared else words
    return [Piece(0, 0, _colour(token), words, 0) for token, words in shared.items()]


def _groups(systems: Sequence[Facts]) -> Iterator[tuple[str, list[Facts]]]:
    if len(systems) <= MOST_STRIPS:
        for system in systems:
            yield f"{system['ref']} {system['name']}", [system]
        return
    for tier in TIERS:
        members = [system for system in systems if tier_of(system) == tier]
        if members:
            yield f"{tier_words(tier)}, {len(members)}", members


@dataclass(frozen=True)
class Lane:
    """A kind of date, with how many there are in each month."""

    name: str
    y: int
    cells: tuple[Piece, ...]


@dataclass(frozen=True)
class Calendar:
    """Eighteen months, and the dates that fall into them."""

    title: str
    height: int
    months: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]


LANES = {
    "Rules begin to apply": "tier-high-fill",
    "Approvals end": "missing-fill",
    "Waivers end": "missing-fill",
    "Agreements end": "progress-fill",
    "Checks of duties": "met-fill",
    "Reports of incidents": "tier-prohibited-fill",
}


def calendar(systems: Sequence[Facts], today: date) -> Calendar:
    """Return the dates of the next eighteen months, by kind and month."""
    first = today.year * 12 + today.month - 1
    counts: Counter[tuple[str, int]] = Counter()
    for lane, day, _ in {found for system in systems for found in _dates(system)}:
        month = day.year * 12 + day.month - 1 - first
        if day >= today and month < MONTHS:
            counts[lane, month] += 1
    step = (WIDTH - NAMES) / MONTHS
    lanes = [name for name in LANES if any(lane == name for lane, _ in counts)]
    return Calendar(
        title=f"Dates of the next {MONTHS} months: {_told(counts, lanes)}.",
        height=LANE * (len(lanes) + 1),
        months=tuple(
            (round(NAMES + step * (at + 0.5), 1), _month(first + at)) for at in range(0, MONTHS, 2)
        ),
        lanes=tuple(
            Lane(
                name,
                LANE * (number + 1),
                tuple(
                    Piece(
                        round(NAMES + step * at, 1),
                        round(step - 2, 1),
                        _colour(LANES[name]),
                        _month(first + at),
                        counts[name, at],
                    )
                    for at in range(MONTHS)
                    if counts[name, at]
                ),
            )
            for number, name in enumerate(lanes)
        ),
    )


def _told(counts: Counter[tuple[str, int]], lanes: Iterable[str]) -> str:
    sums = [
        f"{sum(count for (lane, _), count in counts.items() if lane == name)} {name.lower()}"
        for name in lanes
    ]
    return ", ".join(sums) or "none"


def _month(number: int) -> str:
    return f"{date(number // 12, number % 12 + 1, 1):%b %y}"


def _dates(system: Facts) -> Iterator[tuple[str, date, str]]:
    """Yield the days of a system with their kind; a rule's first day is the same for all."""
    for duty in system["obligations"]["duties"]:
        days = duty.get("applies_from") or {}
        yield from _day("Rules begin to apply", days.get("amended") or days.get("enacted"), "")
        yield from _day(
            "Checks of duties", duty.get("next_check_on"), f"{system['ref']} {duty['id']}"
        )
    for agreement in system["agreements"]:
        yield from _day("Agreements end", agreement["expires_on"], agreement["ref"])
    for version in system["versions"]:
        yield from _ends(version)
    for incident in system["incidents"]:
        for due in incident["deadlines"]:
            yield from _day("Reports of incidents", due["ends_at"], incident["ref"])


def _ends(version: Facts) -> Iterator[tuple[str, date, str]]:
    for waiver in version["waivers"]:
        yield from _day("Waivers end", waiver["ends_on"], version["digest"])
    for release in version["releases"]:
        if release["may_run"]:
            yield from _day("Approvals end", release["valid_until"], release["ref"])


def _day(lane: str, value: str | None, of: str) -> Iterator[tuple[str, date, str]]:
    if value:
        yield lane, date.fromisoformat(value[:10]), of
