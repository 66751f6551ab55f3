"""What is known about controls and some systems: a constant number of look-ups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import nsmallest

from django.urls import reverse
from django.utils import timezone

from governance.crosswalk.applying import Circumstances, what_decides, why_not
from governance.crosswalk.clauses import clause_of, clause_order
from governance.crosswalk.evidence.all import QUERIES, Scope, found, scope_of
from governance.crosswalk.knowing import circumstances
from governance.crosswalk.lawful import Law, articles_known, law_of
from governance.crosswalk.models import MappingReview, NotApplicable
from governance.crosswalk.reading import Catalogue, FrameworkHead, catalogue
from governance.crosswalk.rules import Control, Evidence, Framework, Shown
from governance.crosswalk.standings import Counts, Sets, Standing, counts_of, standing
from inventory.systems.models import AISystem


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
    """What is known about some controls and some systems, read once."""

    def __init__(self, systems: Iterable[int], now: datetime, controls: Iterable[Control]) -> None:
        self.catalogue: Catalogue = catalogue()
        self.scope: Scope = scope_of(systems, now)
        wanted = {one for control in controls for one in control.evidence}
        self.found = found(wanted, self.scope)
        self.sets = {one: _sets(rows) for one, rows in self.found.items()}
        self.groups = _grouped(circumstances(self.scope))
        self.aside = _set_aside(self.scope)
        self.known = articles_known()
        self.changed = changed_controls()
        self._why: dict[tuple[object, ...], dict[int, str]] = {}

    def coverage(self, framework: Framework) -> Coverage:
        """Return where the controls of a framework stand."""
        standings = [self.standing(one, framework) for one in self.catalogue.of(framework)]
        return Coverage(self.catalogue.frameworks[framework], standings)

    def standing(self, control: Control, framework: Framework) -> Standing:
        """Return where one control stands in a framework."""
        why = dict(self._why_not(control, framework))
        for row in self.aside.get(control.code, ()):
            if row.framework in ("", framework):
                systems = self.scope.ids if row.system_id is None else [row.system_id]
                why.update(dict.fromkeys(systems, said(row)))
        return standing(control, framework, self.scope.ids, why, self.sets)

    def _why_not(self, control: Control, framework: Framework) -> Mapping[int, str]:
        """Return the systems to which a control does not apply by what is known, and why."""
        key = what_decides(control, framework)
        if key not in self._why:
            self._why[key] = {
                pk: words
                for about, systems in self.groups.items()
                if (words := why_not(control, framework, about, self.known))
                for pk in systems
            }
        return self._why[key]

    def looked(self, control: Control, only: frozenset[int] | None = None) -> list[Looked]:
        """Return what the queries of a control found, each record once with its systems."""
        return [
            Looked(one, QUERIES[one.query].words, self._lines(one, only))
            for one in control.evidence
        ]

    def first_lines(self, control: Control, most: int) -> tuple[list[Line], int]:
        """Return the first lines of what counts for a control, and how many more there are."""
        found: list[Line] = []
        count = 0
        for one in control.evidence:
            if one.counts:
                about = self._about(one, None)
                count += len(about)
                first = nsmallest(most - len(found), about, key=_stale_first)
                found += [Line(row, tuple(about[row])) for row in first]
        return found, count - len(found)

    def _lines(self, evidence: Evidence, only: frozenset[int] | None) -> list[Line]:
        about = self._about(evidence, only)
        return [Line(row, tuple(about[row])) for row in sorted(about, key=_stale_first)]

    def _about(
        self, evidence: Evidence, only: frozenset[int] | None
    ) -> dict[Shown, list[AISystem]]:
        about: dict[Shown, list[AISystem]] = {}
        for pk, rows in self.found[evidence].items():
            if only is None or pk in only:
                for row in rows:
                    about.setdefault(row, []).append(self.scope.by_pk[pk])
        return about


def survey(
    systems: Iterable[int],
    now: datetime | None = None,
    controls: Iterable[Control] | None = None,
) -> Survey:
    """Return what is known about the systems of these keys and some controls; of all without.

    A survey of some controls tells nothing of others: only what these ask for is looked up.
    """
    known = catalogue().controls.values() if controls is None else controls
    return Survey(systems, now or timezone.now(), known)


def coverage(framework: Framework, systems: Iterable[AISystem]) -> Coverage:
    """Return where the controls of a framework stand for these systems."""
    return survey(system.pk for system in systems).coverage(framework)


def _stale_first(row: Shown) -> tuple[bool, str]:
    return (row.is_current, row.ref)


def _sets(rows: Mapping[int, list[Shown]]) -> Sets:
    seen = frozenset(rows)
    return Sets(seen, frozenset(pk for pk in seen if any(one.is_current for one in rows[pk])))


def _grouped(about: Mapping[int, Circumstances]) -> dict[Circumstances, list[int]]:
    groups: dict[Circumstances, list[int]] = {}
    for pk, one in about.items():
        groups.setdefault(one, []).append(pk)
    return groups


def _set_aside(scope: Scope) -> dict[str, list[NotApplicable]]:
    rows = NotApplicable.objects.counting(scope.today).select_related("set_by", "agreed_by")
    found: dict[str, list[NotApplicable]] = {}
    for row in rows:
        if row.system_id is None or row.system_id in scope.by_pk:
            found.setdefault(row.control, []).append(row)
    return found


def said(row: NotApplicable) -> str:
    """Return in words why a control was set aside, by whom and until when."""
    reason = row.reason.rstrip(".")
    second = row.agreed_by.name if row.agreed_by else "nobody"
    return (
        f"{reason}. {row.set_by.name} said so, {second} agreed; "
        f"it holds until {row.until:%Y-%m-%d}."
    )


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
