"""Every page of a printed pack: nothing off the page, no text over text, no heading alone."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from governance.audit_packs.render import print_pack
from tests.audit_packs.page_faults import faults
from tests.audit_packs.reading import Page, read
from tests.audit_packs.samples import EVENT, RELEASE, ROW, VERSION, VOTE, bare, contents, system

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
MARGIN = 18 * 72 / 25.4 - 1  # points; text starts no further out
FOOT, TOP = 22 * 72 / 25.4, 24 * 72 / 25.4


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A pack with long words, long tables, a matrix of many and a break-glass mark."""
    many = [EVENT | {"number": number} for number in range(90)]
    versions = [VERSION, VERSION | {"label": "3.1", "notes": LONG}]
    voted = [RELEASE | {"votes": [VOTE] * 30}]
    versions += [VERSION | {"label": f"2.{at}", "releases": voted} for at in range(2)]
    people = [f"Person {at} of the works council" for at in range(21)]
    rows = [
        ROW | {"code": f"OPS-{at:02d}", "consulted": people[at::9], "informed": people[at::5]}
        for at in range(60)
    ]
    matrix = system()["raci"] | {"rows": rows}
    named = system(1, name=LONG, card={"intended_purpose": LONG, "outputs": LONG})
    long = system(4, versions=versions, raci=matrix)
    said = contents(named, system(2, timeline=many), bare(3), long)
    said.head.update(purpose=LONG, break_glass=True)
    return print_pack(said, tmp_path_factory.mktemp("pack")).file


@pytest.fixture(scope="module")
def pages(file) -> list:
    """Its pages."""
    return list(PdfReader(file).pages)


@pytest.fixture(scope="module")
def seen(file) -> list[Page]:
    """Its pages with the place of each text."""
    return read(file)


def pieces(page) -> list[tuple[float, float, str]]:
    """Return where each piece of text starts, in points from the lower left, and the text."""
    found: list[tuple[float, float, str]] = []

    def seen(text, matrix, place, _font, _size):
        if text.strip():
            x = place[4] * matrix[0] + place[5] * matrix[2] + matrix[4]
            y = place[4] * matrix[1] + place[5] * matrix[3] + matrix[5]
            found.append((x, y, text.strip()))

    page.extract_text(visitor_text=seen)
    return found


def test_no_text_starts_off_the_page(seen):
    for page in seen:
        for piece in page.pieces:
            assert MARGIN <= piece.left < page.width - MARGIN, f"page {page.number}: {piece.text}"
            assert 0 < piece.base < page.height, f"page {page.number}: {piece.text}"


def test_a_reader_stumbles_over_nothing(seen):
    assert list(faults(seen)) == []


def test_no_page_is_empty(pages):
    for number, page in enumerate(pages, start=1):
        height = float(page.mediabox.height)
        body = [text for _, y, text in pieces(page) if FOOT < y < height - TOP]
        assert body, f"page {number}"


def test_the_marks_of_break_glass_and_of_the_page_are_on_every_page(pages):
    for number, page in enumerate(pages, start=1):
        text = re.sub(r"\s+", " ", page.extract_text())
        assert "Break-glass: emergency or overridden gate in this pack" in text
        assert f"{number} of {len(pages)}" in text


def test_a_long_table_repeats_its_head_on_each_page(pages):
    texts = [re.sub(r"\s+", " ", page.extract_text()) for page in pages]
    rows = [text for text in texts if len(re.findall(r"#\d+ 2026-11-20 08:00:00", text)) > 1]

    assert len(rows) >= 3
    assert all("Ledger When, UTC Who What" in text for text in rows)


HEADINGS = ("Card", "Obligations", "Agreements", "Documents", "Timeline", "Responsibilities (RACI)")


def test_no_heading_stands_alone_at_the_foot_of_a_page(pages):
    for number, page in enumerate(pages, start=1):
        body = [text for _, y, text in pieces(page) if y > FOOT + 4]
        assert body[-1] not in HEADINGS, f"page {number}"


def test_no_line_of_text_is_drawn_over_another(seen):
    for page in seen:
        flat = [piece for piece in page.pieces if piece.right > piece.left]
        rows = sorted({(round(piece.left), round(piece.base, 1)) for piece in flat})
        for (x, y), (other_x, other_y) in pairwise(rows):
            close = x == other_x and 0 < abs(y - other_y) < 4
            assert not close, f"page {page.number}: at {x}, {y}"


def test_a_word_longer_than_its_column_is_broken(pages, tmp_path: Path):
    told = "".join(re.sub(r"\s+", "", page.extract_text()) for page in pages)

    assert LONG in told
