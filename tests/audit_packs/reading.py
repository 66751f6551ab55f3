"""Reading a printed pack page by page: which text stands where, and in which tag."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Pdf

ASCENT = 0.75  # of a letter's size, about


@dataclass(frozen=True)
class Tag:
    """An element of the tree, and those around it, the nearest first."""

    kind: str
    key: tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A run of text on a page, in points from the upper left; `tags` is empty outside the tree."""

    text: str
    left: float
    right: float
    top: float  # about that of the letters
    base: float
    tags: tuple[Tag, ...]

    @property
    def kinds(self) -> set[str]:
        """Return the kinds of the tags around it."""
        return {tag.kind for tag in self.tags}

    def inside(self, kind: str) -> tuple[int, int] | None:
        """Return the nearest element of a kind around it."""
        return next((tag.key for tag in self.tags if tag.kind == kind), None)


@dataclass(frozen=True)
class Page:
    """What is on one page, in the order in which it is painted."""

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]

    @cached_property
    def body(self) -> list[Piece]:
        """Return what is in the tree: all but running heads and feet."""
        return [piece for piece in self.pieces if piece.tags]


def read(file: Path) -> list[Page]:
    """Return the pages of a tagged file with what stands on them."""
    with pikepdf.open(file) as pdf:
        return list(_pages(pdf))


def _pages(pdf: Pdf) -> Iterator[Page]:
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    fonts: dict[tuple[int, int], Font] = {}
    for number, page in enumerate(pdf.pages, start=1):
        mine = owners[int(page.obj.StructParents)]
        _, _, width, height = (float(edge) for edge in page.mediabox)
        pieces = tuple(Painter(page, mine, height, fonts).pieces())
        yield Page(number, width, height, pieces)


class Font:
    """How wide the glyphs of a font are, and which letters they stand for."""

    def __init__(self, font: Any) -> None:
        below = font.DescendantFonts[0]
        self.usual = float(below.get("/DW", 1000))
        self.widths = dict(_widths(list(below.get("/W", []))))
        self.letters = dict(_letters(font.ToUnicode.read_bytes().decode("latin-1")))

    def told(self, codes: Iterable[int]) -> str:
        """Return the text of some glyphs."""
        return "".join(self.letters.get(code, "\ufffd") for code in codes)

    def wide(self, codes: Iterable[int]) -> float:
        """Return how wide some glyphs are together, at size 1."""
        return sum(self.widths.get(code, self.usual) for code in codes) / 1000


def _widths(told: list[Any]) -> Iterator[tuple[int, float]]:
    while told:
        first, second = int(told.pop(0)), told.pop(0)
        if isinstance(second, pikepdf.Array):
            yield from ((first + at, float(width)) for at, width in enumerate(second))
        else:
            width = float(told.pop(0))
            yield from ((code, width) for code in range(first, int(second) + 1))


def _letters(cmap: str) -> Iterator[tuple[int, str]]:
    for block in cmap.split("beginbfchar")[1:]:
        for line in block.partition("endbfchar")[0].strip().splitlines():
            code, text = line.replace(">", "").split("<")[1:3]
            yield int(code, 16), bytes.fromhex(text.strip()).decode("utf-16-be")


class Painter:
    """Follows the operators of one page."""

    def __init__(
        self, page: pikepdf.Page, owners: Any, height: float, fonts: dict[tuple[int, int], Font]
    ) -> None:
        self.page, self.owners, self.height, self.fonts = page, owners, height, fonts
        self.matrix, self.text = Matrix(), Matrix()
        self.font: Font | None = None
        self.size = 0.0
        self.stack: list[Matrix] = []
        self.open: list[int | None] = []
        self.steps: dict[str, Callable[..., None]] = {
            "q": self._keep,
            "Q": self._back,
            "cm": self._turn,
            "BT": self._go,
            "Tm": self._go,
            "Tf": self._take,
            "BMC": self._begin,
            "BDC": self._begin,
            "EMC": self._end,
        }

    def pieces(self) -> Iterator[Piece]:
        """Yield each run of text."""
        for operands, operator in pikepdf.parse_content_stream(self.page):
            name = str(operator)
            if name in {"TJ", "Tj"}:
                piece = self._piece(operands[0])
                if piece.text.strip():
                    yield piece
            elif step := self.steps.get(name):
                step(*operands)

    def _keep(self) -> None:
        self.stack.append(self.matrix)

    def _back(self) -> None:
        self.matrix = self.stack.pop()

    def _turn(self, *edges: Any) -> None:
        self.matrix = Matrix(*map(float, edges)) @ self.matrix

    def _go(self, *edges: Any) -> None:
        self.text = Matrix(*map(float, edges))

    def _take(self, name: Any, size: Any) -> None:
        font = self.page.resources.Font[str(name)]
        if font.objgen not in self.fonts:
            self.fonts[font.objgen] = Font(font)
        self.font, self.size = self.fonts[font.objgen], float(size)

    def _begin(self, _name: Any, told: Any = None) -> None:
        mcid = told.get("/MCID") if isinstance(told, Dictionary) else None
        self.open.append(None if mcid is None else int(mcid))

    def _end(self) -> None:
        self.open.pop()

    def _piece(self, shown: Any) -> Piece:
        runs = list(shown) if isinstance(shown, pikepdf.Array) else [shown]
        font = self.font
        assert font
        codes: list[int] = []
        wide = 0.0
        for run in runs:
            if isinstance(run, pikepdf.String):
                raw = bytes(run)
                some = [raw[at] * 256 + raw[at + 1] for at in range(0, len(raw), 2)]
                codes += some
                wide += font.wide(some)
            else:
                wide -= float(run) / 1000
        along, up, _, _, x, y = (self.text @ self.matrix).shorthand
        length, size = wide * self.size, self.size * hypot(along, up)
        left, right = sorted((x, x + length * along))
        base, top = sorted((y, y + length * up))
        tags = tuple(_tags(self._owner()))
        flat = top - base < size
        top = self.height - (base + ASCENT * size if flat else top)
        return Piece(font.told(codes), left, right, top, self.height - base, tags)

    def _owner(self) -> Any:
        mcid = next((one for one in reversed(self.open) if one is not None), None)
        return None if mcid is None else self.owners[mcid]


def _tags(element: Any) -> Iterator[Tag]:
    while element is not None and "/S" in element:
        yield Tag(str(element.S)[1:], element.objgen)
        element = element.get("/P")
