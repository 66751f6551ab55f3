"""Pages of a change of the law: who opens them, and what they read."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.classification import tasks
from governance.classification.actions import answer_facts
from governance.classification.preview_actions import request_preview
from governance.classification.preview_models import PackPreview
from tests.classification.test_previewing import FILES, HIRING
from tests.classification.test_uploads import zipped
from tests.factories import make_system

LIST = "/classification/preview/"


@pytest.fixture
def hiring(system, officer):
    """The system, used for hiring."""
    answer_facts(system, facts=HIRING, actor=officer)
    return system


@pytest.fixture
def done(hiring, lending, officer):
    """The shipped example, run over two hiring systems, one of them in Lending."""
    other = make_system(actor=officer, unit=lending, name="=Applicant ranking")
    answer_facts(other, facts=HIRING, actor=officer)
    preview = request_preview(actor=officer, before_text="enacted")
    tasks.run_preview(preview.pk)
    return preview


def text_of(response, status=200) -> str:
    """Return the text of a page."""
    assert response.status_code == status
    return response.content.decode()


def upload(client, name: str, body: bytes):
    """Hand a pack in."""
    return client.post(LIST, {"text": "amended", "file": SimpleUploadedFile(name, body)})


def test_the_example_is_asked_for_with_one_button(as_user, hiring, officer):
    client = as_user(officer)
    assert "Compare the two texts" in text_of(client.get(LIST))

    response = client.post(LIST, {"example": "1"})
    preview = PackPreview.objects.get()
    assert response["Location"] == reverse("classification:preview", args=[preview.pk])
    assert "0 % of the systems looked at" in text_of(client.get(response["Location"]))


def test_a_zip_is_taken_and_named_after_its_file(as_user, hiring, officer):
    body = zipped({name: text.encode() for name, text in FILES.items()})

    assert upload(as_user(officer), "law.zip", body).status_code == 302
    assert PackPreview.objects.get().title == "law.zip"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("half.yaml", b"meta: 1", "This pack does not hold. half.yaml: "),
        ("bomb.zip", zipped({"a.yaml": b" " * 20_000_000}), "larger than 1,000,000 bytes"),
        ("big.yaml", b" " * 1_000_001, "at most 1,000,000 bytes"),
        ("alias.yaml", b"a: &a [1]\nb: *a", "alias.yaml: pack: line 2: an alias"),
    ],
)
def test_a_pack_that_does_not_hold_is_refused_on_the_form(as_user, officer, name, body, words):
    response = upload(as_user(officer), name, body)

    assert words in text_of(response, 422).replace("&#x27;", "'")
    assert ("What to mend in this pack" in text_of(response, 422)) is (name != "big.yaml")
    assert not PackPreview.objects.exists()


def test_a_wish_while_another_is_under_way_is_refused_in_words(as_user, hiring, officer):
    request_preview(actor=officer)
    body = zipped({name: text.encode() for name, text in FILES.items()})

    assert "not finished yet" in text_of(upload(as_user(officer), "law.zip", body), 422)


def test_the_result_says_how_many_systems_and_which_duties_with_their_articles(
    as_user, done, officer
):
    text = text_of(as_user(officer).get(f"{LIST}{done.pk}/"))

    for words in (
        "No tier changes in 2 systems",
        "Claims triage scorer",
        "2 December 2027",
        "Art 26",
        "A question that nobody answered",
    ):
        assert words in text, words


def test_rows_and_counts_are_those_of_the_systems_a_person_sees(as_user, done, stranger):
    text = text_of(as_user(stranger).get(f"{LIST}{done.pk}/"))

    assert "No tier changes in 1 system" in text
    assert "Applicant ranking" in text
    assert "Claims triage scorer" not in text


def test_how_many_systems_there_are_is_told_to_nobody_of_one_unit(as_user, hiring, stranger):
    preview = request_preview(actor=stranger, before_text="enacted")
    PackPreview.objects.filter(pk=preview.pk).update(total=7_531, done=5_000)
    client, detail = as_user(stranger), reverse("classification:preview", args=[preview.pk])
    told = text_of(client.get(LIST)) + text_of(client.get(detail))
    told += text_of(client.get(detail, headers={"HX-Request": "true"}))
    rest = client.get(f"/api/v1/rulepack-previews/{preview.pk}/").json()

    assert rest["percent"] == 66
    assert "66 % of the systems looked at" in told
    assert not any(number in told + str(rest) for number in ("7,531", "7531", "5,000", "5000"))


def test_who_may_not_classify_finds_no_preview(as_user, done, owner, auditor):
    for person in (owner, auditor):
        client = as_user(person)
        assert client.get(LIST).status_code == 403
        assert client.get(f"{LIST}{done.pk}/").status_code == 404
        assert client.get(f"{LIST}{done.pk}/export.csv").status_code == 404


def test_filters_stand_in_the_address_and_nonsense_in_it_is_left_out(as_user, done, officer):
    client, page = as_user(officer), f"{LIST}{done.pk}/"

    assert "No system you see" in text_of(client.get(page, {"kind": "tier"}))
    assert "Claims triage scorer" in text_of(client.get(page, {"kind": "dates"}))
    nonsense = {"kind": "x", "before": "y", "page": "٣"}
    assert "Claims triage scorer" in text_of(client.get(page, nonsense))


def test_the_csv_has_a_line_for_each_duty_and_no_formula(as_user, done, officer):
    response = as_user(officer).get(f"{LIST}{done.pk}/export.csv", {"kind": "dates"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))

    assert {row["Change"] for row in rows} == {"moved"}
    assert {row["Name"] for row in rows} == {"Claims triage scorer", "'=Applicant ranking"}
    moved = next(row for row in rows if row["Duty"] == "art26.1")
    assert (moved["From before"], moved["From after"]) == ("2026-08-02", "2027-12-02")


def test_a_failed_preview_says_why(as_user, hiring, officer):
    preview = request_preview(actor=officer)
    PackPreview.objects.update(before_version="0" * 64)
    tasks.run_preview(preview.pk)

    page = text_of(as_user(officer).get(f"{LIST}{preview.pk}/"))
    assert "Another rule pack came into force" in page


def test_an_old_preview_says_that_its_systems_are_forgotten_not_that_nothing_changes(
    as_user, done, officer
):
    PackPreview.objects.update(finished_at=timezone.now() - timedelta(days=31))
    client, page = as_user(officer), f"{LIST}{done.pk}/"

    text = text_of(client.get(page))
    assert "forgotten after 30 days" in text
    assert "Nothing changes" not in text
    assert client.get(f"{page}export.csv").status_code == 409
    assert client.get(f"/api/v1/rulepack-previews/{done.pk}/summary/").status_code == 409
