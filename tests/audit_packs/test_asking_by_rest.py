"""Asking for a pack over REST: the rules and the words of the page."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.audit_packs.models import EvidencePack, PackRecipient
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.notices.models import Notice
from tests.factories import make_system


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def told(answer) -> dict[str, str]:
    """Return what is wrong with the body, by JSON pointer."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


def test_a_pack_is_asked_for_with_all_that_the_page_offers(api, officer, system, stranger):
    body = {
        "systems": [system.ref],
        "purpose_kind": "authority",
        "purpose": "Letter of 4 May",
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "zone": "Europe/Oslo",
        "sections": ["timeline", "classification"],
        "recipients": [
            {"person": stranger.email, "until": in_days(5)},
            {"name": "Ruth Regulator", "email": "Ruth@authority.example", "until": in_days(9)},
        ],
    }
    answer = api(officer, "post", "packs/", body)

    assert answer.status_code == 202, answer.json()
    pack = EvidencePack.objects.get()
    assert pack.purpose == "Authority: Letter of 4 May"
    assert (pack.period_from, pack.zone) == (date(2026, 1, 1), "Europe/Oslo")
    assert pack.scope == {"for": "authority", "sections": ["classification", "timeline"]}
    assert {str(one) for one in pack.recipients.all()} == {"Sam Stranger", "Ruth Regulator"}


def test_the_systems_of_a_list_are_asked_for_by_its_filter(api, officer, system, claims):
    make_system(actor=officer, unit=claims, name="Hail damage estimator")
    answer = api(officer, "post", "packs/", {"filter": "q=hail"})

    pack = EvidencePack.objects.get(ref=answer.json()["ref"])
    assert [one.name for one in pack.systems.all()] == ["Hail damage estimator"]
    assert pack.scope == {"list": "q=hail"}


def test_a_unit_brings_every_system_below_it(api, officer, organisation, system, lending):
    make_system(actor=officer, unit=lending)
    answer = api(officer, "post", "packs/", {"unit": organisation.pk, "purpose": "Board"})

    pack = EvidencePack.objects.get(ref=answer.json()["ref"])
    assert (pack.kind, pack.total, pack.purpose) == (ScopeKind.PORTFOLIO, 2, "Board")


@pytest.mark.parametrize(
    ("over", "pointer", "words"),
    [
        ({"zone": "Mars/Base"}, "/zone", "There is no time zone Mars/Base"),
        (
            {"period_from": "2026-05-02", "period_to": "2026-05-01"},
            "/period_to",
            "The period ends before it begins.",
        ),
        ({"systems": ["AIS-999"]}, "/systems", "You see no system with the id AIS-999."),
        ({"sections": ["gossip"]}, "/sections/0", "is not a valid choice"),
        ({"purpose_kind": "fun"}, "/purpose_kind", "is not a valid choice"),
        ({"unit": 1}, "", "Give either systems, a unit or a filter."),
        ({"recipients": [{"until": "2030-01-01"}]}, "/recipients/0", "Give either a person"),
        (
            {"recipients": [{"name": "R", "email": "r@a.example"}]},
            "/recipients/0/until",
            "required",
        ),
        ({"color": "red"}, "/color", "does not exist here"),
    ],
)
def test_a_wrong_value_is_told_at_its_place_in_words(
    api, officer, organisation, system, over, pointer, words
):
    body = {"systems": [system.ref]} | over
    if "unit" in over:
        body["unit"] = organisation.pk
    answer = api(officer, "post", "packs/", body)

    assert answer.status_code == 400
    found = told(answer)
    assert list(found) == [pointer]
    assert words in found[pointer]
    assert not EvidencePack.objects.exists()


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "That day is over."), (400, "choose a day up to it")]
)
def test_a_wrong_last_day_of_a_reader_asks_for_nothing(api, officer, system, stranger, days, words):
    given = [{"person": stranger.email, "until": in_days(days)}]
    answer = api(officer, "post", "packs/", {"systems": [system.ref], "recipients": given})

    assert (answer.status_code, words in answer.json()["detail"]) == (409, True)
    assert not EvidencePack.objects.exists()


def test_who_only_builds_packs_gives_none_away(api, ops_lead, system, stranger):
    given = [{"person": stranger.email, "until": in_days(5)}]
    answer = api(ops_lead, "post", "packs/", {"systems": [system.ref], "recipients": given})

    assert (answer.status_code, "decides who gets a pack" in answer.json()["detail"]) == (403, True)
    assert not EvidencePack.objects.exists()


# --- readers named beforehand -------------------------------------------------------------------


@pytest.fixture
def named(api, officer, system, stranger) -> EvidencePack:
    """A pack that Sam is to get when it is sealed."""
    given = [{"person": stranger.email, "until": in_days(5)}]
    body = {"systems": [system.ref], "recipients": given}
    return EvidencePack.objects.get(ref=api(officer, "post", "packs/", body).json()["ref"])


def app_notices(user) -> list[str]:
    found = Notice.objects.filter(person=user, channel="app")
    return list(found.values_list("subject", flat=True))


def test_who_is_named_beforehand_sees_the_pack_once_it_is_sealed(
    api, as_user, officer, named, stranger
):
    path = f"packs/{named.ref}/"
    assert api(stranger, "get", path).status_code == 404
    assert api(stranger, "get", "pack-recipients/").json()["items"] == []
    assert app_notices(stranger) == []
    page = as_user(officer).get(f"/packs/{named.ref}/").content.decode()
    assert "Once it is sealed it goes to Sam Stranger" in page
    build_pack(named.pk)

    assert api(stranger, "get", path).status_code == 200
    assert app_notices(stranger) == [f"Ines Halvorsen gave you the evidence pack {named.ref}"]


def test_who_is_named_does_not_get_what_the_giver_may_not_hand_out_any_more(
    named, officer, stranger
):
    officer.memberships.all().update(ends_on=timezone.localdate() - timedelta(days=1))
    build_pack(named.pk)

    assert not EvidencePack.objects.visible_to(stranger).exists()
    assert PackRecipient.objects.get().ended_at
    assert app_notices(stranger) == []


def test_who_is_named_on_the_page_gets_the_pack(as_user, officer, system, stranger, monkeypatch):
    monkeypatch.setattr("governance.audit_packs.builder_views.start_soon", build_pack)
    given = {
        "purpose": "audit",
        "about": "named",
        "systems": system.ref,
        "zone": "Europe/Oslo",
        "sections": ["timeline"],
        "readers": f"{stranger.email}\n",
    }
    as_user(officer).post("/packs/new/", given)

    row = PackRecipient.objects.get()
    assert (row.person, row.until) == (stranger, timezone.localdate() + timedelta(days=365))
    assert EvidencePack.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (
            {"readers": "nobody@halden.example"},
            "Nobody here has the address nobody@halden.example.",
        ),
        ({"readers": "Sam"}, "Give e-mail addresses"),
        ({"readers": "sam@halden.example", "until": "2020-01-01"}, "Choose a day from today to"),
    ],
)
def test_a_wrong_reader_is_told_at_the_field(as_user, officer, system, stranger, over, words):
    given = {"purpose": "audit", "about": "named", "systems": system.ref} | over
    answer = as_user(officer).post("/packs/new/", given)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not EvidencePack.objects.exists()


def test_who_hands_nothing_out_is_not_asked_for_readers(as_user, ops_lead, system):
    page = as_user(ops_lead).get("/packs/new/", {"system": system.ref}).content.decode()

    assert "Give it to" not in page
