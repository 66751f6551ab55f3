"""A met duty that loses its evidence: taken away, withdrawn, or past its last day."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.ledger.models import Entry
from governance.obligations import actions
from governance.obligations.calendar_actions import make_calendar_link
from governance.obligations.models import Duty, Proof
from governance.obligations.rules import DutyState
from governance.obligations.tasks import sweep_duties
from inventory.systems.actions import retire
from tests.factories import refusal_of_the_later
from tests.obligations.conftest import sign_plain, told
from tests.obligations.test_api import PATH, post

TODAY = timezone.localdate()
NEXT_YEAR = TODAY + timedelta(days=365)


@pytest.fixture
def met(literacy, item, owner) -> Duty:
    """Literacy, met with one link as its evidence."""
    actions.show_evidence(literacy, item=item, actor=owner)
    actions.meet_duty(literacy, next_check_on=NEXT_YEAR, actor=owner)
    return literacy


def newest(action):
    return Entry.objects.filter(action=action).order_by("-pk").first()


def test_the_last_evidence_taken_away_leaves_no_met_duty_and_no_next_check(met, item, owner, read):
    actions.detach_evidence(met, item=item, reason="It is about another team.", actor=owner)

    assert read(met).state_on(TODAY) == DutyState.MISSING
    assert (met.status, met.next_check_on, met.due_on) == ("lapsed", None, met.applies_on)
    assert newest("duty.detached").actor_ref == owner.handle
    assert newest("duty.lapsed").pk > newest("duty.detached").pk


def test_while_other_evidence_counts_the_duty_stays_met(met, item, owner, system, read):
    second = add_evidence(system, actor=owner, title="Second", link="https://x.example/2")
    actions.show_evidence(met, item=second, actor=owner)
    actions.detach_evidence(met, item=item, reason="It is about another team.", actor=owner)

    assert read(met).state_on(TODAY) == DutyState.MET
    assert met.next_check_on == NEXT_YEAR
    assert newest("duty.lapsed") is None


def test_what_was_taken_away_stays_with_the_system_and_can_come_back(met, item, owner, read):
    actions.detach_evidence(met, item=item, reason="Wrong.", actor=owner)
    actions.show_evidence(met, item=item, actor=owner)
    assert read(met).state_on(TODAY) == DutyState.MISSING  # until somebody says so again

    actions.meet_duty(met, next_check_on=NEXT_YEAR, actor=owner)
    assert read(met).state_on(TODAY) == DutyState.MET
    assert [row.detached_because for row in Proof.objects.filter(duty=met)] == ["Wrong.", ""]
    item.refresh_from_db()
    assert item.withdrawn_at is None


def test_taking_away_needs_a_reason_a_right_and_something_that_stands_there(
    met, item, owner, auditor, stranger, system
):
    other = add_evidence(system, actor=owner, title="Other", link="https://x.example/2")
    with pytest.raises(DomainError, match="why"):
        actions.detach_evidence(met, item=item, reason=" ", actor=owner)
    with pytest.raises(DomainError, match="does not stand behind"):
        actions.detach_evidence(met, item=other, reason="x", actor=owner)
    for nobody in (auditor, stranger):
        with pytest.raises(PermissionDenied):
            actions.detach_evidence(met, item=item, reason="x", actor=nobody)
    assert met.status == "met"


def test_the_database_refuses_half_of_a_taking_away(met):
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.filter(duty=met).update(detached_at=timezone.now())


def test_a_withdrawal_lapses_the_duty_at_the_next_sweep_and_once(met, item, officer):
    withdraw_evidence(item, actor=officer, reason="Forged.")
    sweep_duties()
    sweep_duties()
    met.refresh_from_db()

    assert (met.status, met.next_check_on) == ("lapsed", None)
    assert Entry.objects.filter(action="duty.lapsed").count() == 1
    assert newest("duty.lapsed").actor_ref == officer.handle


def test_until_the_sweep_nothing_shows_the_old_check(as_user, met, item, officer, owner):
    withdraw_evidence(item, actor=officer, reason="Forged.")
    row = as_user(officer).get(f"{PATH}{met.pk}/").json()

    assert (row["state"], row["next_check_on"]) == ("missing", None)
    assert row["due_on"] == f"{met.applies_on}"
    page = as_user(owner).get(met.get_absolute_url()).content.decode()
    assert "its evidence counts no more" in page
    assert f"{NEXT_YEAR:%Y}" not in page.split("Next check")[1].split("</dl>")[0]


def test_the_day_after_the_last_evidence_counted_the_duty_lapses(met, item, owner, system):
    short = add_evidence(
        system, actor=owner, title="Short", link="https://x.example/2", valid_until=TODAY
    )
    actions.show_evidence(met, item=short, actor=owner)
    withdraw_evidence(item, actor=owner, reason="x")
    sweep_duties()
    met.refresh_from_db()
    assert met.status == "met"

    assert met in Duty.objects.bare(TODAY + timedelta(days=1))


@pytest.mark.parametrize("how", ["ended", "retired"])
def test_what_ended_or_is_retired_is_kept_as_it_was(met, item, officer, owner, how):
    if how == "ended":
        second = sign_plain(met.system, officer, [told("art9", ["provider"])])
        actions.follow(second, actor=officer)
    else:
        retire(met.system, actor=officer, on=TODAY, reason="Replaced.")
    withdraw_evidence(item, actor=officer, reason="x")
    sweep_duties()
    met.refresh_from_db()

    assert (met.status, met.next_check_on) == ("met", NEXT_YEAR)


def test_a_duty_met_early_is_missing_once_it_lapsed_not_waiting(duty, item, owner, read):
    actions.show_evidence(duty, item=item, actor=owner)
    actions.meet_duty(duty, next_check_on=NEXT_YEAR, actor=owner)
    withdraw_evidence(item, actor=owner, reason="x")
    before = read(duty).state_on(TODAY)
    sweep_duties()

    assert duty.applies_on > TODAY
    assert before == read(duty).state_on(TODAY) == DutyState.MISSING
    assert duty in Duty.objects.in_state(DutyState.MISSING, TODAY)


def test_a_check_is_not_planned_past_the_last_day_of_the_evidence(met, item, owner, system):
    last = TODAY + timedelta(days=30)
    short = add_evidence(
        system, actor=owner, title="Short", link="https://x.example/2", valid_until=last
    )
    actions.show_evidence(met, item=short, actor=owner)
    actions.detach_evidence(met, item=item, reason="x", actor=owner)
    for day in (last + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(DomainError):
            actions.plan_check(met, next_check_on=day, actor=owner)
    actions.plan_check(met, next_check_on=last, actor=owner)

    assert met.next_check_on == last


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_record_one_lapse(met, item, owner):
    withdraw_evidence(item, actor=owner, reason="x")

    def lapse() -> None:
        actions.lapse(Duty.objects.get(pk=met.pk), actor=owner)

    assert refusal_of_the_later(lapse) is None
    assert Entry.objects.filter(action="duty.lapsed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_away_at_once_one_is_refused(met, item, owner):
    def away() -> None:
        duty = Duty.objects.get(pk=met.pk)
        actions.detach_evidence(duty, item=item, reason="x", actor=owner)

    assert isinstance(refusal_of_the_later(away), DomainError)
    assert Proof.objects.filter(duty=met).count() == 1


def test_the_page_offers_to_take_away_and_says_what_was(as_user, met, item, owner, auditor):
    client, url = as_user(owner), met.get_absolute_url()
    assert f"{url}detach/?item={item.ref}" in client.get(url).content.decode()
    assert f'value="{item.ref}" selected' in (
        client.get(f"{url}detach/?item={item.ref}").content.decode()
    )
    assert client.post(f"{url}detach/", {"item": item.ref, "reason": ""}).status_code == 422
    told = {"item": item.ref, "reason": "It is about another team."}
    assert client.post(f"{url}detach/", told).status_code == 302

    page = client.get(url).content.decode()
    assert "was taken away by Mira Rossi" in page
    assert "It is about another team." in page
    assert "detach/" not in as_user(auditor).get(url).content.decode()


def test_the_api_takes_away_attaches_a_link_and_a_file(as_user, met, item, owner):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = as_user(owner)
    away = post(client, met, "detach", {"item": item.ref, "reason": "Wrong."}).json()
    assert (away["state"], away["status"], away["evidence"]) == ("missing", "lapsed", [])
    assert post(client, met, "detach", {"item": item.ref, "reason": "x"}).status_code == 409

    link = {"title": "Course", "link": "https://x.example/course"}
    assert len(post(client, met, "attach", link).json()["evidence"]) == 1
    file = {"title": "List", "upload": SimpleUploadedFile("list.csv", b"a,b\n")}
    assert len(client.post(f"{PATH}{met.pk}/upload/", file).json()["evidence"]) == 2
    assert post(client, met, "attach", {"title": "x"}).status_code == 400


def test_the_page_tells_of_a_withdrawal_and_offers_to_say_it_is_met_again(
    as_user, met, item, owner, officer
):
    withdraw_evidence(item, actor=officer, reason="Forged.")
    page = as_user(owner).get(met.get_absolute_url()).content.decode()

    assert f"withdrew the evidence {item.ref}" in page
    assert "Checked again" not in page
    assert "detach/?item=" not in page


def test_an_etag_does_not_hide_a_state_that_moved(as_user, met, item, owner, officer):
    client = as_user(owner)
    etag = client.get(f"{PATH}{met.pk}/")["ETag"]
    withdraw_evidence(item, actor=officer, reason="Forged.")
    again = client.get(f"{PATH}{met.pk}/", headers={"If-None-Match": etag})

    assert (again.status_code, again.json()["state"]) == (200, "missing")


def test_nothing_is_due_of_a_retired_system(as_user, literacy, owner, officer, client):
    token = make_calendar_link(actor=owner)
    retire(literacy.system, actor=officer, on=TODAY, reason="Replaced.")
    signed_in = as_user(owner)

    assert literacy.text[:60] not in signed_in.get("/").content.decode()
    assert literacy.text[:60] not in signed_in.get("/obligations/").content.decode()
    kept = signed_in.get(f"/obligations/?system={literacy.system.ref}").content.decode()
    assert literacy.text[:60] in kept
    assert f"duty-{literacy.pk}@".encode() not in client.get(f"/calendar/{token}.ics").content
