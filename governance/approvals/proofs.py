"""Which evidence a release needs and how it stands; who had a part in it; its digest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from governance.approvals.kinds import Kind, evidence_table
from governance.approvals.lifecycle import RUNNING, ChangeClass, State, Tier
from governance.approvals.models import Finding, Materiality, Release, ReleaseEvidence
from governance.approvals.quorum import highest, materiality, of_data, of_law
from governance.approvals.situation import Basis, Needed
from governance.classification import queries as classification
from governance.common.canonical import digest
from governance.common.reading import read_once
from governance.evaluations import queries as evaluations
from governance.evaluations.models import Run
from inventory.systems.bundles.rules import Bundle
from inventory.systems.models import AISystem, ModelVersion
from inventory.vendors.models import Agreement
from inventory.vendors.rules import AgreementState

IN_FORCE = {AgreementState.IN_FORCE, AgreementState.EXPIRING}
TEXT_DAY = "%-d %B %Y"


@read_once
def tier_of(system: AISystem) -> Tier:
    """Return the tier: the highest of the signed class, what somebody said it weighs, the data."""
    signed = classification.current(system)
    said = Materiality.objects.filter(system=system).first()
    weight = materiality(said.exposure, said.purpose) if said else Tier.MINIMAL
    law = of_law(signed.tier if signed else None)
    return highest(law, weight, of_data(system.data_categories))


@read_once
def running_in(release: Release) -> Release | None:
    """Return what runs in the place a release goes to, None for nothing."""
    same = Release.objects.filter(
        system=release.system_id, environment=release.environment, task=release.task
    )
    return same.running().exclude(pk=release.pk).select_related("version__system").first()


@read_once
def targets(release: Release) -> list[Release]:
    """Return what a release could go back to, the last that ran first."""
    same = Release.objects.filter(
        system=release.system_id,
        environment=release.environment,
        task=release.task,
        status=State.SUPERSEDED,
    )
    order = same.exclude(pk=release.pk).order_by("-left_at", "-pk")
    return list(order.select_related("version__system"))


def why_no_target(target: Release, at: datetime) -> str:
    """Return why a release cannot be gone back to; empty when it can."""
    name, version = target.number, target.version
    if target.status != State.SUPERSEDED:
        return f"{name} is {target.words.lower()}, so it is no way back."
    if target.approved_at is None or target.valid_until is None or target.valid_until <= at:
        return f"The approval of {name} has ended."
    if version.provider_retires_on and version.provider_retires_on <= at.date():
        day = version.provider_retires_on.strftime(TEXT_DAY)
        return f"The provider retired the model of {name} on {day}."
    return ""


@read_once
def contributors(release: Release) -> set[int]:
    """Return everybody who had a part in the version, the proposal or the evidence: by person.

    A token acts as its owner, so its owner is who counts. Evidence that was replaced or withdrawn
    counts too, and so does who took it away.
    """
    version = release.version
    found = set(version.contributors.values_list("user_id", flat=True))
    for people in version.proofs.values_list("author_id", "added_by_id", "replaced_by_id"):
        found |= {one for one in people if one}
    return found | evaluations.contributors_of(version) | {release.submitted_by_id}


@read_once
def seen_list(release: Release) -> list[dict[str, str]]:
    """Return the evidence set: kind and SHA-256 of all that stands, in a fixed order."""
    rows = release.version.proofs.filter(replaced_at__isnull=True)
    proofs = [(row.kind, row.sha256) for row in rows]
    runs = [(f"run:{kind}", run.sha256) for kind, run in _runs(release.version).items()]
    return [{"kind": kind, "sha256": sha} for kind, sha in sorted(proofs + runs)]


def evidence_digest(release: Release) -> str:
    """Return the digest of all that votes are about beside the bundle: evidence, class, tier."""
    told = {
        "evidence": seen_list(release),
        "class": release.change_class,
        "tier": tier_of(release.system).value,
        "personal": is_personal(release.system),
    }
    return digest(told)


def is_personal(system: AISystem) -> bool:
    """Return whether the system handles personal data."""
    return of_data(system.data_categories) != Tier.MINIMAL


def seal(release: Release) -> str:
    """Return what an approver says they saw as one digest: bundle, evidence, class, tier, rules."""
    rules = evidence_table().version
    return digest([release.version.digest, evidence_digest(release), rules])


def sealed(release: Release) -> dict[str, str]:
    """Return what votes about a release are bound to, as its fields."""
    return {
        "evidence_digest": evidence_digest(release),
        "rules_version": evidence_table().version,
        "risk_tier": tier_of(release.system).value,
    }


@read_once
def _runs(version: ModelVersion) -> dict[str, Run]:
    return evaluations.latest_by_kind(version)


@dataclass(frozen=True)
class _Asking:
    """What the checks of evidence look at, loaded once."""

    release: Release
    at: datetime
    runs: dict[str, Run]
    proofs: dict[str, ReleaseEvidence]
    running: Release | None
    makers: set[int]

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


def needed(
    release: Release, at: datetime | None = None, keys: tuple[str, ...] | None = None
) -> tuple[Needed, ...]:
    """Return each item that the tier and the class ask for (or those named), and how it stands."""
    moment = at or timezone.now()
    rows = release.version.proofs.filter(replaced_at__isnull=True).select_related("author", "item")
    asking = _Asking(
        release,
        moment,
        _runs(release.version),
        {row.kind: row for row in rows},
        running_in(release),
        set(release.version.contributors.values_list("user_id", flat=True)),
    )
    table = evidence_table()
    change = ChangeClass(release.change_class or ChangeClass.CRITICAL)
    asked = table.needed(tier_of(release.system), change)
    kinds = [table.kinds[key] for key in keys] if keys is not None else asked
    return tuple(_stands(kind, asking) for kind in kinds)


def _stands(kind: Kind, asking: _Asking) -> Needed:
    if kind.basis == Basis.ATTESTED:
        state, words = _attested(kind, asking)
    elif kind.run:
        state, words = _run(kind, asking)
    else:
        state, words = COMPUTED[kind.key](asking)
    return Needed(kind.key, kind.title, state, words, kind.basis)


def _attested(kind: Kind, asking: _Asking) -> tuple[str, str]:
    proof = asking.proofs.get(kind.key)
    if proof is None:
        return "missing", "nothing was added"
    if proof.digest_of_version != asking.release.version.digest:
        return "foreign", "it belongs to another digest"
    if kind.independent and proof.author_id in asking.makers:
        return "missing", "it was made by somebody who worked on the version"
    if proof.not_applicable:
        return "met", "does not apply, as stated"
    begins = proof.observed_until or timezone.localdate(proof.added_at)
    ends = begins + timedelta(days=proof.valid_days)
    if ends < asking.today:
        return "stale", f"counted until {ends.strftime(TEXT_DAY)}"
    return "met", f"counts until {ends.strftime(TEXT_DAY)}"


def _run(kind: Kind, asking: _Asking) -> tuple[str, str]:
    run = asking.runs.get(kind.run)
    if run is None:
        return "missing", f"no {kind.run} run of this version"
    age = (asking.at - run.observed_until).days
    if age > kind.valid_days:
        return "stale", f"observed {age} days ago, counts {kind.valid_days}"
    return "met", f"{run.ref}: {run.passed} of {run.total} passed"


def _summary(asking: _Asking) -> tuple[str, str]:
    said = asking.release.reason.strip()
    return ("met", "said when it was proposed") if said else ("missing", "nobody said what changes")


def _owner(asking: _Asking) -> tuple[str, str]:
    owner = asking.release.system.owner
    return ("met", owner.name) if owner else ("missing", "the system has no owner")


def _target(asking: _Asking) -> tuple[str, str]:
    if asking.running is None:
        return "met", "nothing runs there yet"
    if asking.running.status in RUNNING:
        return "met", f"{asking.running.number} runs now"
    return "missing", "nothing to go back to"


def _paired(asking: _Asking) -> tuple[str, str]:
    if asking.running is None:
        return "met", "nothing runs there yet"
    run = asking.runs.get("regression")
    if run is None:
        return "missing", "no regression run to compare"
    if evaluations.baseline_for(run, asking.running.version) is None:
        return "missing", f"{asking.running.number} has no run on the same suite"
    return "met", f"with {asking.running.number}, on the same suite"


def _few_shot(asking: _Asking) -> tuple[str, str]:
    bundle = Bundle.of(asking.release.version.bundle)
    few_shot = bundle.part("few_shot")
    if not few_shot:
        return "met", "no few-shot library is used"
    version = few_shot.get("version", "")
    return ("met", f"version {version}") if version else ("missing", "the bundle names no version")


def agreements(system: AISystem) -> tuple[str, str]:
    """Return whether an agreement with the system's vendor is in force: state and words."""
    if system.vendor is None:
        return "na", "The system has no vendor."
    rows = Agreement.objects.filter(vendor=system.vendor, unit__in=system.unit.path)
    found = [row for row in rows if row.state() in IN_FORCE]
    if found:
        words = ", ".join(f"{row.kind} {row.ref}" for row in found)
        return "met", f"With {system.vendor}: {words}."
    return "missing", f"No agreement with {system.vendor} is in force."


