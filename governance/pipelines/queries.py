"""Whether a digest may be deployed to a place now; everything that stands against it."""

from dataclasses import dataclass
from datetime import datetime

from governance.accounts.models import User
from governance.approvals.lifecycle import APPROVED, RUNNING, WORDS, Event, State
from governance.approvals.machine import BY_EVENT
from governance.approvals.models import Release
from governance.approvals.proofs import TEXT_DAY
from governance.approvals.seats import may_event
from governance.approvals.situations import situation
from governance.approvals.waiving import why_not_pinned
from governance.common.clock import database_now
from governance.common.errors import DomainError
from inventory.systems.models import ModelVersion

S = State
MAY_GO = APPROVED | {S.SCHEDULED, S.CANARY}  # if nothing stands against it
# The state that tells most of a version: what runs, then what may go, then what is on its way.
ORDER = (
    *(S.ACTIVE, S.EMERGENCY_ACTIVE, S.CANARY, S.SCHEDULED, S.APPROVED, S.APPROVED_CONDITIONAL),
    *(S.SUSPENDED, S.IN_REVIEW, S.EVALUATING, S.SUBMITTED, S.DRAFT, S.EXPIRED, S.SUPERSEDED),
    *(S.ROLLED_BACK, S.REJECTED, S.WITHDRAWN, S.RETIRED),
)
CODES = {  # of the guards of an activation that have another name for those outside
    "gate": "gate",
    "agreed": "agreement",
    "valid": "expired",
    "unblocked": "condition",
    "on_call": "on_call",
    "echoed": "model_mismatch",
    "same_evidence": "evidence_changed",
    "not_serious": "serious_finding",
    "unfrozen": "freeze",
}


class SeveralSystemsError(DomainError):
    """More than one system has a version with the digest."""

    code = "several-systems"


@dataclass(frozen=True)
class Reason:
    """One thing that stands against it."""

    code: str
    words: str


@dataclass(frozen=True)
class Decision:
    """Whether a version may be deployed to a place at a moment; with no reason it may."""

    version: ModelVersion
    environment: str
    task: str
    release: Release | None
    reasons: tuple[Reason, ...]
    at: datetime

    @property
    def is_yes(self) -> bool:
        """Return whether it may be deployed."""
        return self.release is not None and not self.reasons


def version_behind(user: User, digest: str, system: str = "") -> ModelVersion | None:
    """Return the version with a digest that the person sees; None when there is none.

    Raises SeveralSystemsError when several systems have one and none is named.
    """
    rows = ModelVersion.objects.visible_to(user).filter(digest=digest)
    if system:
        rows = rows.filter(system__ref=system)
    found = list(rows.select_related("system__unit", "system__vendor").order_by("system__ref")[:20])
    if len(found) > 1:
        names = ", ".join(version.system.ref for version in found)
        raise SeveralSystemsError(f"Several systems have this version: {names}. Say which.")
    return found[0] if found else None


def decision(
    version: ModelVersion, environment: str, task: str = "", at: datetime | None = None
) -> Decision:
    """Return whether a version may be deployed to a place, for whoever asks."""
    now = at or database_now()
    release = release_for(version, environment, task)
    if release is None:
        reasons: tuple[Reason, ...] = (_not_proposed(version, environment, task),)
    else:
        reasons = (*_standing(version, release, now), *_of_state(release, now))
    return Decision(version, environment, task, release, reasons, now)


def release_for(version: ModelVersion, environment: str, task: str) -> Release | None:
    """Return the release of a version in a place that says most about it."""
    rows = Release.objects.filter(version=version, environment=environment, task=task)
    newest_first = rows.order_by("-pk")
    release = min(newest_first, key=lambda one: ORDER.index(one.state), default=None)
    if release is not None:  # all hang on one system, which is at hand
        release.version, release.system = version, version.system
    return release


def _not_proposed(version: ModelVersion, environment: str, task: str) -> Reason:
    tasks = Release.objects.filter(version=version, environment=environment)
    others = sorted(set(tasks.values_list("task", flat=True)) - {task})
    place = f"{environment}, task {task}" if task else environment
    if not others:
        return Reason("not_proposed", f"{version.ref} was not proposed for {place}.")
    named = ", ".join(one or "none" for one in others)
    return Reason("not_proposed", f"{version.ref} was not proposed for {place}; tasks: {named}.")


def _standing(version: ModelVersion, release: Release, now: datetime) -> list[Reason]:
    """Return what stands against a version in whatever state its release is."""
    found = []
    if version.system.is_retired:
        found.append(Reason("system_retired", f"{version.system} is retired."))
    if words := why_not_pinned(version, proposed_by=release.submitted_by_id):
        found.append(Reason("not_pinned", words))
    ends = version.provider_retires_on
    if ends and ends <= now.date():
        words = f"The provider retired {version.model_id} on {ends.strftime(TEXT_DAY)}."
        found.append(Reason("model_retired", words))
    return found


def _of_state(release: Release, now: datetime) -> list[Reason]:
    if release.state in RUNNING:
        return _running(release, now)
    if release.state in MAY_GO:
        return [*_refusals(release, now), *_window(release, now)]
    code = "suspended" if release.state == S.SUSPENDED else release.state.value
    return [Reason(code, f"{release.ref} is not approved to run: {WORDS[release.state].lower()}.")]


def _running(release: Release, now: datetime) -> list[Reason]:
    ends = release.emergency_until if release.state == S.EMERGENCY_ACTIVE else release.valid_until
    if ends and ends > now:
        return []
    if release.state == S.EMERGENCY_ACTIVE:
        return [Reason("emergency_over", "The time of the emergency has ended.")]
    return [Reason("expired", "The approval has ended; recertify it first.")]


def _refusals(release: Release, now: datetime) -> list[Reason]:
    """Return what the guards of an activation refuse, apart from who it is that asks."""
    about = situation(release, Event.ACTIVATE, actor=None, at=now)
    told = ((guard.__name__, guard(about)) for guard in BY_EVENT[Event.ACTIVATE].guards)
    return [Reason(CODES.get(name, name), words) for name, words in told if words]


def _window(release: Release, now: datetime) -> list[Reason]:
    since, until = release.window_from, release.window_until
    if release.state != S.SCHEDULED or not since or not until or since <= now <= until:
        return []
    return [Reason("window", f"{release.ref} is scheduled for {since:%-d %B %Y, %H:%M} UTC.")]


def why_not_decide(release: Release, actor: User) -> str:
    """Return why a person does not decide about a breach; empty when they do."""
    if actor.is_service:
        return "Only a person decides, not a service account."
    return may_event(Event.ROLLBACK, actor, release)
