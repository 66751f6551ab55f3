"""The duties of each system in a pack: how far each is met, by which evidence, and who answers."""

from collections import defaultdict

from django.db.models import Prefetch

from governance.audit_packs.sections import Batch, Facts, iso
from governance.obligations.answering import Answering
from governance.obligations.models import Duty, Followed, Proof
from governance.obligations.queries import Line, line_of
from governance.obligations.rules import DutyState


def obligations(batch: Batch) -> dict[int, Facts]:
    """Return each system's duties, soonest due first, and those that no longer apply.

    `follows` is the number of the classification they stand on. One signed a moment ago may be
    ahead of it; then its own list of duties is the newer.
    """
    proofs = Prefetch("proofs", Proof.objects.attached().select_related("item").order_by("pk"))
    rows = Duty.objects.filter(system__in=batch.ids).with_state(batch.day).prefetch_related(proofs)
    people = ("ended_by", "proposed_by", "approved_by")
    answering = Answering(batch.ids)
    found: dict[int, Facts] = defaultdict(lambda: {"follows": None, "duties": [], "ended": []})
    for duty in rows.select_related(*people).soonest_first():
        line = line_of(duty, answering.answer(duty.system_id, duty.obligation), batch.day)
        ended = line.state == DutyState.ENDED
        found[duty.system_id]["ended" if ended else "duties"].append(_told(line, batch))
        batch.add("duty", duty.pk, duty.system_id)
    followed = Followed.objects.filter(system__in=batch.ids)
    for system, number in followed.values_list("system_id", "assessment__number"):
        found[system]["follows"] = number
    return found


def _told(line: Line, batch: Batch) -> Facts:
    duty, person = line.duty, line.answer.person
    return {
        "id": duty.obligation,
        "role": duty.role,
        "duty": duty.text,
        "citation": list(duty.told["citation"]),
        "applies_from": dict(duty.told["applies_from"]),
        "disputed": bool(duty.told["disputed"]),
        "state": line.state.value,
        "status": duty.status,
        "due_on": iso(duty.day_due),
        "next_check_on": iso(duty.check_on),
        "waits_for": duty.waits_for,
        "reason": duty.reason,
        "proposed_by": duty.proposed_by and duty.proposed_by.name,
        "approved_by": duty.approved_by and duty.approved_by.name,
        "approved_at": iso(duty.approved_at),
        "ended_by": duty.ended_by and duty.ended_by.number,
        "accountable": person and person.name,
        "accountable_because": line.answer.why,
        "evidence": [_shown(proof, batch) for proof in duty.proofs.all()],
    }


def _shown(proof: Proof, batch: Batch) -> Facts:
    item = proof.item
    batch.add("evidenceitem", item.pk, item.system_id)
    return {
        "ref": item.ref,
        "title": item.title,
        "standing": item.standing_on(batch.day).value,
        "file_name": item.file_name,
        "sha256": item.sha256,
        "link": item.link,
        "valid_until": iso(item.valid_until),
    }
