"""The facts that guards look at, read group by group: only those that an event's guards need."""

from datetime import datetime, timedelta
from typing import Any

from governance.approvals import changes, classing, proofs
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import (
    GRACE_DAYS,
    LIVE,
    ChangeClass,
    Environment,
    State,
    Tier,
    rank,
)
from governance.approvals.models import Condition, Finding, Freeze, Release
from governance.approvals.proofs import TEXT_DAY
from governance.approvals.waiving import why_not_pinned
from governance.classification import queries as classification
from governance.evaluations.queries import latest
from governance.incidents.models import Incident
from inventory.systems.models import AISystem
from raci.matrices.queries import accountable
from raci.matrices.windows import coverage_missing


def _evidence(release: Release, now: datetime) -> dict[str, Any]:
    hard, soft = proofs.failures(release)
    return {
        "evidence": proofs.needed(release, now),
        "hard_failures": tuple(hard),
        "open_failures": tuple(soft),
    }


def _change(release: Release, now: datetime) -> dict[str, Any]:
    rules = evidence_table().version
    same = release.evidence_digest == proofs.evidence_digest(release)
    whole = same and release.rules_version == rules and release.digest == release.version.digest
    return {"evidence_changed": bool(release.review_began_at) and not whole}


def _serious(release: Release, now: datetime) -> dict[str, Any]:
    found = Finding.objects.filter(system=release.system, severity=1, closed_at__isnull=True)
    row = found.first()
    return {"serious": f"A finding of severity 1 is open: {row.words}" if row else ""}


def _incident(release: Release, now: datetime) -> dict[str, Any]:
    return {"incident": Incident.objects.filter(system=release.system).running().exists()}


def _gate(release: Release, now: datetime) -> dict[str, Any]:
    checks = (classified(release.system), answered(release.system), offered(release, now))
    state, words = proofs.agreements(release.system)
    return {
        "gate": tuple(words for ok, words in checks if not ok),
        "agreements": (words.rstrip("."),) if state == "missing" else (),
    }


def classified(system: AISystem) -> tuple[bool, str]:
    """Return whether a classification is signed and still what was signed; and how it stands."""
    signed = classification.current(system)
    if signed is None:
        return False, "nobody has signed the classification"
    if classification.facts_changed_since(signed):
        return False, "facts changed since the classification was signed"
    if signed.tier == "prohibited":
        return False, "the classification says that the practice is prohibited"
    return True, f"signed by {signed.signed_by.name}"


def offered(release: Release, now: datetime) -> tuple[bool, str]:
    """Return whether the provider still offers the model; and until when."""
    day = release.version.provider_retires_on
    if day is None:
        return True, "no last day of the model is known"
    told = day.strftime(TEXT_DAY)
    if day <= now.date():
        return False, f"the provider retired the model on {told}"
    return True, f"the provider offers the model until {told}"


def answered(system: AISystem) -> tuple[bool, str]:
    """Return whether one person answers for updates (CHG-01); and who."""
    person = accountable(system, "CHG-01")
    if person:
        return True, f"{person.name} answers for updates (CHG-01)"
    return False, "no active matrix names one person who answers for updates (CHG-01)"


def _use(release: Release, now: datetime) -> dict[str, Any]:
    ended = release.valid_until is not None and release.valid_until <= now
    rows = Condition.objects.filter(release=release, blocking=True, met_at__isnull=True)
    mismatch = release.findings.filter(kind=Finding.Kind.MISMATCH, closed_at__isnull=True).first()
    return {
        "expired": ended,
        "blocking": tuple(f"{row.text} ({row.owner.name})" for row in rows.select_related("owner")),
        "echo": mismatch.words if mismatch else "",
    }


def _cover(release: Release, now: datetime) -> dict[str, Any]:
    if release.environment != Environment.PROD:
        return {}
    gaps = coverage_missing(release.system, now)
    day = "%-d %B %H:%M"
    told = [f"{one.activity} from {one.since:{day}} UTC: {one.why.rstrip('.')}" for one in gaps[:3]]
    more = [f"and {len(gaps) - 3} more times"] if len(gaps) > 3 else []
    return {"coverage": tuple(told + more)}


def _freeze(release: Release, now: datetime) -> dict[str, Any]:
    begins = release.window_from or now
    ends = release.window_until or now
    rows = Freeze.objects.filter(unit__in=release.system.unit.path, lifted_at__isnull=True)
    found = rows.filter(begins_at__lte=ends, ends_at__gte=begins).first()
    if found is None:
        return {}
    until = found.ends_at.strftime(TEXT_DAY)
    return {"freeze": f"Nothing goes live until {until}: {found.reason}."}


