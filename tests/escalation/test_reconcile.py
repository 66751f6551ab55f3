"""Items follow the tables: twice changes nothing, a moved date plans anew, a hand's word stays."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from governance.accounts.rules import Role
from governance.escalation import reconcile as module
from governance.escalation.actions import resolve
from governance.escalation.kinds import kinds
from governance.escalation.models import Event, Item
from governance.escalation.reconcile import LOCK, reconcile, urgent
from governance.escalation.tasks import reconcile_items, reconcile_urgent
from governance.ledger.models import Entry
from inventory.vendors.actions import change_agreement
from tests.conftest import person
from tests.escalation.situations import DAY, OF_KIND, World


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path


@pytest.fixture
def world(claims, officer, ops_lead, owner, administrator, system) -> World:
    """An organisation in which nothing falls due."""
    second = person("Nora Second", Role.SYSTEM_OWNER, claims, administrator)
    return World(claims, officer, ops_lead, owner, administrator, system, second)


def agreement_of(item: Item):
    from inventory.vendors.models import Agreement

    return Agreement.objects.get(ref=item.key.split(":")[2])


def test_a_second_look_changes_nothing(world):
    for code in ("agreement_ends", "question_open", "token_ends", "access_ends"):
        OF_KIND[code](world)
    first = reconcile(timezone.now())
    before = (Item.objects.count(), Event.objects.count(), Entry.objects.count())

    second = reconcile(timezone.now())
    assert first
    assert second
    assert (first.opened, first.resolved, first.failed) == (4, 0, ())
    assert (second.found, second.opened, second.changed, second.resolved) == (4, 0, 0, 0)
    assert (Item.objects.count(), Event.objects.count(), Entry.objects.count()) == before


def test_two_at_once_are_one(world):
    OF_KIND["token_ends"](world)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert reconcile(timezone.now()) is None
    assert not Item.objects.exists()

    assert reconcile(timezone.now())
    assert Item.objects.count() == 1


def test_a_date_that_moved_begins_a_new_run(world):
    OF_KIND["agreement_ends"](world)
    reconcile(timezone.now())
    item = Item.objects.get()
    agreement = agreement_of(item)

    earlier = agreement.expires_on - 4 * DAY
    change_agreement(agreement, actor=world.officer, expires_on=earlier)
    reconcile(timezone.now())
    item.refresh_from_db()
    assert item.run == 2
    assert item.due_at.date() == earlier
    assert Item.objects.count() == 1


def test_what_somebody_resolved_stays_resolved_until_its_date_moves(world):
    OF_KIND["agreement_ends"](world)
    reconcile(timezone.now())
    item = Item.objects.get()
    resolve(item, actor=world.officer, reason="We let it end.")

    reconcile(timezone.now())
    assert not Item.objects.open().exists()
    agreement = agreement_of(item)
    earlier = agreement.expires_on - 4 * DAY
    change_agreement(agreement, actor=world.officer, expires_on=earlier)
    reconcile(timezone.now())
    assert Item.objects.open().count() == 1


def test_what_comes_back_opens_again(world):
    case = OF_KIND["agreement_ends"](world)
    reconcile(timezone.now())
    agreement = agreement_of(Item.objects.get())
    was = agreement.expires_on
    case.cure()
    reconcile(timezone.now())
    assert not Item.objects.open().exists()

    agreement.refresh_from_db()
    change_agreement(agreement, actor=world.officer, expires_on=was)
    reconcile(timezone.now())
    assert Item.objects.open().count() == 1


def test_a_reader_that_fails_silences_no_other_and_resolves_nothing(world, monkeypatch):
    OF_KIND["agreement_ends"](world)
    OF_KIND["token_ends"](world)
    reconcile(timezone.now())

    def broken(asking):
        raise LookupError("unreadable")
        yield

    monkeypatch.setitem(module.due_of.__globals__["SOURCES"], "agreement_ends", broken)
    OF_KIND["access_ends"](world)
    after = reconcile(timezone.now())
    assert after
    assert after.failed == ("agreement_ends",)
    assert set(Item.objects.open().values_list("kind", flat=True)) == {
        "agreement_ends",
        "token_ends",
        "access_ends",
    }


def test_a_run_that_was_killed_half_way_is_taken_up_by_the_next(world, monkeypatch):
    for code in ("agreement_ends", "question_open", "token_ends"):
        OF_KIND[code](world)
    whole = module.open_items

    def dies(dues, **about):
        whole(dues, **about)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "open_items", dies)
    with pytest.raises(KeyboardInterrupt):
        reconcile(timezone.now())
    monkeypatch.setattr(module, "open_items", whole)

    after = reconcile(timezone.now())
    assert after
    assert Item.objects.open().count() == 3
    assert Item.objects.count() == 3


def test_many_facts_are_taken_in_parts(world, monkeypatch):
    from governance.rest.actions import issue_token
    from governance.rest.rules import Scope

    for number in range(7):
        issue_token(actor=world.owner, name=f"t{number}", scopes=[Scope.READ], days=20)
    monkeypatch.setattr(module, "AT_ONCE", 3)
    reconcile(timezone.now())
    assert Item.objects.open().count() == 7

    world.owner.api_tokens.update(revoked_at=timezone.now())
    after = reconcile(timezone.now())
    assert after
    assert after.resolved == 7


def test_the_tasks_look_for_all_and_for_what_counts_round_the_clock(world):
    OF_KIND["incident_report"](world)
    OF_KIND["access_ends"](world)

    reconcile_urgent()
    assert set(Item.objects.values_list("kind", flat=True)) == {"incident_report"}
    reconcile_items()
    assert set(Item.objects.values_list("kind", flat=True)) == {"incident_report", "access_ends"}
    assert {one.code for one in urgent()} >= {"incident_report", "oncall_gap"}


def test_a_kind_that_is_not_looked_for_keeps_its_items(world):
    OF_KIND["access_ends"](world)
    reconcile(timezone.now())
    tokens = kinds().by_code["token_ends"]

    reconcile(timezone.now() + timedelta(days=1), only=[tokens])
    assert Item.objects.open().count() == 1
