"""The state machine of a release: APPROVALS part 5 as one table, with a guard per condition.

`events_from` says what may follow a state; `refusals` says what stands against it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from governance.approvals.guards import (
    agreed,
    allowed,
    bounded,
    canary_good,
    cause_closed,
    classed,
    complete,
    criteria,
    echoed,
    ended,
    evaluated_again,
    evidenced,
    failed_hard,
    four_eyes,
    free,
    gate,
    in_turn,
    incident_runs,
    not_retired,
    not_serious,
    on_call,
    other_evidence,
    out_of_grace,
    over,
    pinned,
    proved,
    reasoned,
    renewed,
    same_evidence,
    separated,
    small,
    suites,
    two_people,
    unblocked,
    unfrozen,
    valid,
    way_back,
    window,
)
from governance.approvals.lifecycle import (
    APPROVED,
    EVENT_WORDS,
    LIVE,
    WORDS,
    Event,
    State,
)
from governance.approvals.situation import Situation

Guard = Callable[[Situation], str]
S, E = State, Event


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    number: str
    event: Event
    sources: frozenset[State]
    targets: tuple[State, ...]  # where it leads; several where the situation decides
    guards: tuple[Guard, ...]
    who: tuple[str, ...]  # activities and roles of the matrix; () is the clock
    effects: str


def _row(
    number: str,
    event: Event,
    path: tuple[Collection[State], State | tuple[State, ...]],
    guards: tuple[Guard, ...],
    who: tuple[str, ...] = (),
    effects: str = "",
) -> Transition:
    sources, targets = path
    found = targets if isinstance(targets, tuple) else (targets,)
    return Transition(number, event, frozenset(sources), found, guards, who, effects)


BEFORE_USE = (gate, agreed, valid, unblocked, on_call, echoed, same_evidence, not_serious)
SUBMITS, DEPLOYS, ROLLS_BACK = ("CHG-02:R",), ("CHG-04:R",), ("CHG-05:A",)
QUORUM = ("quorum",)

# fmt: off
TABLE: tuple[Transition, ...] = (
    _row("1", E.REGISTER, ((), S.DRAFT), (), SUBMITS, "the bundle is kept as it is, for good"),
    _row("2", E.SUBMIT, ((S.DRAFT,), S.SUBMITTED),
         (allowed, not_retired, complete, classed, pinned), SUBMITS,
         "the bundle is frozen, the time for the decision runs"),
    _row("3", E.START_EVAL, ((S.SUBMITTED,), S.EVALUATING), (not_retired, suites), (),
         "evidence is waited for"),
    _row("4", E.EVAL_DONE, ((S.EVALUATING,), S.IN_REVIEW), (evidenced, criteria), (),
         "compared with what runs; the quorum is told"),
    _row("5", E.EVAL_FAILED, ((S.EVALUATING,), S.DRAFT), (failed_hard,), (), "a finding is opened"),
    _row("6", E.APPROVE, ((S.IN_REVIEW,), (S.IN_REVIEW, S.APPROVED, S.APPROVED_CONDITIONAL)),
         (allowed, four_eyes, proved, in_turn, not_serious, same_evidence, evidenced, criteria),
         QUORUM, "the last voice sets the end of its validity"),
    _row("7", E.REJECT, ((S.IN_REVIEW,), S.REJECTED), (allowed, four_eyes, proved, reasoned),
         QUORUM),
    _row("8", E.WITHDRAW,
         ((S.DRAFT, S.SUBMITTED, S.EVALUATING, S.IN_REVIEW, *APPROVED), S.WITHDRAWN), (allowed,),
         ("submitter", "PO")),
    _row("9", E.EVIDENCE_CHANGED, ((S.IN_REVIEW, S.SCHEDULED, *APPROVED), S.IN_REVIEW),
         (other_evidence,), (), "the votes count no more"),
    _row("10", E.SCHEDULE, ((*APPROVED,), S.SCHEDULED),
         (allowed, window, on_call, unfrozen, way_back, valid), DEPLOYS),
    _row("11", E.ACTIVATE, ((*APPROVED, S.SCHEDULED), S.ACTIVE),
         (allowed, separated, *BEFORE_USE, unfrozen), DEPLOYS,
         "what ran before is superseded in the same transaction"),
    _row("11b", E.START_CANARY, ((*APPROVED, S.SCHEDULED), S.CANARY),
         (allowed, separated, *BEFORE_USE, unfrozen), DEPLOYS),
    _row("12", E.PROMOTE, ((S.CANARY,), S.ACTIVE),
         (allowed, separated, canary_good, *BEFORE_USE), DEPLOYS),
    _row("13", E.SUSPEND, (tuple(LIVE), S.SUSPENDED), (allowed, reasoned),
         ("CHG-05:A", "AO", "OC", "rule")),
    _row("14", E.RESUME, ((S.SUSPENDED,), S.ACTIVE),
         (allowed, reasoned, cause_closed, evaluated_again, valid, free, echoed), ROLLS_BACK),
    _row("15", E.ROLLBACK, ((*LIVE, S.SUSPENDED), S.ROLLED_BACK), (allowed, reasoned, way_back),
         ("CHG-05", "rule"), "the release before is active again"),
    _row("16", E.EMERGENCY_ACTIVATE, ((S.DRAFT, S.SUBMITTED), S.EMERGENCY_ACTIVE),
         (allowed, reasoned, not_retired, incident_runs, small, pinned, two_people, bounded),
         ("CHG-06:A",), "a review afterwards is due in two business days"),
    _row("17", E.RETRO_APPROVE, ((S.EMERGENCY_ACTIVE,), (S.EMERGENCY_ACTIVE, S.ACTIVE)),
         (allowed, four_eyes, proved, in_turn, evidenced, criteria), QUORUM),
    _row("17b", E.RETRO_REJECT, ((S.EMERGENCY_ACTIVE,), (S.ROLLED_BACK, S.SUSPENDED)),
         (allowed, four_eyes, proved, reasoned), QUORUM),
    _row("18", E.EMERGENCY_EXPIRE, ((S.EMERGENCY_ACTIVE,), (S.SUSPENDED, S.ROLLED_BACK)), (over,)),
    _row("19", E.EXPIRE, ((*APPROVED, S.SCHEDULED, S.ACTIVE, S.CANARY), (S.EXPIRED, S.SUSPENDED)),
         (over, out_of_grace)),
    _row("20", E.RECERTIFY, ((S.ACTIVE, S.EXPIRED, S.SUSPENDED),
                             (S.ACTIVE, S.EXPIRED, S.SUSPENDED)),
         (allowed, four_eyes, proved, in_turn, renewed, not_serious, free), QUORUM),
    _row("21", E.SUPERSEDE, ((S.ACTIVE, S.EMERGENCY_ACTIVE), S.SUPERSEDED), ()),
    _row("22", E.RETIRE, ((S.SUPERSEDED, S.ROLLED_BACK, S.EXPIRED, S.SUSPENDED), S.RETIRED),
         (allowed, reasoned, ended), ("END-01:A",), "cannot be undone"),
    _row("23", E.REOPEN, ((S.REJECTED,), S.DRAFT), (allowed, not_retired), ("submitter",),
         "as a new release of the same bundle"),
)
# fmt: on
BY_EVENT: dict[Event, Transition] = {row.event: row for row in TABLE}


def events_from(state: State) -> tuple[Event, ...]:
    """Return what can happen to a release in a state, in the table's order."""
    return tuple(row.event for row in TABLE if state in row.sources)


def illegal(event: Event, state: State) -> str:
    """Return why an event does not fit a state, with those that do; empty when it fits."""
    if state in BY_EVENT[event].sources:
        return ""
    others = ", ".join(EVENT_WORDS[one] for one in events_from(state)) or "nothing"
    name = EVENT_WORDS[event].capitalize()
    return f"{name} is not possible: it is “{WORDS[state].lower()}”. Possible: {others}."


def refusals(event: Event, now: Situation) -> tuple[str, ...]:
    """Return all that stands against an event, in the order of its guards; () for nothing."""
    if wrong := illegal(event, now.state):
        return (wrong,)
    found = (guard(now) for guard in BY_EVENT[event].guards)
    return tuple(words for words in found if words)
