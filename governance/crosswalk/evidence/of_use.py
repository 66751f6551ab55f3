"""What happens in use: incidents, findings, measurements, rules to go back, observations."""

from collections.abc import Iterable

from django.db.models import Max, QuerySet

from governance.approvals.evidence_models import Freeze, Materiality, Waiver
from governance.approvals.models import Finding
from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from governance.incidents.models import Incident, IncidentStep
from governance.incidents.rules import IncidentStatus
from governance.pipelines.echo import Verdict
from governance.pipelines.models import MetricPoint, Observation, RollbackRule

Rows = Iterable[tuple[int, Shown]]
YEAR = 365
OBSERVED_DAYS = 30
MEASURED_DAYS = 2  # MON-1: points in the last 48 hours


@query(Incident, "serious incidents")
def incidents(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest incident of each system, with its clock and steps."""
    rows = Incident.objects.filter(system__in=scope.among)
    newest = rows.order_by("system_id", "-aware_at", "-pk").distinct("system_id")
    columns = ("pk", "ref", "system_id", "status", "aware_at")
    for pk, ref, system_id, status, aware_at in newest.values_list(*columns):
        words = f"Incident, {IncidentStatus(status).value.replace('_', ' ')}"
        page = ("incidents:incident", ref)
        yield system_id, Shown(ref, words, scope.day(aware_at), "incident", pk, page)


@query(IncidentStep, "reports to an authority")
def incident_reports(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest step of each system's incidents that an authority got."""
    rows = IncidentStep.objects.filter(incident__system__in=scope.among).exclude(authority="")
    by = "incident__system_id"
    columns = ("incident_id", by, "incident__ref", "done_at")
    newest = rows.order_by(by, "-done_at", "-pk").distinct(by)
    for pk, system_id, ref, at in newest.values_list(*columns):
        page = ("incidents:incident", ref)
        yield system_id, Shown(ref, "An authority was told", scope.day(at), "incident", pk, page)


@query(Finding, "findings")
def findings(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest finding of each system that ended with a reason; open ones count not."""
    rows = Finding.objects.filter(system__in=scope.among, closed_at__isnull=False)
    newest = rows.order_by("system_id", "-closed_at", "-pk").distinct("system_id")
    for pk, system_id, at in newest.values_list("pk", "system_id", "closed_at"):
        ref = f"{scope.by_pk[system_id].ref} finding"
        page = ("approvals:finding", str(pk))
        yield system_id, Shown(ref, "Finding, closed", scope.day(at), "finding", pk, page)


@query(Waiver, "waivers")
def waivers(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the waivers of each system: every one has a last day."""
    rows = Waiver.objects.filter(version__system__in=scope.among)
    newest = rows.order_by("version__system_id", "-ends_on", "-pk").distinct("version__system_id")
    columns = ("pk", "version_id", "version__system_id", "version__label", "granted_at", "ends_on")
    for pk, version, system_id, label, granted_at, ends_on in newest.values_list(*columns):
        ref = scope.by_pk[system_id].ref
        yield (
            system_id,
            Shown(
                ref=f"{ref} {label}",
                words=f"Waiver, its last day is {ends_on}",
                on=scope.day(granted_at),
                kind="waiver",
                pk=pk,
                page=("systems:version", ref, str(version)),
            ),
        )


@query(Freeze, "times without changes")
def freezes(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the times without changes that were set for each system's unit."""
    for row in Freeze.objects.filter(unit__in=scope.below).order_by("-begins_at")[:50]:
        page = ("approvals:freezes",)
        words = "Time without changes"
        shown = Shown(row.reason, words, scope.day(row.begins_at), "freeze", row.pk, page)
        yield from scope.served(row.unit_id, shown)


@query(Materiality, "materialities")
def materialities(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return how much each system matters, as somebody said; stale after a year."""
    rows = Materiality.objects.filter(system__in=scope.among)
    newest = rows.order_by("system_id", "-said_at", "-pk").distinct("system_id")
    columns = ("pk", "system_id", "exposure", "purpose", "said_at")
    for pk, system_id, exposure, purpose, at in newest.values_list(*columns):
        ref = scope.by_pk[system_id].ref
        stale = "Older than a year." if scope.age(scope.day(at)) > YEAR else ""
        words = f"Materiality {exposure} × {purpose}"
        page = ("approvals:materiality", ref)
        yield system_id, Shown(ref, words, scope.day(at), "materiality", pk, page, stale)


@query(Observation, "observations of what answers")
def observations(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest observation of each system; another model counts for nothing."""
    rows = Observation.objects.filter(system__in=scope.among)
    newest = rows.order_by("system_id", "-observed_until", "-pk").distinct("system_id")
    columns = ("pk", "system_id", "verdict", "model_id", "observed_until")
    for pk, system_id, verdict, model_id, until in newest.values_list(*columns):
        ref, on = scope.by_pk[system_id].ref, scope.day(until)
        stale = f"Older than {OBSERVED_DAYS} days." if scope.age(on) > OBSERVED_DAYS else ""
        if verdict != Verdict.SAME:
            stale = "It was not shown to be the model that was approved."
        page = ("overview:system", ref)
        yield system_id, Shown(ref, f"{model_id} answered", on, "observation", pk, page, stale)


@query(MetricPoint, "measurements in use")
def metric_points(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return when each measure of a system came in last; stale after two days."""
    return _points(scope, MetricPoint.objects.all())


@query(MetricPoint, "measurements of a kind", takes=True)
def measures(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return when a measure of one of these names came in last; stale after two days."""
    return _points(scope, MetricPoint.objects.filter(metric__in=of))


def _points(scope: Scope, points: QuerySet[MetricPoint]) -> Rows:
    rows = points.filter(system__in=scope.among).order_by().values("system_id", "metric")
    for row in rows.annotate(last=Max("at"), newest=Max("pk")):
        ref, on = scope.by_pk[row["system_id"]].ref, scope.day(row["last"])
        yield (
            row["system_id"],
            Shown(
                ref=ref,
                words=f"Measure {row['metric']} in use",
                on=on,
                kind="",
                pk=row["newest"],
                page=("overview:system", ref),
                stale=f"Older than {MEASURED_DAYS} days." if scope.age(on) > MEASURED_DAYS else "",
                key=row["metric"],
            ),
        )


@query(RollbackRule, "rules to go back")
def rollback_rules(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the rules in force that ask for a decision about going back."""
    rows = RollbackRule.objects.in_force().filter(system__in=scope.among).order_by()
    for pk, system_id, metric, at in rows.values_list("pk", "system_id", "metric", "made_at"):
        ref = scope.by_pk[system_id].ref
        page = ("overview:system", ref)
        words = f"Rule to go back on {metric}"
        yield system_id, Shown(ref, words, scope.day(at), "rollbackrule", pk, page)
