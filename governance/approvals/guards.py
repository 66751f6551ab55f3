"""What must hold before an event of a release: a guard per condition. Pure.

A guard looks at a `Situation` and returns why not, in the words that a person reads; empty when
nothing stands against it.
"""

from governance.approvals.lifecycle import (
    EMERGENCY_HOURS,
    RESUME_WITHOUT_EVAL_DAYS,
    ChangeClass,
    Tier,
    rank,
)
from governance.approvals.situation import Situation


def allowed(now: Situation) -> str:
    return now.not_allowed


def four_eyes(now: Situation) -> str:
    return now.same_person


def proved(now: Situation) -> str:
    return now.unproved if now.tier == Tier.HIGH else ""


def reasoned(now: Situation) -> str:
    return "" if now.reason.strip() else "Say why: whoever reads the record will ask."


def complete(now: Situation) -> str:
    return f"Still missing: {', '.join(now.unfilled)}." if now.unfilled else ""


def pinned(now: Situation) -> str:
    return now.pin_refusal


def classed(now: Situation) -> str:
    if now.change_class is None:
        return "Confirm what class of change this is."
    floor = now.class_floor
    if floor and rank(now.change_class) < rank(floor):
        return f"This must be at least class {floor}: {now.more.get('floor', 'see the reasons')}"
    return ""


def not_retired(now: Situation) -> str:
    return "The system is retired; nothing new is approved for it." if now.is_retired else ""


def suites(now: Situation) -> str:
    return now.suites_missing


def evidenced(now: Situation) -> str:
    lacking = [f"{one.title} ({one.words})" for one in now.evidence if not one.is_met]
    return f"Evidence is missing or too old: {'; '.join(lacking)}." if lacking else ""


def criteria(now: Situation) -> str:
    if now.hard_failures:
        return f"A criterion that must hold failed: {'; '.join(now.hard_failures)}."
    if now.open_failures:
        return f"Failed, and nobody accepted it as a finding: {'; '.join(now.open_failures)}."
    return ""


def failed_hard(now: Situation) -> str:
    return "" if now.hard_failures else "No criterion that must hold failed."


def not_serious(now: Situation) -> str:
    return now.serious


def same_evidence(now: Situation) -> str:
    if now.evidence_changed:
        return "Evidence changed since it was approved or sent for review. Read it again first."
    return ""


def other_evidence(now: Situation) -> str:
    return "" if now.evidence_changed else "The evidence is what it was."


def in_turn(now: Situation) -> str:
    return now.waits_for


def window(now: Situation) -> str:
    return now.window_refusal


def unfrozen(now: Situation) -> str:
    return now.freeze


def on_call(now: Situation) -> str:
    return f"Nobody is on call: {'; '.join(now.coverage)}." if now.coverage else ""


def way_back(now: Situation) -> str:
    if now.target_refusal and now.next_target:
        return f"{now.target_refusal} {now.next_target} would do."
    return now.target_refusal


def gate(now: Situation) -> str:
    return f"The gate is not passed: {'; '.join(now.gate)}." if now.gate else ""


def agreed(now: Situation) -> str:
    return f"An agreement is missing: {'; '.join(now.agreements)}." if now.agreements else ""


def valid(now: Situation) -> str:
    return "The approval has ended; recertify it first." if now.expired else ""


def unblocked(now: Situation) -> str:
    return f"To be done before: {'; '.join(now.blocking)}." if now.blocking else ""


def echoed(now: Situation) -> str:
    return now.echo


def separated(now: Situation) -> str:
    return now.separate if now.tier == Tier.HIGH else ""


def free(now: Situation) -> str:
    return now.occupied


def canary_good(now: Situation) -> str:
    return now.canary


def cause_closed(now: Situation) -> str:
    return now.cause_open


def evaluated_again(now: Situation) -> str:
    if now.days_suspended <= RESUME_WITHOUT_EVAL_DAYS:
        return ""
    if now.days_since_eval is not None and now.days_since_eval < now.days_suspended:
        return ""
    return f"Suspended for {now.days_suspended} days: it needs an evaluation run from since then."


def incident_runs(now: Situation) -> str:
    return "" if now.incident else "No serious incident is open for this system."


def small(now: Situation) -> str:
    if now.change_class is None:
        return "Confirm what class of change this is."
    if rank(now.change_class) > rank(ChangeClass.MAJOR):
        return f"A change of class {now.change_class} never goes live as an emergency."
    return ""


def two_people(now: Situation) -> str:
    return now.second


def bounded(now: Situation) -> str:
    if 0 < now.hours <= EMERGENCY_HOURS:
        return ""
    return f"An emergency ends within {EMERGENCY_HOURS} hours."


def over(now: Situation) -> str:
    return "" if now.is_over else "Its time has not ended."


def out_of_grace(now: Situation) -> str:
    return "It may run on for its days of grace." if now.in_grace else ""


def renewed(now: Situation) -> str:
    return f"To recertify it needs: {'; '.join(now.renewal)}." if now.renewal else ""


def ended(now: Situation) -> str:
    return f"Before it is retired: {'; '.join(now.checklist)}." if now.checklist else ""
