"""The text of a pack as a Typst document, to compare what printing it takes.

The same headings, paragraphs, lists and tables, heads repeated; pictures are left out.
"""

import json
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

SPECIAL = frozenset("\\#$*_`<>@=-+/[]~'\"")
HEADINGS = {"h1": "=", "h2": "==", "h3": "===", "h4": "===="}
SKIPPED = {"style", "title", "svg"}
SETUP = """#set document(title: "Evidence pack")
#set page(paper: "a4", margin: (x: 18mm, top: 24mm, bottom: 22mm), numbering: "1 of 1")
#set text(font: "Geist", size: 8.75pt, lang: "en")
#set table(stroke: (bottom: 0.4pt + luma(220)), inset: (x: 0pt, y: 3pt))
"""
PROGRAM = """
import json, resource, sys, time
import typst
source, fonts, target = sys.argv[1:]
begun, cpu = time.perf_counter(), time.process_time()
typst.compile(source, output=target, font_paths=[fonts], ignore_system_fonts=True,
              pdf_standards=["a-3a", "ua-1"])
wall, spent = time.perf_counter() - begun, time.process_time() - cpu
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": wall, "cpu": spent, "kib": used.ru_maxrss}))
"""


class Translation(HTMLParser):
    """Turns the pages of a pack into Typst."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [SETUP]
        self.words: list[str] = []
        self.cells: list[str] = []
        self.head: list[str] = []
        self.skipped = self.in_cell = self.in_head = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag begins."""
        self.skipped += tag in SKIPPED
        if tag in {"td", "th"}:
            self.in_cell, self.words = 1, []
        elif tag == "thead":
            self.in_head = 1
        elif tag == "table":
            self._line("")
            self.cells, self.head = [], []
        elif tag == "br":
            self.words.append(" \\ ")
        elif tag in HEADINGS or tag in {"p", "li"}:
            self._line("")

    def handle_endtag(self, tag: str) -> None:
        """End what a tag ends."""
        self.skipped -= tag in SKIPPED
        if tag in {"td", "th"}:
            (self.head if self.in_head else self.cells).append(f"[{''.join(self.words).strip()}]")
            self.in_cell, self.words = 0, []
        elif tag == "thead":
            self.in_head = 0
        elif tag == "table":
            self._table()
        elif tag in HEADINGS:
            self._line(f"{HEADINGS[tag]} ")
        elif tag in {"p", "li"}:
            self._line("- " if tag == "li" else "")

    def handle_data(self, data: str) -> None:
        """Keep text, with what Typst would take for markup escaped."""
        if not self.skipped:
            self.words += [f"\\{letter}" if letter in SPECIAL else letter for letter in data]

    def _line(self, mark: str) -> None:
        text = " ".join("".join(self.words).split())
        self.words = []
        if text and not self.in_cell:
            self.lines.append(f"{mark}{text}\n")

    def _table(self) -> None:
        columns = len(self.head) or 2
        widths = "1fr, 2fr" if columns == 2 else ", ".join(["1fr"] * columns)
        head = [f"table.header({', '.join(self.head)})"] if self.head else []
        rest = -len(self.cells) % columns
        body = ", ".join([*head, *self.cells, *["[]"] * rest])
        self.lines.append(f"#table(columns: ({widths}), {body})\n")


def printed(html: str, fonts: Path) -> dict[str, float]:
    """Return seconds and memory of one Typst run over the same text, in a process of its own."""
    translation = Translation()
    translation.feed(html)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pack.typ", Path(folder) / "pack.pdf"
        source.write_text("\n".join(translation.lines), encoding="utf-8")
        told = subprocess.run(
            [sys.executable, "-I", "-c", PROGRAM, str(source), str(fonts), str(target)],
            stdout=subprocess.PIPE,
            check=True,
        )
        size = target.stat().st_size
    result: dict[str, float] = json.loads(told.stdout)
    return result | {"bytes": size}
