"""One system through all stages, for its page: constant queries, whatever it has."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from governance.approvals.lifecycle import Environment
from governance.approvals.models import Release
from governance.approvals.standing import MAY_RUN, ORDER
from governance.audit_packs.models import EvidencePack
from governance.classification import queries as classification
from governance.common.forms import in_words
from governance.documents import queries as documents
from governance.escalation.on_pages import open_about
from governance.escalation.page import Line
from governance.incidents.queries import Standing, incidents_of
from governance.ledger.queries import Row, timeline
from governance.obligations import queries as obligations
from governance.retention.overview import Term, term_of
from governance.retention.standings import with_service_days
from inventory.systems.actions import may_edit
from inventory.systems.fields import BY_NAME
from inventory.systems.models import VIEW, AISystem, ModelVersion, SystemShare
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import current_table, pin_of
from inventory.systems.rules import needs_processing_agreement
from inventory.vendors.models import Agreement
from inventory.vendors.rules import HOLDS, AgreementKind
from raci.matrices import grid
from raci.matrices.rules import MatrixStatus

SHOWN_FACTS = (
    "intended_purpose", "outputs", "our_roles", "architecture", "data_categories",
    "people_affected", "countries", "initiated_on", "live_since", "retired_on",
)  # fmt: skip
MOST_VERSIONS, MOST_PACKS = 10, 5


@dataclass(frozen=True)
class VersionLine:
    """A model version with its pin and the release of it that counts most."""

    version: ModelVersion
    pin: Pin
    release: Release | None


@dataclass(frozen=True)
class Coverage:
    """The agreements of a system, and the one that it needs and lacks."""

    rows: list[Agreement]
    needs_dpa: bool
    has_dpa: bool

    @property
    def lacks_dpa(self) -> bool:
        """Return whether a processing agreement is needed and none holds today."""
        return self.needs_dpa and not self.has_dpa


@dataclass(frozen=True)
class SystemPage:
    """All that the page of a system shows."""

    system: AISystem
    facts: list[tuple[str, str]]
    source_facts: list[tuple[str, str]]
    classification: classification.OnSystem
    duties: grid.OnSystem
    versions: list[VersionLine]
    coverage: Coverage
    documents: documents.OnSystem
    packs: list[EvidencePack]
    incidents: list[Standing]
    escalations: list[Line]
    shares: list[User]
    entries: list[Row]
    may_edit: bool
    next_day: date | None
    obligations: obligations.OnSystem
    kept: Term  # how long its record is kept

    @property
    def approved(self) -> VersionLine | None:
        """Return the version that runs in production, else the approved one."""
        lines = [line for line in self.versions if line.release and line.release.state in MAY_RUN]
        return min(lines, key=lambda line: _rank(line.release), default=None)

    @property
    def waiting(self) -> VersionLine | None:
        """Return the version that waits for a decision."""
        lines = (line for line in self.versions if line.release)
        return next((line for line in lines if line.release and line.release.is_open), None)

    @property
    def has_matrix(self) -> bool:
        """Return whether a matrix is in force."""
        matrix = self.duties.matrix
        return matrix is not None and matrix.status == MatrixStatus.ACTIVE

    @property
    def basics(self) -> list[tuple[str, bool]]:
        """Return what a system should have, each with whether it is there."""
        return [
            ("an intended purpose", bool(self.system.intended_purpose)),
            ("an owner", self.system.owner_id is not None),
            ("a signed classification", self.classification.assessment is not None),
            ("an approved model version", self.approved is not None),
            ("a matrix in force", self.has_matrix),
            (
                "an agreement with the vendor",
                self.system.vendor_id is None or bool(self.coverage.rows),
            ),
        ]

    @property
    def met(self) -> int:
        """Return how many of the basics are there."""
        return sum(there for _, there in self.basics)

    @property
    def lacking(self) -> list[str]:
        """Return the basics that are missing, in words."""
        return [words for words, there in self.basics if not there]


def visible_system(user: User) -> QuerySet[AISystem]:
    """Return the systems a person sees, each with all that the page says of others."""
    related = AISystem.objects.visible_to(user).select_related("unit", "owner", "vendor")
    return with_service_days(related).prefetch_related(
        Prefetch("agreements", Agreement.objects.select_related("vendor", "unit"))
    )


def system_page(system: AISystem, user: User, today: date) -> SystemPage:
    """Return the page of a system that `visible_system` gave."""
    about = classification.on_system(system)
    versions = _versions(system)
    signed = about.assessment
    days = [day for day in (signed.duty_days if signed else []) if day >= today]
    packs = EvidencePack.objects.visible_to(user).filter(systems=system)
    incidents = incidents_of(system, timezone.now())
    shares = SystemShare.objects.filter(content_object=system, permission__codename=VIEW)
    return SystemPage(
        system=system,
        facts=[(BY_NAME[name].label, in_words(system, name)) for name in SHOWN_FACTS],
        source_facts=[
            (str(k), str(v)) for k, v in system.source_facts.items() if v not in ("", None)
        ],
        classification=about,
        duties=grid.on_system(system, user),
        versions=versions,
        coverage=_coverage(system),
        documents=documents.on_system(system),
        packs=list(packs[:MOST_PACKS]),
        incidents=incidents,
        escalations=open_about(system, user),
        shares=[share.user for share in shares.select_related("user")],
        entries=timeline(
            *_things(system, versions, about),
            *(("incident", row.incident.pk) for row in incidents),
            people=people_behind,
        ),
        may_edit=may_edit(user, system),
        next_day=min(days, default=None),
        obligations=obligations.on_system(system, signed.pk if signed else None, today),
        kept=term_of(system, signed.tier if signed else None),
    )


def _versions(system: AISystem) -> list[VersionLine]:
    found = list(system.versions.all()[:MOST_VERSIONS])
    releases: dict[int, Release] = {}
    rows = Release.objects.filter(version__in=found).select_related("submitted_by", "decided_by")
    for release in sorted(rows, key=_rank, reverse=True):
        releases[release.version_id] = release
    table = current_table()
    return [
        VersionLine(row, pin_of(row.provider, row.model_id, table), releases.get(row.pk))
        for row in found
    ]


def _rank(release: Release | None) -> tuple[int, int, int]:
    """Return the order of releases: production first, what runs first, then the newest."""
    if release is None:
        return (9, 9, 0)
    place = 0 if release.environment == Environment.PROD else 1
    known = (at for at, states in enumerate(ORDER) if release.state in states)
    return (place, next(known, len(ORDER)), -release.pk)


def _coverage(system: AISystem) -> Coverage:
    rows = list(system.agreements.all())
    has_dpa = any(row.kind == AgreementKind.DPA and row.state() in HOLDS for row in rows)
    needs = needs_processing_agreement(system.data_categories, has_vendor=bool(system.vendor_id))
    return Coverage(rows, needs, has_dpa)


def _things(
    system: AISystem, versions: list[VersionLine], about: classification.OnSystem
) -> list[tuple[str, object]]:
    """Return what the timeline of a system tells about: itself and what hangs on it."""
    things: list[tuple[str, object]] = [("aisystem", system.pk)]
    things += [("modelversion", line.version.pk) for line in versions]
    things += [("release", line.release.pk) for line in versions if line.release]
    if about.assessment:
        things.append(("assessment", about.assessment.pk))
    return things
