"""What the queries find in the tables, and that their number does not grow with the systems."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.classification.actions import answer_facts
from governance.classification.queries import usual_answers
from governance.crosswalk.applying import IS_RETIRED
from governance.crosswalk.lawful import applies_from
from governance.crosswalk.models import MappingReview
from governance.crosswalk.packing import crosswalk_facts
from governance.crosswalk.queries import changed_controls, coverage, survey
from governance.crosswalk.rules import Framework, State
from governance.ledger.actions import sequence_all
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from inventory.vendors import actions as vendors
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from tests.classification.conftest import CHATBOT, sign
from tests.factories import make_system

ACT, ISO, GDPR, HIPAA = (
    Framework.EU_AI_ACT,
    Framework.ISO_42001,
    Framework.GDPR,
    Framework.HIPAA,
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(system, officer):
    """The system with a signed classification."""
    answer_facts(system, facts=usual_answers(system) | CHATBOT, actor=officer, seen=0)
    sign(system, officer)
    return system


def test_a_signed_classification_shows_its_control(signed, stands):
    row = stands("C09", ACT)

    assert row.state == State.PRESENT
    assert not row.is_partial  # the classification is the act itself


def test_without_a_signature_it_is_missing(system, stands):
    assert stands("C09", ACT).state == State.MISSING


def test_changed_facts_make_it_stale(signed, officer, stands):
    answer_facts(signed, actor=officer, facts={"tr.interacts_directly": False})

    assert stands("C09", ACT).state == State.STALE


def test_a_matrix_counts_once_it_is_in_force(system, officer, owner, stands):
    matrix = Matrix.objects.create(system=system)
    assert stands("C21", ISO).state == State.MISSING

    now = {"submitted_at": timezone.now(), "activated_at": timezone.now()}
    people = {"submitted_by": officer, "activated_by": owner}
    rows = Matrix.objects.filter(pk=matrix.pk)
    rows.update(status=MatrixStatus.ACTIVE, **now, **people)

    assert stands("C21", ISO).state == State.PRESENT


def test_a_law_about_data_does_not_concern_a_system_without_it(claims, officer, stands):
    bare = make_system(
        actor=officer, unit=claims, name="Bare", data_categories=["no_personal_data"]
    )
    health = make_system(
        actor=officer, unit=claims, name="Health", data_categories=["health"], countries=["US"]
    )
    abroad = make_system(
        actor=officer, unit=claims, name="Abroad", data_categories=["health"], countries=["NO"]
    )

    assert stands("C09", GDPR, bare).state == State.NOT_APPLICABLE
    assert stands("C09", GDPR, health).state == State.MISSING
    assert stands("C09", HIPAA, health).state == State.MISSING
    assert stands("C09", HIPAA, abroad).state == State.NOT_APPLICABLE


def test_a_vendor_without_an_agreement_is_a_gap_and_one_with_it_is_not(claims, officer, stands):
    vendor = vendors.add_vendor(actor=officer, name="Maker", kind="vendor")
    system = make_system(
        actor=officer, unit=claims, name="S", vendor=vendor, data_categories=["personal"]
    )
    agreement = vendors.add_agreement(
        actor=officer, kind="DPA", title="Terms", vendor=vendor, unit=claims, our_party="Us",
    )  # fmt: skip
    systems.link_agreement(system, agreement=agreement, actor=officer)
    assert stands("C73", GDPR, system).state == State.MISSING  # a draft shows nothing

    day = timezone.localdate() - timedelta(days=1)
    type(agreement).objects.filter(pk=agreement.pk).update(signed_on=day, effective_from=day)
    assert stands("C73", GDPR, system).state == State.PRESENT

    type(agreement).objects.filter(pk=agreement.pk).update(expires_on=day)
    assert stands("C73", GDPR, system).state == State.STALE


def test_a_control_of_the_end_applies_to_retired_systems_alone(system, officer, stands):
    assert stands("C88", ISO).state == State.NOT_APPLICABLE

    systems.retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    assert stands("C88", ISO).state == State.PRESENT
    assert stands("C09", ISO).why_not == {system.pk: IS_RETIRED}


def test_what_is_not_recorded_here_is_missing_with_its_reason(system, stands):
    row = stands("C13", ISO)

    assert row.state == State.MISSING
    assert "not recorded" in row.control.lacks


def test_the_days_of_the_law_come_from_the_rule_pack():
    assert applies_from("Art 26(5)")
    assert applies_from("Art 4")[0][1].isoformat() == "2025-02-02"
    assert applies_from("Art 5") == ()  # no duty of the pack is dated by it


def test_a_thousand_systems_take_no_more_queries_than_two(claims, officer):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            told = survey(AISystem.objects.values_list("pk", flat=True))
            for framework in Framework:
                assert told.coverage(framework).counts.total
        return len(caught)

    def more(number: int) -> None:
        rows = [
            AISystem(ref=f"AIS-9{at:05}", name=f"S {at}", unit=claims, our_roles=["deployer"])
            for at in range(AISystem.objects.count(), number)
        ]
        AISystem.objects.bulk_create(rows)

    more(2)
    asked()  # what is read once in a process
    few = asked()
    more(1000)

    assert asked() == few
    assert few < 60


def test_a_pack_holds_each_framework_with_law_rows_and_entry_numbers(signed):
    sequence_all()

    told = crosswalk_facts([signed], timezone.now())

    act = next(one for one in told["frameworks"] if one["framework"] == "eu_ai_act")
    classified = next(one for one in act["controls"] if one["control"] == "C09")
    row = told["evidence"]["C09"][0]["rows"][0]
    assert told["warning"] == "A mapping is not compliance."
    assert act["law"]["as_of"] == "2026-11-22"
    assert classified["state"] == "present"
    assert row["ref"] == f"{signed.ref} C1"
    assert row["systems"] == [signed.ref]
    assert isinstance(row["entry"], int)


def test_no_word_of_a_pack_says_that_anybody_complies(signed):
    text = str(crosswalk_facts([signed], timezone.now())).lower()

    assert "compliant" not in text
    assert "score" not in text


def test_a_mapping_that_changed_since_it_was_looked_through_is_told(officer):
    from governance.crosswalk.actions import review_mapping

    assert changed_controls() == {}  # nothing to compare with
    row = review_mapping(actor=officer)
    assert changed_controls() == {}

    older = {**row.digests, "C05": "0" * 64, "C99": "1" * 64}
    del older["C06"]
    MappingReview.objects.filter(pk=row.pk).update(digests=older)

    assert changed_controls() == {"C05": "changed", "C06": "new", "C99": "gone"}


def test_coverage_of_no_system_is_not_applicable_throughout():
    counts = coverage(ACT, []).counts

    assert counts.applicable == 0
    assert counts.not_applicable == counts.total
