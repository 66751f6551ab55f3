"""The pages and the API: what they say, to whom, and that setting aside works on the page."""

import re

import pytest
from django.utils import timezone

from governance.crosswalk.actions import Aside, review_mapping, set_aside
from governance.crosswalk.models import MappingReview, NotApplicable
from governance.crosswalk.packing import crosswalk_facts
from governance.crosswalk.rules import Framework
from governance.rest.actions import issue_token
from governance.rest.rules import Scope

FRAMEWORKS = ("eu_ai_act", "iso_42001", "nist_ai_rmf", "gdpr", "hipaa")


@pytest.mark.parametrize("path", ["", *(f"{one}/" for one in FRAMEWORKS), "controls/C09/"])
def test_every_page_opens_and_never_says_compliant(as_user, officer, system, path):
    page = as_user(officer).get(f"/frameworks/{path}")

    text = page.content.decode().lower()
    assert page.status_code == 200
    assert "compliant" not in text
    assert "compliance score" not in text


def test_only_systems_that_the_person_sees_count(as_user, stranger, system):
    page = as_user(stranger).get("/frameworks/eu_ai_act/")

    assert system.ref not in page.content.decode()
    assert page.context["systems"] == 0


def test_the_list_can_be_narrowed_to_a_system_and_a_state(as_user, officer, system):
    page = as_user(officer).get(f"/frameworks/gdpr/?system={system.ref.lower()}&state=missing")

    states = {row.standing.state for _, rows in page.context["page"].groups for row in rows}
    assert page.context["systems"] == 1
    assert states == {"missing"}


def test_a_filter_that_cannot_be_is_told_and_left_out(as_user, officer, system):
    page = as_user(officer).get("/frameworks/gdpr/?state=compliant&unit=x")

    assert page.status_code == 200
    assert "that filter is left out" in page.content.decode()


@pytest.mark.parametrize("path", ["nope/", "controls/C99/", "set-aside/1/withdraw/"])
def test_what_there_is_not_is_not_found(as_user, officer, path):
    client = as_user(officer)

    ask = client.post if "withdraw" in path else client.get
    assert ask(f"/frameworks/{path}").status_code == 404


def test_a_control_is_set_aside_and_applies_again_on_its_page(as_user, officer, system, a_month):
    client = as_user(officer)
    given = {"framework": "all", "system": system.ref, "reason": "Why.", "until": a_month}

    assert client.post("/frameworks/controls/C09/", given).status_code == 302
    row = NotApplicable.objects.get()
    assert (row.control, row.system, row.framework) == ("C09", system, "")
    assert "Why." in client.get("/frameworks/controls/C09/").content.decode()

    assert client.post(f"/frameworks/set-aside/{row.pk}/withdraw/").status_code == 302
    row.refresh_from_db()
    assert row.withdrawn_by == officer


def test_a_refusal_stands_on_the_form(as_user, officer, system, a_month):
    client = as_user(officer)
    given = {"framework": "all", "system": "AIS-999", "reason": "Why.", "until": a_month}

    page = client.post("/frameworks/controls/C09/", given)

    assert page.status_code == 422
    assert "You see no system of this name." in page.content.decode()


@pytest.mark.parametrize("path", ["controls/C09/", "controls/C02/statements/new/"])
def test_what_is_missing_in_a_form_is_told_in_words(as_user, officer, system, path):
    page = as_user(officer).post(f"/frameworks/{path}", {"framework": "all"}).content.decode()

    assert "There is a problem" in page
    assert "This field is required" not in page


def test_what_was_set_aside_about_a_foreign_system_is_not_found(
    as_user, officer, stranger, system, a_month
):
    row = set_aside(Aside("C09", None, system), actor=officer, reason="Mine.", until=a_month)
    client = as_user(stranger)

    assert client.post(f"/frameworks/set-aside/{row.pk}/withdraw/").status_code == 404
    assert "Mine." not in client.get("/frameworks/controls/C09/").content.decode()


def test_an_auditor_reads_and_has_no_form(as_user, auditor, system):
    page = as_user(auditor).get("/frameworks/controls/C09/")

    assert page.context["form"] is None
    assert page.status_code == 200


def test_looking_through_the_mapping_is_one_button(as_user, officer):
    client = as_user(officer)

    assert client.post("/frameworks/mapping/").status_code == 302
    assert MappingReview.objects.get().reviewed_by == officer


