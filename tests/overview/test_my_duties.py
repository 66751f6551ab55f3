"""My duties, Team and gaps on Today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.escalation.actions import acknowledge
from governance.escalation.models import Item, Sweep
from tests.escalation.conftest import due, opened


@pytest.fixture
def item(system, owner) -> Item:
    """An item of Mira Rossi about her system."""
    return opened(due(system, owner))


def titles(client) -> list[str]:
    """Return what needs the person, as Today lists it."""
    return [need.title for need in client.get("/?all=1").context["page"].needs]


def test_what_climbs_and_is_mine_needs_me_with_its_number(as_user, owner, item):
    client = as_user(owner)

    (need,) = [n for n in client.get("/").context["page"].needs if n.title == item.title]
    assert need.url == item.get_absolute_url()
    assert item.ref in need.note
    assert need.is_late


def test_what_somebody_else_works_on_does_not_wait_for_me(as_user, owner, officer, item):
    acknowledge(item, actor=officer)

    assert item.title not in titles(as_user(owner))


def test_one_thing_is_one_line_also_when_it_climbs(as_user, owner, system):
    url = f"/systems/{system.ref}/classify/"
    item = opened(due(system, owner, url=url, title="Classify it"))
    client = as_user(owner)

    found = [need for need in client.get("/").context["page"].needs if need.url == url]

    assert len(found) == 1
    assert item.ref in found[0].note
    assert "Classify it" not in titles(client)


def test_the_team_is_told_by_person_and_unhandled_first(as_user, owner, officer, system, item):
    other = opened(due(system, officer, key="system:9:b", title="Nobody answered this"))
    Item.objects.filter(pk=other.pk).update(status="unhandled")

    loads = as_user(officer).get("/?show=team").context["loads"]
    mine = as_user(owner).get("/?show=team")

    assert [load.name for load in loads] == ["Mira Rossi"]
    assert [load.name for load in mine.context["loads"]] == ["Ines Halvorsen"]
    assert "1 unhandled" in mine.content.decode()


def test_the_team_of_another_unit_is_not_told(as_user, stranger, item):
    page = as_user(stranger).get("/?show=team").content.decode()

    assert "Mira Rossi" not in page
    assert "Nothing is open on anybody else" in page


def test_a_gap_stands_on_the_dashboard_also_while_everybody_is_there(as_user, officer, system):
    opened(due(system, kind="oncall_gap", key="system:9:gap", title="Nobody is on call on Friday"))

    page = as_user(officer).get("/").content.decode()

    assert "Nobody there" in page
    assert "Nobody is on call on Friday" in page


def test_today_raises_the_alarm_when_nobody_looks_for_what_is_due(as_user, officer):
    client = as_user(officer)
    assert "Nobody looks for what is due." in client.get("/").content.decode()

    at = timezone.now() - timedelta(seconds=9)
    Sweep.objects.create(started_at=at, ended_at=at)
    assert "Nobody looks for what is due." not in client.get("/").content.decode()
