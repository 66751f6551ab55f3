"""The pages of schedules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from raci.oncall import actions, cover_actions
from raci.oncall.models import Handover, Layer, Override, Schedule, Swap
from tests.oncall.conftest import soon, wish

HOME = "/raci/on-call/"


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_schedule_the_page_explains_what_one_is(as_user, officer):
    text = page(as_user(officer), HOME)

    assert "Nobody is on call yet" in text
    assert "Make the first schedule" in text


def test_who_may_not_assign_is_told_who_may(as_user, auditor):
    assert "A compliance officer or AI-ops lead makes it." in page(as_user(auditor), HOME)


def test_the_list_says_who_is_on_call_and_that_there_is_no_gap(as_user, auditor, manned):
    text = page(as_user(auditor), HOME)

    assert "Jonas Weber" in text
    assert "Mira Rossi" in text
    assert "No gap" in text


def test_a_schedule_is_made_and_its_first_layer_added_without_script(
    as_user, officer, ops_lead, organisation
):
    client = as_user(officer)
    body = {"name": "Watch", "unit": organisation.pk, "role": "OC", "zone": "Europe/Berlin"}
    answer = client.post(f"{HOME}new/", body)
    made = Schedule.objects.get()
    assert answer["Location"] == f"{HOME}{made.pk}/layers/new/"
    body = {"name": "All", "person_1": ops_lead.pk, "every": "1", "unit": "weeks"}
    body |= {"starts_on": "2026-11-02", "handover_at": "09:00"}
    answer = client.post(answer["Location"], body)

    assert answer["Location"] == f"{HOME}{made.pk}/"
    assert [one.person for one in Layer.objects.get().members.all()] == [ops_lead]
    assert "every week on Monday at 09:00" in page(client, answer["Location"])


def test_a_wrong_zone_is_told_at_its_field(as_user, officer, organisation):
    body = {"name": "Watch", "unit": organisation.pk, "role": "OC", "zone": "Mars/Olympus"}
    answer = as_user(officer).post(f"{HOME}new/", body)

    assert answer.status_code == 422
    assert "“Mars/Olympus” is not a time zone" in answer.content.decode()


def test_a_layer_with_a_person_twice_or_half_its_hours_is_refused(
    as_user, officer, owner, schedule
):
    body = {"name": "All", "person_1": owner.pk, "person_2": owner.pk, "every": "1"}
    body |= {"unit": "days", "starts_on": "2026-11-02", "handover_at": "09:00", "begins": "09:00"}
    answer = as_user(officer).post(f"{HOME}{schedule.pk}/layers/new/", body)

    assert answer.status_code == 422
    assert "Give both hours, or none." in answer.content.decode()
    assert "Each person can be in the layer once." in answer.content.decode()


def test_changing_a_layer_starts_from_what_it_is(as_user, officer, manned, owner, ops_lead):
    (layer,) = manned.layers.all()
    text = page(as_user(officer), f"{HOME}{manned.pk}/layers/{layer.pk}/")

    assert f'value="{ops_lead.pk}" selected' in text
    assert f'value="{owner.pk}" selected' in text


def test_a_gap_is_listed_in_words_in_both_zones(as_user, officer, schedule, owner):
    actions.put_layer(schedule, actor=officer, wish=wish(owner, weekdays=range(5)))
    text = page(as_user(officer), f"{HOME}{schedule.pk}/")

    assert "No layer covers these hours." in text
    assert "00:00 CET (" in text
    assert "23:00 UTC)" in text


def test_the_night_without_two_oclock_is_told_on_the_page(as_user, owner, manned):
    text = page(as_user(owner), f"{HOME}{manned.pk}/?at=2027-03-28T02:00")

    assert "02:00 does not exist that night; 03:00 is meant." in text


@pytest.mark.parametrize("wrong", ["", "yesterday", "0001-01-01T00:00", "2027-13-45T99:00"])
def test_a_moment_that_is_none_is_asked_again(as_user, owner, manned, wrong):
    assert "Who is it at" in page(as_user(owner), f"{HOME}{manned.pk}/?at={wrong}")


def test_an_override_typed_into_the_skipped_hour_says_what_it_became(as_user, officer, manned):
    body = {"person": officer.pk, "since": "2027-03-28T02:30", "until": "2027-03-28T09:00"}
    answer = as_user(officer).post(f"{HOME}{manned.pk}/overrides/new/", body, follow=True)

    assert "02:30 does not exist that night; 03:00 is meant." in answer.content.decode()
    assert Override.objects.get().since.hour == 1


def test_a_time_that_is_over_is_refused_above_the_form(as_user, officer, manned):
    body = {"person": officer.pk, "since": "2020-01-01T09:00", "until": "2020-01-01T10:00"}
    answer = as_user(officer).post(f"{HOME}{manned.pk}/overrides/new/", body)

    assert answer.status_code == 422
    assert "This time is over" in answer.content.decode()


def test_who_takes_part_can_put_only_themselves_on_call(as_user, owner, ops_lead, manned):
    text = page(as_user(owner), f"{HOME}{manned.pk}/overrides/new/")

    assert "Mira Rossi" in text
    assert f'value="{ops_lead.pk}"' not in text


def test_a_swap_is_asked_accepted_and_taken_back(as_user, owner, ops_lead, officer, manned):
    since = timezone.localtime() + timedelta(days=3)
    times = {"since": f"{since:%Y-%m-%dT%H:%M}", "until": f"{since:%Y-%m-%d}T23:59"}
    address = f"{HOME}{manned.pk}/swaps/"
    as_user(owner).post(f"{address}new/", {"taker": ops_lead.pk, **times})
    swap = Swap.objects.get()
    assert "Accept" in page(as_user(ops_lead), f"{HOME}{manned.pk}/")
    as_user(ops_lead).post(f"{address}{swap.pk}/accept/")
    swap.refresh_from_db()
    assert swap.status == "accepted"
    assert as_user(owner).post(f"{address}{swap.pk}/withdraw/").status_code == 403
    as_user(officer).post(f"{address}{swap.pk}/withdraw/")
    swap.refresh_from_db()
    assert swap.status == "withdrawn"


def test_the_incoming_person_confirms_with_what_is_open(as_user, officer, owner, manned):
    actions.change_schedule(manned, actor=officer, name=manned.name, confirms=True)
    cover_actions.add_override(manned, actor=officer, person=owner, times=soon(-1, 3))
    client = as_user(owner)
    assert "I have the pager" in page(client, f"{HOME}{manned.pk}/")
    client.post(f"{HOME}{manned.pk}/confirm/", {"note_text": "Two alerts."})

    assert Handover.objects.get().note == "Two alerts."
    text = page(client, f"{HOME}{manned.pk}/")
    assert "I have the pager" not in text
    assert "Two alerts." in text


def test_a_closed_schedule_is_in_no_list_and_still_tells(as_user, officer, manned):
    client = as_user(officer)
    client.post(f"{HOME}{manned.pk}/close/")

    assert "Night watch" not in page(client, HOME).split("is closed")[-1]
    assert "It still tells who was on call before." in page(client, f"{HOME}{manned.pk}/")


def test_on_the_pages_of_on_call_the_line_of_raci_is_not_marked(as_user, officer, manned):
    text = page(as_user(officer), f"{HOME}{manned.pk}/")

    assert '<a href="/raci/on-call/" aria-current="true">' in text
    assert '<a href="/raci/">' in text
