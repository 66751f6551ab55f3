"""Serious incidents in a pack: clock, steps, and what is overdue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit_packs.actions import request_pack
from governance.audit_packs.queries import contents
from governance.audit_packs.render import whole_html
from governance.audit_packs.rules import ScopeKind
from governance.incidents.actions import record_step
from inventory.systems.models import AISystem
from tests.incidents.conftest import happened


@pytest.fixture
def provided(system):
    """The system, of which we are the provider."""
    AISystem.objects.filter(pk=system.pk).update(our_roles=["provider"])
    system.refresh_from_db()
    return system


def told(system, officer):
    """Return what a pack says about the system."""
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    return contents(pack).systems[0]


def test_a_pack_tells_an_incident_with_its_clock_and_steps(provided, owner, officer):
    incident = happened(provided, owner)
    record_step(
        incident, actor=owner, kind="initial_report", done_at=timezone.now(), authority="MSA"
    )
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[provided])
    whole = contents(pack)
    said, html = whole.systems[0], whole_html(whole)

    assert "Serious incidents" in html
    assert "before " in html
    assert [one["ref"] for one in said["incidents"]] == [incident.ref]
    assert said["incidents"][0]["clock"] == "reported in time"
    assert said["incidents"][0]["steps"][0]["citation"] == "Art 73(5)"
    assert "incident.registered" in [entry["action"] for entry in said["timeline"]]


def test_an_overdue_report_is_named_as_missing(provided, owner, officer):
    happened(provided, owner, aware_at=timezone.now() - timedelta(days=30))

    assert "The report of a serious incident is overdue." in told(provided, officer)["missing"]


def test_a_pack_without_incidents_says_nothing_of_them(provided, officer):
    said = told(provided, officer)

    assert said["incidents"] == []
    assert not any("incident" in words for words in said["missing"])
