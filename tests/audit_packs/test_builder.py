"""The builder: what a pack is for, about and holds, and which gaps it would find."""

from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.audit_packs.actions import Period, request_pack
from governance.audit_packs.builder import preview
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.queries import contents
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.render import whole_html
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.section_rules import Section, chosen, kept, pages, total_pages
from governance.classification.models import Assessment
from governance.ledger.models import Entry
from inventory.systems.actions import share
from inventory.systems.models import AISystem
from tests.factories import make_system

ALL = [section.value for section in Section]
ASK = {"purpose": "audit", "about": "named", "zone": "Europe/Oslo", "sections": ALL}
LIVE = {"HX-Request": "true"}


@pytest.fixture
def started(monkeypatch) -> list[int]:
    """The packs whose building was asked for."""
    found: list[int] = []
    monkeypatch.setattr("governance.audit_packs.builder_views.start_soon", found.append)
    return found


def text_of(answer) -> str:
    return answer.content.decode()


def test_asking_for_systems_by_id_leads_to_the_pack(as_user, officer, system, started):
    answer = as_user(officer).post("/packs/new/", ASK | {"systems": system.ref.lower()})

    pack = EvidencePack.objects.get()
    assert answer["Location"] == f"/packs/{pack.ref}/"
    assert (pack.kind, pack.subject) == (ScopeKind.SYSTEM, "Claims triage scorer")
    assert (pack.scope, started) == ({"for": "audit"}, [pack.pk])


def test_a_unit_brings_every_system_below_it(
    as_user, officer, organisation, system, lending, started
):
    make_system(actor=officer, unit=lending)
    as_user(officer).post("/packs/new/", ASK | {"about": "unit", "unit": organisation.pk})

    pack = EvidencePack.objects.get()
    assert (pack.kind, pack.total, pack.unit) == (ScopeKind.PORTFOLIO, 2, organisation)
    assert pack.subject == "The AI systems of Halden Mutual"


def test_a_list_brings_what_it_shows(as_user, officer, system, claims, started):
    make_system(actor=officer, unit=claims, name="Hail damage estimator")
    query = {"about": "list", "filter": "/systems/?q=hail"}
    as_user(officer).post("/packs/new/", ASK | query)

    pack = EvidencePack.objects.get()
    assert [one.name for one in pack.systems.all()] == ["Hail damage estimator"]
    assert pack.scope == {"for": "audit", "list": "q=hail"}


def test_the_sections_that_were_chosen_are_kept_with_the_pack(as_user, officer, system, started):
    given = {"systems": system.ref, "sections": ["timeline", "classification"]}
    as_user(officer).post("/packs/new/", ASK | given)

    scope = EvidencePack.objects.get().scope
    assert scope["sections"] == ["classification", "timeline"]
    assert chosen(scope) == {Section.CLASSIFICATION, Section.TIMELINE}


def test_looking_first_tells_the_gaps_and_builds_nothing(as_user, officer, system):
    page = as_user(officer).post("/packs/new/", ASK | {"systems": system.ref, "look": "1"})

    told = text_of(page)
    assert "Nobody has signed the classification." in told
    assert "No model version is on record." in told
    assert "No owner is named." not in told
    assert "Left out" not in told
    assert not EvidencePack.objects.exists()


def test_a_section_that_is_left_out_is_told_and_hides_no_gap(as_user, officer, system):
    given = {"systems": system.ref, "look": "1", "sections": ["timeline"]}
    told = text_of(as_user(officer).post("/packs/new/", ASK | given))

    assert "Nobody has signed the classification." in told
    assert "Left out, and the pack says so: Classification" in told


def test_the_right_side_follows_while_somebody_chooses(as_user, officer, system):
    client = as_user(officer)
    part = client.post("/packs/new/", ASK | {"systems": system.ref}, headers=LIVE)
    wrong = client.post("/packs/new/", ASK | {"systems": ""}, headers=LIVE)

    assert text_of(part).lstrip().startswith('<div class="stack aside-sticky" id="ahead"')
    assert "1 system, about" in text_of(part)
    assert (wrong.status_code, "Name at least one system" in text_of(wrong)) == (200, True)
    assert not EvidencePack.objects.exists()


@pytest.mark.parametrize("name", ["system", "list"])
def test_a_link_opens_the_builder_with_its_gaps(as_user, officer, system, name):
    value = system.ref if name == "system" else "?"
    page = text_of(as_user(officer).get("/packs/new/", {name: value}))

    assert "<b>1 system</b>" in page
    assert "Nobody has signed the classification." in page


def test_what_was_typed_stays_when_something_is_wrong(as_user, officer, system):
    given = {"systems": "AIS-999999", "note": "ISO 42001 stage 2", "sections": ["timeline"]}
    answer = as_user(officer).post("/packs/new/", ASK | given | {"period_from": "2026-05-01"})

    page = text_of(answer)
    assert answer.status_code == 422
    assert "You see no system with the id AIS-999999." in page
    for kept_text in ("AIS-999999</textarea>", "ISO 42001 stage 2", 'value="2026-05-01"'):
        assert kept_text in page
    assert 'value="Europe/Oslo" selected' in page


