"""Classifications per second on one core, and what an outlook on missing answers takes.

Run: .venv/bin/python -m bench.engine
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from governance.classification.packs import load
from governance.classification.partial import classify_known
from governance.classification.rules import NEVER, Engine, checked, classify, engine_of
from governance.classification.symbols import Symbols, symbols_of
from governance.classification.unknowns import outlook_of

CASES = Path(__file__).parent.parent / "tests" / "classification" / "cases.yaml"
AIM_PER_SECOND = 5_000
LEAST_SECONDS = 3.0
FIRST_ANSWERS = 20  # as usual, in the order in which the questions are asked


def measure() -> dict[str, float]:
    """Return load and compile time in milliseconds, and full classifications per second.

    The facts are those of the worked cases, in turn, checked beforehand; the time is that of
    this process alone.
    """
    started = time.perf_counter()
    pack = load()
    loaded = time.perf_counter()
    engine = engine_of(pack)
    compiled = time.perf_counter()
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    sheets = [checked(pack, case["facts"]) for case in cases]
    done, duties, begun = 0, 0, time.process_time()
    while (spent := time.process_time() - begun) < LEAST_SECONDS:
        for facts in sheets:
            duties += len(classify(engine, facts).obligations)
        done += len(sheets)
    return {
        "load_ms": round((loaded - started) * 1000, 1),
        "compile_ms": round((compiled - loaded) * 1000, 1),
        "classifications_per_second": round(done / spent),
        "duties_per_classification": round(duties / done, 1),
        "aim_per_second": AIM_PER_SECOND,
        **outlooks(engine),
    }


def outlooks(engine: Engine) -> dict[str, float]:
    """Return what the diagrams take: making them, their nodes, and milliseconds per outlook.

    An outlook is the whole result with all open questions in their order: with no answer, with
    as many of the usual ones as a person gives in some minutes, with all of them.
    """
    begun = time.process_time()
    symbols = symbols_of(engine)
    made = time.process_time() - begun
    usual = {name: NEVER if value is None else value for name, value in engine.defaults.items()}
    few: dict[str, Any] = {}
    for _ in range(FIRST_ANSWERS):
        asked = outlook_of(symbols, few).open_questions
        few |= {name: usual[name] for name in asked[:1]}
    return {
        "diagrams_ms": round(made * 1000),
        "diagram_nodes": len(symbols.table.place),
        "outlook_of_nothing_ms": _per_outlook(engine, symbols, {}),
        "outlook_of_20_answers_ms": _per_outlook(engine, symbols, few),
        "outlook_of_all_answers_ms": _per_outlook(engine, symbols, usual),
    }


def _per_outlook(engine: Engine, symbols: Symbols, facts: Mapping[str, Any]) -> float:
    """Return milliseconds per outlook, over a second of processor time."""
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < 1:
        classify_known(engine, outlook_of(symbols, facts), facts)
        done += 1
    return round(spent / done * 1000, 1)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
