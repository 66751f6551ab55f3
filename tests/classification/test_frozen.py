"""A signed classification on its page: the answers as signed, and what proves it."""

from django.urls import reverse

from governance.classification.actions import answer_facts
from governance.classification.answering import Said
from governance.classification.frozen import ELSEWHERE, answers_of, entry_of
from governance.classification.models import Assessment
from governance.classification.queries import engine
from governance.ledger.models import Entry
from tests.classification.conftest import CHATBOT, sign


def told(frozen):
    return {one.ask: one for part in frozen.parts for one in part.told}


def test_unusual_answers_stand_apart_from_the_usual_ones(answered, officer):
    frozen = answers_of(sign(answered, officer))

    asked = engine().pack.facts
    assert told(frozen).keys() == {asked[name].ask for name in CHATBOT}
    usual = sum(len(part.usual) for part in frozen.parts)
    assert usual + len(CHATBOT) == frozen.count == len(asked)


def test_a_usual_answer_with_a_reason_is_told(answered, officer):
    facts, said = {"profiling.performed": False}, Said(because="No score per person.")
    answer_facts(answered, facts=facts, actor=officer, said=said)

    frozen = answers_of(sign(answered, officer))
    ask = engine().pack.facts["profiling.performed"].ask
    assert told(frozen)[ask].because == "No score per person."


def test_one_person_behind_all_answers_is_named_once_and_several_each(answered, officer, owner):
    frozen = answers_of(sign(answered, officer))
    assert frozen.by == officer.name
    assert {one.by for one in told(frozen).values()} == {""}

    answer_facts(answered, facts={"profiling.performed": True}, actor=owner)
    frozen = answers_of(sign(answered, officer))
    assert frozen.by == ""
    assert told(frozen)[engine().pack.facts["profiling.performed"].ask].by == owner.name


def test_a_question_that_no_page_asks_any_more_keeps_its_words(answered, officer):
    signed = sign(answered, officer)
    signed.facts = {"old.fact": True}
    signed.answers = [{"fact": "old.fact", "ask": "Was it so?", "answer": "Yes"}]

    [part] = answers_of(signed).parts
    assert (part.title, [one.ask for one in part.told]) == (ELSEWHERE, ["Was it so?"])


def test_a_classification_signed_before_answers_were_kept_tells_its_facts(answered, officer):
    signed = sign(answered, officer)
    before = answers_of(signed)
    signed.answers = []

    assert told(answers_of(signed)).keys() == told(before).keys()


def test_each_signature_names_its_own_ledger_entry(answered, officer):
    first = sign(answered, officer)
    answer_facts(answered, facts={"profiling.performed": True}, actor=officer)
    second = sign(answered, officer)

    entries = Entry.objects.filter(action="assessment.signed").order_by("pk")
    assert [entry_of(first), entry_of(second)] == [entry.pk for entry in entries]


def test_the_page_gives_signer_law_digests_trace_and_ledger_entry(as_user, answered, officer):
    signed = sign(answered, officer)
    url = reverse("classification:signed", args=[answered.ref, 1])
    text = as_user(officer).get(url).content.decode()

    for words in (
        officer.name,
        "as amended, read as of",
        signed.pack_version,
        signed.facts_digest,
        f"{url}trace.json",
        f"/ledger/{entry_of(signed)}/",
        f"all by {officer.name}",
    ):
        assert words in text, words


def test_a_stale_signature_leads_to_signing_again_those_who_may(
    as_user, answered, officer, auditor
):
    sign(answered, officer)
    answer_facts(answered, facts={"profiling.performed": True}, actor=officer)
    url = reverse("classification:signed", args=[answered.ref, 1])

    assert "check and sign again" in as_user(officer).get(url).content.decode()
    assert "check and sign again" not in as_user(auditor).get(url).content.decode()
    assert Assessment.objects.count() == 1
