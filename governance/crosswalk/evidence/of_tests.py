"""Evaluations and the evidence of versions: what was measured, when, and about what."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, F, Max
from django.utils import timezone

from governance.approvals.evidence_models import ReleaseEvidence
from governance.approvals.kinds import evidence_table
from governance.crosswalk.evidence.of_versions import live
from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from governance.evaluations.models import Run, Suite

Rows = Iterable[tuple[int, Shown]]
RUN_DAYS = 180  # a run older than this counts no more (EVL-1, EVL-2)


@query(Run, "evaluation runs", takes=True)
def runs(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest run of each suite of these kinds; stale after 180 days."""
    rows = Run.objects.standing().filter(suite__system__in=scope.among, suite__kind__in=of)
    newest = rows.order_by("suite_id", "-observed_until", "-pk").distinct("suite_id")
    columns = ("pk", "ref", "suite__system_id", "suite__kind", "suite__title", "observed_until")
    for pk, ref, system_id, kind, title, until in newest.values_list(*columns):
        on = scope.day(until)
        yield (
            system_id,
            Shown(
                ref=ref,
                words=f"{kind.replace('_', ' ').capitalize()} run of {title}",
                on=on,
                kind="run",
                pk=pk,
                page=("evaluations:run", ref),
                stale=f"Older than {RUN_DAYS} days." if scope.age(on) > RUN_DAYS else "",
                key=kind,
            ),
        )


def _suites(scope: Scope, words: str, **only: object) -> Rows:
    rows = Suite.objects.current().filter(system__in=scope.among, **only).order_by()
    columns = ("pk", "system_id", "key", "revision", "kind", "cases", "added_at")
    for pk, system_id, key, revision, kind, cases, added_at in rows.values_list(*columns):
        yield (
            system_id,
            Shown(
                ref=f"{key} r{revision}",
                words=words.format(cases=cases),
                on=scope.day(added_at),
                kind="suite",
                pk=pk,
                page=("evaluations:suite", scope.by_pk[system_id].ref, key),
                key=kind,
            ),
        )


@query(Suite, "suites with cases", takes=True)
def suites(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest revision of each suite of these kinds that has cases."""
    return _suites(scope, "Suite of {cases:,} cases", kind__in=of, cases__gt=0)


@query(Suite, "thresholds of suites")
def thresholds(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the suites that say what a run must reach."""
    return _suites(scope, "Suite with thresholds", criteria__0__isnull=False)


@query(Run, "series of runs")
def trends(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the suites that were run twice or more; stale once the last run is too old."""
    rows = Run.objects.standing().filter(suite__system__in=scope.among).order_by()
    columns = ("suite__system_id", "suite__key")  # whatever revision of the suite
    several = rows.values(*columns).annotate(
        runs=Count("pk"), last=Max("observed_until"), newest=Max("pk")
    )
    for row in several.filter(runs__gte=2):
        on, key = scope.day(row["last"]), row["suite__key"]
        yield (
            row["suite__system_id"],
            Shown(
                ref=key,
                words=f"{row['runs']} runs, one after the other",
                on=on,
                kind="run",
                pk=row["newest"],
                page=("evaluations:suite", scope.by_pk[row["suite__system_id"]].ref, key),
                stale=f"Older than {RUN_DAYS} days." if scope.age(on) > RUN_DAYS else "",
            ),
        )


@query(Run, "runs of what is live")
def runs_of_live(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the runs of what is live; one that ended after it went live counts for nothing."""
    standing = live(scope).filter(activated_at__isnull=False).values("version_id")
    rows = Run.objects.standing().filter(version__in=standing)
    first = rows.order_by("version_id", "observed_until", "pk").distinct("version_id")
    went_live = {
        version: at
        for version, at in live(scope).values_list("version_id", "activated_at")
        if at is not None
    }
    columns = ("pk", "ref", "version_id", "version__system_id", "observed_until")
    for pk, ref, version, system_id, until in first.values_list(*columns):
        at = went_live.get(version)
        late = at is not None and until > at
        yield (
            system_id,
            Shown(
                ref=ref,
                words="Run of the version that is live",
                on=scope.day(until),
                kind="run",
                pk=pk,
                page=("evaluations:run", ref),
                stale="It ended after the version went live." if late else "",
            ),
        )


@query(ReleaseEvidence, "evidence of versions", takes=True)
def proofs(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest evidence of each of these kinds; stale as its kind says."""
    rows = ReleaseEvidence.objects.standing().filter(
        version__system__in=scope.among,
        kind__in=of,
        not_applicable=False,
        digest_of_version=F("version__digest"),
        item__withdrawn_at__isnull=True,
    )
    newest = rows.order_by("version__system_id", "kind", "-added_at", "-pk")
    columns = ("pk", "version_id", "version__system_id", "version__label", "kind", "valid_days")
    ends = ("observed_until", "added_at", "item__valid_until")
    found = newest.distinct("version__system_id", "kind").values_list(*columns, *ends)
    titles = evidence_table().kinds
    for pk, version, system_id, label, kind, days, observed, added_at, until in found:
        on: date = observed or timezone.localdate(added_at)
        last = min(filter(None, (on + timedelta(days=days), until)))
        title = titles[kind].title if kind in titles else kind
        yield (
            system_id,
            Shown(
                ref=f"{scope.by_pk[system_id].ref} {label}",
                words=title,
                on=on,
                kind="releaseevidence",
                pk=pk,
                page=("approvals:proofs", str(version)),
                stale=f"It counted until {last}." if last < scope.today else "",
                key=kind,
            ),
        )