def _way(release: Release, now: datetime) -> dict[str, Any]:
    """What a rollback would lead to; before use: what a rollback would lead back to."""
    if release.state in LIVE | {State.SUSPENDED}:
        return back(release, now)
    running = proofs.running_in(release)
    if running is None or running.state == State.EMERGENCY_ACTIVE:
        return {}
    problem = proofs.why_no_target(_as_left(running), now)
    return {"target_refusal": problem}


def _as_left(running: Release) -> Release:
    """Return a running release as it will be once it is superseded."""
    left = Release.objects.select_related("version").get(pk=running.pk)
    left.status = State.SUPERSEDED
    return left


def back(release: Release, now: datetime) -> dict[str, Any]:
    """Return why a release has no way back, and which other one would do."""
    if release.state == State.CANARY and proofs.running_in(release):
        return {}
    found = proofs.targets(release)
    if not found:
        return {"target_refusal": "There is nothing to go back to; suspend it instead."}
    wanted = release.rollback_target if release.rollback_target in found else found[0]
    problem = proofs.why_no_target(wanted, now) if wanted else ""
    others = [one for one in found if one != wanted and not proofs.why_no_target(one, now)]
    return {"target_refusal": problem, "next_target": others[0].number if others else ""}


def _occupied(release: Release, now: datetime) -> dict[str, Any]:
    running = proofs.running_in(release)
    return {"occupied": f"{running.number} runs in {release.place} now." if running else ""}


def _suspension(release: Release, now: datetime) -> dict[str, Any]:
    open_rows = release.findings.filter(closed_at__isnull=True, kind=Finding.Kind.SUSPENSION)
    cause = open_rows.first()
    run = latest(release.version, "regression")
    days = (now - release.suspended_at).days if release.suspended_at else 0
    return {
        "cause_open": f"Its cause is not closed: {cause.words}" if cause else "",
        "days_suspended": days,
        "days_since_eval": (now - run.observed_until).days if run else None,
    }


def _time(release: Release, now: datetime) -> dict[str, Any]:
    if release.state == State.EMERGENCY_ACTIVE:
        return {"is_over": bool(release.emergency_until and release.emergency_until <= now)}
    ends = release.valid_until
    over = ends is not None and ends <= now
    grace = release.state in LIVE and proofs.tier_of(release.system) != Tier.HIGH
    until = ends + timedelta(days=GRACE_DAYS) if ends else now
    return {"is_over": over, "in_grace": over and grace and now < until}


def _renewal(release: Release, now: datetime) -> dict[str, Any]:
    items = proofs.needed(release, now, evidence_table().recertify)
    return {"renewal": tuple(f"{one.title} ({one.words})" for one in items if not one.is_met)}


def _pin(release: Release, now: datetime) -> dict[str, Any]:
    return {"pin_refusal": why_not_pinned(release.version, proposed_by=release.submitted_by_id)}


def _class(release: Release, now: datetime) -> dict[str, Any]:
    """The least class that changes approved meanwhile ask for, unless the validator lowered it."""
    confirmed = ChangeClass(release.change_class)
    if confirmed == ChangeClass.CONFIG or rank(confirmed) < rank(
        ChangeClass(release.class_suggested)
    ):
        return {}
    piled = changes.cumulative(classing.history(release), now)
    if not piled.floor:
        return {}
    words = "; ".join(one.words for one in piled.reasons)
    return {"class_floor": ChangeClass(piled.floor), "more": {"floor": words}}


# Which guards need which facts: only those are read.
READERS = (
    ({"classed"}, _class),
    ({"pinned"}, _pin),
    ({"evidenced", "criteria", "failed_hard"}, _evidence),
    ({"same_evidence", "other_evidence"}, _change),
    ({"not_serious"}, _serious),
    ({"incident_runs"}, _incident),
    ({"gate", "agreed"}, _gate),
    ({"valid", "unblocked", "echoed"}, _use),
    ({"on_call"}, _cover),
    ({"unfrozen"}, _freeze),
    ({"way_back"}, _way),
    ({"free"}, _occupied),
    ({"cause_closed", "evaluated_again"}, _suspension),
    ({"over", "out_of_grace"}, _time),
    ({"renewed"}, _renewal),
)
