"""Versions, the releases that bring them into use, and what was decided about those."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from governance.approvals.lifecycle import LIVE, Environment
from governance.approvals.models import CanaryReport, Release, Vote
from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from inventory.systems.models import ModelVersion
from inventory.systems.pins.rules import FIXED
from inventory.systems.pins.table import current_table, pin_of

Rows = Iterable[tuple[int, Shown]]
VERSION = ("pk", "system_id", "label", "frozen_at")
RELEASE = ("pk", "system_id", "ref")


def _newest(rows: QuerySet[Any], by: str, at: str) -> QuerySet[Any]:
    """Return the newest row of each system only."""
    return rows.order_by(by, f"-{at}", "-pk").distinct(by)


def _version(scope: Scope, row: Mapping[str, Any], words: str, stale: str = "") -> Shown:
    system = scope.by_pk[row["system_id"]]
    return Shown(
        ref=f"{system.ref} {row['label']}",
        words=words,
        on=scope.day(row["frozen_at"]),
        kind="modelversion",
        pk=row["pk"],
        page=("systems:version", system.ref, str(row["pk"])),
        stale=stale,
    )


def _release(row: Mapping[str, Any], words: str, on: date | None, stale: str = "") -> Shown:
    page = ("approvals:update", row["ref"])
    return Shown(row["ref"], words, on, "release", row["pk"], page, stale)


def live(scope: Scope) -> QuerySet[Release]:
    """Return the releases through which data of production goes."""
    return Release.objects.filter(
        system__in=scope.among, environment=Environment.PROD, status__in=sorted(LIVE)
    ).order_by()


@query(ModelVersion, "frozen versions")
def versions(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest frozen version of each system: its bundle with its digest."""
    rows = ModelVersion.objects.filter(system__in=scope.among, frozen_at__isnull=False)
    for row in _newest(rows, "system_id", "frozen_at").values(*VERSION):
        yield row["system_id"], _version(scope, row, "Frozen bundle with its digest")


