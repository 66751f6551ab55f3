"""The list of systems: filters, search, order, pages, columns, exports."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.http import QueryDict

from governance.accounts.actions import deactivate
from governance.approvals.run_actions import suspend
from governance.common.cells import safe
from governance.overview.columns import BY_KEY
from governance.overview.register import Register, scope_of
from governance.overview.register_state import read_state
from inventory.systems.actions import change_system, share
from inventory.systems.models import AISystem
from inventory.vendors.actions import add_vendor
from tests.approvals.world import Place
from tests.factories import make_system

TODAY = date(2026, 11, 22)


def names(user, query: str = "") -> list[str]:
    """Return the names that a list shows to a person."""
    state = read_state(dict(QueryDict(query).lists()), BY_KEY)
    return [row.name for row in Register(user, state, TODAY).page().rows]


@pytest.fixture
def five(officer, owner, claims, lending, organisation) -> list[AISystem]:
    vendor = add_vendor(actor=officer, name="Kelda AI")
    facts = [
        ("Alpha scorer", claims, {"intended_purpose": "Ranks claims.", "owner": owner}),
        ("Beta bot", claims, {"stage": "production", "data_categories": ["health"]}),
        ("Gamma, the O'Brien edition", lending, {"vendor": vendor, "our_roles": ["deployer"]}),
        ("Delta-Müller", lending, {"stage": "pilot", "origin": "import", "external_key": "DOC-77",
                                   "source": "file"}),
        ("100% \\ odd", organisation, {"stage": "idea"}),
    ]  # fmt: skip
    return [make_system(actor=officer, unit=unit, name=n, **over) for n, unit, over in facts]


def test_the_list_is_ordered_by_name_and_scoped_by_unit(five, officer, owner, stranger):
    assert names(officer) == sorted(s.name for s in five)
    assert names(owner) == ["Alpha scorer", "Beta bot"]
    assert names(stranger) == ["Delta-Müller", "Gamma, the O'Brien edition"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stage=production", ["Beta bot"]),
        ("stage=production&stage=pilot", ["Beta bot", "Delta-Müller"]),
        ("data=health", ["Beta bot"]),
        ("role=deployer", ["Gamma, the O'Brien edition"]),
        ("origin=import", ["Delta-Müller"]),
        ("vendor=none&stage=pilot", ["Delta-Müller"]),
        ("owner=none&stage=idea&role=deployer", ["Gamma, the O'Brien edition"]),
        ("gaps=purpose&stage=production", ["Beta bot"]),
        ("tier=unclassified&stage=production", ["Beta bot"]),
        ("tier=high", []),
        ("release=active", []),
        ("release=none&stage=production", ["Beta bot"]),
    ],
)
def test_filters_narrow_the_list(five, officer, query, found):
    assert names(officer, query) == found


def test_systems_are_found_by_how_their_model_stands(system, officer, administrator):
    place = Place(system, officer, administrator)
    release = place.active()
    running = names(officer, "release=active")
    suspend(release, actor=place.owner, reason="Wrong answers.")

    assert running == names(officer, "release=suspended") == [system.name]
    assert names(officer, "release=active") == []


def test_a_unit_holds_what_lies_below_it(five, officer, organisation, claims):
    assert len(names(officer, f"unit={organisation.pk}")) == 5
    assert len(names(officer, f"unit={claims.pk}")) == 2


def test_mine_are_the_systems_i_own(five, owner):
    assert names(owner, "owner=me") == ["Alpha scorer"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alp", ["Alpha scorer"]),
        ("ranks", ["Alpha scorer"]),
        ("scorer ALPHA", ["Alpha scorer"]),
        ("o'brien", ["Gamma, the O'Brien edition"]),
        ("müll", ["Delta-Müller"]),
        ("delta-m", ["Delta-Müller"]),
        ("DOC-7", ["Delta-Müller"]),
        ("nothing like it", []),
    ],
)
def test_search_finds_the_beginnings_of_words(five, officer, text, found):
    assert names(officer, f"q={text}") == found


@pytest.mark.parametrize("text", ["'", "\\", "a & | !", ":*", "(((", "%00", "%", "<b>", "''''"])
def test_no_sign_breaks_the_search(five, officer, text):
    names(officer, f"q={text}")


def test_a_ref_is_found_by_its_beginning(five, officer):
    assert names(officer, f"q={five[0].ref.lower()}") == ["Alpha scorer"]


def test_search_tells_nothing_of_other_units(five, owner):
    assert names(owner, "q=delta") == []


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "100% \\ odd"),
        ("-name", "Gamma, the O'Brien edition"),
        ("ref", "Alpha scorer"),
        ("-ref", "100% \\ odd"),
        ("stage", "100% \\ odd"),
        ("unit", "Alpha scorer"),
        ("tier", "100% \\ odd"),
    ],
)
def test_the_list_is_ordered_as_asked(five, officer, sort, first):
    assert names(officer, f"sort={sort}&origin=manual")[0] == first


def test_the_last_change_comes_first(five, officer):
    change_system(five[1], actor=officer, outputs="A text.")

    assert names(officer, "sort=-changed")[0] == "Beta bot"


def test_unknown_values_are_left_out_and_told(as_user, five, officer):
    page = as_user(officer).get("/systems/?tier=purple&sort=mood&unit=x&stage=pilot")

    assert page.status_code == 200
    for word in (b"purple", b"mood", b"Delta-M"):
        assert word in page.content
    assert b"Alpha" not in page.content


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999", "page=-1", "cols=zzz",
              "unit=99999999999999999999",
              "q=" + "x" * 5000, "page=²"]
)  # fmt: skip
def test_no_address_breaks_the_page(as_user, five, officer, query):
    assert as_user(officer).get(f"/systems/?{query}").status_code == 200


def test_a_list_is_cut_into_pages_of_fifty(as_user, officer, claims):
    for at in range(53):
        AISystem.objects.create(ref=f"X-{at:03d}", name=f"System {at:03d}", unit=claims)
    client = as_user(officer)

    first, second = client.get("/systems/"), client.get("/systems/?page=2")
    assert b"1 to 50 of 53 systems" in first.content
    assert b"System 049" in first.content
    assert b"System 050" not in first.content
    assert b"51 to 53 of 53 systems" in second.content


def test_columns_are_chosen_in_the_address_and_kept(as_user, five, officer):
    client = as_user(officer)

    assert b"External key" not in _table(client.get("/systems/"))
    assert b"External key" in _table(client.get("/systems/?cols=key,data"))
    assert b"External key" in _table(client.get("/systems/"))
    assert b">Stage" not in _table(client.get("/systems/"))


def _table(page) -> bytes:
    return page.content[page.content.index(b"<thead") : page.content.index(b"</thead>")]


def test_htmx_gets_the_table_and_the_announcement_alone(as_user, five, officer):
    page = as_user(officer).get("/systems/?q=alpha", headers={"HX-Request": "true"})

    assert b"<html" not in page.content
    assert b"Alpha scorer" in page.content
    assert b'id="status"' in page.content
    assert "HX-Request" in page["Vary"]


def test_each_filter_is_a_chip_that_takes_it_away(as_user, five, officer, claims):
    page = as_user(officer).get(f"/systems/?stage=pilot&unit={claims.pk}&q=delta")
    chips = {chip["label"]: chip["url"] for chip in page.context["chips"]}

    assert set(chips) == {"Search: delta", "Stage: Pilot", "Unit: Claims"}
    assert chips["Stage: Pilot"] == f"?q=delta&unit={claims.pk}"


def test_a_foreign_unit_is_not_named(as_user, five, owner, lending):
    page = as_user(owner).get(f"/systems/?unit={lending.pk}")

    assert b"Lending" not in page.content


def test_an_empty_register_teaches(as_user, officer):
    page = as_user(officer).get("/systems/")

    assert b"No systems yet" in page.content


def test_a_view_is_saved_shown_and_forgotten(as_user, five, officer):
    client = as_user(officer)
    client.post("/systems/views/save/", {"name": "My pilots", "query": "?stage=pilot"})

    page = client.get("/systems/?stage=pilot")
    assert b"My pilots" in page.content
    view = officer.saved_views.get()
    assert f"/systems/views/{view.pk}/forget/".encode() in page.content
    assert client.post(f"/systems/views/{view.pk}/forget/").status_code == 302
    assert not officer.saved_views.exists()


def test_the_filter_page_offers_only_what_one_may_see(as_user, five, owner):
    page = as_user(owner).get("/systems/filter/?stage=pilot")

    assert page.status_code == 200
    assert b"Lending" not in page.content
    assert b"Claims" in page.content


@pytest.mark.parametrize("persona", ["officer", "owner", "stranger", "auditor", "administrator"])
def test_the_plain_condition_says_the_same_as_the_queryset(five, officer, persona, request):
    user = request.getfixturevalue(persona)
    share(five[4], user=request.getfixturevalue("stranger"), actor=officer)
    share(five[3], user=request.getfixturevalue("owner"), actor=officer)

    by_condition = AISystem.objects.filter(scope_of(user))
    assert set(by_condition) == set(AISystem.objects.visible_to(user))


def test_a_closed_account_is_in_no_scope(five, officer, administrator):
    deactivate(officer, actor=administrator)
    officer.refresh_from_db()

    assert not AISystem.objects.filter(scope_of(officer)).exists()


def test_the_list_asks_as_much_for_fifty_as_for_five(
    as_user, five, officer, claims, django_assert_max_num_queries
):
    client = as_user(officer)
    client.get("/systems/")
    for at in range(53):
        AISystem.objects.create(ref=f"X-{at:03d}", name=f"System {at:03d}", unit=claims)

    with django_assert_max_num_queries(13):
        client.get("/systems/")


# --- exports ------------------------------------------------------------------------------------


def test_csv_holds_what_the_list_shows(as_user, five, officer):
    answer = as_user(officer).get("/systems/export.csv?stage=pilot&cols=stage,key")
    content = b"".join(answer.streaming_content)
    rows = list(csv.reader(io.StringIO(content.decode())))

    assert not content.startswith(b"\xef\xbb\xbf")
    assert rows == [
        ["Id", "Name", "Stage", "External key"],
        [five[3].ref, "Delta-Müller", "Pilot", "DOC-77"],
    ]


def test_csv_holds_every_page_and_only_what_one_may_see(as_user, five, officer, owner, claims):
    for at in range(120):
        AISystem.objects.create(ref=f"X-{at:03d}", name=f"System {at:03d}", unit=claims)

    whole = b"".join(as_user(officer).get("/systems/export.csv").streaming_content)
    assert len(whole.splitlines()) == 1 + 125
    mine = b"".join(as_user(owner).get("/systems/export.csv").streaming_content)
    assert b"Delta" not in mine


@pytest.mark.parametrize(
    "sign",
    ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0+", "\uff1d", "\uff0b", "\uff0d", "\uff20"],
)
def test_no_cell_is_taken_for_a_formula(sign):
    assert safe(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"
    assert safe(f"\x01{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"
    assert safe("plain = text") == "plain = text"


def test_a_formula_in_a_name_stays_text_in_both_exports(as_user, officer, claims):
    make_system(actor=officer, unit=claims, name='=HYPERLINK("http://x")', outputs="x")
    client = as_user(officer)

    text = b"".join(client.get("/systems/export.csv").streaming_content).decode()
    assert "'=HYPERLINK" in text
    book = openpyxl.load_workbook(io.BytesIO(client.get("/systems/export.xlsx").content))
    cell = book["AI systems"]["B2"]
    assert (cell.data_type, cell.value) == ("s", '\'=HYPERLINK("http://x")')


def test_control_signs_do_not_break_the_workbook(as_user, officer, claims):
    AISystem.objects.create(ref="X-1", name="Bell \x07 here", unit=claims)

    assert as_user(officer).get("/systems/export.xlsx").status_code == 200
