"""The reading of printed pages finds what a reader would stumble over."""

from dataclasses import replace

from tests.audit_packs.page_faults import FOOT, HEAD, SIDE, faults
from tests.audit_packs.reading import Page, Piece, Tag

WIDTH, HEIGHT = 595.0, 842.0
P, H2 = Tag("P", (9, 0)), Tag("H2", (8, 0))
TABLE, HEAD_ROW = Tag("Table", (1, 0)), Tag("THead", (2, 0))


def line(text: str, base: float = 300, *tags: Tag) -> Piece:
    """Return a line of text at the left margin."""
    return Piece(text, SIDE, SIDE + 100, base - 8, base, tags or (P,))


def page(*pieces: Piece, number: int = 1) -> Page:
    """Return a page with a running foot and this text."""
    foot = Piece("1 of 2", SIDE, SIDE + 30, HEIGHT - 40, HEIGHT - 30, ())
    return Page(number, WIDTH, HEIGHT, (*pieces, foot))


def told(*pages: Page) -> list[str]:
    return list(faults(list(pages)))


def test_a_page_of_text_has_no_fault():
    assert told(page(line("Said."))) == []


def test_a_page_with_only_head_and_foot_is_found():
    assert told(page()) == ["page 1: nothing but head and foot"]


def test_text_over_the_margin_or_off_the_page_is_found():
    wide = replace(line("wide"), right=WIDTH - SIDE + 3)
    off = replace(line("off"), left=-4)

    assert told(page(wide)) == ["page 1: goes over the margin at the side: wide"]
    assert "page 1: goes off the page: off" in told(page(off))
    for low in (line("low", HEIGHT - FOOT + 5), line("high", HEAD + 3)):
        (words,) = told(page(low))
        assert "goes over the margin above or below" in words


def test_text_over_text_is_found():
    assert told(page(line("over", 303), line("under", 300))) == [
        "page 1: written over 'under': over"
    ]
    assert told(page(line("below", 308), line("above", 300))) == []


def test_a_heading_or_a_head_of_a_table_at_the_foot_is_found():
    heading = line("Obligations", 700, Tag("Span", (7, 0)), H2)
    head = line("Ledger", 720, Tag("TH", (3, 0)), HEAD_ROW, TABLE)

    assert told(page(line("Said."), heading)) == [
        "page 1: a heading alone at the foot: Obligations"
    ]
    assert told(page(heading, line("Said.", 712))) == []
    assert told(page(head)) == ["page 1: the head of a table alone at the foot: Ledger"]


def test_a_table_that_goes_on_without_its_head_is_found():
    other = Tag("Table", (6, 0))  # on the next page the table is an element of its own
    head = line("Ledger", 200, Tag("TH", (3, 0)), HEAD_ROW, TABLE)
    again = line("Ledger", 200, Tag("TH", (5, 0)), Tag("THead", (7, 0)), other)
    row = line("#2", 220, Tag("TD", (4, 0)), other)
    first = page(head, line("#1", 220, Tag("TD", (2, 1)), TABLE))

    assert told(first, page(row, number=2)) == ["page 2: a table goes on without its head: #2"]
    assert told(first, page(again, row, number=2)) == []
    assert told(first, page(line("Said."), row, number=2)) == []


def test_a_letter_that_is_only_a_picture_is_found():
    assert told(page(line("1\ufffd"))) == ["page 1: a letter that no program can read: 1\ufffd"]
