"""A pack that somebody may not see is as if it were not there: pages, files, search, REST."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit_packs import question_actions, sharing_actions
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.ledger.actions import sequence_all
from tests.conftest import sign_in
from tests.factories import make_system

MARK = "Zanthoxylum scorer"


@pytest.fixture
def hidden(officer, claims) -> EvidencePack:
    """A sealed pack of Claims, with a question about it."""
    system = make_system(actor=officer, unit=claims, name=MARK)
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    build_pack(pack.pk)
    pack.refresh_from_db()
    question_actions.ask(pack, text=f"Who tested the {MARK}?", actor=officer)
    sequence_all()
    return pack


@pytest.fixture
def reader(hidden, officer, stranger, system):
    """Sam of Lending, who was given another pack of Claims and nothing else."""
    mine = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    build_pack(mine.pk)
    mine.refresh_from_db()
    until = timezone.localdate() + timedelta(days=5)
    sharing_actions.share(mine, to=stranger, until=until, actor=officer)
    sequence_all()
    return stranger


PAGES = ["", "download/", "pdf/", "time-stamp/", "share/", "last-day/", "withdraw/", "ask/"]
RESOURCES = ["", "file/", "pdf/", "end/"]
VOLATILE = re.compile(  # of a page, differs by request or by what was asked for
    r'csrfmiddlewaretoken" value="[^"]+|nonce-\S+|(request_id|"instance"|Reference)[^<,}]*'
)


def blank(answer, ref: str) -> str:
    """Return the body without what is of this request alone."""
    return VOLATILE.sub("", answer.content.decode().replace(ref, "REF"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_a_foreign_pack_answers_as_one_of_none(as_user, reader, hidden, path):
    client = as_user(reader)
    foreign, none = (client.get(f"/packs/{ref}/{path}") for ref in (hidden.ref, "EP-999"))

    assert (foreign.status_code, none.status_code) == (404, 404)
    assert blank(foreign, hidden.ref) == blank(none, "EP-999")
    assert set(foreign.headers) == set(none.headers)
    assert "ETag" not in foreign.headers


@pytest.mark.parametrize("path", RESOURCES)
def test_a_resource_of_a_foreign_pack_answers_as_one_of_none(api, reader, hidden, path):
    foreign, none = (api(reader, "get", f"packs/{ref}/{path}") for ref in (hidden.ref, "EP-999"))

    assert (foreign.status_code, none.status_code) == (404, 404)
    assert blank(foreign, hidden.ref) == blank(none, "EP-999")
    assert "ETag" not in foreign.headers


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("packs/{}/withdraw/", {"reason": "No."}),
        ("packs/{}/last-day/", {"on": "2030-01-01"}),
    ],
)
def test_nobody_acts_on_a_foreign_pack_over_rest(api, reader, hidden, path, body):
    assert api(reader, "post", path.format(hidden.ref), body).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pack-questions/", {"text": "Why?"}),
        ("pack-recipients/", {"name": "R", "email": "r@a.example", "until": "2030-01-01"}),
    ],
)
def test_a_body_that_names_a_foreign_pack_is_told_as_one_of_none(api, reader, hidden, path, body):
    answers = [api(reader, "post", path, body | {"pack": ref}) for ref in (hidden.ref, "EP-999")]

    assert [one.status_code for one in answers] == [400, 400]
    assert blank(answers[0], hidden.ref) == blank(answers[1], "EP-999")


def test_no_list_search_or_count_tells_of_a_foreign_pack(as_user, reader, hidden):
    client = as_user(reader)
    for path in [
        *("/", "/packs/", "/packs/?page=2", "/packs/questions/", "/packs/questions/?show=open"),
        *(f"/find/?q={hidden.ref}", f"/find/?q={MARK[:6]}", f"/ledger/?q={hidden.ref}"),
        *("/ledger/", "/notices/?show=all", "/systems/", f"/packs/check/?sha256={hidden.sha256}"),
        *(f"/packs/check/?sha256={hidden.pdf_sha256}", "/packs/new/"),
    ]:
        page = client.get(path)
        told = page.content.decode().replace(f"q={hidden.ref}", "").replace(MARK[:6], "", 1)
        assert page.status_code in (200, 403), path
        assert MARK not in told, path
        assert f"/packs/{hidden.ref}/" not in told, path
    assert "1 pack<" in client.get("/packs/").content.decode()
    assert "waiting" not in client.get("/ledger/").content.decode()


def test_no_list_of_rest_tells_of_a_foreign_pack(api, reader, hidden):
    asked = PackQuestion.objects.get()
    for path in [
        *("packs/", "packs/?status=sealed", "packs/?kind=system", "pack-questions/"),
        *(f"pack-questions/?pack={hidden.ref}", f"pack-recipients/?pack={hidden.ref}"),
        *("pack-recipients/", "systems/", "ledger-entries/"),
    ]:
        answer = api(reader, "get", path)
        assert answer.status_code == 200, path
        assert MARK not in answer.content.decode(), path
        assert hidden.ref not in str(answer.json()["items"]), path
    assert api(reader, "get", f"pack-questions/{asked.pk}/").status_code == 404
    assert len(api(reader, "get", "packs/").json()["items"]) == 1


def test_who_was_given_a_pack_sees_of_the_others_only_what_is_theirs(api, as_user, officer, reader):
    mine = EvidencePack.objects.visible_to(reader).get()
    sharing_actions.share(
        mine,
        to=sharing_actions.Outside("Ruth Regulator", "ruth@authority.example"),
        until=timezone.localdate(),
        actor=officer,
    )
    page = as_user(reader).get(f"/packs/{mine.ref}/").content.decode()
    told = api(reader, "get", "pack-recipients/").content.decode()

    for shown, own in ((page, "Sam Stranger"), (told, reader.email)):
        assert own in shown
        assert "Ruth Regulator" not in shown
        assert "ruth@authority.example" not in shown


def test_a_sealed_file_has_no_address_beside_its_page(client, officer, hidden):
    sign_in(client, officer)
    name = hidden.file.rpartition("/")[2]
    for path in [
        *(f"/media/{hidden.file}", f"/storage/{hidden.file}", f"/var/storage/{hidden.file}"),
        *(f"/static/{hidden.file}", f"/static/../storage/{hidden.file}", f"/packs/{name}"),
        *(f"/packs/{hidden.ref}/{name}", f"/static/..%2fstorage%2fpacks%2f{name}"),
    ]:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert not answer.getvalue().startswith(b"PK"), path


def test_a_stranger_without_a_sign_in_gets_no_byte(client, hidden):
    for path in ("", "download/", "pdf/", "time-stamp/"):
        answer = client.get(f"/packs/{hidden.ref}/{path}")
        assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/"), path
    for path in ("", "file/", "pdf/"):
        assert client.get(f"/api/v1/packs/{hidden.ref}/{path}").status_code == 401, path


def test_a_token_shows_no_more_than_its_person_sees_now(api, reader, officer):
    mine = EvidencePack.objects.visible_to(reader).get()
    path = f"packs/{mine.ref}/file/"
    given = api(reader, "get", path)
    assert given.status_code == 200
    assert given.getvalue().startswith(b"PK")
    sharing_actions.unshare(mine.recipients.get(), actor=officer)

    assert api(reader, "get", path).status_code == 404
