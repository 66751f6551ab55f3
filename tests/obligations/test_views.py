"""The list with its filters and timeline, one duty, and what is said of it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.obligations import actions
from governance.obligations.models import Duty
from inventory.systems.actions import change_system
from tests.factories import make_system
from tests.incidents.conftest import happened
from tests.obligations.conftest import sign_plain, told

TODAY = timezone.localdate()
NEXT_YEAR = TODAY + timedelta(days=365)


def test_an_empty_list_teaches(as_user, officer):
    page = as_user(officer).get("/obligations/")

    assert page.status_code == 200
    assert b"No duties yet" in page.content


def test_what_is_signed_and_not_taken_over_is_told_and_taken_over_on_request(
    as_user, officer, system
):
    sign_plain(system, officer, [told("art9", ["provider"])])
    client = as_user(officer)

    assert b"1 signed classification not taken over" in client.get("/obligations/").content
    assert client.post("/obligations/take-over/").status_code == 302
    page = client.get("/obligations/").content
    assert b"not taken over" not in page
    assert b"Do what art9 asks for." in page


def test_nobody_takes_over_for_systems_of_others(as_user, stranger, officer, system):
    sign_plain(system, officer, [told("art9", ["provider"])])
    as_user(stranger).post("/obligations/take-over/")

    assert not Duty.objects.exists()


def test_overdue_duties_stand_first_and_both_days_are_told(as_user, officer, signed):
    page = as_user(officer).get("/obligations/").content.decode()

    assert page.index("Overdue") < page.index("Later")
    assert "since " in page
    assert "from " in page


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("article=Art+4", "AI literacy", "human oversight"),
        ("state=missing", "AI literacy", "human oversight"),
        ("state=waiting", "human oversight", "AI literacy"),
        ("role=deployer&article=Art+26", "human oversight", "AI literacy"),
        ("accountable=me", "No duty matches", "AI literacy"),
        ("owner=me", "No duty matches", "AI literacy"),
        ("due_until=2025-12-31", "AI literacy", "human oversight"),
        ("due_from=2027-01-01", "human oversight", "AI literacy"),
        ("unit=999999", "No duty matches", "AI literacy"),
        ("system=AIS-000", "No duty matches", "AI literacy"),
    ],
)
def test_the_filters_stand_in_the_address(as_user, officer, signed, query, inside, outside):
    page = as_user(officer).get(f"/obligations/?{query}").content.decode()

    assert inside in page
    assert outside not in page


def test_the_owner_finds_the_own_duties(as_user, owner, signed):
    page = as_user(owner).get("/obligations/?accountable=me").content.decode()

    assert "AI literacy" in page


@pytest.mark.parametrize(
    "query", ["state=nonsense", "unit=x", "due_from=2026-13-01", "unit=" + "9" * 30]
)
def test_a_value_that_cannot_be_is_left_out_and_told(as_user, officer, signed, query):
    page = as_user(officer).get(f"/obligations/?{query}").content.decode()

    assert "Nothing here can be" in page
    assert "AI literacy" in page


@pytest.mark.parametrize("zoom", ["3", "6", "18", "nonsense"])
def test_the_timeline_draws_flags_dots_and_today_and_says_so(as_user, officer, signed, zoom):
    page = as_user(officer).get(f"/obligations/?view=timeline&zoom={zoom}").content.decode()

    assert "<svg" in page
    assert "strip-flag" in page
    assert "strip-today" in page
    assert "style=" not in page.split("<main")[1].split("</main")[0]
    if zoom in ("18", "nonsense"):
        assert "2 December 2027" in page
        assert "dot-waiting" in page


def test_counts_and_pages_leave_out_what_a_person_does_not_see(
    as_user, officer, stranger, signed, lending
):
    theirs = make_system(actor=officer, unit=lending, name="Loan scorer")
    actions.follow(sign_plain(theirs, officer, [told("art9", ["provider"])]), actor=officer)
    page = as_user(stranger).get("/obligations/?view=timeline").content.decode()

    assert "1 to 1 of 1 duty" in page
    assert signed.system.name not in page


def test_a_duty_tells_text_reason_days_and_who_answers(as_user, officer, owner, duty):
    page = as_user(officer).get(duty.get_absolute_url()).content.decode()

    assert "human oversight" in page
    assert "Art 26(2)" in page
    assert "2 August 2026" in page
    assert "2 December 2027" in page
    assert "Annex III" in page
    assert owner.name in page


def test_only_the_rules_behind_a_duty_are_told(as_user, officer, literacy):
    page = as_user(officer).get(literacy.get_absolute_url()).content.decode()

    assert "insurance" not in page.lower()


def test_a_stranger_finds_neither_duty_nor_what_can_be_said_of_it(as_user, stranger, duty):
    client = as_user(stranger)

    assert client.get(duty.get_absolute_url()).status_code == 404
    for verb in ("start", "meet", "approve", "attach", "nonsense"):
        for ask in (client.get, client.post):
            assert ask(f"{duty.get_absolute_url()}{verb}/").status_code == 404


def test_an_auditor_reads_and_says_nothing(as_user, auditor, duty):
    client = as_user(auditor)
    page = client.get(duty.get_absolute_url())

    assert page.status_code == 200
    assert f"{duty.get_absolute_url()}start/".encode() not in page.content
    assert client.post(f"{duty.get_absolute_url()}start/").status_code == 403


def test_evidence_is_attached_and_the_duty_met_from_its_page(as_user, owner, duty):
    client, url = as_user(owner), duty.get_absolute_url()
    assert client.post(f"{url}meet/", {"next_check_on": NEXT_YEAR}).status_code == 422

    upload = SimpleUploadedFile("training.pdf", b"%PDF-1.7 names")
    assert client.post(f"{url}attach/", {"title": "Training", "upload": upload}).status_code == 302
    assert client.post(f"{url}meet/", {"next_check_on": NEXT_YEAR}).status_code == 302

    page = client.get(url).content.decode()
    assert "training.pdf" in page
    assert 'class="st st-met"' in page


def test_a_refused_file_leaves_no_evidence_behind(as_user, owner, duty, system):
    upload = SimpleUploadedFile("empty.pdf", b"")
    page = as_user(owner).post(
        f"{duty.get_absolute_url()}attach/", {"title": "x", "upload": upload}
    )

    assert page.status_code == 422
    assert not system.evidence.exists()


def test_evidence_of_the_system_is_offered_and_that_of_others_not(as_user, owner, duty, item):
    client, url = as_user(owner), f"{duty.get_absolute_url()}show/"

    assert item.title.encode() in client.get(url).content
    assert client.post(url, {"item": item.pk}).status_code == 302
    assert item.title.encode() not in client.get(url).content


def test_two_people_set_a_duty_aside_and_the_page_names_both(
    as_user, officer, second_officer, duty
):
    url = duty.get_absolute_url()
    client = as_user(officer)
    assert client.post(f"{url}propose/", {"reason": ""}).status_code == 422
    assert client.post(f"{url}propose/", {"reason": "Not used here."}).status_code == 302
    assert f"{url}approve/".encode() not in client.get(url).content
    assert client.post(f"{url}approve/").status_code == 403

    client = as_user(second_officer)
    assert client.post(f"{url}approve/").status_code == 302
    page = client.get(url).content.decode()
    assert "agreed by Nora Second" in page
    assert "Said by Ines Halvorsen" in page


def test_who_read_an_older_state_is_refused(as_user, owner, duty):
    client, url = as_user(owner), duty.get_absolute_url()
    actions.start_duty(duty, actor=owner)

    assert client.post(f"{url}wait/", {"waits_for": "x", "seen": 1}).status_code == 409


def test_a_duty_that_ended_says_since_when_and_offers_nothing(as_user, officer, duty):
    second = sign_plain(duty.system, officer, [told("art4", ["deployer"])])
    actions.follow(second, actor=officer)
    client = as_user(officer)
    page = client.get(duty.get_absolute_url()).content.decode()

    assert "No longer applies since <a" in page.replace("\n", "")
    assert "/start/" not in page
    listed = client.get("/obligations/").content
    assert duty.get_absolute_url().encode() not in listed
    ended = client.get("/obligations/?state=ended").content
    assert duty.get_absolute_url().encode() in ended


def test_the_list_asks_the_database_the_same_for_one_and_for_many(
    as_user, officer, system, claims, django_assert_max_num_queries
):
    client = as_user(officer)

    def more(number):
        for at in range(number):
            one = make_system(actor=officer, unit=claims, name=f"System {number} {at}")
            duties = [told(f"art{n}", ["provider"]) for n in range(3)]
            actions.follow(sign_plain(one, officer, duties), actor=officer)

    more(1)
    for query in ("", "?view=timeline", "?accountable=me", "?state=missing"):
        client.get(f"/obligations/{query}")
        with django_assert_max_num_queries(30) as few:
            client.get(f"/obligations/{query}")
        more(4)
        with django_assert_max_num_queries(len(few.captured_queries)):
            client.get(f"/obligations/{query}")


def test_reports_of_incidents_have_a_lane_and_a_line_in_the_timeline(
    as_user, officer, owner, system
):
    change_system(system, actor=officer, our_roles=["provider"])
    incident = happened(system, owner)
    client = as_user(officer)

    def timeline(**query):
        return client.get("/obligations/", {"view": "timeline", **query}).content.decode()

    assert "Report by" in timeline()
    assert f'href="{incident.get_absolute_url()}"' in timeline()
    assert incident.ref in timeline(system=system.ref)
    assert incident.ref not in timeline(system="AIS-000")
    assert incident.ref not in timeline(state="met")
