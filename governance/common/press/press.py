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
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

MEMORY_LIMIT = 1_500 * 2**20  # bytes of address space
TIME_LIMIT = 300  # seconds for one job
VARIANT = "pdf/a-3a"  # and PDF/UA-1, see UA
POINTS = 0.75  # of a CSS pixel
RDF = DocumentMetadata.generate_rdf_metadata
UA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfuaid:part>1</pdfuaid:part>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that this file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


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


class Finish:
    """Makes the tags of a part whole, just before its file is written."""

    def __init__(self, part: str) -> None:
        self.part = part

    def __call__(self, _document: Any, pdf: pydyf.PDF) -> None:
        """Say of what headers are, and which; set running heads apart, frame the figures."""
        root = _found(pdf, pdf.catalog["StructTreeRoot"])
        elements = [it for it in pdf.objects if isinstance(it, pydyf.Dictionary) and "S" in it]
        root["IDTree"] = pydyf.Dictionary({"Names": self._named_headers(elements)})
        _set_apart(pdf, root)
        for item in (it for it in elements if it["S"] == "/TH"):
            group = _found(pdf, _found(pdf, item["P"])["P"])
            item["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"
        for item in (it for it in elements if it["S"] == "/LI"):
            _gather(pdf, item)
        for figure in (it for it in elements if it["S"] == "/Figure" and "A" in it):
            height = _found(pdf, figure["Pg"])["MediaBox"][3]
            left, top, right, bottom = (edge * POINTS for edge in figure["A"]["BBox"])
            box = (left, height - bottom, right, height - top)
            figure["A"]["BBox"] = pydyf.Array(round(edge, 2) for edge in box)

    def _named_headers(self, elements: list[Any]) -> pydyf.Array:
        """Put the part's name before each id of a header; return all ids with their headers."""
        known: dict[str, Any] = {}
        for item in elements:
            if "ID" in item:
                known[f"{self.part}-{item['ID'].string}"] = item
                item["ID"] = self._named(item["ID"])
            cell = item.get("A", {})
            if item["S"] == "/TD" and "Headers" in cell:
                cell["Headers"] = pydyf.Array(map(self._named, cell["Headers"]))
        pairs = ((pydyf.String(key), known[key].reference) for key in sorted(known))
        return pydyf.Array(half for pair in pairs for half in pair)

    def _named(self, key: pydyf.String) -> pydyf.String:
        return pydyf.String(f"{self.part}-{key.string}")


def _found(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _gather(pdf: pydyf.PDF, item: Any) -> None:
    """Put all of a list's item but its number into the item's one body."""
    kids = [(_found(pdf, kid), kid) for kid in item["K"] if isinstance(kid, bytes)]
    bodies = [kid for kid, _ in kids if kid["S"] == "/LBody"]
    strays = [kid for kid, _ in kids if kid["S"] not in {"/Lbl", "/LBody", "/L"}]
    if not bodies or not strays:
        return
    body = bodies[0]
    for kid, reference in kids:
        if kid is not body and kid["S"] not in {"/Lbl", "/L"}:
            kid["P"] = body.reference
            kid["S"] = "/Div" if kid["S"] == "/LBody" else kid["S"]
            body["K"].append(reference)
            item["K"].remove(reference)


def _set_apart(pdf: pydyf.PDF, root: Any) -> None:
    """Mark what lies in no element of the tree, the running heads, as artifacts."""
    reached: set[bytes] = set()
    waiting = list(root["K"])
    while waiting:
        reference = waiting.pop()
        reached.add(reference)
        kids = _found(pdf, reference).get("K", ())
        waiting += [kid for kid in kids if isinstance(kid, bytes) and kid not in reached]
    numbers = _found(pdf, root["ParentTree"])["Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in (it for it in pdf.objects if isinstance(it, dict) and it.get("Type") == "/Page"):
        mine = owners[page["StructParents"]]
        apart = {at for at, owner in enumerate(mine) if owner not in reached}
        _mark_artifacts(_found(pdf, page["Contents"]).stream, apart)
        mine[:] = [b"null" if at in apart else owner for at, owner in enumerate(mine)]


def _mark_artifacts(stream: list[Any], apart: set[int]) -> None:
    for at, item in enumerate(stream):
        if item == b"BDC" and stream[at - 1].get("MCID") in apart:
            stream[at - 2 : at + 1] = "/Artifact", b"", b"BMC"


def accessible(metadata: Any, *version: Any) -> bytes:
    """Return the metadata of PDF/A with those of PDF/UA-1 in the same RDF."""
    told: bytes = RDF(metadata, *version)
    return told.replace(b"</rdf:RDF>", UA.encode() + b"</rdf:RDF>")


def press(job: dict[str, Any], styles: list[weasyprint.CSS], fonts: FontConfiguration) -> Any:
    """Lay one document out, write its PDF unless none is wanted, and return what it holds."""
    html = weasyprint.HTML(
        string=Path(job["html"]).read_text(encoding="utf-8"), url_fetcher=Closed()
    )
    document = html.render(stylesheets=styles, font_config=fonts, pdf_variant=VARIANT)
    if job["pdf"]:
        document.write_pdf(
            job["pdf"],
            finisher=Finish(job["part"]),
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
    DocumentMetadata.generate_rdf_metadata = accessible
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
