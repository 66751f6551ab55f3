"""Classifications per second on one core, duties and dates included.

Run: .venv/bin/python -m bench.engine
"""

import json
import time
from pathlib import Path

import yaml

from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of

CASES = Path(__file__).parent.parent / "tests" / "classification" / "cases.yaml"
AIM_PER_SECOND = 5_000
LEAST_SECONDS = 3.0


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
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
