"""What a pack would hold and would not find, counted before it is asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from governance.audit_packs.actions import Period
from governance.audit_packs.ahead import ahead
from governance.audit_packs.attachments_ahead import files_ahead
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.section_rules import (
    SECTION_WORDS,
    Section,
    pages,
    total_pages,
)
from governance.audit_packs.timeline import span_of
from governance.classification.models import Assessment
from governance.crosswalk.queries import survey
from governance.crosswalk.rules import Framework
from governance.documents.models import SignedDocument
from governance.escalation.models import Item
from governance.incidents.models import Incident
from governance.ledger.models import Entry
from governance.obligations.models import Duty, Proof
from governance.obligations.queries import tally_of
from governance.obligations.rules import DutyState
from inventory.systems.models import AISystem, ModelVersion
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus

MOST_SURVEYED = 300  # systems whose frameworks are looked at while somebody waits
ENTRIES_AROUND = 3  # of the things around a system, for each entry of its own


@dataclass(frozen=True)
class Gap:
    """Something that an auditor would look for and not find: how many of what lack it."""

    words: str
    count: int
    noun: str = "system"
    is_old: bool = False  # something is there, but from too long ago


@dataclass(frozen=True)
class Part:
    """A line of the table of contents to be."""

    label: str
    things: int | None  # how many; None where they are not counted
    pages: int
    said: str = ""  # in place of its pages


@dataclass(frozen=True)
class Preview:
    """A pack before it is built: its systems, table of contents, gaps, and about how long."""

    systems: int
    parts: list[Part]
    pages: int
    gaps: list[Gap]
    left_out: list[str]  # sections that were not chosen


def preview(
    systems: QuerySet[AISystem],
    sections: Collection[Section],
    period: Period | None = None,
) -> Preview:
    """Return what a pack of these systems would hold; a constant number of queries.

    Gaps are those of the pack whatever sections it holds; those of frameworks cost most and
    are counted where that section is chosen.
    """
    found = ahead(systems)
    ids = systems.order_by().values("pk")
    things = {
        section: _count(section, ids, period or Period())
        for section in Section
        if section in sections
    }
    each = pages(found.systems, things)
    parts = [
        Part(SECTION_WORDS[section], _shown(section, count), each[section])
        for section, count in things.items()
        if section != Section.FILES
    ]
    if Section.FILES in things:
        files = files_ahead(ids, with_statements=Section.FRAMEWORKS in sections)
        parts.append(Part(SECTION_WORDS[Section.FILES], files.count, 0, files.words))
    gaps = [*(Gap(words, count) for words, count in found.gaps), *_duties(ids)]
    if Section.FRAMEWORKS in sections and 0 < found.systems <= MOST_SURVEYED:
        gaps += _frameworks(ids)
    left_out = [SECTION_WORDS[section] for section in Section if section not in sections]
    return Preview(found.systems, parts, total_pages(found.systems, things), gaps, left_out)


def _shown(section: Section, count: int) -> int | None:
    return None if section in (Section.FRAMEWORKS, Section.TIMELINE) else count


def _count(section: Section, ids: Any, period: Period) -> int:
    """Return how many things a section tells of."""
    if section == Section.TIMELINE:
        return _entries(ids, period) * ENTRIES_AROUND
    rows: dict[Section, Any] = {
        Section.CLASSIFICATION: Assessment.objects.current().filter(system__in=ids),
        Section.OBLIGATIONS: Duty.objects.applying().filter(system__in=ids),
        Section.RACI: Matrix.objects.filter(system__in=ids, status=MatrixStatus.ACTIVE),
        Section.AGREEMENTS: AISystem.agreements.through.objects.filter(aisystem__in=ids),
        Section.VERSIONS: ModelVersion.objects.filter(system__in=ids),
        Section.INCIDENTS: Incident.objects.filter(system__in=ids),
        Section.ESCALATIONS: Item.objects.filter(system__in=ids),
        Section.DOCUMENTS: SignedDocument.objects.filter(system__in=ids),
        Section.QUESTIONS: PackQuestion.objects.filter(system__in=ids),
    }
    return int(rows[section].count()) if section in rows else 0


def _entries(ids: Any, period: Period) -> int:
    keys = ids.annotate(key=Cast("pk", CharField())).values("key")
    within = span_of(period.first, period.last, period.zone or settings.TIME_ZONE)
    return Entry.objects.filter(object_type="aisystem", object_id__in=keys, **within).count()


def _duties(ids: Any) -> list[Gap]:
    """Return the duties that are missing, and those for which nothing was shown yet."""
    duties = Duty.objects.applying().filter(system__in=ids)
    shown = Proof.objects.attached().filter(duty=OuterRef("pk"))
    bare = duties.filter(~Exists(shown)).count()
    missing = tally_of(duties, timezone.localdate())[DutyState.MISSING]
    told = [
        Gap("A duty that applies is not met.", missing, "duty,duties"),
        Gap("A duty has no evidence.", bare, "duty,duties"),
    ]
    return [gap for gap in told if gap.count]


def _frameworks(ids: Any) -> list[Gap]:
    """Return how many controls of each framework nothing shows, or only what is too old."""
    known = survey([row["pk"] for row in ids])
    told: list[Gap] = []
    for framework in Framework:
        one = known.coverage(framework)
        told += [
            Gap(f"{one.head.name}: nothing shows a control.", one.counts.missing, "control"),
            Gap(
                f"{one.head.name}: what shows a control is too old.",
                one.counts.stale,
                "control",
                is_old=True,
            ),
        ]
    return [gap for gap in told if gap.count]
