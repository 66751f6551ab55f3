"""Building documents from a subject and a pack, whether they are owed or not. Django-free."""

from collections import defaultdict
from collections.abc import Mapping

from governance.classification.conditions import Condition, compiled
from governance.classification.law import Pack
from governance.classification.papers import Paper, PaperItem
from governance.documents.fills import fill_of
from governance.documents.rules import Applies, Document, Item, Kind, Section, point
from governance.documents.subject import Classified, Subject
from governance.documents.values import Fill, Value


def documents(subject: Subject, pack: Pack) -> tuple[Document, ...]:
    """Return every document of the pack about a system, under the amended text."""
    return tuple(build(subject, pack, kind) for kind in Kind if kind in pack.papers.by_id)


def owed(subject: Subject, pack: Pack) -> tuple[Document, ...]:
    """Return the documents that apply to a system, and those somebody signed."""
    papers = pack.papers.by_id
    return tuple(
        build(subject, pack, kind)
        for kind in Kind
        if kind in papers
        and (kind in subject.filed or applies(subject.classified, pack, papers[kind]).holds)
    )


def build(subject: Subject, pack: Pack, kind: Kind, text: str = "amended") -> Document:
    """Return one document, whether it applies or not: one that does not is a preview."""
    paper = pack.papers.by_id[kind]
    cut = _is_cut(subject.classified, pack, paper)
    restriction = pack.papers.restriction if cut else None
    sections = tuple(
        Section(section.title, tuple(_item(subject, kind, item) for item in items))
        for section in paper.sections
        if (items := [item for item in section.items if _is_asked(item, paper, text, cut)])
    )
    return Document(
        kind=kind,
        title=paper.title,
        citation=paper.citation,
        system=subject.ref,
        name=subject.name,
        text=text,
        pack_version=pack.version,
        applies=applies(subject.classified, pack, paper),
        sections=sections,
        restricted=f"{restriction.words} ({'; '.join(restriction.citation)})"
        if restriction
        else "",
        keep=f"{paper.keep.period} ({'; '.join(paper.keep.citation)})" if paper.keep else "",
    )


def _is_asked(item: PaperItem, paper: Paper, text: str, cut: bool) -> bool:
    return text in item.texts and (not cut or item.number in paper.restricted_to)


def _item(subject: Subject, kind: Kind, asked: PaperItem) -> Item:
    fill: Fill = fill_of(kind, asked.key)
    values = fill.know(subject) if fill.know else ()
    if written := subject.written.get((kind, asked.key)):
        values = (*values, Value(written.text, written.source, written=True))
    need = asked.need
    if need == "if_any" and fill.needed and fill.needed(subject):
        need = "required"
    lacking = "" if values else _lacking(fill, need)
    number = asked.key.partition(".")[0] if need == "signature" else asked.number
    return Item(
        key=asked.key,
        number=number,
        citation=point(kind, number),
        label=f"{asked.words[:1].upper()}{asked.words[1:]}",
        need=need,
        values=values,
        lacking=lacking,
        mend=fill.mend,
        only_enacted=asked.only_enacted,
    )


def _lacking(fill: Fill, need: str) -> str:
    if need == "signature":
        return "It comes with the signature."
    if need == "if_any":
        return f"Only where there is one. {fill.lacking}"
    return f"Optional. {fill.lacking}" if need == "optional" else fill.lacking


def applies(classified: Classified | None, pack: Pack, paper: Paper) -> Applies:
    """Return whether the document is owed: it is where its duty is among the obligations."""
    if classified is None:
        words = "Not known yet: no question of the classification is answered."
        return Applies(None, words, paper.citation)
    if duty := classified.duties.get(paper.duty):
        roles = " and ".join(role.replace("_", " ") for role in duty["roles"])
        return Applies(True, f"Owed as {roles}: {duty['duty']}", tuple(duty["citation"]))
    if count := classified.open_questions:
        words = f"Not settled yet: {count} question{'s are' if count > 1 else ' is'} open."
        return Applies(None, words, paper.citation)
    for reason in paper.otherwise:
        if reason.when is None or _holds(reason.when, classified, pack):
            return Applies(False, reason.words, reason.citation)
    raise AssertionError(paper.id)  # the pack was checked: the last reason always holds


def _is_cut(classified: Classified | None, pack: Pack, paper: Paper) -> bool:
    restriction = pack.papers.restriction
    if classified is None or restriction is None or not paper.restricted_to:
        return False
    return _holds(restriction.when, classified, pack)


def _holds(condition: Condition, classified: Classified, pack: Pack) -> bool:
    """Return whether a condition holds by the facts and the rules that fired."""
    facts = {name: fact.default for name, fact in pack.facts.items()} | dict(classified.facts)
    fired: Mapping[str, bool] = defaultdict(bool, dict.fromkeys(classified.result["fired"], True))
    return compiled(condition)(facts, fired) is True
