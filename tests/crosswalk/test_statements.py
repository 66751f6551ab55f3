"""Saying by hand what shows a control: who may, what is kept, until when it counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.common.errors import DomainError
from governance.crosswalk.models import Statement
from governance.crosswalk.rules import Framework, State
from governance.crosswalk.statement_actions import Content, Subject, state, withdraw_statement
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.actions import retire

ISO = Framework.ISO_42001
LINK = Content(link="https://intranet.halden.example/policy")
WAYS = {"said": "The policy refers to security and privacy.", "content": LINK}


@pytest.fixture
def stated(officer, a_month):
    """The officer's statement for all systems."""
    return state(Subject("C02"), actor=officer, review_on=a_month, **WAYS)


def test_a_statement_for_all_systems_shows_its_control_in_part(system, stated, stands):
    row = stands("C02", ISO)

    assert row.state == State.PRESENT
    assert row.is_partial


def test_one_about_a_system_shows_it_for_that_system_alone(system, owner, a_month, stands):
    assert stands("C67", Framework.GDPR).state == State.MISSING
    state(Subject("C67", system), actor=owner, review_on=a_month, **WAYS)

    assert stands("C67", Framework.GDPR).present == {system.pk}


def test_after_its_day_of_review_it_is_stale(system, officer, stands, monkeypatch):
    today = timezone.localdate()
    state(Subject("C02"), actor=officer, review_on=today, **WAYS)
    assert stands("C02", ISO).state == State.PRESENT

    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert stands("C02", ISO).state == State.STALE


def test_what_was_withdrawn_shows_nothing_and_stays_readable(system, stated, officer, stands):
    withdraw_statement(stated, actor=officer, reason="Another policy.")

    assert stands("C02", ISO).state == State.MISSING
    assert Statement.objects.get().withdrawn_because == "Another policy."
    with pytest.raises(DomainError, match="already"):
        withdraw_statement(stated, actor=officer, reason="Again.")


def test_a_file_is_kept_with_its_digest(system, officer, a_month):
    upload = SimpleUploadedFile("minutes.pdf", b"%PDF minutes")
    row = state(
        Subject("C85"), actor=officer, said="Reviewed.", content=Content(upload), review_on=a_month
    )

    assert (row.file_name, row.size_bytes, len(row.sha256)) == ("minutes.pdf", 12, 64)


@pytest.mark.parametrize(
    ("control", "content", "days", "says"),
    [
        ("C99", LINK, 30, "no control"),
        ("C09", LINK, 30, "the registry itself"),
        ("C02", Content(), 30, "either a file or a link"),
        ("C02", Content(link="http://a.example/"), 30, "https"),
        ("C02", LINK, -1, "within a year"),
        ("C02", LINK, 400, "within a year"),
    ],
)
def test_what_cannot_be_is_refused(officer, control, content, days, says):
    day = timezone.localdate() + timedelta(days=days)

    with pytest.raises(DomainError, match=says):
        state(Subject(control), actor=officer, said="So.", content=content, review_on=day)
    assert not Statement.objects.exists()


def test_a_control_of_the_organisation_is_not_stated_for_one_system(system, officer, a_month):
    with pytest.raises(DomainError, match="for all systems"):
        state(Subject("C02", system), actor=officer, review_on=a_month, **WAYS)


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_only_who_may_change_the_system_states_about_it(request, system, a_month, who):
    with pytest.raises(PermissionDenied):
        state(Subject("C67", system), actor=request.getfixturevalue(who), review_on=a_month, **WAYS)


def test_an_owner_states_nothing_for_all_systems(owner, stranger, a_month):
    for actor in (owner, stranger):
        with pytest.raises(PermissionDenied):
            state(Subject("C02"), actor=actor, review_on=a_month, **WAYS)


def test_the_record_keeps_who_stated_and_withdrew(system, stated, officer):
    withdraw_statement(stated, actor=officer, reason="Over.")

    told = list(Entry.objects.order_by("pk").values_list("action", "object_ref"))[-2:]
    assert told == [
        ("control.stated", stated.ref),
        ("control.statement_withdrawn", stated.ref),
    ]


def test_statements_about_a_system_are_seen_with_it(
    system, owner, stated, stranger, auditor, administrator, a_month
):
    about = state(Subject("C67", system), actor=owner, review_on=a_month, **WAYS)

    assert set(Statement.objects.visible_to(auditor)) == {stated, about}
    assert set(Statement.objects.visible_to(stranger)) == {stated}


