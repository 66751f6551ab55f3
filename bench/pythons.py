"""Check packs, good ones and broken ones, with other Pythons than ours: all must agree.

Run: .venv/bin/python -m bench.pythons /path/to/python3.8 /path/to/python3.13 …
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from governance.audit_packs.verifier import verify_pack
from tests.audit_packs.verifier import broken, sample
from tests.audit_packs.verifier.hostile import Hostile, hostile
from tests.audit_packs.verifier.mutants import mutants_of

PROGRAM = Path(verify_pack.__file__)
# Runs in the other Python: answers with the code of each pack that a list names.
CHECK_ALL = """
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from verify_pack import verify
with open(sys.argv[2]) as file:
    told = json.load(file)
print(json.dumps([verify(pack, keys, past).code for pack, keys, past in told]))
"""


def measure(pythons: list[str]) -> dict[str, Any]:
    """Return for each Python its version and on how many packs it says something else than ours."""
    made = [sample.make().zip, sample.make(broken.WITH_FILES).zip]
    made += [make() for make, _ in broken.BROKEN.values()]
    made += [mutant.zip for mutant in mutants_of([sample.make()], 400, seed=3)]
    packs = [*hostile(), *(Hostile("", raw) for raw in made)]
    expected = [verify_pack.verify(one.zip, one.keys, one.previous).code for one in packs]
    found = {}
    with tempfile.TemporaryDirectory() as name:
        listing = _listed(packs, Path(name))
        for python in pythons:
            version = _said(python, "-c", "import sys; print(sys.version.split()[0])").strip()
            codes = json.loads(_said(python, "-c", CHECK_ALL, str(PROGRAM.parent), str(listing)))
            found[version] = sum(one != other for one, other in zip(expected, codes, strict=True))
    return {"packs": len(packs), "codes": Counter(expected), "different": found}


def _listed(packs: list[Hostile], folder: Path) -> Path:
    """Write packs to a folder, and a list of them with the keys and the older pack of each."""
    told = []
    for at, one in enumerate(packs):
        pack, past = folder / f"{at:05}.zip", folder / f"{at:05}.old"
        pack.write_bytes(one.zip)
        if one.previous is not None:
            past.write_bytes(one.previous)
        told.append((str(pack), one.keys, None if one.previous is None else str(past)))
    (folder / "list.json").write_text(json.dumps(told))
    return folder / "list.json"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:]), indent=2))
