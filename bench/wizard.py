"""How many pages the wizard needs: every worked case answered from its facts, counted.

    python -m bench.wizard

prints, for each tier, how many pages settle it, how many single facts they ask, and after how many
pages nothing is open any more.
Facts that a case does not state have their default. No database is needed.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from governance.classification.packs import load
from governance.classification.questions import Page, Questions, read_questions
from governance.classification.rules import NEVER, Engine, engine_of, normal
from governance.classification.symbols import Symbols, symbols_of
from governance.classification.unknowns import Outlook, outlook_of
from governance.classification.verdict import UNDETERMINED

AIM = 12
ORDINARY = ("high", "limited", "minimal")


@dataclass(frozen=True)
class Walk:
    """What one case took: pages until the tier was settled, and until nothing was open."""

    case: str
    tier: str
    settled: int
    facts: int  # single facts asked until then: the boxes of a screen one by one
    done: int
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Walker:
    """Answers the pages of questions out of the facts of a case."""

    engine: Engine
    symbols: Symbols
    questions: Questions

    def walk(self, case: str, facts: Mapping[str, Any]) -> Walk:
        """Answer page after page until nothing is open."""
        truth = {**self.engine.defaults, **facts}
        told: dict[str, Any] = {}
        pages: list[str] = []
        settled, facts_asked, outlook = 0, 0, outlook_of(self.symbols, {})
        while page := self.questions.following(outlook.open_questions, told):
            answers = self.answers(page, truth, outlook)
            pages.append(page.id)
            if not settled:
                facts_asked += len(asked_of(page, outlook))
            told |= answers
            outlook = outlook.told(answers)
            if not settled and outlook.tier != UNDETERMINED:
                settled = len(pages)
            if page.is_screen and not answers:  # every box ticked leads on to its own page
                one = self.questions.alone(page.facts[0])
                pages.append(one.id)
                told |= (answers := self.answers(one, truth, outlook))
                outlook = outlook.told(answers)
        return Walk(case, str(outlook.tier), settled, facts_asked, len(pages), tuple(pages))

    def answers(self, page: Page, truth: Mapping[str, Any], outlook: Outlook) -> dict[str, Any]:
        """Return what a person who knows the truth answers on a page."""
        given = {name: self.answer(name, truth[name]) for name in asked_of(page, outlook)}
        if page.unticked is None:
            return given
        facts = self.engine.pack.facts
        return {
            name: value for name, value in given.items()
            if value == page.unticked[name] or facts[name].type == "bool"
        }  # fmt: skip

    def answer(self, name: str, value: Any) -> Any:
        """Return a fact as it is stored; a day that is none as an answer of its own."""
        fact = self.engine.pack.facts[name]
        return NEVER if value is None else normal(fact, value)


def asked_of(page: Page, outlook: Outlook) -> list[str]:
    """Return the facts that a page asks."""
    return [fact for fact in page.facts if fact in outlook.open_questions]


def walker() -> Walker:
    """Return a walker over the pages of the rule pack in force."""
    engine = engine_of(load())
    questions = read_questions(engine.pack)
    return Walker(engine, symbols_of(engine), questions)


def walks(cases: Iterable[Mapping[str, Any]]) -> list[Walk]:
    """Return the walk of every case."""
    over = walker()
    return [over.walk(case["id"], case["facts"]) for case in cases]


def lines(found: Iterable[Walk]) -> Iterator[str]:
    """Yield the table."""
    rows = list(found)
    tiers = ["all", "ordinary", *sorted({row.tier for row in rows})]
    counts = f"{'median':>8}{'<=12':>7}{'most':>6}{'facts':>7}{'most':>6}{'done':>8}{'most':>6}"
    yield f"{'tier':<16}{'cases':>6}{counts}"
    for tier in tiers:
        group = [
            row for row in rows
            if tier in ("all", row.tier) or (tier == "ordinary" and row.tier in ORDINARY)
        ]  # fmt: skip
        settled, done = [row.settled for row in group], [row.done for row in group]
        facts = [row.facts for row in group]
        share = sum(count <= AIM for count in settled) / len(group)
        yield (
            f"{tier:<16}{len(group):>6}{median(settled):>8g}{share:>7.0%}{max(settled):>6}"
            f"{median(facts):>7g}{max(facts):>6}{median(done):>8g}{max(done):>6}"
        )


def main() -> int:
    """Print the distribution over all worked cases."""
    from tests.classification.worked import given, own

    sys.stdout.writelines(f"{line}\n" for line in lines(walks([*given(), *own()])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
