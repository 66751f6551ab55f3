"""What shows the controls of a framework, over many systems: a constant number of look-ups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from django.urls import reverse
from django.utils import timezone

from governance.classification.law import Pack
from governance.classification.models import Assessment
from governance.classification.queries import engine
from governance.classification.rules import Tier
from governance.crosswalk.evidence.all import QUERIES, Scope, found, scope_of
from governance.crosswalk.models import MappingReview, NotApplicable
from governance.crosswalk.reading import Catalogue, FrameworkHead, catalogue
from governance.crosswalk.rules import (
    Circumstances,
    Clause,
    Control,
    Counts,
    Evidence,
    Framework,
    Sets,
    Shown,
    Standing,
    article_of,
    clause_of,
    clause_order,
    counts_of,
    standing,
    why_not,
)
from inventory.systems.models import AISystem
from inventory.systems.rules import NOT_PERSONAL, DataCategory, OurRole

OUTSIDE = frozenset({Tier.OUT_OF_SCOPE, Tier.NOT_APPLICABLE})
UNITED_STATES = "US"
ROUTES = {"all": "", "annex3": "Annex III", "annex1a": "Annex I A", "annex1b": "Annex I B"}


@dataclass(frozen=True)
class Line:
    """A record that shows something, with the systems that it is about."""

    shown: Shown
    systems: tuple[AISystem, ...]

    @property
    def url(self) -> str:
        """Return the address where it is read."""
        return reverse(str(self.shown.page[0]), args=self.shown.page[1:])


@dataclass(frozen=True)
class Looked:
    """What one query of a control found."""

    evidence: Evidence
    words: str
    lines: list[Line]

    @property
    def current(self) -> int:
        """Return how many of the records count today."""
        return sum(line.shown.is_current for line in self.lines)


@dataclass(frozen=True)
class Law:
    """Which text of a framework counts, and of when."""

    title: str
    edition: str
    as_of: str
    version: str


@dataclass(frozen=True)
class Coverage:
    """A framework over some systems: its controls with where they stand."""

    head: FrameworkHead
    standings: list[Standing]

    @cached_property
    def counts(self) -> Counts:
        """Return how many controls are in each state."""
        return counts_of(self.standings)

    @property
    def law(self) -> Law:
        """Return which text of the law or standard counts."""
        return law_of(self.head)

    @cached_property
    def by_clause(self) -> list[tuple[str, list[Standing]]]:
        """Return the controls under the framework's own headings, in its order."""
        groups: dict[str, list[Standing]] = {}
        framework = self.head.key
        told = [
            (clause_order(framework, one.ref), clause_of(framework, one.ref), row)
            for row in self.standings
            for one in row.clauses
        ]
        for _order, clause, row in sorted(told, key=lambda one: (one[0], one[2].control.code)):
            rows = groups.setdefault(clause, [])
            if row not in rows:
                rows.append(row)
        return list(groups.items())


class Survey:
    """Everything that is known about controls and some systems, read once."""

    def __init__(self, systems: Iterable[int], now: datetime) -> None:
        self.catalogue: Catalogue = catalogue()
        self.scope: Scope = scope_of(systems, now)
        wanted = {one for control in self.catalogue.controls.values() for one in control.evidence}
        self.found = found(wanted, self.scope)
        self.sets = {one: _sets(rows) for one, rows in self.found.items()}
        self.groups = _grouped(circumstances(self.scope))
        self.aside = _set_aside(self.scope)
        self.known = articles_known()

    def coverage(self, framework: Framework) -> Coverage:
        """Return where the controls of a framework stand."""
        standings = [self.standing(one, framework) for one in self.catalogue.of(framework)]
        return Coverage(self.catalogue.frameworks[framework], standings)

    def standing(self, control: Control, framework: Framework) -> Standing:
        """Return where one control stands in a framework."""
        why: dict[int, str] = {}
        for about, systems in self.groups.items():
            if words := why_not(control, framework, about, self.known):
                why.update(dict.fromkeys(systems, words))
        for row in self.aside.get(control.code, ()):
            if row.framework in ("", framework):
                systems = self.scope.ids if row.system_id is None else [row.system_id]
                why.update(dict.fromkeys(systems, said(row)))
        return standing(control, framework, self.scope.ids, why, self.sets)

    def looked(self, control: Control, only: frozenset[int] | None = None) -> list[Looked]:
        """Return what the queries of a control found, each record once with its systems."""
        return [
            Looked(one, QUERIES[one.query].words, self._lines(one, only))
            for one in control.evidence
        ]

    def _lines(self, evidence: Evidence, only: frozenset[int] | None) -> list[Line]:
        about: dict[Shown, list[AISystem]] = {}
        for pk, rows in self.found[evidence].items():
            if only is None or pk in only:
                for row in rows:
                    about.setdefault(row, []).append(self.scope.by_pk[pk])
        lines = [Line(row, tuple(systems)) for row, systems in about.items()]
        return sorted(lines, key=lambda line: (line.shown.is_current, line.shown.ref))


