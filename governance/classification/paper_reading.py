"""From the YAML of a pack to its documents; a half-written one is refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from governance.classification.conditions import Condition
from governance.classification.law import TEXTS, PackError
from governance.classification.papers import (
    Keeping,
    Otherwise,
    Paper,
    PaperItem,
    Papers,
    PaperSection,
    Restriction,
)
from governance.classification.reading import Entry, name_of

NEEDS = frozenset({"required", "if_any", "optional", "signature"})
PAPER_FIELDS = ("id", "title", "duty", "citation", "sections", "restricted_to", "keep", "otherwise")
RESTRICTED = "documents_restricted"
SECTIONS = ("documents", RESTRICTED)
Points = Callable[[str, str, str, Condition], None]  # refuses by file, document and field


def read_papers(
    places: Mapping[str, tuple[str, object]], duties: Iterable[str], points: Points
) -> Papers:
    """Return the documents of a pack; one without that section has none.

    `places` has file and content of each section. Raises PackError, which names file, document
    and field, for a half-written one.
    """
    if "documents" not in places:
        return Papers()
    file, raw = places["documents"]
    restriction = _read_restriction(*places.get(RESTRICTED, (file, None)), points)
    known = frozenset(duties)
    papers: dict[str, Paper] = {}
    for item in _list(Entry(file, "documents", {"documents": raw}), "documents", required=True):
        entry = Entry(file, name_of(file, item), item)
        if entry.rule in papers:
            raise entry.refuse("id", "twice in the pack")
        papers[entry.rule] = _read_paper(entry, known, points)
    if restriction is None and any(paper.restricted_to for paper in papers.values()):
        raise PackError(file, RESTRICTED, "when", "missing, although documents are cut by it")
    return Papers(papers, restriction)


def _read_restriction(file: str, raw: object, points: Points) -> Restriction | None:
    if raw is None:
        return None
    entry = Entry(file, RESTRICTED, raw)
    entry.only("citation", "words", "when")
    citation = entry.texts("citation", required=True)
    restriction = Restriction(entry.text("words"), citation, entry.condition())
    points(file, RESTRICTED, "when", restriction.when)
    return restriction


def _read_paper(entry: Entry, duties: frozenset[str], points: Points) -> Paper:
    entry.only(*PAPER_FIELDS)
    rows = _list(entry, "sections", required=True)
    paper = Paper(
        id=entry.rule,
        title=entry.text("title"),
        duty=entry.one_of("duty", duties),
        citation=entry.texts("citation", required=True),
        sections=tuple(_read_section(entry, row) for row in rows),
        otherwise=_read_otherwise(entry),
        keep=_read_keeping(entry),
        restricted_to=frozenset(
            entry.texts("restricted_to", required="restricted_to" in entry.raw)
        ),
    )
    keys = [item.key for item in paper.items]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise entry.refuse("sections", f"the item {twice[0]} twice")
    if unknown := sorted(paper.restricted_to - {item.number for item in paper.items}):
        raise entry.refuse("restricted_to", f"there is no item {unknown[0]}")
    for reason in paper.otherwise:
        if reason.when is not None:
            points(entry.file, paper.id, "otherwise.when", reason.when)
    return paper


def _read_section(paper: Entry, raw: object) -> PaperSection:
    entry = Entry(paper.file, paper.rule, raw)
    entry.only("title", "items")
    rows = _list(entry, "items", required=True)
    return PaperSection(
        entry.text("title"), tuple(item for row in rows for item in _read_items(paper, row))
    )


def _read_items(paper: Entry, raw: object) -> Iterator[PaperItem]:
    """Yield the item of a row, or one for each of its parts."""
    entry = Entry(paper.file, paper.rule, raw)
    entry.only("key", "item", "need", "texts", "parts")
    number, words = entry.text("key"), entry.text("item")
    need = entry.one_of("need", NEEDS) if "need" in entry.raw else "required"
    texts = entry.texts("texts", required="texts" in entry.raw) or TEXTS
    if unknown := [text for text in texts if text not in TEXTS]:
        raise entry.refuse("texts", f"{unknown[0]} is none of {', '.join(TEXTS)}")
    parts = entry.raw.get("parts")
    if parts is None:
        yield PaperItem(number, number, words, need, texts)
        return
    if not isinstance(parts, Mapping) or not parts:
        raise entry.refuse("parts", "a mapping expected")
    for name in parts:
        told = Entry(paper.file, paper.rule, parts).text(name)
        yield PaperItem(f"{number}.{name}", number, f"{words}: {told}", need, texts)


def _read_keeping(paper: Entry) -> Keeping | None:
    if "keep" not in paper.raw:
        return None
    entry = Entry(paper.file, paper.rule, paper.raw["keep"], "keep")
    entry.only("period", "citation")
    return Keeping(entry.text("period"), entry.texts("citation", required=True))


def _read_otherwise(paper: Entry) -> tuple[Otherwise, ...]:
    reasons = []
    for raw in _list(paper, "otherwise", required=True):
        entry = Entry(paper.file, paper.rule, raw)
        entry.only("words", "citation", "when")
        when = entry.condition() if "when" in entry.raw else None
        reasons.append(Otherwise(entry.text("words"), entry.texts("citation", required=True), when))
    if reasons[-1].when is not None:
        raise paper.refuse("otherwise", "the last one must hold always, without a condition")
    return tuple(reasons)


def _list(entry: Entry, field: str, *, required: bool = False) -> list[object]:
    value = entry.raw.get(field, [])
    if not isinstance(value, list) or (required and not value):
        raise entry.refuse(field, "a list expected")
    return value
