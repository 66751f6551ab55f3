"""The bench's programs and the texts that it runs inside the product name what is there."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

FAULTS = Path(__file__).resolve().parent.parent.parent / "bench" / "faults"
OURS = ("governance.", "inventory.", "raci.")


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of everything of ours that a source imports, in its texts too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(OURS):
            yield from ((node.module or "", one.name) for one in node.names)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            lines = [line for line in node.value.split(";") if " import " in line]
            lines = [line for text in lines for line in text.splitlines()]
            told = (line.strip() for line in lines)
            yield from (
                found
                for line in told
                if line.startswith("from ") and line.split()[1].startswith(OURS)
                for found in imported(line)
            )


@pytest.mark.parametrize("file", sorted(FAULTS.glob("*.py")), ids=lambda file: file.stem)
def test_what_an_experiment_uses_of_the_product_exists(file: Path):
    missing = [
        f"{module}.{name}"
        for module, name in imported(file.read_text())
        if not hasattr(importlib.import_module(module), name)
        and importlib.util.find_spec(f"{module}.{name}") is None
    ]

    assert missing == []


def test_a_name_that_moved_is_found_in_programs_and_in_texts():
    text = 'from governance.a import b\nX = "\\nfrom governance.c import d\\nd()"\nY = "import e"\n'

    assert list(imported(text)) == [("governance.a", "b"), ("governance.c", "d")]