def survey(systems: Iterable[int], now: datetime | None = None) -> Survey:
    """Return what is known about the systems of these keys."""
    return Survey(systems, now or timezone.now())


def coverage(framework: Framework, systems: Iterable[AISystem]) -> Coverage:
    """Return where the controls of a framework stand for these systems."""
    return survey(system.pk for system in systems).coverage(framework)


def _sets(rows: Mapping[int, list[Shown]]) -> Sets:
    seen = frozenset(rows)
    return Sets(seen, frozenset(pk for pk in seen if any(one.is_current for one in rows[pk])))


def _grouped(about: Mapping[int, Circumstances]) -> dict[Circumstances, list[int]]:
    groups: dict[Circumstances, list[int]] = {}
    for pk, one in about.items():
        groups.setdefault(one, []).append(pk)
    return groups


def circumstances(scope: Scope) -> dict[int, Circumstances]:
    """Return what decides which controls apply to each system; one look-up."""
    rows = Assessment.objects.current().filter(system__in=scope.ids).order_by()
    signed = {
        system: (tier, frozenset(one["id"] for one in duties or ()))
        for system, tier, duties in rows.values_list("system_id", "tier", "result__obligations")
    }
    return {system.pk: _circumstances(system, signed.get(system.pk)) for system in scope.systems}


def _circumstances(system: AISystem, signed: tuple[str, frozenset[str]] | None) -> Circumstances:
    data = set(system.data_categories)
    abroad = bool(system.countries) and UNITED_STATES not in system.countries
    return Circumstances(
        personal=bool(data - NOT_PERSONAL) if data else None,
        phi=(DataCategory.HEALTH in data and not abroad) if data else None,
        vendor=system.vendor_id is not None,
        provider=OurRole.PROVIDER in system.our_roles if system.our_roles else None,
        retired=system.is_retired,
        in_scope=not (signed and signed[0] in OUTSIDE),
        articles=_articles(signed[1]) if signed else None,
    )


@cache
def _articles(obligations: frozenset[str]) -> frozenset[str]:
    duties = (one for one in engine().pack.obligations if one.id in obligations)
    return frozenset(article_of(cited) for one in duties for cited in one.citation)


@cache
def articles_known() -> frozenset[str]:
    """Return the articles for which the rule pack has duties."""
    return _articles(frozenset(one.id for one in engine().pack.obligations))


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


def _set_aside(scope: Scope) -> dict[str, list[NotApplicable]]:
    rows = NotApplicable.objects.counting(scope.today).select_related("set_by")
    found: dict[str, list[NotApplicable]] = {}
    for row in rows:
        if row.system_id is None or row.system_id in scope.by_pk:
            found.setdefault(row.control, []).append(row)
    return found


def said(row: NotApplicable) -> str:
    """Return in words why a control was set aside, by whom and until when."""
    reason = row.reason.rstrip(".")
    return f"{reason}. {row.set_by.name} said so; it holds until {row.until:%Y-%m-%d}."


def changed_controls() -> dict[str, str]:
    """Return the controls whose mapping is another than the one looked through last, and how.

    Empty until somebody looked through one: there is nothing to compare with.
    """
    last = MappingReview.objects.first()
    if last is None:
        return {}
    now = catalogue().digests
    words = {code: "changed" for code in now if last.digests.get(code) not in (None, now[code])}
    words |= {code: "new" for code in now if code not in last.digests}
    return words | {code: "gone" for code in last.digests if code not in now}


def clause_words(clause: Clause, framework: Framework) -> str:
    """Return a reference as people read it: Art 26(5), 164.308(a)(1)."""
    return f"§ {clause.ref}" if framework == Framework.HIPAA else clause.ref
