"""What we can check of PDF/A-3a and PDF/UA-1 ourselves, in words, where no Java is at hand."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do", "EI"}
HEADINGS = {f"/H{level}": level for level in range(1, 7)}
BLOCK_HOLDERS = {"/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
                 "/TR": {"/TH", "/TD"}, "/L": {"/LI", "/L", "/Caption"},
                 "/LI": {"/Lbl", "/LBody", "/L"}}  # fmt: skip


def faults(pdf: Pdf) -> list[str]:
    """Return everything that is found wrong with a file."""
    tree = pdf.Root.get("/StructTreeRoot")
    if tree is None:
        return ["no structure tree"]
    elements = list(walk(tree))
    return [
        *of_the_file(pdf),
        *of_the_metadata(pdf),
        *of_the_tree(tree, elements),
        *of_the_pages(pdf, {element.objgen for element in elements}),
        *of_the_fonts(pdf),
        *of_the_notes(pdf),
    ]


def walk(tree: Any) -> Iterator[Any]:
    """Yield the elements of the structure in reading order."""
    waiting = list(reversed(list(tree.K)))
    while waiting:
        element = waiting.pop()
        yield element
        waiting += reversed(list(kids(element)))


def kids(element: Any) -> Iterator[Any]:
    """Yield the elements right below one."""
    for kid in element.get("/K", []):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid


def of_the_file(pdf: Pdf) -> Iterator[str]:
    """Yield what is wrong with colours, language and what a reader is told to do."""
    root = pdf.Root
    intents = root.get("/OutputIntents", [])
    wanted = {
        "no output intent": any("/DestOutputProfile" in it for it in intents),
        "no language": root.get("/Lang"),
        "not marked": root.get("/MarkInfo", {}).get("/Marked"),
        "the title is not shown": root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"),
        "no bookmarks": "/Outlines" in root,
        "it acts by itself": not {"/OpenAction", "/AA"} & set(root.keys()),
    }
    yield from (words for words, holds in wanted.items() if not holds)
    embedded = {spec.obj.objgen for spec in pdf.attachments.values()}
    associated = {spec.objgen for spec in root.get("/AF", []) if "/AFRelationship" in spec}
    if embedded != associated:
        yield "attachments and associated files differ"


def of_the_metadata(pdf: Pdf) -> Iterator[str]:
    """Yield what is wrong with the metadata."""
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        told = [xmp.get(key) for key in (f"{PDFA}part", f"{PDFA}conformance", f"{PDFUA}part")]
        title = xmp.get("dc:title")
    if told != ["3", "A", "1"]:
        yield f"the metadata say {told}"
    if b"pdfaExtension:schemas" not in pdf.Root.Metadata.read_bytes():
        yield "the metadata use a schema that they do not describe"
    if not title or title != str(pdf.docinfo.get("/Title")):
        yield "the title differs between metadata and information"


def of_the_tree(tree: Any, elements: list[Any]) -> Iterator[str]:
    """Yield what is wrong with headings, figures, tables and lists."""
    level, names = 0, id_names(tree)
    for element in elements:
        kind = str(element.S)
        if kind in HEADINGS:
            if HEADINGS[kind] > level + 1:
                yield f"a heading {kind} follows level {level}"
            level = HEADINGS[kind]
        if kind == "/Figure":
            yield from of_a_figure(element)
        if kind == "/TD" and any(bytes(it) not in names for it in element.A.get("/Headers", [])):
            yield "a cell names a header that is nowhere"
        if kind == "/TH" and str(element.A.get("/Scope")) not in {"/Row", "/Column"}:
            yield "a header does not say of what"
        if allowed := BLOCK_HOLDERS.get(kind):
            yield from (f"{it.S} in {kind}" for it in kids(element) if str(it.S) not in allowed)


def of_a_figure(figure: Any) -> Iterator[str]:
    """Yield what is wrong with one figure."""
    if not str(figure.get("/Alt", "")).strip():
        yield "a figure without words"
    if not figure_lies_on_its_page(figure):
        yield "a figure whose box lies off its page"


def figure_lies_on_its_page(figure: Any) -> bool:
    """Return whether a figure's frame is inside of the page."""
    box = [float(edge) for edge in figure.A.BBox]
    page = [float(edge) for edge in figure.Pg.MediaBox]
    inside = box[0] >= 0 and box[1] >= 0 and box[2] <= page[2] + 1 and box[3] <= page[3] + 1
    return inside and box[0] < box[2] and box[1] < box[3]


