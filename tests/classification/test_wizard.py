"""The wizard's pages: answered, left, changed, not sure, explained, and answered meanwhile."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.classification.actions import answer_facts
from governance.classification.models import AnswerNote, FactRequest, FactSheet
from governance.classification.queries import facts_of
from governance.classification.saying import Said
from governance.common.errors import DomainError
from governance.evidence.models import EvidenceItem
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import change_system
from tests.classification.conftest import sign
from tests.classification.pages import at, seen_on, send

AI = {"answer": ["sys.machine_based", "sys.infers_outputs"]}


def test_the_first_page_comes_first_and_a_saved_one_leads_on(as_user, system, officer):
    client, onward = as_user(officer), reverse("classification:next", args=[system.ref])
    assert client.get(onward).url == at(system, "what-it-is")

    assert send(client, system, "what-it-is", **AI).url == onward
    assert client.get(onward).url not in (at(system, "what-it-is"), onward)
    assert facts_of(system).values["sys.infers_outputs"] is True
    assert facts_of(system).values["gpai.model"] is False


def test_when_nothing_is_open_the_result_follows(as_user, answered, officer):
    response = as_user(officer).get(reverse("classification:next", args=[answered.ref]))

    assert response.url == reverse("classification:review", args=[answered.ref])


def test_boxes_left_empty_say_no_and_a_ticked_list_is_asked_on_its_own_page(
    as_user, system, officer
):
    response = send(as_user(officer), system, "uses", answer=["work.functions"])

    assert response.url == at(system, "work.functions")
    facts = facts_of(system).values
    assert "work.functions" not in facts
    assert (facts["ci.sector"], facts["credit.functions"]) == ("none", [])
    assert facts["edu.institution_context"] is False


def test_a_list_that_said_none_opens_again_when_it_is_ticked(as_user, system, officer):
    client = as_user(officer)
    send(client, system, "uses", answer=["~none"])
    response = send(client, system, "uses", answer=["work.functions"])

    assert response.url == at(system, "work.functions")
    send(client, system, "work.functions", answer=["decide_terms"])
    assert facts_of(system).values["work.functions"] == ["decide_terms"]


@pytest.mark.parametrize("answer", [[], ["~none", "tr.generates"], ["weather"]])
def test_a_screen_without_a_clear_answer_is_sent_back(as_user, system, officer, answer):
    response = send(as_user(officer), system, "content", 422, answer=answer, because="Why not.")

    assert b"There is a problem" in response.content
    assert b"Why not." in response.content
    assert not FactSheet.objects.exists()


@pytest.mark.parametrize(
    ("step", "data", "fact", "value"),
    [
        (
            "market",
            {"answer": "~value", "value": "2025-06-01"},
            "market.first_placed",
            "2025-06-01",
        ),
        ("market", {"answer": "~never"}, "market.first_placed", ""),
        ("compute", {"answer": "~value", "value": "1e24"}, "gpai.training_flop", 1e24),
        ("union", {"answer": "output_used_in_eu"}, "scope.eu_nexus", "output_used_in_eu"),
        ("emotions", {"answer": ["~none"]}, "emo.subjects", []),
        ("profiling", {"answer": "no"}, "profiling.performed", False),
    ],
)
def test_each_kind_of_answer_is_kept_in_its_form(as_user, system, officer, step, data, fact, value):
    client = as_user(officer)
    send(client, system, step, **data)

    kept = FactSheet.objects.get().facts[fact]
    assert (float(kept) if step == "compute" else kept) == value
    assert "checked" in seen_on(client, system, step)


def test_a_number_or_day_left_out_is_sent_back(as_user, system, officer):
    assert b"Say which" in send(as_user(officer), system, "market", 422, answer="~value").content


def test_not_sure_asks_the_owner_within_a_week_and_blocks_the_signature(
    as_user, system, officer, owner
):
    client = as_user(officer)
    assert "We ask Mira Rossi by" in seen_on(client, system, "profiling")
    send(client, system, "profiling", answer="~unsure")

    request = FactRequest.objects.get()
    assert (request.asked, request.asked_by) == (owner, officer)
    assert request.due_on == timezone.localdate() + timedelta(days=7)
    assert facts_of(system).unsure == ("profiling.performed",)
    text = client.get(reverse("classification:review", args=[system.ref])).content.decode()
    assert "Mira Rossi is asked" in text
    assert "Sign the classification" not in text


def test_somebody_else_can_be_asked_until_another_day(as_user, system, officer, owner):
    client, day = as_user(officer), timezone.localdate() + timedelta(days=2)
    send(client, system, "profiling", answer="~unsure")
    again = {"answer": "~unsure", "asked_person": officer.pk, "due_on": day, "note": "The score?"}
    send(client, system, "profiling", **again)

    first, second = FactRequest.objects.order_by("pk")
    assert first.withdrawn_at
    assert (second.asked, second.due_on, second.note) == (officer, day, "The score?")


def test_who_may_not_answer_cannot_be_asked(system, officer, auditor):
    with pytest.raises(DomainError, match="may not answer"):
        answer_facts(
            system, facts={"profiling.performed": None}, actor=officer, said=Said(asked=auditor)
        )
    assert not FactSheet.objects.exists()


def test_an_answer_ends_the_request_in_the_same_step(as_user, system, officer, owner):
    answer_facts(system, facts={"profiling.performed": None}, actor=officer)
    client = as_user(owner)
    assert "Mira Rossi is asked" in seen_on(client, system, "profiling")
    send(client, system, "profiling", answer="yes")

    assert FactRequest.objects.get().answered_at
    events = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert events[-3:] == ["question.asked", "facts.changed", "question.answered"]


def test_an_answer_taken_back_withdraws_the_request(as_user, system, officer):
    answer_facts(system, facts={"profiling.performed": None}, actor=officer)
    send(as_user(officer), system, "profiling", take_back="1")

    assert FactRequest.objects.get().withdrawn_at
    assert "profiling.performed" not in FactSheet.objects.get().facts


def test_a_reason_and_evidence_go_with_the_answer_into_the_ledger_and_the_signature(
    as_user, answered, officer
):
    client = as_user(officer)
    card = SimpleUploadedFile("card.pdf", b"%PDF-1.4 model card")
    send(
        client,
        answered,
        "profiling",
        answer="yes",
        because="See the model card.",
        upload=card,
        title="Model card",
    )
    item, note = EvidenceItem.objects.get(), AnswerNote.objects.get(fact="profiling.performed")
    assert (note.because, note.by, list(note.evidence.all())) == (
        "See the model card.", officer, [item],
    )  # fmt: skip
    entry = Entry.objects.filter(action="facts.changed").latest("pk")
    assert body(entry)["data"]["because"] == "See the model card."
    assert body(entry)["data"]["evidence"] == [item.ref]

    signed = sign(answered, officer)
    told = next(one for one in signed.answers if one["fact"] == "profiling.performed")
    assert told["because"] == "See the model card."
    assert told["evidence"][0]["sha256"] == item.sha256
    assert (told["answer"], told["by"]) == ("Yes", officer.name)
    frozen = reverse("classification:signed", args=[answered.ref, 1])
    assert "See the model card." in client.get(frozen).content.decode()


def test_a_reason_alone_is_kept_and_recorded(as_user, answered, officer):
    send(as_user(officer), answered, "profiling", answer="no", because="No score per person.")

    assert AnswerNote.objects.get(fact="profiling.performed").because == "No score per person."
    assert Entry.objects.latest("pk").action == "facts.explained"


def test_a_changed_answer_says_what_it_moves_before_and_after(as_user, answered, officer):
    client = as_user(officer)
    assert "Then it is high-risk" in seen_on(client, answered, "emerg.functions")
    response = client.post(
        at(answered, "emerg.functions"), {"seen": 1, "answer": ["patient_triage"]}, follow=True
    )

    assert "This changed: limited → high-risk" in response.content.decode()


def test_so_far_shows_where_an_answer_leads_and_keeps_nothing(as_user, answered, officer):
    address = reverse("classification:so_far", args=[answered.ref, "work.functions"])
    response = as_user(officer).post(address, {"seen": 1, "answer": ["decide_terms"]})

    assert b"High-risk" in response.content
    assert facts_of(answered).values["work.functions"] == []


def test_a_page_answered_meanwhile_shows_both_and_loses_nothing(as_user, answered, officer, owner):
    answer_facts(answered, facts={"profiling.performed": True}, actor=owner)
    response = send(
        as_user(officer), answered, "profiling", 409, seen=1, answer="no", because="My reason."
    )

    text = response.content.decode()
    assert "Mira Rossi answered meanwhile" in text
    assert "My reason." in text
    assert facts_of(answered).values["profiling.performed"] is True
    assert 'name="seen" value="2"' in text


@pytest.mark.parametrize("step", ["profiling", "uses", "work.functions"])
def test_strangers_and_auditors_do_not_answer(as_user, answered, stranger, auditor, step):
    assert as_user(stranger).get(at(answered, step)).status_code == 404
    assert as_user(auditor).get(at(answered, step)).status_code == 403
    assert as_user(auditor).post(at(answered, step), {"seen": 1}).status_code == 403


def test_the_questions_of_a_retired_system_are_closed(as_user, answered, officer):
    change_system(answered, actor=officer, stage="retired")

    assert as_user(officer).get(at(answered, "profiling")).status_code == 409
