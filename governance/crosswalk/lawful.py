"""Which text of a law counts, which articles the rule pack knows, and from when they apply."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from governance.classification.law import Pack
from governance.classification.queries import engine
from governance.crosswalk.clauses import article_of
from governance.crosswalk.reading import FrameworkHead, catalogue

ROUTES = {"all": "", "annex3": "Annex III", "annex1a": "Annex I A", "annex1b": "Annex I B"}


@dataclass(frozen=True)
class Law:
    """Which text of a framework counts, and of when."""

    title: str
    edition: str
    as_of: str
    version: str


@cache
def articles_of(obligations: frozenset[str]) -> frozenset[str]:
    """Return the articles that some duties of the rule pack cite."""
    duties = (one for one in engine().pack.obligations if one.id in obligations)
    return frozenset(article_of(cited) for one in duties for cited in one.citation)


@cache
def articles_known() -> frozenset[str]:
    """Return the articles for which the rule pack has duties."""
    return articles_of(frozenset(one.id for one in engine().pack.obligations))


@cache
def applies_from(ref: str) -> tuple[tuple[str, date], ...]:
    """Return from when on an article of the AI Act applies, by the way a system is high-risk.

    By the duties that cite exactly this, else by those of its article; days of the amended text.
    """
    pack: Pack = engine().pack
    exact = [one for one in pack.obligations if ref in one.citation]
    article = article_of(ref)
    of_article = [
        one
        for one in pack.obligations
        if any(article_of(cited) == article for cited in one.citation[:1])
    ]
    days = {
        (ROUTES.get(route, route), dates.amended)
        for one in exact or of_article
        for route, dates in one.dates.items()
        if dates.amended
    }
    return tuple(sorted(days, key=lambda one: (one[1], one[0])))


def law_of(head: FrameworkHead) -> Law:
    """Return which text counts: of the AI Act what the rule pack in force reads."""
    if not head.is_of_rulepack:
        known = catalogue()
        return Law(head.title, head.edition, str(known.dated), f"mapping {known.version}")
    pack = engine().pack
    amended = pack.meta["instruments"]["amended"]["name"]
    return Law(str(amended), head.edition, str(pack.meta["as_of"]), pack.short_version)