def id_names(tree: Any) -> set[bytes]:
    """Return the ids of the tree, having checked nothing of their order but the limits."""
    found: set[bytes] = set()
    if "/IDTree" not in tree:
        return found
    for kid in tree.IDTree.get("/Kids", [tree.IDTree]):
        found |= {bytes(name) for name in list(kid.Names)[::2]}
    return found


def of_the_pages(pdf: Pdf, known: set[tuple[int, int]]) -> Iterator[str]:
    """Yield what is wrong with pages: untagged content, tags that lead nowhere, tabs."""
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    for at, page in enumerate(pdf.pages, start=1):
        if page.obj.get("/Tabs") != Name.S:
            yield f"page {at}: no order of tabs"
        mine = owners.get(int(page.obj.get("/StructParents", -1)))
        if mine is None:
            yield f"page {at}: no parents"
            continue
        for mcid, words in marked(page):
            if words:
                yield f"page {at}: {words}"
            elif mcid is not None and (mcid >= len(mine) or mine[mcid].objgen not in known):
                yield f"page {at}: content {mcid} is in no element of the tree"


def marked(page: Any) -> Iterator[tuple[int | None, str]]:
    """Yield each number of marked content, and what is painted outside of any."""
    open_: list[str] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in {"BMC", "BDC"}:
            artifact = operands[0] == "/Artifact"
            if ("A" in open_ and not artifact) or (artifact and "T" in open_):
                yield None, "tags and artifacts are nested"
            open_.append("A" if artifact else "T")
            if name == "BDC" and "/MCID" in operands[1]:
                yield int(operands[1].MCID), ""
        elif name == "EMC":
            open_.pop()
        elif name in PAINTS and not open_:
            yield None, f"{name} paints outside of any tag"


def of_the_fonts(pdf: Pdf) -> Iterator[str]:
    """Yield fonts that are not in the file or cannot be read as text."""
    seen = {}
    for page in pdf.pages:
        forms = page.resources.get("/XObject", {}).values()
        inner = [form.Resources for form in forms if "/Resources" in form]
        for resources in (page.resources, *inner):
            seen |= {font.objgen: font for font in resources.get("/Font", {}).values()}
    for font in seen.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        if not {"/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            yield f"the font {font.BaseFont} is not embedded"
        if "/ToUnicode" not in font:
            yield f"the font {font.BaseFont} does not say its letters"


def of_the_notes(pdf: Pdf) -> Iterator[str]:
    """Yield links without words or outside of the tree, and what else lies on a page."""
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    for at, page in enumerate(pdf.pages, start=1):
        for note in page.obj.get("/Annots", []):
            if note.Subtype == "/Widget":
                if float(note.Rect[2]) > 0 or not int(note.F) & 4:
                    yield f"page {at}: a field that is seen and in no tag"
                continue
            if not str(note.get("/Contents", "")):
                yield f"page {at}: a link without words"
            owner = owners.get(int(note.get("/StructParent", -1)), {})
            if str(owner.get("/S")) != "/Link" or not int(note.get("/F", 0)) & 4:
                yield f"page {at}: a link outside of the tree"
            if str(note.get("/A", {}).get("/S", "")) in {"/JavaScript", "/Launch"}:
                yield f"page {at}: a link that acts"
