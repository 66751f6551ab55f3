"""What a reader of a printed pack would stumble over, page by page.

Run: python -m tests.audit_packs.page_faults FILE.pdf
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
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
    yield from of_the_rows(pages)


def of_a_page(page: Page) -> Iterator[str]:
    """Yield text out of the margins, and a heading or the head of a table that stands last."""
    right, foot = page.width - SIDE + SLACK, page.height - FOOT + SLACK
    for piece in page.body:
        if piece.left < SIDE - SLACK or piece.right > right:
            yield f"goes over the margin at the side: {piece.text}"
        if piece.top < HEAD - SLACK or piece.base > foot:
            yield f"goes over the margin above or below: {piece.text}"
    for piece in page.pieces:
        if piece.left < 0 or piece.right > page.width or not 0 < piece.base < page.height:
            yield f"goes off the page: {piece.text}"
    yield from of_the_lines(page)
    last = max(page.body, key=lambda piece: piece.base)
    if last.kinds & HEADINGS:
        yield f"a heading alone at the foot: {last.text}"
    if "THead" in last.kinds:
        yield f"the head of a table alone at the foot: {last.text}"


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
    """Yield tables with a head that is not on each of their pages."""
    heads: dict[Key, str] = {}
    for page in pages:
        tables: dict[Key, list[Piece]] = defaultdict(list)
        for piece in page.body:
            if key := piece.inside("Table"):
                tables[key].append(piece)
        for key, pieces in tables.items():
            head = "".join(piece.text for piece in pieces if "THead" in piece.kinds)
            if heads.setdefault(key, head) != head:
                yield f"page {page.number}: a table goes on without its head: {heads[key]}"


def of_the_rows(pages: list[Page]) -> Iterator[str]:
    """Yield rows of tables that are torn over two pages though they would fit on one."""
    begun: dict[Key, int] = {}
    for page in pages:
        rows = {key for piece in page.body if (key := _row(piece))}
        for key in rows & set(begun):
            yield f"page {page.number}: a row was torn from page {begun[key]}"
        begun.update(dict.fromkeys(rows, page.number))


def _row(piece: Piece) -> Key | None:
    return None if "THead" in piece.kinds else piece.inside("TR")


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