def test_a_statement_is_signed_on_its_page_and_its_file_handed_out(
    as_user, officer, system, a_month
):
    client = as_user(officer)
    upload = SimpleUploadedFile("flow.pdf", b"%PDF flow")
    given = {"system": system.ref, "said": "The flow is drawn.", "review_on": a_month}

    assert client.get("/frameworks/controls/C67/statements/new/").status_code == 200
    address = "/frameworks/controls/C67/statements/new/"
    assert client.post(address, given | {"upload": upload}).status_code == 302
    row = Statement.objects.get()
    page = client.get("/frameworks/controls/C67/").content.decode()
    assert "The flow is drawn." in page
    assert row.ref in page
    sent = client.get(f"/frameworks/statements/{row.pk}/file/")
    assert b"".join(sent.streaming_content) == b"%PDF flow"

    gone = {"reason": "Drawn anew."}
    assert client.post(f"/frameworks/statements/{row.pk}/withdraw/", gone).status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_by == officer


def test_a_form_without_file_and_link_is_answered_with_the_reason(as_user, officer, a_month):
    given = {"said": "So.", "review_on": a_month}
    page = as_user(officer).post("/frameworks/controls/C02/statements/new/", given)

    assert page.status_code == 422
    assert "either a file or a link" in page.content.decode()


def test_where_the_registry_shows_it_there_is_nothing_to_state(as_user, officer):
    client = as_user(officer)

    assert client.get("/frameworks/controls/C09/statements/new/").status_code == 404
    assert "Attach evidence by hand" not in client.get("/frameworks/controls/C09/").content.decode()


def test_an_auditor_reads_statements_and_signs_none(as_user, auditor, stated):
    client = as_user(auditor)

    assert stated.said in client.get("/frameworks/controls/C02/").content.decode()
    assert client.get("/frameworks/controls/C02/statements/new/").status_code == 403


@pytest.fixture
def api(client, officer):
    """A client of the API in the officer's name."""
    _, text = issue_token(actor=officer, name="t", scopes=list(Scope))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return client


def test_over_rest_a_statement_is_signed_read_and_withdrawn(api, system, a_month):
    given = {
        "control": "C67", "system": system.ref, "said": "So.", "link": "https://halden.example/",
        "review_on": a_month.isoformat(),
    }  # fmt: skip
    made = api.post("/api/v1/control-statements/", given, content_type="application/json")

    assert made.status_code == 201
    about = f"/api/v1/control-statements/{made.json()['id']}/"
    assert api.get(about).json()["system"] == system.ref
    body = {"reason": "Over."}
    told = api.post(f"{about}withdraw/", body, content_type="application/json").json()
    assert told["withdrawn_because"] == "Over."
    listed = api.get("/api/v1/control-statements/?control=C67").json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]


def test_over_rest_nobody_sees_what_is_said_about_a_foreign_system(
    client, system, officer, stranger, a_month
):
    row = state(Subject("C67", system), actor=officer, review_on=a_month, **WAYS)
    _, text = issue_token(actor=stranger, name="t", scopes=list(Scope))
    told = {"HTTP_AUTHORIZATION": f"Bearer {text}"}

    assert client.get(f"/api/v1/control-statements/{row.pk}/", **told).status_code == 404
    assert client.get("/api/v1/control-statements/", **told).json()["items"] == []


def test_over_rest_a_second_person_agrees_that_a_control_does_not_apply(
    api, system, second, a_month, stands
):
    given = {"control": "C09", "system": system.ref, "reason": "No.", "until": a_month.isoformat()}
    made = api.post("/api/v1/controls-set-aside/", given, content_type="application/json")

    assert made.status_code == 201
    about = f"/api/v1/controls-set-aside/{made.json()['id']}/agree/"
    assert api.post(about, {}, content_type="application/json").status_code == 403
    _, text = issue_token(actor=second, name="t", scopes=list(Scope))
    other = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    agreed = api.post(about, {}, content_type="application/json", **other)
    assert agreed.json()["agreed_by"] == second.email
    assert stands("C09", ISO).state == State.NOT_APPLICABLE


def test_a_missing_control_says_that_evidence_can_be_attached(as_user, officer, system):
    page = as_user(officer).get("/frameworks/iso_42001/?state=missing").content.decode()

    assert "Nothing in Muster records this yet" in page
    assert "attach evidence by hand" in page


def test_the_same_is_signed_once_while_it_stands(stated, officer, a_month):
    with pytest.raises(DomainError, match=f"You signed this already: {stated.ref}"):
        state(Subject("C02"), actor=officer, review_on=a_month, **WAYS)

    withdraw_statement(stated, actor=officer, reason="Another policy.")
    state(Subject("C02"), actor=officer, review_on=a_month, **WAYS)
    assert Statement.objects.standing().count() == 1


def test_nothing_is_stated_about_a_retired_system(system, owner, officer, a_month):
    retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    with pytest.raises(DomainError, match="is retired"):
        state(Subject("C67", system), actor=owner, review_on=a_month, **WAYS)
