"""Reasons, evidence and questions to people over REST: the same as on the pages."""

import pytest

from governance.classification.models import AnswerNote, FactRequest
from governance.evidence.actions import add_evidence
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.classification.conftest import sign
from tests.factories import make_system
from tests.rest.test_conventions import caller

TWO = {"bio.data_used": True, "emo.infers": True}


@pytest.fixture
def change(officer, answered):
    """Return a function that writes answers of the system as they stand."""
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    path = f"/api/v1/classifications/{answered.ref}/"

    def send(**body):
        return call("PATCH", path, body, if_match=call("GET", path)["ETag"])

    send.call = call
    return send


def test_a_reason_for_all_and_one_for_a_single_fact_are_kept_and_read(change):
    told = change(facts=TWO, because="Both.", each={"emo.infers": {"because": "Moods."}}).json()

    assert told["because"]["bio.data_used"] == "Both."
    assert told["because"]["emo.infers"] == "Moods."


def test_evidence_goes_with_a_single_fact(change, answered, officer):
    link = "https://halden.example/card"
    item = add_evidence(answered, title="Model card", actor=officer, link=link)
    told = change(facts=TWO, each={"emo.infers": {"evidence": [item.ref]}}).json()

    assert told["evidence"] == {"emo.infers": [item.ref]}


def test_evidence_about_another_system_is_refused(change, officer, claims):
    other = make_system(actor=officer, unit=claims)
    link = "https://halden.example/card"
    item = add_evidence(other, title="Model card", actor=officer, link=link)
    response = change(facts=TWO, evidence=[item.ref])

    assert response.status_code == 409
    assert "another system" in response.json()["detail"]
    assert not AnswerNote.objects.filter(fact="bio.data_used", evidence=item).exists()


def test_a_question_is_put_to_the_person_named(change, officer):
    ask = {"person": officer.email, "note": "Which score?"}
    told = change(facts={"profiling.performed": None}, ask=ask).json()

    request = FactRequest.objects.get()
    assert (request.asked, request.note) == (officer, "Which score?")
    assert told["asked"] == [
        {
            "fact": "profiling.performed",
            "person": officer.email,
            "due_on": request.due_on.isoformat(),
            "note": "Which score?",
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"each": {"emo.infers": {"why": "x"}}},
        {"each": {"emo.infers": {"evidence": ["EV-999"]}}},
        {"ask": {"note": "x"}},
        {"ask": {"person": "nobody@halden.example"}},
    ],
)
def test_what_does_not_fit_is_refused(change, body):
    assert change(facts=TWO, **body).status_code == 400


def test_a_signed_classification_tells_every_answer_where_it_is_read(change, answered, officer):
    change(facts={"profiling.performed": False}, because="Only parts.")
    row = sign(answered, officer)
    read = change.call("GET", f"/api/v1/assessments/{row.pk}/").json()
    [listed] = change.call("GET", "/api/v1/assessments/").json()["items"]

    told = next(one for one in read["answers"] if one["fact"] == "profiling.performed")
    assert (told["answer"], told["because"], told["by"]) == ("No", "Only parts.", officer.name)
    assert listed["answers"] is None
