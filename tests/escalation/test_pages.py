"""Pages of items: the list, one item, what people say to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.escalation.actions import resolve
from governance.escalation.history import timeline
from governance.escalation.models import Item
from governance.escalation.plans import deadline_plan
from governance.escalation.rules import ItemStatus
from governance.escalation.sweeping import sweep
from tests.escalation.conftest import due, opened
from tests.incidents.conftest import happened


def test_the_page_of_an_item_says_what_it_is_and_who_is_next(as_user, owner, item):
    page = as_user(owner).get(item.get_absolute_url()).content.decode()

    assert item.get_absolute_url() == f"/escalations/ESC-{item.pk:06d}/"
    assert "Something is late" in page
    assert "Nobody is told yet." in page
    assert "Mira Rossi" in page
    assert "Level 1: at once" in page


def test_the_timeline_and_the_plan_call_a_step_the_same(as_user, owner, system):
    ahead = timezone.now() + timedelta(hours=20)
    found = opened(due(system, owner, due_at=ahead), deadline_plan("late"))
    sweep()
    page = as_user(owner).get(found.get_absolute_url()).content.decode()

    told = timeline(found)[0].words
    when = told.removesuffix(". Told: Mira Rossi.")

    assert when.endswith(" before it is due")
    assert page.count(when) == 2
    assert "T-" not in told


def test_an_item_of_another_unit_is_not_there(as_user, stranger, item):
    client = as_user(stranger)

    assert client.get(item.get_absolute_url()).status_code == 404
    assert client.get(f"{item.get_absolute_url()}resolve/").status_code == 404


def test_the_list_does_not_count_what_the_person_may_not_see(as_user, stranger, item):
    page = as_user(stranger).get("/escalations/").content.decode()

    assert "Nothing climbs now" in page
    assert item.title not in page


def test_a_word_to_an_item_is_taken_and_told(as_user, owner, item):
    client = as_user(owner)
    url = f"{item.get_absolute_url()}acknowledge/"

    answer = client.post(url, {"row_version": item.row_version}, follow=True)

    assert answer.redirect_chain == [(item.get_absolute_url(), 302)]
    assert "Mira Rossi works on it." in answer.content.decode()
    item.refresh_from_db()
    assert item.status == ItemStatus.ACKNOWLEDGED


def test_the_second_of_two_who_read_the_same_is_told_so(as_user, owner, officer, item):
    read = item.row_version
    resolve(item, actor=officer, reason="The vendor has signed.")

    answer = as_user(owner).post(f"{item.get_absolute_url()}acknowledge/", {"row_version": read})

    assert answer.status_code in (409, 422)
    item.refresh_from_db()
    assert item.status == ItemStatus.RESOLVED


def test_a_changed_item_is_a_conflict_not_a_loss(as_user, owner, item):
    read = item.row_version
    Item.objects.filter(pk=item.pk).update(row_version=read + 1)

    answer = as_user(owner).post(f"{item.get_absolute_url()}acknowledge/", {"row_version": read})

    assert answer.status_code == 409
    assert "changed by someone else" in answer.content.decode()


@pytest.mark.parametrize("verb", ["snooze", "reassign", "resolve"])
def test_a_word_without_its_reason_is_asked_for_it(as_user, owner, item, verb):
    answer = as_user(owner).post(f"{item.get_absolute_url()}{verb}/", {"row_version": 1})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_whoever_only_reads_sees_who_may_act_and_no_button(as_user, auditor, item):
    client = as_user(auditor)
    page = client.get(item.get_absolute_url()).content.decode()

    assert "You can read this." in page
    assert "/acknowledge/" not in page
    refused = client.post(f"{item.get_absolute_url()}resolve/", {"reason": "No."})
    assert refused.status_code == 403
    assert "answers in its unit" in refused.content.decode()


def test_a_resolved_item_can_only_be_opened_again(as_user, owner, item):
    resolve(item, actor=owner, reason="Signed.")
    client = as_user(owner)
    page = client.get(item.get_absolute_url()).content.decode()

    assert "Mira Rossi" in page
    assert "Signed." in page
    assert "/reopen/" in page
    assert "/snooze/" not in page


def test_the_views_of_the_list_each_have_their_number(as_user, owner, officer, system, item):
    other = opened(due(system, officer, key="system:9:other", title="Another thing"))

    client = as_user(owner)
    mine = client.get("/escalations/?show=mine").content.decode()
    team = client.get("/escalations/?show=team").content.decode()

    assert item.title in mine
    assert other.title not in mine
    assert other.title in team
    assert 'On you <span class="faint num">1</span>' in mine
    assert 'All open <span class="faint num">2</span>' in mine


def test_a_filter_that_is_not_known_is_left_out_and_told(as_user, owner, item):
    page = as_user(owner).get("/escalations/?severity=dreadful&kind=late").content.decode()

    assert "“dreadful” is not known here" in page
    assert item.title in page


def test_the_list_goes_on_where_the_page_before_ended(as_user, owner, system, monkeypatch):
    monkeypatch.setattr("governance.escalation.listing.PAGE", 2)
    for number in range(5):
        opened(due(system, owner, key=f"system:9:{number}", title=f"Thing {number}"))
    client = as_user(owner)

    seen, url = [], "/escalations/"
    while url:
        context = client.get(url).context
        seen += [line.item.title for line in context["lines"]]
        url = context["next_url"] and f"/escalations/{context['next_url']}"
    back = client.get(f"/escalations/{context['previous_url']}").context

    assert seen == [f"Thing {number}" for number in range(5)]
    assert [line.item.title for line in back["lines"]] == ["Thing 2", "Thing 3"]


def test_a_place_in_the_list_that_is_none_is_the_first_page(as_user, owner, item):
    for place in ("x", "2026-11-22~1", "2026-99-22T10:00:00+00:00~1", "2026-11-22T10:00:00Z~é"):
        page = as_user(owner).get("/escalations/", {"after": place})
        assert page.status_code == 200
        assert item.title in page.content.decode()


def test_the_csv_holds_every_matching_row_and_no_formula(as_user, owner, system):
    opened(due(system, owner, title="=HYPERLINK(1)"))

    body = b"".join(as_user(owner).get("/escalations/export.csv")).decode()

    head, row = body.splitlines()
    assert head.startswith("Number,What,Kind")
    assert "'=HYPERLINK(1)" in row
    assert "Mira Rossi" in row


def test_resolved_items_are_a_view_of_their_own(as_user, owner, item):
    resolve(item, actor=owner, reason="Signed.")

    client = as_user(owner)
    assert item.title not in client.get("/escalations/").content.decode()
    assert item.title in client.get("/escalations/?show=resolved").content.decode()


def test_the_page_of_a_system_tells_what_climbs_about_it(as_user, owner, stranger, system, item):
    page = as_user(owner).get(system.get_absolute_url()).content.decode()

    assert 'id="escalations"' in page
    assert item.ref in page


def test_the_page_of_the_very_thing_leads_to_its_open_item(as_user, owner, system):
    incident = happened(system, owner)
    item = opened(due(system, owner, url=incident.get_absolute_url()))
    client = as_user(owner)

    assert item.get_absolute_url() in client.get(incident.get_absolute_url()).content.decode()
    resolve(item, actor=owner, reason="Reported.")
    assert item.get_absolute_url() not in client.get(incident.get_absolute_url()).content.decode()