def _agreements(asking: _Asking) -> tuple[str, str]:
    state, words = agreements(asking.release.system)
    return ("missing" if state == "missing" else "met"), words.rstrip(".")


COMPUTED: dict[str, Callable[[_Asking], tuple[str, str]]] = {
    "change_summary": _summary,
    "owner": _owner,
    "rollback_target": _target,
    "paired_comparison": _paired,
    "few_shot_version": _few_shot,
    "agreement_coverage": _agreements,
}


def failures(release: Release) -> tuple[list[str], list[str]]:
    """Return criteria that failed: those that must hold, and others that nobody accepted."""
    running = running_in(release)
    hard: list[str] = []
    soft: list[str] = []
    for run in _runs(release.version).values():
        baseline = evaluations.baseline_for(run, running.version) if running else None
        for failure in evaluations.failures(run, baseline):
            (hard if failure.hard else soft).append(failure.words)
    if not soft:
        return hard, []
    accepted = Finding.objects.filter(
        release=release, kind=Finding.Kind.EVALUATION, accepted_at__isnull=False
    )
    told = set(accepted.values_list("words", flat=True))
    return hard, [words for words in soft if words not in told]


def quality_delta(release: Release) -> Any:
    """Return the percentage points of quality against what runs; None without two runs."""
    run, running = _runs(release.version).get("regression"), running_in(release)
    baseline = evaluations.baseline_for(run, running.version) if run and running else None
    return evaluations.quality_delta(run, baseline) if run and baseline else None
