"""Pages of incidents: the clock, the law, forms that keep what was typed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.incidents import actions
from governance.incidents.models import Incident
from governance.incidents.queries import clock_of
from governance.overview.nav import navigation
from governance.overview.today import today
from tests.incidents.conftest import happened


def page(client, name, *args, status=200):
    """Return the text of a page."""
    answer = client.get(reverse(f"incidents:{name}", args=args))
    assert answer.status_code == status
    return answer.content.decode()


def told(**over):
    """Return what a person types."""
    known = timezone.now() - timedelta(days=1)
    fields = {
        "title": "Turned away",
        "description": "A wrong field.",
        "aware_at": f"{known:%Y-%m-%dT%H:%M}",
        "zone": "UTC",
        "effects": ["death"],
        "regime": "none",
    }
    return fields | over


def test_the_list_puts_the_nearest_deadline_first(provided, owner, officer, as_user):
    happened(provided, owner, title="Slow one")
    happened(provided, owner, title="Fast one", effects=["critical_infrastructure_disruption"])
    text = page(as_user(officer), "list")

    assert text.index("Fast one") < text.index("Slow one")


def test_the_list_asks_the_same_number_of_queries_for_many(
    provided, owner, officer, as_user, django_assert_max_num_queries
):
    client = as_user(officer)
    for _number in range(8):
        happened(provided, owner)

    with django_assert_max_num_queries(14):
        page(client, "list")


def test_a_stranger_sees_no_incident_and_does_not_learn_that_it_is_there(
    open_incident, stranger, as_user
):
    client = as_user(stranger)

    assert open_incident.title not in page(client, "list")
    page(client, "incident", open_incident.ref, status=404)
    page(client, "step", open_incident.ref, "initial_report", status=404)


def test_the_page_says_until_when_why_and_since_when_the_law_applies(open_incident, owner, as_user):
    text = page(as_user(owner), "incident", open_incident.ref)

    assert "15 days, Art 73(2)" in text
    assert "23:59 CE" in text  # CET or CEST
    assert "our reading" in text
    assert "2 August 2026" in text
    assert "2 December 2027" in text
    assert "nobody by a matrix in force" in text


def test_an_overdue_report_is_said_loudly(provided, owner, as_user):
    late = happened(provided, owner, aware_at=timezone.now() - timedelta(days=20))

    assert "The report is overdue" in page(as_user(owner), "incident", late.ref)


def test_registering_takes_wall_clock_times_of_the_named_zone(provided, owner, as_user):
    typed = told(aware_at="2026-08-10T09:30", zone="America/New_York")
    as_user(owner).post(reverse("incidents:new", args=[provided.ref]), typed)

    assert Incident.objects.get().aware_at == datetime(2026, 8, 10, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"aware_at": "0001-01-01T00:00"}, "Look at the year again"),
        ({"occurred_until": "9999-12-31T23:59"}, "Look at the year again"),
        ({"effects": []}, "Choose at least one"),
        ({"zone": "Nowhere"}, "no such time zone"),
        ({"aware_at": "soon"}, "Write it like"),
        ({"aware_at": "2026-03-29T02:30", "zone": "Europe/Berlin"}, "skipped this time"),
        ({"aware_at": "2030-01-01T00:00"}, "lies in the past"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(provided, owner, as_user, over, words):
    typed = told(**over)
    answer = as_user(owner).post(reverse("incidents:new", args=[provided.ref]), typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "A wrong field." in answer.content.decode()
    assert not Incident.objects.exists()


def test_a_report_is_recorded_with_number_and_addressee(open_incident, owner, as_user):
    client = as_user(owner)
    now = timezone.now().astimezone(open_incident.clock_zone)
    typed = {"done_at": f"{now:%Y-%m-%dT%H:%M}", "authority": "BNetzA", "number": "SI-77"}
    client.post(reverse("incidents:step", args=[open_incident.ref, "initial_report"]), typed)
    text = page(client, "incident", open_incident.ref)

    assert "reported in time" in text
    assert "to BNetzA, number SI-77" in text


def test_a_correction_shows_both_values_and_the_reason(open_incident, owner, as_user):
    client = as_user(owner)
    typed = told(reason="The first note was wrong.", row_version=1)
    client.post(reverse("incidents:correct", args=[open_incident.ref]), typed)
    text = page(client, "incident", open_incident.ref)

    assert "The first note was wrong." in text
    assert "10 days" in text
    assert "fundamental rights infringement → death" in text
    assert "['" not in text


def test_a_correction_of_an_old_version_is_refused(open_incident, owner, as_user):
    typed = told(reason="x", row_version=7)
    answer = as_user(owner).post(reverse("incidents:correct", args=[open_incident.ref]), typed)

    assert answer.status_code == 409


def test_a_second_person_ends_it_as_not_serious_by_a_button(open_incident, owner, officer, as_user):
    actions.doubt_incident(open_incident, actor=owner, reason="A test account.")
    client = as_user(officer)
    assert "Agree: not serious" in page(client, "incident", open_incident.ref)
    client.post(reverse("incidents:agree", args=[open_incident.ref]))

    open_incident.refresh_from_db()
    assert open_incident.status == "not_serious"


def test_an_auditor_reads_and_is_offered_nothing(open_incident, auditor, as_user):
    client = as_user(auditor)

    assert "Record it" not in page(client, "incident", open_incident.ref)
    page(client, "close", open_incident.ref, status=403)


def test_today_shows_the_clock_to_the_owner_and_not_to_a_colleague(open_incident, owner, ops_lead):
    def needs(user):
        abilities = navigation(user, "/", {}).abilities
        found = today(user, timezone.now(), abilities).needs
        return [need for need in found if need.url.startswith("/incidents/")]

    assert "left" in needs(owner)[0].title
    assert needs(owner)[0].due is not None
    assert needs(ops_lead) == []


def test_the_system_page_shows_its_incidents_and_offers_to_register_one(
    open_incident, owner, as_user
):
    text = as_user(owner).get(open_incident.system.get_absolute_url()).content.decode()

    assert open_incident.title in text
    assert reverse("incidents:new", args=[open_incident.system.ref]) in text


def test_a_moment_left_as_it_was_shown_keeps_its_seconds(open_incident, owner, as_user):
    client = as_user(owner)
    shown = open_incident.aware_there
    typed = told(
        title="Other words", effects=open_incident.effects, zone=open_incident.zone,
        aware_at=f"{shown:%Y-%m-%dT%H:%M}", reason="Clearer.", row_version=1,
    )  # fmt: skip
    client.post(reverse("incidents:correct", args=[open_incident.ref]), typed)
    before = open_incident.aware_at
    open_incident.refresh_from_db()

    assert open_incident.aware_at == before
    assert set(open_incident.steps.get().changes) == {"title", "description"}


def test_several_files_go_with_a_step_at_once(open_incident, owner, as_user):
    client, here = as_user(owner), open_incident.get_absolute_url()
    step = {"done_at": f"{timezone.now().astimezone(open_incident.clock_zone):%Y-%m-%dT%H:%M}"}
    step |= {"authority": "Market surveillance"}
    files = [SimpleUploadedFile(name, name.encode()) for name in ("report.pdf", "receipt.txt")]
    empty = SimpleUploadedFile("empty.txt", b"")

    refused = client.post(f"{here}steps/initial_report/", step | {"uploads": [empty, *files]})
    assert refused.status_code == 422
    for file in files:
        file.seek(0)
    done = client.post(f"{here}steps/initial_report/", step | {"uploads": files})
    assert done.status_code == 302
    found = list(open_incident.steps.get().evidence.order_by("pk"))
    assert [item.file_name for item in found] == ["report.pdf", "receipt.txt"]
    text = page(client, "incident", open_incident.ref)
    assert all(item.ref in text for item in found)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_today_says_overdue_from_the_moment_on_and_not_before_wherever_days_begin(
    provided, owner, zone
):
    incident = happened(provided, owner, zone=zone)
    end = clock_of(incident, timezone.now()).due.ends_at
    before, after = (
        today(owner, end + timedelta(minutes=minutes), frozenset()) for minutes in (-5, 5)
    )
    (running,) = [need for need in before.needs if incident.ref in need.note]
    (late,) = [need for need in after.needs if incident.ref in need.note]

    assert (running.is_overdue(before.day), late.is_overdue(after.day)) == (False, True)
    assert after.overdue == before.overdue + 1
    assert running.due >= before.day
    assert late.due <= after.day


def test_a_deadline_stands_among_the_dates_ahead_until_it_is_reported(
    open_incident, owner, auditor, stranger
):
    now = timezone.now()
    (ahead,) = [item for item in today(auditor, now, frozenset()).ahead if item.url]

    assert ahead.title == f"Report: {open_incident.title}"
    assert open_incident.ref in ahead.note
    assert "23:59 CE" in ahead.note
    assert ahead.url == open_incident.get_absolute_url()
    assert not any(item.url for item in today(stranger, now, frozenset()).ahead)
    actions.record_step(
        open_incident, kind="initial_report", done_at=now, authority="A", actor=owner
    )
    assert not any(item.url for item in today(auditor, now, frozenset()).ahead)


def test_once_the_causal_link_is_established_the_page_says_immediately(
    open_incident, owner, as_user
):
    client = as_user(owner)
    assert "report immediately" not in page(client, "incident", open_incident.ref)
    actions.record_step(open_incident, kind="causal_link", done_at=timezone.now(), actor=owner)

    assert "established: report immediately" in page(client, "incident", open_incident.ref)
