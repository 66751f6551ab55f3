"""Roles, and what each may do in a unit and all below it; how long a proof of oneself counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PROOF_LASTS = timedelta(minutes=15)
CLOCK_BACK = timedelta(minutes=1)  # by which a clock may be put back; a later proof is none


class Role(StrEnum):
    COMPLIANCE_OFFICER = "compliance_officer"
    AI_OPS_LEAD = "ai_ops_lead"
    SYSTEM_OWNER = "system_owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.COMPLIANCE_OFFICER: "Compliance officer",
    Role.AI_OPS_LEAD: "AI-ops lead",
    Role.SYSTEM_OWNER: "System owner",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


class Capability(StrEnum):
    """What may be done; reading is what any role brings."""

    REGISTER = "register"  # register a system or a vendor
    EDIT = "edit"  # change any system of the unit
    EDIT_OWN = "edit_own"  # change the systems one owns
    ANSWER = "answer"  # speak of what one is accountable for, in any system one sees
    IMPORT = "import"
    AGREE = "agree"  # keep agreements
    CLASSIFY = "classify"  # sign a classification
    ASSIGN = "assign"  # change a responsibility matrix
    SUBMIT = "submit"  # propose a model version
    APPROVE = "approve"  # decide on a model version, or waive
    PACK = "pack"  # ask for an evidence pack
    HAND_OUT = "hand_out"  # give packs to people, set their last day, look as an auditor does
    WITHDRAW = "withdraw"  # take an evidence pack back
    CONFIGURE = "configure"  # people, units
    ERASE = "erase"  # personal values out of the record, and names off closed accounts


C = Capability
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.COMPLIANCE_OFFICER: frozenset(C) - {C.CONFIGURE, C.ERASE},
    Role.AI_OPS_LEAD: frozenset(
        {C.REGISTER, C.EDIT, C.ANSWER, C.SUBMIT, C.APPROVE, C.ASSIGN, C.PACK}
    ),
    Role.SYSTEM_OWNER: frozenset({C.REGISTER, C.EDIT_OWN, C.ANSWER, C.SUBMIT}),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(
        {C.CONFIGURE, C.ERASE, C.IMPORT, C.REGISTER, C.EDIT, C.ANSWER, C.AGREE, C.HAND_OUT}
    ),
}


def roles_with(capability: Capability) -> list[Role]:
    """Return the roles that bring a capability."""
    return [role for role, abilities in CAPABILITIES.items() if capability in abilities]


@dataclass(frozen=True)
class Proof:
    """That a person proved in this session who they are: the handle, by what, and when."""

    person: str
    method: str
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the proof still counts at an instant of the clock that dated it."""
        return -CLOCK_BACK <= now - self.at <= PROOF_LASTS
