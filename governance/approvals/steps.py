"""The steps that the state of an update allows, and what stands against each for a person."""

from dataclasses import dataclass

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import situations
from governance.approvals.lifecycle import Event
from governance.approvals.models import Release
from governance.approvals.situations import Choice
from governance.approvals.verbs import BY_EVENT, SECOND, Verb


@dataclass(frozen=True)
class Step:
    """A step that the state allows: its verb, and what stands against it for this person."""

    verb: Verb
    refusals: tuple[str, ...]


def steps(release: Release, user: User, choices: list[Choice]) -> list[Step]:
    """Return the steps beside a decision, each with what stands against it for the person."""
    found = []
    for one in choices:
        if one.event == Event.EMERGENCY_ACTIVATE:
            found.append(Step(SECOND, _second_refusals(release, user)))
        if one.event in BY_EVENT:
            found.append(Step(BY_EVENT[one.event], one.refusals))
    return found


def _second_refusals(release: Release, user: User) -> tuple[str, ...]:
    if not may(user, Capability.APPROVE, release.system.unit):
        return ("Your role does not let you agree to it here.",)
    if refusal := situations.why_same_person(user, release):
        return (refusal,)
    return ()