def test_a_period_that_ends_before_it_begins_is_told(as_user, officer, system):
    days = {"period_from": "2026-05-02", "period_to": "2026-05-01"}
    answer = as_user(officer).post("/packs/new/", ASK | days | {"systems": system.ref})

    assert "The period ends before it begins." in text_of(answer)


def test_a_system_that_the_person_does_not_see_does_not_exist(as_user, stranger, system):
    page = as_user(stranger).post("/packs/new/", ASK | {"systems": system.ref})

    assert page.status_code == 422
    assert f"You see no system with the id {system.ref}." in text_of(page)


def test_a_system_that_is_only_shared_is_told_at_the_field(as_user, officer, stranger, system):
    share(system, user=stranger, actor=officer)
    page = as_user(stranger).post("/packs/new/", ASK | {"systems": system.ref})

    assert page.status_code == 422
    assert f"does not let you ask for packs about {system.ref}" in text_of(page)


def test_looking_takes_as_many_queries_for_one_system_as_for_many(officer, system, claims):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            preview(AISystem.objects.all(), list(Section))
        return len(seen)

    queries()
    one = queries()
    for number in range(6):
        make_system(actor=officer, unit=claims, name=f"System {number}")
    assert queries() == one


def test_what_was_left_out_is_not_in_the_pack_which_says_so(officer, system):
    pack = request_pack(
        actor=officer,
        kind=ScopeKind.SYSTEM,
        systems=[system],
        scope={"sections": ["timeline"]},
        period=Period(zone="Europe/Oslo"),
    )
    said = contents(pack)

    (told,) = said.systems
    assert {"card", "missing", "timeline"} <= set(told)
    assert not {"raci", "classification", "versions", "documents", "questions"} & set(told)
    assert "Nobody has signed the classification." in told["missing"]
    assert "raci" in said.head["scope"]["left_out"]
    assert said.head["period"]["zone"] == "Europe/Oslo"
    page = whole_html(said)
    assert "Timeline" in page
    assert "responsibility matrix for this system" not in page


def test_questions_and_answers_stand_in_the_next_pack(officer, owner, system):
    def ask_for() -> EvidencePack:
        return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])

    first = ask_for()
    PackQuestion.objects.create(pack=first, system=system, text="Who tested it?", asked_by=officer)
    whole = PackQuestion.objects.create(pack=first, text="Why now?", asked_by=officer)
    PackAnswer.objects.create(question=whole, text="It is due.", by=owner)
    said = contents(ask_for())

    (told,) = said.systems
    assert [one["text"] for one in told["questions"]] == ["Who tested it?", "Why now?"]
    assert told["questions"][1]["answers"][0]["text"] == "It is due."
    page = whole_html(said)
    assert "Who tested it?" in page
    assert "It is due." in page


# --- rules ------------------------------------------------------------------------------------


def test_a_pack_that_says_nothing_of_sections_holds_all():
    assert chosen({}) == frozenset(Section)


def test_what_was_not_chosen_is_not_told_and_all_else_is():
    facts = {"ref": "AIS-001", "card": {}, "raci": None, "timeline": [], "missing": []}

    assert set(kept(facts, {Section.TIMELINE})) == {"ref", "card", "timeline", "missing"}


def test_more_things_make_more_pages():
    few, many = {Section.TIMELINE: 10}, {Section.TIMELINE: 1_000}

    assert total_pages(1, few) < total_pages(1, many)
    assert pages(1, few)[Section.TIMELINE] == 1
    assert total_pages(3, few) < total_pages(30, few)


def test_the_classification_of_nobody_is_counted_as_none(officer, system):
    assert not Assessment.objects.exists()
    parts = {one.label: one.things for one in preview(AISystem.objects.all(), list(Section)).parts}

    assert parts["Classification, with its reasons"] == 0
    assert parts["Timeline with ledger numbers"] is None


def test_what_is_no_id_is_told_and_not_left_out_silently(as_user, officer, system):
    page = as_user(officer).post("/packs/new/", ASK | {"systems": f"{system.ref}, AIS-2; triage"})

    assert page.status_code == 422
    assert "AIS-2, triage: ids look like AIS-014." in text_of(page)
    assert not EvidencePack.objects.exists()


def test_a_section_of_which_there_is_nothing_says_so(as_user, officer, system):
    page = text_of(as_user(officer).get("/packs/new/", {"system": system.ref}))

    assert "about 0" not in page
    assert "nothing on record" in page


@pytest.mark.parametrize(("zone", "many"), [("Pacific/Kiritimati", True), ("Etc/GMT+12", False)])
def test_the_length_of_timelines_follows_the_days_of_the_zone(system, zone, many, monkeypatch):
    monkeypatch.setattr("governance.audit_packs.builder.ENTRIES_AROUND", 1_000)
    registered = Entry.objects.get(action="system.registered").at
    first = registered.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    found = preview(AISystem.objects.all(), [Section.TIMELINE], Period(first, None, zone))

    assert (found.parts[0].pages > 5) is many
