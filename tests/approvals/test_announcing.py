"""Other programs hear of every move of a release once, and of nothing that did not move."""

import pytest
from django.db import transaction

from governance.approvals.around_actions import remark
from governance.approvals.machine import BY_EVENT
from governance.approvals.models import Release
from governance.approvals.run_actions import activate, rollback, suspend
from governance.ledger.models import Entry
from governance.ledger.queries import body
from governance.notices.endpoint_actions import add_endpoint
from governance.notices.models import Notice
from governance.notices.rules import Channel

pytestmark = pytest.mark.django_db

MOVES = {f"release.{event.value}": f"release.{event.value}" for event in BY_EVENT}
MOVES["release.restored"] = "release.rollback"  # what comes back with a rollback


@pytest.fixture
def desk(administrator):
    """An endpoint that takes every event."""
    url = "http://127.0.0.1:9/hook"  # nobody listens there
    return add_endpoint(actor=administrator, name="Desk", url=url)[0]


def told() -> list[tuple[str, str, str, str]]:
    """Return what the endpoint is told: event, release, state before and after."""
    rows = Notice.objects.filter(channel=Channel.WEBHOOK).order_by("pk")
    keys = ("release", "previous", "state")
    return [(row.kind, *(row.data[key] for key in keys)) for row in rows]


def moved() -> list[tuple[str, str, str, str]]:
    """Return every move that the record tells of, in the same words."""
    found = []
    for entry in Entry.objects.filter(object_type="release", action__in=MOVES).order_by("pk"):
        data = body(entry)["data"]
        said = (data["from"], data["to"])
        found.append((MOVES[entry.action], entry.object_ref, *said))
    return found


def test_every_move_in_the_record_is_told_once(place, desk):
    first = place.active("1.0.0")
    second = place.active("1.1.0")
    suspend(second, actor=place.people["AO"], reason="It answers nonsense.")
    rollback(second, actor=place.people["AO"], reason="The old one was good.")
    assert {row[0] for row in told()} >= {
        "release.submit", "release.approve", "release.activate", "release.supersede",
        "release.suspend", "release.rollback",
    }  # fmt: skip
    assert sorted(told()) == sorted(moved())
    assert len(set(told())) == len(told())
    assert Release.objects.get(pk=first.pk).state == "active"


def test_an_undone_move_is_told_to_nobody(place, desk):
    release = place.approved("1.0.0")
    before = told()
    with transaction.atomic():
        activate(release, actor=place.people["OC"])
        assert len(told()) > len(before)
        transaction.set_rollback(True)
    assert told() == before


def test_a_remark_moves_nothing_and_is_told_to_nobody(place, desk):
    release = place.proposed()
    before = told()
    remark(release, actor=place.owner, text="Looks good.")
    assert told() == before