@query(ModelVersion, "bundles that name what they reach")
def interfaces(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest frozen version of each system if it names tools or retrieval."""
    rows = ModelVersion.objects.filter(system__in=scope.among, frozen_at__isnull=False)
    columns = ("bundle__tools", "bundle__retrieval")
    for row in _newest(rows, "system_id", "frozen_at").values(*VERSION, *columns):
        if row["bundle__tools"] or row["bundle__retrieval"]:
            words = "Frozen bundle that names tools or retrieval with their digests"
            yield row["system_id"], _version(scope, row, words)


@query(ModelVersion, "versions with their origin")
def lineage(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest version of each system that names training data or what it was made of."""
    named = Q(parent__isnull=False) | ~Q(training_data_ref="")
    rows = ModelVersion.objects.filter(named, system__in=scope.among)
    for row in _newest(rows, "system_id", "created_at").values(*VERSION):
        yield row["system_id"], _version(scope, row, "Version that names what it was made from")


@query(ModelVersion, "model ids of what is live")
def pins(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return whether what is live names a fixed model; one that floats counts for nothing."""
    table = current_table()
    columns = ("version__provider", "version__model_id", "version__label", "version__frozen_at")
    for row in live(scope).values("system_id", "version_id", *columns):
        pin = pin_of(row["version__provider"], row["version__model_id"], table)
        told = {
            "pk": row["version_id"],
            "system_id": row["system_id"],
            "label": row["version__label"],
            "frozen_at": row["version__frozen_at"],
        }
        words = f"Model id {row['version__model_id']} is live"
        stale = "" if pin.state in FIXED else "The model id does not name a fixed model."
        yield row["system_id"], _version(scope, told, words, stale)


@query(ModelVersion, "days on which models end")
def retirement_dates(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the versions that are live and whose model's last day is known."""
    columns = ("version__provider_retires_on", "version__label", "version__frozen_at")
    rows = live(scope).filter(version__provider_retires_on__isnull=False)
    for row in rows.values("system_id", "version_id", *columns):
        ends = row["version__provider_retires_on"]
        told = {
            "pk": row["version_id"],
            "system_id": row["system_id"],
            "label": row["version__label"],
            "frozen_at": row["version__frozen_at"],
        }
        stale = f"The model ended on {ends}." if ends < scope.today else ""
        yield row["system_id"], _version(scope, told, f"The model's last day is {ends}", stale)


@query(Release, "approved changes")
def releases(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest approved change of each system; stale once the approval ended."""
    rows = Release.objects.filter(system__in=scope.among, approved_at__isnull=False)
    columns = (*RELEASE, "change_class", "approved_at", "valid_until")
    for row in _newest(rows, "system_id", "approved_at").values(*columns):
        ended = row["valid_until"] and row["valid_until"] < scope.now
        stale = "The approval has ended." if ended else ""
        words = f"Approved change of class {row['change_class']}"
        yield row["system_id"], _release(row, words, scope.day(row["approved_at"]), stale)


@query(Vote, "decisions of a second person")
def decisions(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest approval of each system by somebody who did not propose the change."""
    rows = Vote.objects.filter(
        Q(release__submitted_by__isnull=False) & ~Q(person=F("release__submitted_by")),
        release__system__in=scope.among,
        yes=True,
        void_at__isnull=True,
    )
    columns = ("release_id", "release__system_id", "release__ref", "at")
    for pk, system_id, ref, at in _newest(rows, "release__system_id", "at").values_list(*columns):
        words = "Approved by somebody who did not propose it"
        page = ("approvals:update", ref)
        yield system_id, Shown(ref, words, scope.day(at), "release", pk, page)


@query(Vote, "decisions by several disciplines")
def disciplines(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest change of each system that people said yes to in two seats or more."""
    by = "release__system_id"
    rows = Vote.objects.filter(release__system__in=scope.among, yes=True, void_at__isnull=True)
    several = (
        rows.order_by()
        .values(by, "release_id", "release__ref")
        .annotate(seats=Count("slot", distinct=True), at=Max("at"))
    )
    newest = {row[by]: row for row in several.filter(seats__gte=2).order_by("at")}
    for system_id, row in newest.items():
        ref = row["release__ref"]
        words, page = f"Agreed in {row['seats']} seats", ("approvals:update", ref)
        yield system_id, Shown(ref, words, scope.day(row["at"]), "release", row["release_id"], page)


@query(CanaryReport, "reports of canaries")
def canaries(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest report of each system's canary; stale once another version is live."""
    rows = CanaryReport.objects.filter(release__system__in=scope.among)
    by = "release__system_id"
    columns = ("release_id", by, "release__ref", "tasks", "observed_until", "release__status")
    for pk, system_id, ref, tasks, until, status in _newest(rows, by, "observed_until").values_list(
        *columns
    ):
        stale = "" if status in LIVE else "Its release is not live any more."
        words, page = f"A canary of {tasks:,} tasks was watched", ("approvals:update", ref)
        yield system_id, Shown(ref, words, scope.day(until), "release", pk, page, stale)


@query(Release, "ways back to another provider")
def fallbacks(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the releases that are live and name one of another provider to go back to."""
    other = ~Q(rollback_target__version__provider=F("version__provider"))
    rows = live(scope).filter(other, rollback_target__isnull=False)
    for row in rows.values(*RELEASE, "activated_at", "rollback_target__version__provider"):
        words = f"Falls back to {row['rollback_target__version__provider']}"
        yield row["system_id"], _release(row, words, scope.day(row["activated_at"]))


@query(Release, "ways back")
def rollback_targets(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the releases that are live and name what to go back to."""
    rows = live(scope).filter(rollback_target__isnull=False)
    for row in rows.values(*RELEASE, "activated_at"):
        on = scope.day(row["activated_at"])
        yield row["system_id"], _release(row, "Names the release to go back to", on)
