"""The press: HTML in, PDF out, as a program of its own that can reach nothing else.

Runs in a child process without the site's settings or secrets, its own fonts, a memory
limit, no network and no way to read a file through HTML or CSS. One job a line on standard
input, one answer a line on standard output, both JSON; it ends when its input ends.
"""

import gc
import json
import logging
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

MEMORY_LIMIT = 1_500 * 2**20  # bytes of address space
TIME_LIMIT = 300  # seconds for one job
VARIANT = "pdf/a-3a"


class Closed(URLFetcher):  # type: ignore[misc]
    """Fetches nothing: a pack is text, and whatever it would load is not ours."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Stop the rendering."""
        raise FatalURLFetchingError(f"A pack may not load anything; it tried {url[:200]}.")


def forbid(event: str, _args: tuple[Any, ...]) -> None:
    """Refuse sockets and other programs for the rest of this process."""
    if event.startswith(("socket.connect", "socket.getaddrinfo", "subprocess.", "os.exec")):
        raise PermissionError(f"The press does not do {event}.")


def marks_of(tree: list[Any]) -> list[dict[str, Any]]:
    """Return bookmarks as JSON: label, page from 0, distance from the page's top in points."""
    return [
        {
            "label": label,
            "page": page,
            "top": round(y * 0.75, 2),
            "below": marks_of(below),
        }
        for label, (page, _x, y), below, _state in tree
    ]


class Names:
    """Makes the ids of table headers unique over all parts of a pack."""

    def __init__(self, part: str) -> None:
        self.part = part

    def __call__(self, _document: Any, pdf: pydyf.PDF) -> None:
        """Put the part's name before each id, just before the file is written."""
        for item in pdf.objects:
            if isinstance(item, pydyf.Dictionary) and item.get("S") in {"/TH", "/TD"}:
                if "ID" in item:
                    item["ID"] = self._named(item["ID"])
                cell = item.get("A", {})
                if "Headers" in cell:
                    cell["Headers"] = pydyf.Array(map(self._named, cell["Headers"]))

    def _named(self, key: pydyf.String) -> pydyf.String:
        return pydyf.String(f"{self.part}-{key.string}")


def press(job: dict[str, Any], styles: list[weasyprint.CSS], fonts: FontConfiguration) -> Any:
    """Lay one document out, write its PDF unless none is wanted, and return what it holds."""
    html = weasyprint.HTML(
        string=Path(job["html"]).read_text(encoding="utf-8"), url_fetcher=Closed()
    )
    document = html.render(stylesheets=styles, font_config=fonts, pdf_variant=VARIANT)
    if job["pdf"]:
        document.write_pdf(
            job["pdf"],
            finisher=Names(job["part"]),
            pdf_variant=VARIANT,
            pdf_identifier=b"muster",
            full_fonts=True,  # subsets carry the time of day, and differ between machines
        )
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "pages": len(document.pages),
        "marks": marks_of(document.make_bookmark_tree()),
        "peak_kib": used.ru_maxrss,
    }


def main() -> None:
    """Take jobs until there are none."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    fonts = FontConfiguration()
    styles = [weasyprint.CSS(filename=path, font_config=fonts) for path in sys.argv[1:]]
    sys.addaudithook(forbid)
    for line in sys.stdin:
        signal.alarm(TIME_LIMIT)
        answer = press(json.loads(line), styles, fonts)
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        gc.collect()


if __name__ == "__main__":
    main()
