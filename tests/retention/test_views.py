"""The pages of retention and erasure."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from governance.accounts import actions as accounts
from governance.ledger.actions import sequence_all
from governance.ledger.models import Entry
from governance.retention.queries import holdings
from tests.conftest import PASSWORD
from tests.factories import make_system


@pytest.fixture(autouse=True)
def _notes(settings, tmp_path):
    settings.ERASURES = tmp_path / "erasures"


def address(person) -> str:
    return f"{reverse('retention:look')}?person={person.pk}"


@pytest.fixture
def filled(owner):
    """The form of an erasure of all that may go about Mira Rossi."""
    sequence_all()
    values = [one.value.pk for one in holdings(person=owner).free]
    return {"ground": "asked", "reason": "request 17", "value": values}


@pytest.mark.parametrize("page", ["erasure", "look"])
def test_only_the_one_role_opens_erasure(as_user, officer, page):
    assert as_user(officer).get(reverse(f"retention:{page}")).status_code == 403


def test_a_person_is_found_and_looked_at(as_user, administrator, owner):
    sequence_all()
    client = as_user(administrator)

    found = client.get(reverse("retention:erasure"), {"q": "Rossi"}).content.decode()
    shown = client.get(address(owner)).content.decode()

    assert f"?person={owner.pk}" in found
    assert "Can be erased" in shown
    assert owner.email in shown


def test_erasing_tells_how_many_went_and_the_log_shows_it(as_user, administrator, owner, filled):
    client = as_user(administrator)

    answer = client.post(address(owner), filled, follow=True)

    assert f"{len(filled['value'])} values are erased" in answer.content.decode()
    assert "erased" in client.get(reverse("retention:erasure")).content.decode()
    assert holdings(person=owner).held == []


def test_one_value_is_told_as_one(as_user, administrator, owner, filled):
    one = filled | {"value": filled["value"][:1]}

    answer = as_user(administrator).post(address(owner), one, follow=True)

    assert "1 value is erased" in answer.content.decode()


def test_what_was_typed_stays_when_the_reason_names_the_person(
    as_user, administrator, owner, filled
):
    one, *others = filled["value"]
    typed = filled | {"value": [one], "reason": "Mira Rossi asked for it"}

    answer = as_user(administrator).post(address(owner), typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write the reason without the name" in page
    assert "Mira Rossi asked for it</textarea>" in page
    assert f'value="{one}" checked' in page
    assert f'value="{others[0]}" checked' not in page


def test_without_a_fresh_proof_the_password_is_asked_for_and_the_form_kept(
    client, administrator, owner, filled
):
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")

    asked = client.post(address(owner), filled)
    assert asked.status_code == 403
    assert "request 17" in asked.content.decode()
    assert holdings(person=owner).held

    client.post(address(owner), filled | {"confirm_password": PASSWORD})
    assert holdings(person=owner).held == []


@pytest.mark.parametrize("without", ["ground", "reason", "value"])
def test_what_is_missing_is_asked_for(as_user, administrator, owner, filled, without):
    del filled[without]

    assert as_user(administrator).post(address(owner), filled).status_code == 422
    assert holdings(person=owner).held


@pytest.mark.parametrize("query", ["", "?person=0", "?person=x", "?q=ab"])
def test_nobody_to_look_for_is_no_page(as_user, administrator, query):
    assert as_user(administrator).get(reverse("retention:look") + query).status_code == 404


def test_the_name_comes_off_a_closed_account_by_its_page(as_user, administrator, owner):
    accounts.deactivate(owner, actor=administrator)
    client = as_user(administrator)

    client.post(f"{reverse('retention:name')}?person={owner.pk}")

    assert "Name and address are gone" in client.get(address(owner)).content.decode()


def test_retention_says_why_and_until_when(as_user, officer, claims):
    make_system(actor=officer, unit=claims, our_roles=["provider"], live_since=date(2026, 5, 3))

    shown = as_user(officer).get(reverse("retention:retention")).content.decode()

    assert "Art. 18(1)" in shown
    assert 'datetime="2036-05-03"' in shown
    assert "164.316" in shown


def test_others_see_no_system_of_ours(as_user, officer, claims, stranger):
    make_system(actor=officer, unit=claims, name="Hidden", our_roles=["provider"])

    assert "Hidden" not in as_user(stranger).get(reverse("retention:retention")).content.decode()


def test_an_entry_page_says_that_a_value_was_erased(as_user, administrator, owner, filled):
    client = as_user(administrator)
    client.post(address(owner), filled)
    added = Entry.objects.get(action="person.added", object_id=str(owner.pk))
    sequence_all()

    shown = client.get("/ledger/?kind=person").content.decode()

    assert added.pk
    assert "(erased on" in shown


def test_the_pages_take_the_same_queries_for_one_and_for_many(
    as_user, administrator, officer, claims
):
    client = as_user(administrator)

    def queries() -> list[int]:
        counts = []
        for page in (reverse("retention:retention"), address(officer)):
            sequence_all()
            with CaptureQueriesContext(connection) as caught:
                client.get(page)
            counts.append(len(caught))
        return counts

    made = {"actor": officer, "unit": claims, "owner": officer, "our_roles": ["provider"]}
    make_system(**made)
    queries()  # what is cached once
    before = queries()
    for at in range(8):
        make_system(**made, name=f"System {at}")
    assert queries() == before
