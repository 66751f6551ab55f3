"""Pages and REST of who gets packs, questions, last days and withdrawals."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import Membership
from governance.accounts.rules import Role
from governance.audit_packs import question_actions, sharing_actions
from governance.audit_packs.models import EvidencePack, PackRecipient
from governance.audit_packs.models_sharing import PackViewing
from governance.audit_packs.question_models import PackQuestion
from governance.ledger.actions import sequence_all
from governance.ledger.models import Entry
from governance.ledger.queries import number_of
from inventory.systems.actions import share
from tests.conftest import person, sign_in


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def question(sealed_pack, auditor) -> PackQuestion:
    """What Otto asks about the pack."""
    return question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)


def text_of(answer) -> str:
    return answer.content.decode()


def test_an_officer_gives_a_pack_and_takes_it_back(as_user, officer, stranger, sealed_pack):
    client, url = as_user(officer), f"/packs/{sealed_pack.ref}/"
    client.post(f"{url}share/", {"person": stranger.pk, "until": in_days(5).isoformat()})
    row = PackRecipient.objects.get()
    page = text_of(client.get(url))
    assert "Sam Stranger" in page
    assert f"{url}recipients/{row.pk}/end/" in page

    client.post(f"{url}recipients/{row.pk}/end/")
    page = text_of(client.get(url))
    assert "<s>Sam Stranger</s>" in page
    assert "taken back" in page


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "Say who gets the pack"),
        ({"name": "Ruth Regulator"}, "Give the address"),
        ({"name": "Ruth", "email": "ruth@authority.example", "until": ""}, "Give the last day"),
        ({"name": "Ruth", "email": "ruth@authority.example", "until": "2020-01-01"}, "is over"),
    ],
)
def test_a_wrong_recipient_is_told_and_what_was_typed_stays(
    as_user, officer, sealed_pack, over, words
):
    given = {"person": "", "until": in_days(5).isoformat()} | over
    answer = as_user(officer).post(f"/packs/{sealed_pack.ref}/share/", given)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert over.get("name", "") in text_of(answer)
    assert not PackRecipient.objects.exists()


def test_an_auditor_finds_nothing_on_the_page_that_changes_the_pack(
    as_user, auditor, sealed_pack, officer
):
    client = as_user(auditor)
    page = text_of(client.get(f"/packs/{sealed_pack.ref}/"))

    assert "/ask/" in page
    for verb in ("share", "last-day", "withdraw"):
        assert f"/{verb}/" not in page
        answer = client.get(f"/packs/{sealed_pack.ref}/{verb}/")
        assert answer.status_code == 403
    assert "<form" not in page.split("<main", 1)[1].split("</main>")[0]


def test_an_auditor_asks_an_officer_answers_and_both_stand_on_the_page(
    as_user, auditor, officer, sealed_pack, system
):
    url = f"/packs/{sealed_pack.ref}/"
    given = {"text": "Who tested it?", "system": system.ref, "entry": ""}
    as_user(auditor).post(f"{url}ask/", given)
    asked = PackQuestion.objects.get()
    client = as_user(officer)
    assert "Who tested it?" in text_of(client.get("/packs/questions/?show=open"))
    client.post(f"/packs/questions/{asked.pk}/", {"text": "Mira did, in May."})

    page = text_of(as_user(auditor).get(url))
    assert "Mira did, in May." in page
    assert "Answered" in page
    assert "Who tested it?" not in text_of(client.get("/packs/questions/?show=open"))


def test_a_question_without_words_or_about_a_later_entry_is_told(as_user, auditor, sealed_pack):
    client, url = as_user(auditor), f"/packs/{sealed_pack.ref}/ask/"

    assert "Write the question" in text_of(client.post(url, {"text": ""}))
    answer = client.post(url, {"text": "What is this?", "entry": "999999"})
    assert answer.status_code == 422
    assert "had no entry #999999" in text_of(answer)
    assert "What is this?" in text_of(answer)


def test_who_only_asks_has_no_form_to_answer(as_user, auditor, question):
    client, url = as_user(auditor), f"/packs/questions/{question.pk}/"

    assert "Answer on the record" not in text_of(client.get(url))
    assert client.post(url, {"text": "Myself."}).status_code == 403


def test_an_expired_pack_says_gone_and_who_never_saw_it_finds_nothing(
    as_user, auditor, stranger, sealed_pack
):
    EvidencePack.objects.update(sealed_at=timezone.now() - timedelta(days=400))
    url = f"/packs/{sealed_pack.ref}/download/"
    answer = as_user(auditor).get(url)

    assert answer.status_code == 410
    assert "This is not handed out any more" in text_of(answer)
    assert "was handed out until" in text_of(answer)
    assert "decide anew" not in text_of(answer)
    assert "/download/" not in text_of(as_user(auditor).get(f"/packs/{sealed_pack.ref}/"))
    assert as_user(stranger).get(url).status_code == 404


def test_a_withdrawn_pack_is_struck_and_says_why(as_user, auditor, officer, sealed_pack):
    url = f"/packs/{sealed_pack.ref}/"
    as_user(officer).post(f"{url}withdraw/", {"reason": "A system was left out."})
    client = as_user(auditor)

    page = text_of(client.get(url))
    assert "<s>Claims triage scorer</s>" in page
    assert "A system was left out." in page
    answer = client.get(f"{url}download/")
    assert (answer.status_code, "A system was left out." in text_of(answer)) == (410, True)
    assert "Withdrawn" in text_of(client.get("/packs/"))


def test_another_last_day_is_set_on_its_page(as_user, officer, sealed_pack):
    client, url = as_user(officer), f"/packs/{sealed_pack.ref}/"
    client.post(f"{url}last-day/", {"on": in_days(20).isoformat()})

    assert EvidencePack.objects.get().expiry.expires_on == in_days(20)
    assert client.post(f"{url}last-day/", {"on": "2020-01-01"}).status_code == 422


def test_looking_as_an_auditor_shows_what_they_see_and_lets_do_nothing(
    as_user, officer, auditor, sealed_pack, question
):
    client = as_user(officer)
    answer = client.post("/packs/view-as/", {"auditor": auditor.pk})
    url = answer["Location"]
    listed, page = text_of(client.get(url)), text_of(client.get(f"{url}{sealed_pack.ref}/"))

    assert Entry.objects.get(action="pack.viewed_as").actor_ref == officer.handle
    for shown in (listed, page):
        assert "You see this as Otto Auditor does." in shown
        inside = shown.split("<main", 1)[1].split("</main>")[0]
        assert "<form" not in inside
        assert "/packs/new/" not in inside
        assert "/download/" not in inside
        assert "/ask/" not in inside
    assert "Who tested it?" in page


def test_a_look_shows_only_the_auditors_scope(
    as_user, officer, administrator, lending, sealed_pack
):
    lena = person("Lena Auditor", Role.AUDITOR, lending, administrator)
    client = as_user(officer)
    url = client.post("/packs/view-as/", {"auditor": lena.pk})["Location"]

    assert sealed_pack.ref not in text_of(client.get(url))
    assert client.get(f"{url}{sealed_pack.ref}/").status_code == 404


def test_a_look_ends_after_half_an_hour_and_is_nobody_elses(
    as_user, officer, administrator, auditor
):
    look = sharing_actions.look_as(auditor, actor=officer)
    url = f"/packs/as/{look.pk}/"

    assert as_user(administrator).get(url).status_code == 404
    assert as_user(officer).get(url).status_code == 200
    PackViewing.objects.update(at=timezone.now() - timedelta(minutes=31))
    assert as_user(officer).get(url).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "ops_lead", "auditor"])
def test_nobody_looks_as_an_auditor_beyond_their_own_units(request, as_user, who, auditor):
    client = as_user(request.getfixturevalue(who))

    assert client.post("/packs/view-as/", {"auditor": auditor.pk}).status_code in (403, 404)
    assert not PackViewing.objects.exists()


def test_rest_gives_a_pack_and_takes_it_back(api, officer, stranger, sealed_pack):
    body = {"pack": sealed_pack.ref, "person": stranger.email, "until": in_days(5).isoformat()}
    made = api(officer, "post", "pack-recipients/", body)
    assert made.status_code == 201
    assert api(stranger, "get", f"packs/{sealed_pack.ref}/").status_code == 200

    api(officer, "post", f"pack-recipients/{made.json()['id']}/end/", {})
    assert api(stranger, "get", f"packs/{sealed_pack.ref}/").status_code == 404
    assert api(stranger, "get", "pack-recipients/").json()["items"] == []


def test_rest_asks_and_answers(api, officer, auditor, sealed_pack):
    body = {"pack": sealed_pack.ref, "text": "Who tested it?"}
    made = api(auditor, "post", "pack-questions/", body).json()
    told = api(officer, "post", f"pack-questions/{made['id']}/answers/", {"text": "Mira."})

    assert told.status_code == 201
    assert [one["text"] for one in told.json()["answers"]] == ["Mira."]


def test_rest_sets_a_last_day_and_withdraws(api, officer, auditor, sealed_pack):
    path = f"packs/{sealed_pack.ref}"
    day = in_days(3).isoformat()
    assert api(officer, "post", f"{path}/last-day/", {"on": day}).json()["expires_on"] == day
    assert api(auditor, "post", f"{path}/withdraw/", {"reason": "No."}).status_code == 403
    told = api(officer, "post", f"{path}/withdraw/", {"reason": "Wrong scope."}).json()

    assert told["withdrawn_because"] == "Wrong scope."
    refused = api(auditor, "get", f"{path}/file/")
    assert (refused.status_code, refused.json()["code"]) == (409, "gone")


# --- an auditor outside scope or time -------------------------------------------------------


@pytest.fixture
def left(auditor, sealed_pack, question, officer, system):
    """Otto, whose engagement ended yesterday; a system was shared with him before."""
    share(system, user=auditor, actor=officer)
    Membership.objects.filter(user=auditor).update(ends_on=in_days(-1))
    return auditor


@pytest.fixture
def to_come(auditor, sealed_pack, question):
    """Otto, whose engagement begins tomorrow."""
    Membership.objects.filter(user=auditor).update(begins_on=in_days(1))
    return auditor


@pytest.fixture
def elsewhere(lending, administrator, sealed_pack, question):
    """Lena, who audits Lending."""
    return person("Lena Auditor", Role.AUDITOR, lending, administrator)


@pytest.mark.parametrize("who", ["left", "to_come", "elsewhere"])
def test_an_auditor_outside_scope_or_time_finds_nothing(
    request, client, api, who, sealed_pack, question, system
):
    guest, ref = request.getfixturevalue(who), sealed_pack.ref
    sign_in(client, guest)
    sequence_all()
    number = number_of(Entry.objects.get(action="pack.sealed"))
    pages = [
        *(f"/packs/{ref}/", f"/packs/{ref}/download/", f"/packs/{ref}/ask/"),
        *(f"/packs/questions/{question.pk}/", f"/systems/{system.ref}/", f"/ledger/{number}/"),
    ]
    assert {path: client.get(path).status_code for path in pages} == dict.fromkeys(pages, 404)
    assert client.post(f"/packs/{ref}/ask/", {"text": "Why?"}).status_code == 404
    for path in ("/packs/", "/packs/questions/", "/systems/", "/ledger/", f"/find/?q={ref}"):
        page = text_of(client.get(path))
        assert f"/packs/{ref}/" not in page, path
        assert f"/systems/{system.ref}/" not in page, path
        assert "Who tested it?" not in page, path
    for path in (f"packs/{ref}/", f"packs/{ref}/file/", f"packs/{ref}/end/"):
        assert api(guest, "get", path).status_code == 404, path
    assert api(guest, "get", f"pack-questions/{question.pk}/").status_code == 404
    told = api(guest, "get", "ledger-entries/").json()["items"]
    assert [one["action"] for one in told if one["action"].startswith(("pack.", "system."))] == []
    for path in ("packs/", "pack-questions/", "pack-recipients/", "systems/"):
        assert api(guest, "get", path).json()["items"] == [], path
