"""Pages that register, change, retire, share and version systems."""

import pytest

from governance.accounts.rules import Role
from inventory.systems.actions import change_system, register, share
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version
from inventory.vendors.models import Agreement, Vendor
from tests.conftest import person


def typed(page) -> dict[str, object]:
    """Return what a form page would send back unchanged."""
    form = page.context["form"]
    values = {field.name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def test_a_system_is_registered_with_name_unit_and_owner(as_user, officer, claims, owner):
    data = {"name": "Fraud screen", "unit": claims.pk, "owner": owner.pk, "stage": "pilot"}
    answer = as_user(officer).post("/systems/new/", data)

    system = AISystem.objects.get()
    assert answer["Location"] == f"/systems/{system.ref}/"
    assert (system.owner, system.stage, system.origin) == (owner, "pilot", "manual")


def test_what_is_missing_is_told_on_top_and_at_the_field_and_nothing_typed_is_lost(
    as_user, officer
):
    page = as_user(officer).post(
        "/systems/new/", {"name": "", "stage": "idea", "intended_purpose": "Keep me"}
    )

    assert page.status_code == 422
    for words in (b"There is a problem", b'href="#id_name"', b"Keep me"):
        assert words in page.content


def test_a_look_alike_is_shown_and_a_reason_lets_it_through(as_user, officer, system, claims):
    client = as_user(officer)
    data = {"name": "claims-triage scorer", "unit": claims.pk, "stage": "idea"}
    page = client.post("/systems/new/", data)

    assert page.status_code == 409
    for words in ("may be registered already", system.ref, "claims-triage scorer"):
        assert words in page.content.decode()
    assert AISystem.objects.count() == 1
    again = client.post("/systems/new/", data | {"distinct_because": "It serves household."})
    assert again.status_code == 302
    assert AISystem.objects.count() == 2


def test_only_units_where_one_registers_are_offered(as_user, owner, claims, lending):
    page = as_user(owner).get("/systems/new/")
    units = list(page.context["form"].fields["unit"].queryset)

    assert units == [claims]
    answer = as_user(owner).post(
        "/systems/new/", {"name": "x", "unit": lending.pk, "stage": "idea"}
    )
    assert answer.status_code == 422


def test_a_reader_may_not_register(as_user, auditor):
    assert as_user(auditor).get("/systems/new/").status_code == 403


def test_people_whose_account_is_closed_are_not_offered(as_user, officer, stranger):
    stranger.is_active = False
    stranger.save(update_fields=["is_active"])
    page = as_user(officer).get("/systems/new/")

    assert stranger not in page.context["form"].fields["owner"].queryset


def test_saving_without_a_change_changes_nothing(as_user, officer, system):
    change_system(
        system,
        actor=officer,
        data_categories=["health", "personal"],
        countries=["DE"],
        our_roles=["provider", "deployer"],
    )
    client, path = as_user(officer), f"/systems/{system.ref}/edit/"
    before = system.row_version
    data = typed(client.get(path)) | {"countries": "DE", "row_version": before}
    assert client.post(path, data).status_code == 302

    system.refresh_from_db()
    assert system.row_version == before


def test_a_system_is_changed_from_the_page(as_user, officer, system):
    client, path = as_user(officer), f"/systems/{system.ref}/edit/"
    data = typed(client.get(path)) | {"countries": "de, it", "our_roles": ["deployer"]}
    assert client.post(path, data).status_code == 302

    system.refresh_from_db()
    assert (system.countries, system.our_roles) == (["DE", "IT"], ["deployer"])


def test_a_country_that_is_no_code_is_told(as_user, officer, system):
    client, path = as_user(officer), f"/systems/{system.ref}/edit/"
    page = client.post(path, typed(client.get(path)) | {"countries": "Germany"})

    assert page.status_code == 422
    assert b"country code" in page.content or b"at most 2" in page.content


def test_a_conflict_shows_both_values_and_saving_again_decides(as_user, officer, system):
    client, path = as_user(officer), f"/systems/{system.ref}/edit/"
    data = typed(client.get(path)) | {"name": "Typed name"}
    change_system(system, actor=officer, name="Stored name")

    page = client.post(path, data)
    assert page.status_code == 409
    assert b"Stored name" in page.content
    assert b'value="Typed name"' in page.content
    data["row_version"] = page.context["form"]["row_version"].value()
    assert client.post(path, data).status_code == 302
    system.refresh_from_db()
    assert system.name == "Typed name"


def test_the_owner_changes_the_own_system_and_no_other(as_user, owner, system, claims, officer):
    other = register(actor=officer, name="Other", unit=claims)
    client = as_user(owner)

    assert client.get(f"/systems/{system.ref}/edit/").status_code == 200
    assert client.get(f"/systems/{other.ref}/edit/").status_code == 403


def test_retiring_asks_for_the_day_and_the_reason(as_user, officer, system):
    client, path = as_user(officer), f"/systems/{system.ref}/retire/"
    assert client.post(path, {"on": "2026-11-01"}).status_code == 422
    assert client.post(path, {"on": "2026-11-01", "reason": "Replaced."}).status_code == 302

    system.refresh_from_db()
    assert system.is_retired
    assert client.post(path, {"on": "2026-11-01", "reason": "x"}).status_code == 422


def test_sharing_and_taking_it_back_are_pages(as_user, officer, system, stranger):
    client = as_user(officer)
    client.post(f"/systems/{system.ref}/share/", {"user": stranger.pk})
    assert AISystem.objects.visible_to(stranger).exists()

    client.post(f"/systems/{system.ref}/share/{stranger.handle}/end/")
    assert not AISystem.objects.visible_to(stranger).exists()


def test_a_shared_reader_may_not_share_on(as_user, officer, system, stranger, owner):
    share(system, user=stranger, actor=officer)

    answer = as_user(stranger).post(f"/systems/{system.ref}/share/", {"user": owner.pk})
    assert answer.status_code == 403


def test_a_version_is_added_and_its_pin_is_told(as_user, officer, system):
    data = {"label": "1.0", "provider": "openai", "model_id": "gpt-4o"}
    page = as_user(officer).post(f"/systems/{system.ref}/versions/new/", data, follow=True)

    assert ModelVersion.objects.get().label == "1.0"
    assert b"floating" in page.content


def test_the_same_version_again_is_told_with_its_label(as_user, officer, system):
    data = {"label": "1.0", "provider": "openai", "model_id": "gpt-4o"}
    client = as_user(officer)
    client.post(f"/systems/{system.ref}/versions/new/", data)

    page = client.post(f"/systems/{system.ref}/versions/new/", data | {"label": "2.0"}, follow=True)
    assert b"This is version 1.0" in page.content
    assert ModelVersion.objects.count() == 1


def test_a_version_of_another_system_is_not_there(as_user, officer, system, claims):
    other = register(actor=officer, name="Other", unit=claims)
    version = add_version(other, actor=officer, label="1", provider="x", model_id="y")

    path = f"/systems/{system.ref}/versions/{version.pk}/"
    assert as_user(officer).get(path).status_code == 404


def test_an_agreement_is_linked_and_unlinked(as_user, officer, system, organisation):
    vendor = Vendor.objects.create(ref="VEN-900", name="Kelda AI")
    row = Agreement.objects.create(
        ref="AGR-900", kind="DPA", title="DPA", vendor=vendor, unit=organisation, our_party="Us"
    )
    change_system(system, actor=officer, vendor=vendor)
    client = as_user(officer)
    client.post(f"/systems/{system.ref}/agreements/", {"agreement": row.pk})
    assert list(system.agreements.all()) == [row]

    client.post(f"/systems/{system.ref}/agreements/{row.ref}/unlink/")
    assert not system.agreements.exists()


def test_views_belong_to_the_person(as_user, officer, owner):
    as_user(officer).post("/systems/views/save/", {"name": "Mine", "query": "?stage=pilot"})
    view = officer.saved_views.get()

    assert as_user(owner).post(f"/systems/views/{view.pk}/forget/").status_code == 404


@pytest.mark.parametrize("query", ["?next=//evil.example", "https://evil.example", "//evil"])
def test_a_saved_view_leads_nowhere_else(as_user, officer, query):
    answer = as_user(officer).post("/systems/views/save/", {"name": "x", "query": query})

    assert answer["Location"].startswith("/systems/?")


def test_an_owner_from_another_unit_edits_nothing_there(
    as_user, administrator, lending, system, officer
):
    outsider = person("Nils Outside", Role.SYSTEM_OWNER, lending, administrator)
    change_system(system, actor=officer, owner=outsider)

    assert as_user(outsider).get(f"/systems/{system.ref}/edit/").status_code == 404
