"""What a file of results says, gathered case by case, with every mistake and its place. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from governance.common.errors import DomainError
from governance.evaluations.criteria import NAME, OURS, decimal_of
from governance.evaluations.rules import (
    LONGEST_KEY,
    LONGEST_MESSAGE,
    LONGEST_SLICE,
    MOST_CASES,
    MOST_SLICES_OF_A_CASE,
    MOST_SLICES_OF_A_RUN,
)
from inventory.imports.table import CONTROL

MOST_PROBLEMS = 50  # told of one file
MOST_METRICS = 50
TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "y", "pass", "passed", "ok", "success"), True),
    **dict.fromkeys(("false", "0", "no", "n", "fail", "failed", "failure", "error"), False),
    **dict.fromkeys(("skip", "skipped"), None),
}


@dataclass(frozen=True)
class Misfit:
    """Something a file says that cannot be taken: where, and why."""

    place: str  # "Line 5", or a JSON pointer
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


class ReportError(DomainError):
    """A file of results that cannot be taken; it says where and why."""

    code = "unreadable-run"

    def __init__(self, problems: Iterable[Misfit | str]) -> None:
        self.problems = [one if isinstance(one, Misfit) else Misfit("", one) for one in problems]
        super().__init__(" ".join(str(one) for one in self.problems))


@dataclass(frozen=True)
class Result:
    """How one case went; `passed` is None for a case that was skipped."""

    key: str
    passed: bool | None
    score: Decimal | None = None
    slices: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class Report:
    """What one file says, whatever its format."""

    results: tuple[Result, ...]
    metrics: Mapping[str, Decimal] = field(default_factory=dict)
    digest: str = ""  # of the version, when the file names one
    tool: str = ""
    observed_from: datetime | None = None
    observed_until: datetime | None = None
    notes: tuple[str, ...] = ()


class Gathering:
    """Takes cases one by one and remembers what was wrong with them."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.problems: list[Misfit] = []
        self.places: dict[str, str] = {}
        self.slices: set[str] = set()

    def refuse(self, place: str, reason: str) -> None:
        """Note a mistake; when there are very many, say so and read no further."""
        self.problems.append(Misfit(place, reason))
        if len(self.problems) >= MOST_PROBLEMS:
            self.problems.append(Misfit("", "There may be more; the rest was not read."))
            raise ReportError(self.problems)

    def take(self, place: str, result: Result) -> None:
        """Take a case, or note why it cannot be taken."""
        if len(self.results) >= MOST_CASES:
            raise ReportError([f"A run has at most {MOST_CASES:,} cases. Split the suite."])
        if reason := self._misfit(place, result):
            self.refuse(place, reason)
            return
        self.places[result.key] = place
        self.slices.update(result.slices)
        if len(self.slices) > MOST_SLICES_OF_A_RUN:
            raise ReportError(
                [f"A run has at most {MOST_SLICES_OF_A_RUN} slices. Is a column of ids among them?"]
            )
        self.results.append(result)

    def _misfit(self, place: str, result: Result) -> str:
        key = result.key
        if not key:
            return "the case has no key."
        if len(key) > LONGEST_KEY or CONTROL.search(key) or "\n" in key:
            return f"a key has at most {LONGEST_KEY} visible characters."
        if key in self.places:
            return f"the case “{key[:80]}” is there already ({self.places[key]})."
        if len(result.slices) > MOST_SLICES_OF_A_CASE:
            return f"a case is in at most {MOST_SLICES_OF_A_CASE} slices."
        if wrong := [name for name in result.slices if not _is_slice(name)]:
            return f"“{wrong[0][:80]}” is no name of a slice (at most {LONGEST_SLICE} characters)."
        return ""

    def taken(self) -> tuple[Result, ...]:
        """Return the cases; raises ReportError with everything that was wrong."""
        if self.problems:
            raise ReportError(self.problems)
        if all(result.passed is None for result in self.results):
            raise ReportError(["No case passed or failed: there is nothing to count."])
        return tuple(self.results)


def _is_slice(name: str) -> bool:
    return bool(name) and len(name) <= LONGEST_SLICE and not (set(name) & set("[]\n\r\t\x00"))


def truth_of(text: str) -> bool | None:
    """Return whether a word says passed, failed or (None) skipped; raises ValueError."""
    try:
        return TRUTHS[text.strip().lower()]
    except KeyError as error:
        raise ValueError(
            f"“{text[:40]}” says neither passed nor failed. Write true, false or skipped."
        ) from error


def score_of(text: str) -> Decimal | None:
    """Return a score; None for an empty text. Raises ValueError in words."""
    return decimal_of(text) if text.strip() else None


def slices_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of slices once each, in order, without space around them."""
    return tuple(sorted({name.strip() for name in names} - {""}))


def short(message: str) -> str:
    """Return the beginning of what a case said, in one line that can be stored."""
    line = " ".join(message.replace("\x00", " ").split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def metrics_of(given: Mapping[str, str]) -> dict[str, Decimal]:
    """Return the metrics that a tool reported; raises ReportError in words."""
    found: dict[str, Decimal] = {}
    problems: list[Misfit] = []
    for name, text in given.items():
        try:
            found[_metric(name)] = decimal_of(text)
        except ValueError as error:
            problems.append(Misfit(f"/metrics/{name[:60]}", str(error)))
    if len(given) > MOST_METRICS:
        problems.append(Misfit("/metrics", f"A run reports at most {MOST_METRICS} metrics."))
    if problems:
        raise ReportError(problems[:MOST_PROBLEMS])
    return found


def _metric(name: str) -> str:
    if name in OURS:
        raise ValueError(f"{name} is worked out from the cases; leave it out.")
    if not NAME.fullmatch(name):
        raise ValueError("A metric has a name like cost_per_task: small letters, digits, . and _.")
    return name
