"""A form or a body that names a thing of another system or person changes nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.classification.actions import answer_facts
from governance.classification.queries import provisional
from governance.classification.saying import Said, Why
from governance.common.canonical import digest
from governance.common.errors import DomainError, StaleError
from governance.documents.queries import draft_of
from governance.documents.rules import Kind
from governance.evidence.actions import add_evidence
from governance.evidence.models import EvidenceItem
from governance.ledger.models import Entry
from tests.factories import make_system

NOW = timezone.now()


@pytest.fixture
def elsewhere(officer, lending):
    """A system of another unit, which the owner of the first does not see."""
    return make_system(actor=officer, unit=lending, name="Credit scorer")


@pytest.fixture
def foreign(elsewhere, officer) -> EvidenceItem:
    """Evidence about a system of another unit."""
    return add_evidence(elsewhere, actor=officer, title="Their test", link="https://x.example/2")


@pytest.fixture
def beside(claims, officer) -> EvidenceItem:
    """Evidence about another system of the same unit."""
    system = make_system(actor=officer, unit=claims, name="Fraud screen", owner=officer)
    return add_evidence(system, actor=officer, title="Another test", link="https://x.example/3")


def forms(duty, incident, system, item) -> dict[str, dict]:
    """Return every form in which evidence is chosen, filled with one piece of it."""
    at = f"{NOW.astimezone(incident.clock_zone):%Y-%m-%dT%H:%M}"
    step = {"done_at": at, "authority": "Market surveillance", "evidence": item.pk}
    answer = {"seen": 1, "answer": "yes", "evidence": item.pk}
    text = {"text": "As shown.", "evidence": item.ref, "seen": 0}
    return {
        reverse("obligations:say", args=[duty.pk, "show"]): {"item": item.pk},
        reverse("incidents:step", args=[incident.ref, "initial_report"]): step,
        reverse("documents:write", args=[system.ref, "annex-iv", "2.b"]): text,
        reverse("classification:page", args=[system.ref, "tr.interacts_directly"]): answer,
    }


@pytest.mark.parametrize("whose", ["foreign", "beside"])
@pytest.mark.parametrize("form", range(4))
def test_no_form_takes_evidence_about_another_system(
    form, whose, duty_in_claims, incident_in_claims, evidence_in_claims, owner, as_user, request
):
    item = request.getfixturevalue(whose)
    system = evidence_in_claims.system
    url, data = list(forms(duty_in_claims, incident_in_claims, system, item).items())[form]
    before, client = Entry.objects.count(), as_user(owner)
    answer = client.post(url, data)

    assert answer.status_code == 422, (url, answer.status_code)
    assert item.title not in answer.content.decode()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("whose", "status"), [("foreign", 400), ("beside", 409)])
def test_no_body_takes_evidence_about_another_system(
    whose, status, duty_in_claims, incident_in_claims, owner, as_user, request
):
    item = request.getfixturevalue(whose)
    step = {"kind": "initial_report", "done_at": NOW.isoformat(), "authority": "MSA"}
    bodies = {
        f"/api/v1/obligations/{duty_in_claims.pk}/evidence/": {"item": item.ref},
        f"/api/v1/incidents/{incident_in_claims.ref}/steps/": step | {"evidence": [item.ref]},
    }
    before, client = Entry.objects.count(), as_user(owner)
    answers = {
        url: client.post(url, body, content_type="application/json") for url, body in bodies.items()
    }

    assert {url: answer.status_code for url, answer in answers.items()} == dict.fromkeys(
        bodies, status
    )
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("resource", "about"),
    [
        ("evidence", {"title": "A test", "link": "https://x.example/4"}),
        ("incidents", {"title": "Harm", "description": "Much.", "aware_at": NOW.isoformat()}),
        ("model-versions", {"label": "1", "provider": "openai", "model_id": "gpt-4o-2024-11-20"}),
    ],
)
def test_a_body_that_names_a_hidden_system_reads_like_one_that_names_none(
    resource, about, elsewhere, owner, as_user
):
    client, url = as_user(owner), f"/api/v1/{resource}/"
    told = [
        client.post(url, about | {"system": ref}, content_type="application/json")
        for ref in (elsewhere.ref, "AIS-999999")
    ]
    hidden, absent = ([one.status_code, one.json().get("errors")] for one in told)

    assert hidden[0] == 400
    assert str(hidden).replace(elsewhere.ref, "…") == str(absent).replace("AIS-999999", "…")


def test_no_action_takes_evidence_about_another_system(system, beside, owner):
    for said in (Said(evidence=(beside,)), Said(each={"x": Why("So.", (beside,))})):
        with pytest.raises(DomainError, match="about another system"):
            answer_facts(system, facts={"tr.interacts_directly": True}, actor=owner, said=said)


def test_nobody_signs_by_the_digest_of_another_system_or_document(
    assessment_in_claims, document_in_claims, officer, as_user
):
    client, one = as_user(officer), assessment_in_claims.system
    other = document_in_claims.system
    theirs = provisional(other)
    classified = client.post(
        reverse("classification:review", args=[one.ref]),
        {
            "reason": "Read.",
            "facts_digest": theirs.facts.digest,
            "pack_version": theirs.classification.pack_version,
        },
    )
    read = digest(draft_of(one, Kind.NOT_HIGH_RISK).content())
    written = client.post(
        reverse("documents:document", args=[other.ref, Kind.NOT_HIGH_RISK]),
        {"reason": "Read.", "digest": read, "law_text": "amended"},
    )

    assert (classified.status_code, written.status_code) == (409, 409)
    assert one.assessments.count() == other.documents.count() == 1


def test_a_question_is_put_to_nobody_who_may_not_answer_it(system, stranger, auditor, owner):
    later = timezone.localdate() + timedelta(days=3)
    for other in (stranger, auditor):
        with pytest.raises(DomainError, match="may not answer"):
            answer_facts(
                system,
                facts={"tr.interacts_directly": None},
                actor=owner,
                said=Said(asked=other, due_on=later),
            )


def test_an_old_version_of_the_answers_is_never_written_over(system, owner, officer):
    answer_facts(system, facts={"tr.interacts_directly": True}, actor=officer, seen=0)
    with pytest.raises(StaleError):
        answer_facts(system, facts={"tr.interacts_directly": False}, actor=owner, seen=0)
