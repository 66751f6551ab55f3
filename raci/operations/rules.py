"""The AI Ops function and what is wrong with it. Pure.

An organisation that puts AI to use has people who run it: they watch it, evaluate it, answer
incidents and manage model versions. A function that is set up only after something happened is
reactive, and one that is missing keeps every system from production.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class OpsDuty(StrEnum):
    """What the function must do; each has a named person, or a role that somebody holds."""

    MONITORING = "monitoring"
    EVALUATION = "evaluation"
    INCIDENTS = "incident_response"
    VERSIONS = "version_management"


WORDS: dict[OpsDuty, str] = {
    OpsDuty.MONITORING: "Monitoring",
    OpsDuty.EVALUATION: "Evaluation",
    OpsDuty.INCIDENTS: "Incident response",
    OpsDuty.VERSIONS: "Model-version management",
}


class Weight(StrEnum):
    ERROR = "error"  # closes the gate to production
    WARNING = "warning"


@dataclass(frozen=True)
class Seen:
    """A function as it is today; names are those of people and roles."""

    lead: str = ""  # empty: has left
    members_gone: tuple[str, ...] = ()
    duties: Mapping[OpsDuty, str] = field(default_factory=dict)  # who, empty when nobody is there
    schedule: str = ""
    gaps: int = 0  # ahead, in the schedule
    charter: str = ""
    since: date | None = None
    first_incident: date | None = None
    first_use: date | None = None  # of a system, as a pilot was over


@dataclass(frozen=True)
class OpsFinding:
    """What is wrong, why, and what would mend it."""

    code: str
    weight: Weight
    reason: str
    fix: str

    @property
    def is_error(self) -> bool:
        """Return whether this closes the gate to production."""
        return self.weight == Weight.ERROR


def findings(seen: Seen | None) -> list[OpsFinding]:
    """Return what is wrong with a function, errors first; None is one that there is not."""
    if seen is None:
        reason = "There is no AI Ops function: nobody is named who runs what is in use."
        return [_error("no-function", reason, "Name a lead, members and the four duties.")]
    found = [*_people(seen), *_cover(seen), *_early(seen)]
    return sorted(found, key=lambda one: not one.is_error)


def is_reactive(since: date, first_incident: date | None) -> bool:
    """Return whether a function was set up only after the first incident."""
    return first_incident is not None and since > first_incident


def _error(code: str, reason: str, fix: str) -> OpsFinding:
    return OpsFinding(code, Weight.ERROR, reason, fix)


def _warning(code: str, reason: str, fix: str) -> OpsFinding:
    return OpsFinding(code, Weight.WARNING, reason, fix)


def _people(seen: Seen) -> Iterator[OpsFinding]:
    if not seen.lead:
        yield _error("lead-gone", "Whoever led the function has left.", "Name a lead.")
    for duty in OpsDuty:
        if not seen.duties.get(duty):
            reason = f"Nobody does {WORDS[duty].lower()}."
            yield _error("duty-open", reason, "Name a person, or a role that somebody holds.")
    for name in seen.members_gone:
        yield _warning("member-gone", f"{name} has left.", "Take them off the members.")


def _cover(seen: Seen) -> Iterator[OpsFinding]:
    if not seen.schedule:
        reason = "No on-call schedule belongs to the function."
        yield _error("no-schedule", reason, "Choose the schedule that covers its hours.")
    elif seen.gaps:
        gaps = f"{seen.gaps} gap{'s' if seen.gaps > 1 else ''}"
        reason = f"The schedule {seen.schedule} has {gaps} in the next 28 days."
        yield _error("gaps", reason, "Complete the schedule.")
    if not seen.charter:
        reason = "No charter is named: what the function may and must do is nowhere written."
        yield _warning("no-charter", reason, "Name the document and where it lies.")


def _early(seen: Seen) -> Iterator[OpsFinding]:
    if seen.since and is_reactive(seen.since, seen.first_incident):
        reason = (
            f"Reactive: set up on {seen.since}, after the first incident of {seen.first_incident}."
        )
        yield _warning("reactive", reason, "It stays on record; say in the charter what changed.")
    if seen.since and seen.first_use and seen.since > seen.first_use:
        reason = f"Late: the first system was in use on {seen.first_use}, before {seen.since}."
        yield _warning("late", reason, "It stays on record: operations come before scaling.")
