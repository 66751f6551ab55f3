"""A sentence to the auditor and evidence, for a page of boxes and for single answers of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from governance.classification.models import AnswerNote, FactSheet
from governance.evidence.models import EvidenceItem
from governance.ledger.models import Entry
from governance.ledger.queries import body
from tests.classification.conftest import sign
from tests.classification.pages import seen_on, send

BOXES = ["bio.data_used", "emo.infers"]
PAGE, OWN = "See the description of the product.", "It reads moods: model card, section 4."


def reasons(system):
    """Return what stands beside the answers, by fact."""
    rows = AnswerNote.objects.filter(system=system)
    return {note.fact: note.because for note in rows}


@pytest.fixture
def explained(as_user, answered, officer):
    """The system with one page explained as a whole, and one of its answers by itself."""
    client = as_user(officer)
    own = {"because-emo.infers": OWN}
    send(client, answered, "biometrics", answer=BOXES, because=PAGE, **own)
    return answered


def test_a_single_answer_has_its_own_sentence_and_the_others_that_of_the_page(explained):
    found = reasons(explained)

    assert found["emo.infers"] == OWN
    assert {found["bio.data_used"], found["bio.categorises"]} == {PAGE}


def test_a_single_answer_has_its_own_evidence(as_user, answered, officer):
    card = SimpleUploadedFile("card.pdf", b"%PDF-1.4 model card")
    send(as_user(officer), answered, "biometrics", answer=BOXES, **{"upload-emo.infers": card})
    item = EvidenceItem.objects.get()

    assert item.title == "card.pdf"
    assert list(AnswerNote.objects.get(fact="emo.infers").evidence.all()) == [item]
    assert not AnswerNote.objects.get(fact="bio.data_used").evidence.exists()


def test_evidence_that_is_there_can_be_chosen_for_one_answer(as_user, explained, officer):
    client = as_user(officer)
    card = SimpleUploadedFile("card.pdf", b"%PDF-1.4 model card")
    send(client, explained, "profiling", answer="no", upload=card, title="Model card")
    item = EvidenceItem.objects.get()
    assert f"{item.ref} Model card" in seen_on(client, explained, "biometrics")
    send(client, explained, "biometrics", answer=BOXES, **{"evidence-emo.infers": [item.pk]})

    assert list(AnswerNote.objects.get(fact="emo.infers").evidence.all()) == [item]


def test_the_ledger_keeps_both_in_one_entry(explained):
    entry = Entry.objects.filter(action="facts.changed").latest("pk")

    assert body(entry)["data"]["because"] == PAGE
    assert body(entry)["data"]["each"] == {"emo.infers": {"because": OWN, "evidence": []}}


def test_both_stand_on_the_review_and_are_frozen_with_the_signature(as_user, explained, officer):
    client = as_user(officer)
    review = client.get(reverse("classification:review", args=[explained.ref])).content.decode()
    for facts in ({"bio.categories": []}, {"emo.subjects": []}):
        [(step, _value)] = facts.items()
        send(client, explained, step, answer=["~none"])
    signed = sign(explained, officer)

    told = {one["fact"]: one.get("because") for one in signed.answers}
    assert (told["emo.infers"], told["bio.data_used"]) == (OWN, PAGE)
    assert OWN in review
    assert PAGE in review


def test_opened_again_each_stands_where_it_was_written(as_user, explained, officer):
    response = as_user(officer).get(
        reverse("classification:page", args=[explained.ref, "biometrics"])
    )
    form = response.context["form"]

    assert form["because"].value() == PAGE
    assert form["because-emo.infers"].value() == OWN
    assert form["because-bio.data_used"].value() == ""


def test_saved_again_as_it_stands_nothing_changes(as_user, explained, officer):
    version, before = FactSheet.objects.get().row_version, reasons(explained)
    own = {"because-emo.infers": OWN}
    send(as_user(officer), explained, "biometrics", answer=BOXES, because=PAGE, **own)

    assert FactSheet.objects.get().row_version == version
    assert reasons(explained) == before


def test_a_sentence_taken_away_leaves_that_of_the_page(as_user, explained, officer):
    send(as_user(officer), explained, "biometrics", answer=BOXES, because=PAGE)

    assert reasons(explained)["emo.infers"] == PAGE


def test_an_answer_explained_on_its_own_page_keeps_its_words_when_the_screen_is_saved(
    as_user, answered, officer
):
    client = as_user(officer)
    send(client, answered, "bio.data_used", answer="no", because=OWN)
    send(client, answered, "biometrics", answer=["emo.infers"], **{"because-bio.data_used": OWN})

    assert reasons(answered)["bio.data_used"] == OWN
    assert reasons(answered)["emo.infers"] == ""


def test_what_is_said_for_one_box_stays_when_the_page_is_sent_back(as_user, system, officer):
    typed = {"because-emo.infers": OWN}
    response = send(as_user(officer), system, "biometrics", 422, answer=["~none", *BOXES], **typed)

    assert OWN in response.content.decode()


def test_a_box_that_asks_on_has_its_words_on_its_own_page(as_user, system, officer):
    text = seen_on(as_user(officer), system, "uses")

    assert 'name="because-edu.institution_context"' in text
    assert 'name="because-work.functions"' not in text


def test_usual_answers_explained_together_stand_together_on_the_review(as_user, explained, officer):
    review = reverse("classification:review", args=[explained.ref])
    response = as_user(officer).get(review)
    [part] = [
        part for part in response.context["questions"].parts if part.section.id == "biometrics"
    ]

    assert response.content.decode().count(PAGE) == 2  # the ticked box, and those left empty
    assert [one.fact for one in part.told] == ["bio.data_used", "emo.infers"]
    [group] = part.shared
    assert {one.fact for one in group.given} == {
        "bio.categorises", "bio.identifies_against_database",
    }  # fmt: skip
