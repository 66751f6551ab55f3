"""What a release can be, what can happen to it, and what each of these means in words. Pure."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    EVALUATING = "evaluating"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    APPROVED_CONDITIONAL = "approved_conditional"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    CANARY = "canary"
    SUSPENDED = "suspended"
    ROLLED_BACK = "rolled_back"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    RETIRED = "retired"
    EMERGENCY_ACTIVE = "emergency_active"


class Event(StrEnum):
    REGISTER = "register"
    SUBMIT = "submit"
    START_EVAL = "start_eval"
    EVAL_DONE = "eval_done"
    EVAL_FAILED = "eval_failed"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EVIDENCE_CHANGED = "evidence_changed"
    SCHEDULE = "schedule"
    ACTIVATE = "activate"
    START_CANARY = "start_canary"
    PROMOTE = "promote"
    SUSPEND = "suspend"
    RESUME = "resume"
    ROLLBACK = "rollback"
    EMERGENCY_ACTIVATE = "emergency_activate"
    RETRO_APPROVE = "retro_approve"
    RETRO_REJECT = "retro_reject"
    EMERGENCY_EXPIRE = "emergency_expire"
    EXPIRE = "expire"
    RECERTIFY = "recertify"
    SUPERSEDE = "supersede"
    RETIRE = "retire"
    REOPEN = "reopen"


class Tier(StrEnum):
    """How much is at stake: the highest of law, materiality and data."""

    MINIMAL = "minimal"
    LIMITED = "limited"
    HIGH = "high"


class ChangeClass(StrEnum):
    """How much changes (APPROVALS part 3)."""

    CONFIG = "0"
    MINOR = "A"
    MAJOR = "B"
    CRITICAL = "C"
    SUBSTANTIAL = "D"


class Environment(StrEnum):
    PROD = "prod"
    STAGING = "staging"
    TEST = "test"


S = State
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.EVALUATING, S.IN_REVIEW})
APPROVED = frozenset({S.APPROVED, S.APPROVED_CONDITIONAL})
RUNNING = frozenset({S.ACTIVE, S.EMERGENCY_ACTIVE})  # one of them for each place
LIVE = RUNNING | {S.CANARY}  # somebody's data goes through it
DECIDED = frozenset(S) - OPEN
ENDED = frozenset({S.REJECTED, S.WITHDRAWN, S.RETIRED})

WORDS: dict[State, str] = {
    S.DRAFT: "Draft",
    S.SUBMITTED: "Submitted",
    S.EVALUATING: "Waiting for evidence",
    S.IN_REVIEW: "Waiting for approval",
    S.APPROVED: "Approved",
    S.APPROVED_CONDITIONAL: "Approved with conditions",
    S.REJECTED: "Sent back",
    S.WITHDRAWN: "Withdrawn",
    S.SCHEDULED: "Scheduled",
    S.ACTIVE: "Active",
    S.CANARY: "Canary",
    S.SUSPENDED: "Suspended",
    S.ROLLED_BACK: "Rolled back",
    S.SUPERSEDED: "Superseded",
    S.EXPIRED: "Expired",
    S.RETIRED: "Retired",
    S.EMERGENCY_ACTIVE: "Active in an emergency",
}
LOOKS: dict[State, str] = {  # one of the five states of the interface
    **dict.fromkeys((S.DRAFT, S.WITHDRAWN, S.SUPERSEDED, S.RETIRED), "na"),
    **dict.fromkeys((S.SUBMITTED, S.EVALUATING, S.SCHEDULED, S.CANARY), "progress"),
    **dict.fromkeys((S.APPROVED, S.APPROVED_CONDITIONAL, S.ACTIVE), "met"),
    **dict.fromkeys((S.REJECTED, S.SUSPENDED, S.ROLLED_BACK, S.EXPIRED), "missing"),
    S.IN_REVIEW: "wait",
    S.EMERGENCY_ACTIVE: "wait",
}
EVENT_WORDS: dict[Event, str] = {event: event.value.replace("_", " ") for event in Event}
CLASS_WORDS: dict[ChangeClass, str] = {
    ChangeClass.CONFIG: "Configuration only",
    ChangeClass.MINOR: "Minor",
    ChangeClass.MAJOR: "Major",
    ChangeClass.CRITICAL: "Critical",
    ChangeClass.SUBSTANTIAL: "Substantial modification",
}
VALID_MONTHS: dict[Tier, int] = {Tier.MINIMAL: 24, Tier.LIMITED: 12, Tier.HIGH: 6}
GRACE_DAYS = 30  # an active release keeps running so long after its end, but at the high tier
EMERGENCY_HOURS = 72
RETRO_BUSINESS_DAYS = 2
RESUME_WITHOUT_EVAL_DAYS = 7
EVAL_FRESH_DAYS = 30
CONDITION_SUSPENDS_DAYS = 5


def rank(one: Tier | ChangeClass) -> int:
    """Return how high a tier or class is; classes and tiers are written in their order."""
    return list(type(one)).index(one)


def at_least(one: ChangeClass, floor: ChangeClass | None) -> ChangeClass:
    """Return the class, raised to a floor."""
    return one if floor is None or rank(one) >= rank(floor) else floor
