"""Pictures and indexes, worked out without a database."""

import re
from datetime import date

import pytest
from django.conf import settings

from governance.audit_packs import pictures
from governance.audit_packs.binding import Mark
from governance.audit_packs.fronts import annex, exceptions, has_break_glass, with_pages
from governance.audit_packs.pictures_system import ACROSS, LETTERS, grids, tree
from governance.audit_packs.templatetags.pack import leaves, running
from tests.audit_packs.samples import (
    HELD,
    PAPER,
    RELEASE,
    ROW,
    VERSION,
    VOTE,
    bare,
    contents,
    system,
)


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


def test_a_matrix_is_drawn_with_a_letter_for_each_part_of_each_person():
    (shown,) = grids(system(1)["raci"])

    assert shown.words == "Columns: Jonas Weber, Ines Halvorsen"
    assert [box.letter for box in shown.rows[0].boxes] == ["A", "R", "C"]
    assert shown.rows[0].words == (
        "Jonas Weber accountable; Jonas Weber responsible; Ines Halvorsen consulted"
    )
    assert not shown.upright


@pytest.mark.parametrize(
    ("people", "columns"), [(8, [8]), (9, [9]), (18, [18]), (19, [10, 9]), (40, [14, 14, 12])]
)
def test_a_matrix_of_many_people_has_upright_names_and_several_drawings(people, columns):
    named = [f"Person {n} of the board of directors" for n in range(people)]
    rows = [
        ROW | {"accountable": [], "responsible": [], "consulted": [], "informed": [name]}
        for name in named
    ]
    drawn = grids({"rows": rows})

    assert [len(grid.names) for grid in drawn] == columns
    assert {grid.upright for grid in drawn} == {people > 8}
    assert [name for grid in drawn for name in grid.words[9:].split(", ")] == named
    for grid in drawn:
        boxes = [box for row in grid.rows for box in row.boxes]
        assert all(box.x >= 0 and box.x + box.width <= ACROSS for box in boxes)
        assert all(y < grid.height for name in grid.names for _, y in name.lines)


def test_all_the_letters_of_one_person_fit_into_a_column():
    everything = {word: ["Noor"] for word, _ in LETTERS}
    others = ROW | {"informed": [f"Person {n}" for n in range(15)]}
    (shown,) = grids({"rows": [ROW | everything, others]})

    boxes = [box for box in shown.rows[0].boxes if box.letter in "ARCI"]
    assert [box.letter for box in boxes] == ["A", "R", "C", "I"]
    assert boxes[-1].x + boxes[-1].width - boxes[0].x < ACROSS / 18


def test_nobody_in_a_matrix_draws_nothing():
    nobody = {word: [] for word, _ in LETTERS}

    assert grids(None) == []
    assert grids({"rows": []}) == []
    assert grids({"rows": [ROW | nobody]}) == []


def test_what_runs_is_told_with_its_bundle_and_who_agreed():
    void = VOTE | {"person": "Paul Keller", "void_at": "2026-11-21T11:00:00Z"}
    against = VOTE | {"person": "Noor Jansen", "yes": False}
    runs = RELEASE | {"votes": [VOTE, void, against]}
    over = RELEASE | {"ref": "UPD-000", "may_run": False}
    (one,) = running([VERSION | {"releases": [over, runs]}])

    assert (one["release"]["ref"], one["agreed"]) == ("UPD-001", ["Ines Halvorsen"])
    assert ("prompts.system", "3a" * 32) in leaves(VERSION["bundle"])
    assert ("model_id", "gpt-4o-2024-11-20") in leaves(VERSION["bundle"])


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


def test_the_index_of_annex_iv_names_the_page_of_each_systems_documents():
    paper = PAPER | {"kind": "annex-iv"}
    index = annex([system(number, documents=[paper]) for number in (1, 2)])
    below = (Mark("Card", 9, 0), Mark("Documents", 11, 0))
    marks = [Mark("AIS-001 Name", 8, 0, below), Mark("AIS-002 Name", 50, 0)]

    for known, places in (
        ([], [("AIS-001", 0, "AIS-001"), ("AIS-002", 0, "AIS-002")]),
        (marks, [("AIS-001", 12, "AIS-001/1"), ("AIS-002", 51, "AIS-002")]),
    ):
        row = with_pages(index, known)["rows"][1]
        assert [(it["words"], it["page"], it["link"]) for it in row["held_at"]] == places
    assert with_pages(None, marks) is None


def test_many_systems_behind_one_point_are_told_as_runs():
    paper = PAPER | {"kind": "annex-iv"}
    index = annex([system(number, documents=[paper]) for number in range(1, 15)])

    (place,) = with_pages(index, [Mark("AIS-001 Name", 8, 0)])["rows"][1]["held_at"]
    assert place == {"words": "AIS-001 to AIS-014", "page": 9, "link": "AIS-001"}


def test_an_emergency_or_an_overridden_gate_is_break_glass():
    head = contents(system(1)).head
    entry = {"number": 1}

    assert not has_break_glass(head)
    assert not has_break_glass(head | {"exceptions": {"emergencies": [], "overridden": []}})
    assert has_break_glass(head | {"exceptions": {"emergencies": [entry], "overridden": []}})
    assert has_break_glass(head | {"exceptions": {"emergencies": [], "overridden": [entry]}})
    assert [kind["entries"] for kind in exceptions(head)] == [[]] * 4
