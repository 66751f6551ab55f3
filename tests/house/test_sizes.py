"""No file, function or template grows past what one can read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    file
    for package in ("governance", "inventory", "raci")
    for file in (ROOT / package).rglob("*.py")
    if file.name != "0001_initial.py"
]
MIGRATION = 400  # lines; one change of the tables is not cut in two
# Files that may be longer, up to how many lines, and why.
LONGER = {
    "governance/audit_packs/verifier/verify_pack.py": (
        1_300,
        "an auditor carries it away and runs it alone, so it cannot be several files",
    ),
}
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


def short(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", SOURCES, ids=short)
def test_no_source_file_passes_300_lines_and_no_function_40(file: Path):
    text = file.read_text()
    functions = [
        (node.name, (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    most, _ = LONGER.get(short(file), (MIGRATION if "migrations" in file.parts else 300, ""))
    assert len(text.splitlines()) <= most
    assert [named for named in functions if named[1] > 40] == []


@pytest.mark.parametrize("file", TEMPLATES, ids=short)
def test_no_template_passes_120_lines(file: Path):
    assert len(file.read_text().splitlines()) <= 120
