"""Pages obey the browser policy: nothing inline, colours only where the tokens are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NOT_SCREEN = {"tokens.css", "print.css", "pack.css"}  # the tokens; and what goes on paper
PDF = ROOT / "templates" / "audit_packs" / "pdf"  # printed by WeasyPrint, never sent to a browser
MAIL = ROOT / "templates" / "notices" / "mail"  # mail programs know inline styles only
TEMPLATES = [
    file
    for file in (ROOT / "templates").rglob("*.html")
    if PDF not in file.parents and MAIL not in file.parents
]
STYLES = [file for file in (ROOT / "static").rglob("*.css") if file.name not in NOT_SCREEN]
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style", re.I),
    "a script without a file": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I),
    "an event attribute": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "a colour of its own": re.compile(r"(?<![&\w/#\"'])#[0-9a-f]{6}\b", re.I),
}
COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b", re.I)


def short(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", TEMPLATES, ids=short)
def test_a_template_holds_nothing_that_the_browser_policy_refuses(file: Path):
    text = file.read_text()

    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("file", STYLES, ids=short)
def test_colours_are_named_in_the_tokens_only(file: Path):
    without_comments = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)

    assert COLOUR.findall(without_comments) == []
