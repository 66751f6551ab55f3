"""Search: found is what the person may see, by name, number, purpose or key."""

import pytest

from governance.accounts.rules import Role
from governance.approvals import actions as approvals
from governance.ledger.actions import sequence_all
from governance.ledger.models import Entry
from governance.ledger.queries import number_of
from inventory.systems import actions as systems
from inventory.systems.version_actions import add_version
from inventory.vendors.models import Agreement, Vendor
from tests.conftest import person
from tests.factories import make_system


@pytest.fixture
def world(system, claims, owner, officer, administrator):
    """One thing of each kind in Claims."""
    vendor = Vendor.objects.create(ref="VEN-009", name="Kelda AI")
    Agreement.objects.create(
        ref="AGR-007", kind="DPA", title="Data terms", vendor=vendor, unit=claims, our_party="H"
    )
    version = add_version(
        system, actor=owner, label="1.0.0", provider="openai", model_id="gpt-4o-2024-11-20"
    )
    approvals.submit(version, actor=owner, reason="First release.")
    return system


@pytest.fixture
def search(as_user):
    """Return a function that searches as a person and returns kind → titles."""

    def run(user, text):
        answer = as_user(user).get("/find/", {"q": text})
        assert answer.status_code == 200
        return {group.kind: [hit.title for hit in group.hits] for group in answer.context["found"]}

    return run


@pytest.mark.parametrize("text", ["claim tri", "AIS-001", "ais-001", "urgency", "TRIAGE"])
def test_system_is_found_by_name_number_and_purpose(search, officer, world, text):
    text = text.upper().replace("AIS-001", world.ref) if "001" in text else text

    assert search(officer, text)["AI systems"] == ["Claims triage scorer"]


def test_system_is_found_by_its_external_key(search, officer, claims):
    make_system(actor=officer, unit=claims, name="Fraud", source="dhs", external_key="DHS-2345")

    assert search(officer, "dhs-2345")["AI systems"] == ["Fraud"]


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("kelda", "Vendors", "Kelda AI"),
        ("VEN-009", "Vendors", "Kelda AI"),
        ("AGR-007", "Agreements", "DPA with Kelda AI"),
        ("data terms", "Agreements", "DPA with Kelda AI"),
        ("mira", "People", "Mira Rossi"),
        ("gpt-4o", "Model versions", "Claims triage scorer"),
        ("UPD-001", "Model updates", "Claims triage scorer 1.0.0"),
        ("agreem", "Pages", "Agreements"),
    ],
)
def test_other_things_are_found_by_name_and_number(search, officer, world, text, kind, title):
    if kind == "Model updates":
        text = world.versions.get().releases.get().ref

    assert search(officer, text)[kind] == [title]


def test_entry_of_the_ledger_is_found_by_its_number(search, officer, world):
    sequence_all()

    assert search(officer, "#0")["Ledger"] == ["Entry #0"]


@pytest.mark.parametrize("text", ["triage", "gpt-4o", "Mira", "AGR-007"])
def test_stranger_finds_nothing_of_another_unit(search, stranger, world, text):
    assert search(stranger, text) == {}


def test_stranger_finds_no_entry_about_another_unit(search, stranger, world):
    sequence_all()
    entry = Entry.objects.get(action="system.registered")

    assert search(stranger, f"#{number_of(entry)}") == {}


def test_person_without_a_role_finds_nobody(search, world, administrator, claims):
    nobody = person("Nils Nobody", None, claims, administrator)

    assert "People" not in search(nobody, "a")


def test_shared_system_is_found(search, stranger, world, officer):
    systems.share(world, user=stranger, actor=officer)

    assert search(stranger, "triage")["AI systems"] == ["Claims triage scorer"]


def test_administrator_finds_people_by_address(search, administrator, owner):
    assert search(administrator, "mira@")["People"] == ["Mira Rossi"]


@pytest.mark.parametrize("text", ["", "  ", "'", "a:*", "\x01", "%", "🙂", "\\", "|", "x" * 5000])
def test_odd_words_find_nothing_and_break_nothing(search, officer, world, text):
    assert "AI systems" not in search(officer, text) or text == "a:*"


def test_dialog_gets_a_fragment_and_says_how_many(as_user, officer, world):
    answer = as_user(officer).get("/find/", {"q": "triage"}, headers={"HX-Request": "true"})
    page = answer.content.decode()

    assert "<html" not in page
    assert "Claims triage scorer" in page
    assert "1 thing found" in page
    assert "HX-Request" in answer["Vary"]


def test_search_costs_the_same_for_one_hit_and_for_many(
    as_user, officer, world, claims, django_assert_max_num_queries
):
    client = as_user(officer)
    with django_assert_max_num_queries(15) as first:
        client.get("/find/", {"q": "claims"})
    for number in range(12):
        make_system(actor=officer, unit=claims, name=f"Claims model {number * 7}")
    with django_assert_max_num_queries(15) as second:
        client.get("/find/", {"q": "claims"})

    assert len(second) == len(first)


def test_auditor_of_a_unit_finds_its_systems(search, world, claims, administrator):
    auditor = person("Olga Audit", Role.AUDITOR, claims, administrator)

    assert search(auditor, "triage")["AI systems"] == ["Claims triage scorer"]
