"""Pictures and indexes, worked out without a database."""

import re
from datetime import date

import pytest
from django.conf import settings

from governance.audit_packs import pictures
from governance.audit_packs.fronts import annex, exceptions, has_break_glass
from governance.audit_packs.pictures_system import grid, tree
from tests.audit_packs.samples import HELD, PAPER, RELEASE, VERSION, bare, contents, system


def test_the_bar_of_tiers_is_as_wide_as_the_page_and_says_what_it_shows():
    mix = pictures.tier_mix([system(1), system(2), bare(3)])

    (bar,) = mix.bars
    assert mix.title == "Systems by tier: 2 High-risk, 1 Unclassified."
    assert sum(piece.width for piece in bar.pieces) == pytest.approx(pictures.WIDTH, abs=0.2)
    assert [piece.count for piece in bar.pieces] == [2, 1]


def test_the_colours_are_those_of_the_pages():
    assert pictures.paint()["tier_high_fill"] == "#c4501b"
    assert pictures.paint()["line"] == "#e2e7e7"


def test_the_styles_of_packs_use_no_colour_that_the_pages_do_not_know():
    css = (settings.BASE_DIR / "static" / "css" / "pack.css").read_text()

    assert set(re.findall(r"#[0-9a-f]{6}\b", css)) <= set(pictures.paint().values())


def test_each_of_few_systems_has_a_strip():
    held = {"follows": 1, "duties": [HELD, HELD | {"state": "missing"}], "ended": []}
    strips = pictures.readiness([system(1, obligations=held), bare(2)])

    assert [bar.said for bar in strips.bars] == ["1 of 2 met", "no duty yet"]
    assert [piece.words for piece in strips.bars[0].pieces] == ["met", "missing"]


def test_many_systems_share_a_strip_for_each_tier():
    strips = pictures.readiness([system(n) for n in range(1, 30)] + [bare(30)])

    assert [bar.name for bar in strips.bars] == ["High-risk, 29", "Unclassified, 1"]


def test_only_dates_of_the_next_eighteen_months_are_drawn():
    shown = pictures.calendar([system(1), system(2)], date(2026, 11, 22))

    assert [lane.name for lane in shown.lanes] == [
        "Rules begin to apply",
        "Approvals end",
        "Agreements end",
        "Checks of duties",
    ]
    assert [cell.count for cell in shown.lanes[3].cells] == [2]
    assert [cell.count for cell in shown.lanes[0].cells] == [1]  # one day for both systems
    assert pictures.calendar([system(1)], date(2030, 1, 1)).lanes == ()


def test_a_matrix_of_few_people_is_a_grid():
    shown = grid(system(1)["raci"])

    assert shown is not None
    assert shown.people == ("Jonas Weber", "Ines Halvorsen")
    assert shown.rows[0][2] == ("AR", "C")


def test_a_matrix_of_many_people_stays_a_table():
    row = system(1)["raci"]["rows"][0] | {"informed": [f"Person {n}" for n in range(9)]}

    assert grid({"rows": [row]}) is None
    assert grid(None) is None


def test_the_drawing_of_versions_tells_where_each_runs():
    old = VERSION | {"label": "3.1", "releases": [RELEASE | {"words": "Superseded"}]}
    drawn = tree([VERSION | {"parent": "3.1"}, old])

    assert drawn is not None
    assert len(drawn.graph.edges) == 1
    assert "3.2.1, made from 3.1, prod: Active" in drawn.title
    assert tree([VERSION]) is None


def test_annex_iv_is_indexed_point_by_point_over_high_risk_systems():
    items = PAPER["content"]["sections"][0]["items"]
    paper = PAPER | {"kind": "annex-iv"}
    index = annex([system(1, documents=[paper]), system(2), bare(3)])

    assert index is not None
    assert [(row["held"], row["lacking"]) for row in index["rows"]] == [
        ("", "AIS-001"),
        ("AIS-001", ""),
    ]
    assert {row["item"] for row in index["rows"]} == {item["label"] for item in items}
    assert index["others"] == "AIS-002"
    assert annex([bare(1)]) is None


def test_an_emergency_or_an_overridden_gate_is_break_glass():
    head = contents(system(1)).head
    entry = {"number": 1}

    assert not has_break_glass(head)
    assert not has_break_glass(head | {"exceptions": {"emergencies": [], "overridden": []}})
    assert has_break_glass(head | {"exceptions": {"emergencies": [entry], "overridden": []}})
    assert has_break_glass(head | {"exceptions": {"emergencies": [], "overridden": [entry]}})
    assert [kind["entries"] for kind in exceptions(head)] == [[]] * 4
