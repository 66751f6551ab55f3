"""What climbed about a system, in its pack."""

from datetime import timedelta

from django.utils import timezone

from governance.audit_packs.actions import Period, request_pack
from governance.audit_packs.queries import contents
from governance.audit_packs.render import whole_html
from governance.audit_packs.rules import ScopeKind
from governance.escalation.actions import acknowledge, resolve
from governance.escalation.models import Item
from governance.escalation.sweeping import sweep
from tests.escalation.conftest import due, opened


def packed(system, officer, **period):
    """Return the contents of a pack of one system."""
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system], **period)
    return contents(pack)


def test_a_pack_tells_what_climbed_who_was_told_and_with_what_result(system, owner, officer):
    item = opened(due(system, owner))
    sweep()
    item.refresh_from_db()
    acknowledge(item, actor=owner)

    whole = packed(system, officer)
    (told,), html = whole.systems[0]["escalations"], whole_html(whole)

    kinds = [line["kind"] for line in told["timeline"]]
    assert (told["ref"], told["status"]) == (item.ref, "acknowledged")
    assert kinds == ["created", "step_started", "acked"]
    assert {one["channel"] for one in told["timeline"][1]["told"]} == {"app", "email"}
    assert "Reminders and escalations" in html
    assert "Mira Rossi" in html


def test_what_was_over_before_the_period_is_not_told(system, owner, officer):
    long_ago = timezone.now() - timedelta(days=90)
    item = opened(due(system, owner), at=long_ago)
    resolve(item, actor=owner, reason="Signed.")
    Item.objects.filter(pk=item.pk).update(resolved_at=long_ago)
    today = timezone.localdate()

    within = packed(system, officer, period=Period(today - timedelta(days=9), today))

    assert within.systems[0]["escalations"] == []
    assert len(packed(system, officer).systems[0]["escalations"]) == 1


def test_what_nobody_answered_is_named_as_missing(system, owner, officer):
    item = opened(due(system, owner))
    Item.objects.filter(pk=item.pk).update(status="unhandled")

    missing = packed(system, officer).systems[0]["missing"]

    assert "Nobody answered what was escalated about it." in missing