def test_who_read_another_mapping_did_not_look_through_this_one(as_user, officer):
    client = as_user(officer)
    page = client.get("/frameworks/mapping/").content.decode()
    read = re.search(r'name="sha256" value="([0-9a-f]{64})"', page).group(1)

    other = client.post("/frameworks/mapping/", {"sha256": read[::-1]})
    assert (other.status_code, MappingReview.objects.exists()) == (409, False)
    assert "came into force since you opened the page" in other.content.decode()
    assert client.post("/frameworks/mapping/", {"sha256": read}).status_code == 302


@pytest.fixture
def changed(officer):
    """A mapping of which one control, C05, is another than the one that was looked through."""
    row = review_mapping(actor=officer)
    MappingReview.objects.filter(pk=row.pk).update(digests={**row.digests, "C05": "0" * 64})


def test_a_control_whose_mapping_changed_is_marked_and_no_other(as_user, officer, system, changed):
    client = as_user(officer)

    page = client.get("/frameworks/iso_42001/").content.decode()
    assert page.count("mapping changed, review") == 1
    assert "Mapping changed, review." in client.get("/frameworks/controls/C05/").content.decode()
    other = client.get("/frameworks/controls/C09/").content.decode()
    assert "Mapping changed, review" not in other


def test_a_pack_and_the_api_mark_what_changed(api, system, changed):
    body = api.get("/api/v1/frameworks/iso_42001/coverage/").json()
    packed = crosswalk_facts([system], timezone.now(), [Framework.ISO_42001])

    for controls in (body["controls"], packed["frameworks"][0]["controls"]):
        marked = [one["control"] for one in controls if one["mapping_changed"]]
        assert marked == ["C05"]


@pytest.mark.parametrize("path", ["gdpr/", "controls/C09/"])
def test_pages_say_that_strengths_are_our_own_judgement(as_user, officer, system, path):
    assert "our own judgement" in as_user(officer).get(f"/frameworks/{path}").content.decode()


def test_a_systems_page_fetches_which_controls_its_records_show(as_user, officer, system):
    client = as_user(officer)

    page = client.get(f"/systems/{system.ref}/").content.decode()
    assert f'hx-get="/systems/{system.ref}/frameworks/"' in page
    part = client.get(f"/systems/{system.ref}/frameworks/", headers={"HX-Request": "true"})
    told = part.content.decode()
    assert "<html" not in told
    assert f"/frameworks/controls/C05/?system={system.ref}" in told  # it is in the register
    assert f"/frameworks/gdpr/?system={system.ref}&amp;state=missing" in told
    assert "compliant" not in told.lower()


def test_without_script_what_a_system_shows_is_a_page(as_user, auditor, stranger, system):
    page = as_user(auditor).get(f"/systems/{system.ref}/frameworks/").content.decode()

    assert "<html" in page
    assert "A mapping is not compliance." in page
    assert as_user(stranger).get(f"/systems/{system.ref}/frameworks/").status_code == 404


@pytest.fixture
def api(client, officer):
    """A client of the API in Ines' name."""
    _, text = issue_token(actor=officer, name="t", scopes=list(Scope))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return client


def test_the_api_tells_every_framework_apart(api, system):
    body = api.get("/api/v1/frameworks/").json()

    assert [one["framework"] for one in body["items"]] == list(FRAMEWORKS)
    assert body["mapping"]["sealed"] is True
    assert body["warning"] == "A mapping is not compliance."


def test_the_api_tells_a_framework_control_by_control(api, system):
    body = api.get(f"/api/v1/frameworks/nist_ai_rmf/coverage/?system={system.ref}").json()

    control = next(one for one in body["controls"] if one["control"] == "C09")
    assert control["missing"] == [system.ref]
    assert body["counts"]["applicable"] == sum(
        one["state"] != "not_applicable" for one in body["controls"]
    )


@pytest.mark.parametrize("query", ["?state=missing", "?unit=0", "?system=x"])
def test_the_api_refuses_what_it_does_not_know(api, query):
    assert api.get(f"/api/v1/frameworks/{query}").status_code == 400


@pytest.mark.parametrize(
    ("came_from", "leads_back"),
    [("http://testserver/frameworks/controls/C09/", True), ("https://elsewhere.example/", False)],
)
def test_a_refusal_leads_back_to_the_page_that_can_be_read(
    as_user, officer, second, system, a_month, came_from, leads_back
):
    row = set_aside(Aside("C09", None, system), actor=officer, reason="Mine.", until=a_month)
    client, path = as_user(second), f"/frameworks/set-aside/{row.pk}/withdraw/"
    client.post(path)

    again = client.post(path, headers={"Referer": came_from})

    assert again.status_code == 409
    page = again.content.decode()
    assert path not in page
    assert (f'href="{came_from}"' in page) is leads_back
    assert "elsewhere.example" not in page
