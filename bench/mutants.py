"""The share of single changes of the rule pack that break an expectation, by kind of change.

Run: .venv/bin/python -m bench.mutants
"""

import json
import time
from collections import Counter
from typing import Any

from governance.classification.packs import load
from tests.classification.judge import Judge
from tests.classification.mutants import mutants_of
from tests.classification.worked import given, own


def measure() -> dict[str, Any]:
    """Return how many changes were tried and caught, in all and by kind, and which were not."""
    pack, started = load(), time.process_time()
    judge, tried, caught, missed = Judge(pack), Counter[str](), Counter[str](), []
    for mutant in mutants_of(pack):
        tried[mutant.kind] += 1
        if judge.verdict(mutant):
            caught[mutant.kind] += 1
        else:
            missed.append(f"{mutant.kind}: {mutant.place} {mutant.at}")
    return {
        "cases": len(given()) + len(own()),
        "tried": tried.total(),
        "caught": caught.total(),
        "caught_percent": round(100 * caught.total() / tried.total(), 2),
        "by_kind": {kind: f"{caught[kind]} of {count}" for kind, count in tried.items()},
        "missed": missed,
        "seconds": round(time.process_time() - started, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
