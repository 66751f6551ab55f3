"""Check packs, good ones and broken ones, with other Pythons than ours: all must agree.

Run: .venv/bin/python -m bench.pythons /path/to/python3.8 /path/to/python3.13 …
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from governance.audit_packs.verifier import verify_pack
from tests.audit_packs.verifier import broken, sample
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import LOG

PROGRAM = Path(verify_pack.__file__)
# Runs in the other Python: answers with the code of each pack of a folder, in the order of names.
CHECK_ALL = """
import json, os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from verify_pack import verify
place, key = sys.argv[2:]
packs = [os.path.join(place, one) for one in sorted(os.listdir(place))]
print(json.dumps([verify(pack, [key]).code for pack in packs]))
"""


def measure(pythons: list[str]) -> dict[str, Any]:
    """Return for each Python its version and on how many packs it says something else than ours."""
    packs = [sample.make().zip, sample.make(broken.WITH_FILES).zip, *broken.tricks()]
    packs += [make() for make, _ in broken.BROKEN.values()]
    packs += [mutant.zip for mutant in mutants_of([sample.make()], 400, seed=3)]
    expected = [verify_pack.verify(pack, [LOG.vkey]).code for pack in packs]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for at, pack in enumerate(packs):
            (Path(folder) / f"{at:05}.zip").write_bytes(pack)
        for python in pythons:
            version = _said(python, "-c", "import sys; print(sys.version.split()[0])").strip()
            codes = json.loads(
                _said(python, "-c", CHECK_ALL, str(PROGRAM.parent), folder, LOG.vkey)
            )
            found[version] = sum(one != other for one, other in zip(expected, codes, strict=True))
    return {"packs": len(packs), "different": found}


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:]), indent=2))
