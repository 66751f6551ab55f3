"""What an experiment must show: equalities between two counts, each with its words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One equality, or one limit, as it is stated; `left` and `right` are what was counted."""

    words: str
    left: Any
    right: Any
    sign: str = "=="

    @property
    def holds(self) -> bool:
        """Return whether it is so."""
        if self.sign == "==":
            return bool(self.left == self.right)
        if self.sign == ">=":
            return bool(self.left >= self.right)
        return bool(self.left <= self.right)

    def __str__(self) -> str:
        sign = self.sign if self.holds else f"is not {self.sign}"
        return f"{self.words}: {self.left} {sign} {self.right}"


@dataclass
class Found:
    """What one run of one experiment showed."""

    experiment: str
    seed: int
    checks: list[Check] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)  # further figures
    not_run: str = ""
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Return passed, failed or not run."""
        if self.not_run:
            return "not run"
        return "passed" if all(check.holds for check in self.checks) else "failed"

    def as_json(self) -> dict[str, Any]:
        """Return it for the file of results."""
        return {
            "experiment": self.experiment, "seed": self.seed, "verdict": self.verdict,
            "seconds": self.seconds, "not_run": self.not_run, "told": self.told,
            "checks": [vars(check) | {"holds": check.holds} for check in self.checks],
        }  # fmt: skip


def table(found: Iterable[Found]) -> str:
    """Return what was found as a table in Markdown, one line for each run."""
    head = ["| experiment | seed | | seconds | equalities | what was counted |",
            "| --- | ---: | --- | ---: | ---: | --- |"]  # fmt: skip
    return "\n".join([*head, *map(line, found)])


def line(one: Found) -> str:
    """Return what one run found as a line of the table: what failed first, then further figures."""
    held = sum(check.holds for check in one.checks)
    failed = "; ".join(str(check) for check in one.checks if not check.holds)
    words = ", ".join(f"{name} {value}" for name, value in one.told.items())
    told = f"needs {one.not_run}" if one.not_run else words
    verdict = one.verdict if one.verdict == "passed" else f"**{one.verdict}**"
    return (
        f"| {one.experiment} | {one.seed} | {verdict} | {one.seconds:.0f} "
        f"| {held} of {len(one.checks)} | {f'**{failed}**; ' if failed else ''}{told} |"
    )
