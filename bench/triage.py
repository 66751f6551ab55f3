"""How well the order of /classification/first/ finds what a publisher flagged itself.

    python -m bench.triage FILE           precision and recall, on all and on held-out agencies
    python -m bench.triage FILE --fit     also fit 05_priorities.yaml anew, on the other half

FILE is the inventory that US federal agencies published for 2024. Read are name, purpose, outputs
and the topic under which a system is filed. The flag and the columns that are filled only for
flagged systems are never read as input. Needs no database; plain Python, always the same result.
"""

import argparse
import csv
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from governance.classification.lexicon import LEXICON, Lexicon, family_of, lexicon
from governance.classification.packs import load
from governance.classification.triage import TOPIC, Triage, texts_of, triage

FLAG = "Is the AI use case rights-impacting, safety-impacting, both, or neither?"
PURPOSE = "What is the intended purpose and expected benefits of the AI?"
OUTPUTS = "Describe the AI system’s outputs."
TOPICS = "Use Case Topic Area"
FLAGGED = {"both", "rights-impacting", "safety-impacting"}
ALSO_TO_LEARN_FROM = "Department of Homeland Security"
SHARES = (0.1, 0.2, 0.3)
STEPS, SIZE, RIDGE = 60, 0.5, 1.0
FITTED = LEXICON / "05_priorities.yaml"
HEAD = """\
# How much a suggestion counts in the rank, by rule. Fitted, not written: logistic regression on
# strength by rule with the floors of 00_weights.yaml, on half of the agencies of the published US
# inventory of 2024, against their own rights- or safety-impacting flag.
# Made by `python -m bench.triage FILE --fit`; docs/triage.md tells how and how well it holds.
priorities:
"""


@dataclass(frozen=True)
class Case:
    """One published system."""

    agency: str
    flagged: bool
    found: Triage


@dataclass(frozen=True)
class Measure:
    """How many of the flagged are in the first share, and how many of those are flagged."""

    share: float
    precision: float
    recall: float


def cases(file: Path, words: Lexicon, *, topics: bool = True) -> list[Case]:
    """Return every row of the published inventory with what triage finds in it."""
    pack = load()
    with file.open(encoding="cp1252", newline="") as lines:
        return [
            Case(
                agency=row["Agency"].strip(),
                flagged=(row[FLAG] or "").strip().lower() in FLAGGED,
                found=triage(_texts(row, words, topics=topics), words, pack),
            )
            for row in csv.DictReader(lines)
        ]


def _texts(row: dict[str, str], words: Lexicon, *, topics: bool) -> dict[str, str]:
    columns = {TOPICS: row[TOPICS]} if topics else {}
    texts = texts_of(row["Use Case Name"], row[PURPOSE] or "", row[OUTPUTS] or "", columns, words)
    return texts if topics else {name: text for name, text in texts.items() if name != TOPIC}


def learnt_from(rows: Iterable[Case]) -> set[str]:
    """Return the agencies on which words and numbers were tuned: every second one by size.

    Homeland Security belongs to them, too: otherwise nobody who investigates would.
    """
    sizes = Counter(row.agency for row in rows)
    ordered = sorted(sizes, key=lambda agency: (-sizes[agency], agency))
    return {*ordered[::2], ALSO_TO_LEARN_FROM}


def held_out(rows: Sequence[Case]) -> list[Case]:
    """Return the systems of agencies whose texts nobody looked at and nothing was fitted to."""
    learnt = learnt_from(rows)
    return [row for row in rows if row.agency not in learnt]


def measures(rows: Sequence[Case]) -> list[Measure]:
    """Return precision and recall in the first 10, 20 and 30 percent; ties count as missed."""
    ranked = sorted(rows, key=lambda row: (-row.found.score, row.flagged))
    flagged = sum(row.flagged for row in rows)
    told = []
    for share in SHARES:
        first = ranked[: round(len(ranked) * share)]
        hits = sum(row.flagged for row in first)
        told.append(Measure(share, hits / max(1, len(first)), hits / max(1, flagged)))
    return told


def fit(rows: Sequence[Case], words: Lexicon, floors: dict[str, float]) -> dict[str, float]:
    """Return bias and priorities by rule: ridge logistic regression, kept above the floors."""
    rules = sorted(words.priorities)
    weights = {rule: max(0.0, floors[family_of(rule)]) for rule in rules} | {"bias": 0.0}
    seen = dict.fromkeys(weights, 1e-6)
    inputs = [
        ({one.rule: one.strength / 100 for one in row.found.suggestions} | {"bias": 1.0}, row)
        for row in rows
    ]
    for _step in range(STEPS):
        slope = {name: RIDGE * value / len(rows) for name, value in weights.items()}
        slope["bias"] = 0.0
        for values, row in inputs:
            odds = math.fsum(weights[name] * value for name, value in values.items())
            miss = 1 / (1 + math.exp(-odds)) - row.flagged
            for name, value in values.items():
                slope[name] += miss * value / len(rows)
        for name, value in slope.items():
            seen[name] += value * value
            floor = floors[family_of(name)] if name != "bias" else -math.inf
            weights[name] = max(floor, weights[name] - SIZE * value / math.sqrt(seen[name]))
    return {name: round(value, 2) for name, value in sorted(weights.items())}


def leave_one_out(rows: Sequence[Case], words: Lexicon, floors: dict[str, float]) -> list[Case]:
    """Return the cases, each ranked by numbers fitted without any system of its agency."""
    ranked: list[Case] = []
    for agency in sorted({row.agency for row in rows}):
        numbers = fit([row for row in rows if row.agency != agency], words, floors)
        ranked += [_ranked(row, numbers) for row in rows if row.agency == agency]
    return ranked


def _ranked(row: Case, numbers: dict[str, float]) -> Case:
    odds = numbers["bias"] + math.fsum(
        numbers[one.rule] * one.strength / 100 for one in row.found.suggestions
    )
    score = round(1e6 / (1 + math.exp(-odds))) if row.found.suggestions else 0
    return replace(row, found=replace(row.found, score=score))


def told(name: str, rows: Sequence[Case]) -> str:
    """Return one line of the table."""
    cells = [f"{m.precision:.0%} / {m.recall:.0%}" for m in measures(rows)]
    flagged = sum(row.flagged for row in rows)
    return f"| {name} | {len(rows):,} | {flagged} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table of docs/bench.md."""
    parser = argparse.ArgumentParser(prog="bench.triage", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--fit", action="store_true", help="write 05_priorities.yaml anew")
    options = parser.parse_args()
    words = lexicon()
    floors = dict(words.floors)
    rows = cases(options.file, words)
    if options.fit:
        learnt = learnt_from(rows)
        numbers = fit([row for row in rows if row.agency in learnt], words, floors)
        lines = [f"  {name}: {value}\n" for name, value in numbers.items()]
        FITTED.write_text(HEAD + "".join(lines))
        print(f"Written to {FITTED.name}; run again to measure with it.")
        return
    own = cases(options.file, words, topics=False)
    print("| systems of | systems | flagged | first 10 % | first 20 % | first 30 % |")
    print("| --- | --- | --- | --- | --- | --- |")
    lines = [
        told("all agencies", rows),
        told("agencies held out", held_out(rows)),
        told("all, without topic", own),
        told("held out, without topic", held_out(own)),
        told("all, each by numbers fitted without its agency", leave_one_out(rows, words, floors)),
    ]
    for agency in sorted({row.agency for row in held_out(rows) if row.flagged}):
        lines.append(told(agency, [row for row in rows if row.agency == agency]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
