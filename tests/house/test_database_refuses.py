"""The database refuses to rewrite what people signed, said, showed or did, whoever asks it."""

import pytest
from django.db import IntegrityError, connection, transaction

KEPT = {
    "assessment_in_claims": "classification_assessment",
    "document_in_claims": "documents_signeddocument",
    "evidence_in_claims": "evidence_evidenceitem",
    "duty_in_claims": "obligations_duty",
    "proof_in_claims": "obligations_proof",
    "incident_in_claims": "incidents_incident",
    "step_in_claims": "incidents_incidentstep",
    "question_in_claims": "classification_factrequest",
    "statement_in_claims": "crosswalk_statement",
}
REWRITTEN = [
    ("assessment_in_claims", "SET reason = 'another'"),
    ("assessment_in_claims", "SET tier = 'minimal'"),
    ("assessment_in_claims", "SET trace = '{}'"),
    ("assessment_in_claims", "SET superseded_at = now(), signed_by_id = signed_by_id + 1"),
    ("document_in_claims", "SET content = '{}'"),
    ("document_in_claims", "SET digest = repeat('0', 64)"),
    ("document_in_claims", "SET signed_at = now()"),
    ("evidence_in_claims", "SET sha256 = repeat('0', 64)"),
    ("evidence_in_claims", "SET title = 'Another'"),
    ("evidence_in_claims", "SET withdrawn_at = now()"),  # by whom and why?
    ("statement_in_claims", "SET said = 'Something else'"),
    ("statement_in_claims", "SET review_on = review_on + 30"),
    ("duty_in_claims", "SET obligation = 'art5'"),
    ("duty_in_claims", "SET role = 'importer'"),
    ("duty_in_claims", "SET row_version = row_version - 1"),
    ("duty_in_claims", "SET status = 'met'"),  # when is it looked at again?
    ("duty_in_claims", "SET status = 'not_applicable'"),  # who agreed?
    ("proof_in_claims", "SET item_id = item_id + 1"),
    ("proof_in_claims", "SET added_at = now()"),
    ("incident_in_claims", "SET registered_at = now()"),
    ("incident_in_claims", "SET status = 'closed'"),  # by whom?
    ("incident_in_claims", "SET effects = '{}'"),
    ("step_in_claims", "SET note = 'Something else'"),
    ("step_in_claims", "SET done_at = now()"),
    ("question_in_claims", "SET due_on = due_on + 30"),
    ("question_in_claims", "SET answered_at = now(), withdrawn_at = now()"),
]
ENDED_ONCE = [
    ("ended_incident", "incidents_incident", "SET title = 'Nothing happened'"),
    ("ended_incident", "incidents_incident", "SET status = 'open', ended_at = NULL"),
    ("withdrawn_evidence", "evidence_evidenceitem", "SET withdrawn_at = NULL"),
    ("superseded_assessment", "classification_assessment", "SET superseded_at = NULL"),
    ("withdrawn_question", "classification_factrequest", "SET withdrawn_at = NULL"),
    ("revoked_link", "obligations_calendarlink", "SET revoked_at = NULL"),
]


@pytest.fixture
def proof_in_claims(duty_in_claims, evidence_in_claims, owner):
    from governance.obligations.actions import show_evidence

    show_evidence(duty_in_claims, item=evidence_in_claims, actor=owner)
    return duty_in_claims.proofs.get()


@pytest.fixture
def step_in_claims(incident_in_claims, owner):
    from django.utils import timezone

    from governance.incidents.actions import record_step

    said = {"authority": "Market surveillance authority", "note": "Sent by mail."}
    now = timezone.now()
    return record_step(incident_in_claims, kind="initial_report", done_at=now, actor=owner, **said)


@pytest.fixture
def question_in_claims(system, owner, officer):
    from governance.classification.actions import answer_facts
    from governance.classification.models import FactRequest

    answer_facts(system, facts={"actor.uses_professionally": None}, actor=officer)
    return FactRequest.objects.get()


@pytest.fixture
def withdrawn_question(question_in_claims, officer):
    from governance.classification.actions import answer_facts

    fact = question_in_claims.fact
    answer_facts(question_in_claims.system, facts={}, cleared=[fact], actor=officer)
    return question_in_claims


@pytest.fixture
def withdrawn_evidence(evidence_in_claims, owner):
    from governance.evidence.actions import withdraw_evidence

    withdraw_evidence(evidence_in_claims, reason="It is of another model.", actor=owner)
    return evidence_in_claims


@pytest.fixture
def superseded_assessment(assessment_in_claims, officer):
    from governance.classification.actions import answer_facts
    from tests.classification.conftest import sign

    system = assessment_in_claims.system
    answer_facts(system, facts={"tr.interacts_directly": True}, actor=officer)
    sign(system, officer)
    return assessment_in_claims


@pytest.fixture
def ended_incident(incident_in_claims, owner, officer):
    from governance.incidents.actions import agree_not_serious, doubt_incident

    doubt_incident(incident_in_claims, reason="Nobody was turned away.", actor=owner)
    agree_not_serious(incident_in_claims, actor=officer)
    return incident_in_claims


@pytest.fixture
def revoked_link(owner):
    from governance.obligations.calendar_actions import make_calendar_link, revoke_calendar_link
    from governance.obligations.models import CalendarLink

    make_calendar_link(actor=owner)
    revoke_calendar_link(actor=owner)
    return CalendarLink.objects.get()


def run(statement: str, pk: int) -> None:
    """Run SQL as the role of the application does."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [pk])


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_deleted(name, request):
    row = request.getfixturevalue(name)

    with pytest.raises(IntegrityError):
        run(f"DELETE FROM {KEPT[name]} WHERE id = %s", row.pk)  # noqa: S608
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("name", "change"), REWRITTEN)
def test_nothing_is_rewritten(name, change, request):
    row = request.getfixturevalue(name)

    with pytest.raises(IntegrityError):
        run(f"UPDATE {KEPT[name]} {change} WHERE id = %s", row.pk)


@pytest.mark.parametrize(("name", "table", "change"), ENDED_ONCE)
def test_what_ended_does_not_go_on(name, table, change, request):
    row = request.getfixturevalue(name)

    with pytest.raises(IntegrityError):
        run(f"UPDATE {table} {change} WHERE id = %s", row.pk)
