"""The program that binds the parts of a pack, a process without the site's settings and secrets."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from governance.audit_packs.binding import Attached, Part
from governance.common.press.child import BREATH, PressError, start

PROGRAM = Path(__file__).resolve().parent / "binding.py"


def bound(
    parts: list[Part], attached: list[Attached], folder: Path, alive: Callable[[], None]
) -> dict[str, Any]:
    """Bind the parts to pack.pdf and return its pages; call alive() every few seconds."""
    job = {
        "parts": [asdict(part) for part in parts],
        "overlay": str(folder / "total.pdf"),
        "attached": [asdict(each) for each in attached],
        "target": str(folder / "pack.pdf"),
    }
    child = start(PROGRAM, folder)
    work: str | None = json.dumps(job)
    try:
        while True:
            try:
                told, _ = child.communicate(work, timeout=BREATH)
                break
            except subprocess.TimeoutExpired:
                work = None
                alive()
    except BaseException:
        child.kill()
        child.communicate()
        raise
    if child.returncode:
        raise PressError("The parts could not be bound into one file.")
    answer: dict[str, Any] = json.loads(told)
    return answer
