"""Break a running Muster on purpose, and count: python3 bench/faults [--only F-01 …] [--short]."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

from launcher import checks, packages  # noqa: E402
from launcher.common import PYTHON, Problem  # noqa: E402

if Path(sys.prefix) != PYTHON.parent.parent:
    try:
        checks.pango()
        packages.install("requirements.lock")
    except Problem as problem:
        sys.exit(f"muster: {problem}")
    os.execv(PYTHON, [str(PYTHON), "-m", "bench.faults", *sys.argv[1:]])  # noqa: S606

from bench.faults.conduct import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
