"""The page of one system."""

from datetime import date

import pytest

from inventory.systems.actions import change_system, link_agreement, retire, share
from inventory.systems.version_actions import add_version
from inventory.vendors.actions import add_agreement, add_vendor


@pytest.fixture
def full(system, officer, claims):
    """A system with vendor, agreement and versions."""
    vendor = add_vendor(actor=officer, name="Kelda AI")
    agreement = add_agreement(
        actor=officer,
        kind="DPA",
        title="Processing terms",
        vendor=vendor,
        unit=claims,
        our_party="Halden Mutual",
        signed_on=date(2026, 1, 1),
        effective_from=date(2026, 1, 1),
    )
    change_system(
        system,
        actor=officer,
        vendor=vendor,
        data_categories=["personal"],
        countries=["DE", "IT"],
        our_roles=["deployer"],
    )
    add_version(
        system, actor=officer, label="1.0", provider="openai", model_id="gpt-4o", region="eu"
    )
    return system, agreement


def test_the_page_answers_who_what_and_what_is_missing(as_user, full, officer):
    system, _ = full
    page = as_user(officer).get(f"/systems/{system.ref}/").content.decode()

    for words in ("Claims triage scorer", "Mira Rossi owns it", "Deployer", "Kelda AI", "DE, IT",
                  "Floating", "a signed classification", "No DPA in force", "Art. 28(3) GDPR",
                  "registered Claims triage scorer"):  # fmt: skip
        assert words in page, words


def test_a_linked_agreement_in_force_covers_it(as_user, full, officer):
    system, agreement = full
    link_agreement(system, agreement=agreement, actor=officer)
    page = as_user(officer).get(f"/systems/{system.ref}/").content.decode()

    assert "Covered" in page
    assert "No DPA in force" not in page


def test_a_foreign_system_is_not_there(as_user, system, stranger):
    client = as_user(stranger)
    for part in ("", "edit/", "retire/", "share/", "agreements/", "versions/new/"):
        assert client.get(f"/systems/{system.ref}/{part}").status_code == 404


def test_a_shared_system_is_there_to_read(as_user, system, officer, stranger):
    share(system, user=stranger, actor=officer)
    client = as_user(stranger)

    assert client.get(f"/systems/{system.ref}/").status_code == 200
    assert client.get(f"/systems/{system.ref}/edit/").status_code == 403


def test_a_reader_gets_no_controls(as_user, system, auditor):
    page = as_user(auditor).get(f"/systems/{system.ref}/").content.decode()

    for address in ("/edit/", "/retire/", "/share/", "/versions/new/"):
        assert f"{system.ref}{address}" not in page
    assert "/packs/new/" not in page
    assert "Make the matrix" not in page


def test_a_retired_system_has_a_banner_and_no_controls(as_user, system, officer):
    retire(system, actor=officer, on=date(2026, 11, 1), reason="Replaced.")
    client = as_user(officer)
    page = client.get(f"/systems/{system.ref}/").content.decode()

    assert "Retired on 1 November 2026" in page
    assert f"{system.ref}/edit/" not in page
    assert client.get(f"/systems/{system.ref}/edit/").status_code == 409


def test_markup_in_a_name_is_shown_not_run(as_user, system, officer):
    change_system(system, actor=officer, name="<script>alert(1)</script>", outputs="<b>x</b>")
    client = as_user(officer)

    for path in (f"/systems/{system.ref}/", "/systems/"):
        assert b"<script>alert(1)" not in client.get(path).content


def test_the_page_asks_the_database_a_constant_number_of_times(
    as_user, full, officer, django_assert_max_num_queries
):
    system, agreement = full
    link_agreement(system, agreement=agreement, actor=officer)
    client = as_user(officer)
    for at in range(8):
        add_version(system, actor=officer, label=f"2.{at}", provider="x", model_id=f"m{at}")
        change_system(system, actor=officer, name=f"Name {at}")

    with django_assert_max_num_queries(38):
        client.get(f"/systems/{system.ref}/")
