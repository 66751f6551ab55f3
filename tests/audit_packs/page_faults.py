"""What a reader of a printed pack would stumble over, page by page.

Run: python -m tests.audit_packs.page_faults FILE.pdf
"""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.audit_packs.reading import Page, Piece, read

POINT = 72 / 25.4  # of a millimetre
SIDE, HEAD, FOOT = 18 * POINT, 24 * POINT, 22 * POINT  # the margins of a page
SLACK = 1.5  # points: letters may hang over a little
HEADINGS = {"H1", "H2", "H3", "H4", "H5", "H6"}
Key = tuple[int, int]


def faults(pages: list[Page]) -> Iterator[str]:
    """Yield what is wrong, each with the number of its page."""
    for page in pages:
        if not page.body:
            yield f"page {page.number}: nothing but head and foot"
            continue
        yield from (f"page {page.number}: {words}" for words in of_a_page(page))
    yield from of_the_tables(pages)


def of_a_page(page: Page) -> Iterator[str]:
    """Yield text in a wrong place, and a heading or the head of a table that stands last."""
    yield from of_the_places(page)
    yield from of_the_lines(page)
    last = max(page.body, key=lambda piece: piece.base)
    if last.kinds & HEADINGS:
        yield f"a heading alone at the foot: {last.text}"
    if "THead" in last.kinds:
        yield f"the head of a table alone at the foot: {last.text}"


def of_the_places(page: Page) -> Iterator[str]:
    """Yield text out of the margins or the page, and letters that are only pictures."""
    right, foot = page.width - SIDE + SLACK, page.height - FOOT + SLACK
    for piece in page.body:
        if piece.left < SIDE - SLACK or piece.right > right:
            yield f"goes over the margin at the side: {piece.text}"
        if piece.top < HEAD - SLACK or piece.base > foot:
            yield f"goes over the margin above or below: {piece.text}"
    for piece in page.pieces:
        if piece.left < 0 or piece.right > page.width or not 0 < piece.base < page.height:
            yield f"goes off the page: {piece.text}"
        if "\ufffd" in piece.text:
            yield f"a letter that no program can read: {piece.text}"


def of_the_lines(page: Page) -> Iterator[str]:
    """Yield text that is written over other text."""
    above: list[Piece] = []
    for piece in sorted(page.pieces, key=lambda it: it.top):
        above = [other for other in above if other.base > piece.top + SLACK]
        for other in above:
            if min(piece.right, other.right) - max(piece.left, other.left) > SLACK:
                yield f"written over {other.text!r}: {piece.text}"
        above.append(piece)


def of_the_tables(pages: list[Page]) -> Iterator[str]:
    """Yield tables that go on over a page without their head.

    Each page has an element of its own for its part of a table.
    """
    for page, following in pairwise(pages):
        if page.body and following.body:
            last, first = page.body[-1].inside("Table"), following.body[0].inside("Table")
            if last and first and _has_head(page, last) and not _has_head(following, first):
                words = following.body[0].text
                yield f"page {following.number}: a table goes on without its head: {words}"


def _has_head(page: Page, table: Key) -> bool:
    inside = (piece for piece in page.body if piece.inside("Table") == table)
    return any("THead" in piece.kinds for piece in inside)


def main() -> int:
    """Say what is wrong with the file that the command line names."""
    pages = read(Path(sys.argv[1]))
    found = list(faults(pages))
    sys.stdout.writelines(f"{words}\n" for words in found)
    for page in pages:
        bottom = max((piece.base for piece in page.body), default=0)
        filled = (bottom - HEAD) / (page.height - HEAD - FOOT)
        if filled < 0.5:
            sys.stdout.write(f"page {page.number}: filled to {filled:.0%}\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
