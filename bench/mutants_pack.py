"""Turn one bit in many packs and count what the auditor's program makes of it.

Run: .venv/bin/python -m bench.mutants_pack [COUNT] [SEED]
"""

import json
import sys
import time
from collections import Counter
from typing import Any

from governance.audit_packs.verifier.verify_pack import verify
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import LOG, Recipe, Signer

OLD = Signer(3)


def measure(count: int = 20_000, seed: int = 2026) -> dict[str, Any]:
    """Return how many of each kind ended in which code, and those that were accepted."""
    packs = [
        sample.make(),
        sample.make(Recipe(older=(OLD,), previous=None)),
        sample.make(Recipe(size=300, first=5, last=290, systems=12, previous=128, emergencies=2)),
    ]
    found, accepted, began = Counter[str](), [], time.process_time()
    for mutant in mutants_of(packs, count, seed):
        code = verify(mutant.zip, [LOG.vkey, OLD.vkey]).code
        found[f"{mutant.kind}: {code}"] += 1
        if code not in (1, 2):
            accepted.append(f"{mutant.kind}, {mutant.place}: {code}")
    return {
        "tried": count,
        "by_kind_and_code": dict(sorted(found.items())),
        "not_refused": accepted,
        "cpu_seconds": round(time.process_time() - began, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=2))
