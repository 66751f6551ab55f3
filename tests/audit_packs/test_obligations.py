"""Duties in a pack: state, evidence, who answers, and what no longer applies."""

from datetime import timedelta

from django.utils import timezone

from governance.audit_packs.actions import request_pack
from governance.audit_packs.queries import contents
from governance.audit_packs.render import whole_html
from governance.audit_packs.rules import ScopeKind
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.obligations import actions
from governance.obligations.models import Duty
from tests.obligations.conftest import HIGH, classified

UNMET = "A duty that applies is not met."


def packed(system, officer):
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    return contents(pack)


def test_a_pack_tells_state_evidence_and_who_answers(system, officer, owner):
    classified(system, officer, HIGH)
    item = add_evidence(system, actor=owner, title="Overseers' training", link="https://x.example")
    for duty in Duty.objects.filter(obligation__in=["art4", "art26.2"]):
        actions.show_evidence(duty, item=item, actor=owner)
        next_year = timezone.localdate() + timedelta(days=365)
        actions.meet_duty(duty, next_check_on=next_year, actor=owner)
    whole = packed(system, officer)
    said, html = whole.systems[0], whole_html(whole)
    by_id = {duty["id"]: duty for duty in said["obligations"]["duties"]}

    assert by_id["art26.2"]["state"] == "met"
    assert by_id["art26.2"]["accountable"] == owner.name
    assert by_id["art26.2"]["evidence"][0]["ref"] == item.ref
    assert item.title in html.replace("&#x27;", "'")
    assert UNMET not in said["missing"]
    told = {entry["action"] for entry in said["timeline"]}
    assert {"duty.met", "evidence.added"} <= told

    withdraw_evidence(item, actor=owner, reason="Another system's.")
    said = packed(system, officer).systems[0]
    assert UNMET in said["missing"]
    assert "(withdrawn)" in whole_html(packed(system, officer))


def test_a_classification_that_was_not_taken_over_yet_is_told_as_such(system, officer):
    classified(system, officer, HIGH, taken_over=False)
    whole = packed(system, officer)

    assert whole.systems[0]["obligations"]["follows"] is None
    assert "Signed a moment ago" in whole_html(whole)


def test_what_no_longer_applies_is_told_with_the_classification_that_ended_it(system, officer):
    classified(system, officer, HIGH)
    classified(system, officer, {"ins.functions": []})
    whole = packed(system, officer)

    assert {duty["ended_by"] for duty in whole.systems[0]["obligations"]["ended"]} == {2}
    assert "No longer applies since classification 2" in whole_html(whole)
