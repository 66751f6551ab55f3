"""Mappings, and rows under a mapping; no database."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.imports.guess import build_mapping, guess_columns
from inventory.imports.library import load_preset, load_text, preset_names
from inventory.imports.mapping import FIELDS, MappingError, check_columns, parse_mapping
from inventory.imports.rules import HINTS, MOST_KEY, RowResult, cut_key, map_row, map_rows
from inventory.imports.table import Record
from tests.imports.conftest import GOOD, HEADER, MAPPING


def one(cells: list[str], mapping: dict[str, Any] = MAPPING, header=HEADER) -> RowResult:
    """Return what one row says."""
    return map_row(Record(2, tuple(cells)), tuple(header), parse_mapping(mapping))


def taking(**fields: Any) -> dict[str, Any]:
    """Return the mapping with other rules for some fields."""
    return MAPPING | {"fields": MAPPING["fields"] | fields}


def reasons(result: RowResult) -> list[tuple[str, str]]:
    """Return why a row is not taken."""
    return [(problem.column, problem.reason) for problem in result.problems]


def test_a_row_becomes_fields_unit_key_and_facts():
    result = one(GOOD)

    assert result.fields == {
        "name": "Fraud screen",
        "intended_purpose": "Finds fraud.",
        "stage": "production",
        "initiated_on": date(2024, 2, 1),
    }
    assert result.unit_path == ("Claims",)
    assert result.key == "Fraud screen"
    assert result.facts == {"Stage": "Live", "Note": "from the survey"}
    assert not result.problems


def test_a_column_that_is_not_mapped_is_kept_and_one_that_arrived_is_not():
    assert "Note" in one(GOOD).facts
    assert "Purpose" not in one(GOOD).facts


def test_lookups_fold_case_and_space():
    assert one(["A", "", "", "  LIVE ", "", ""]).fields["stage"] == "production"


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        (["", "x", "Claims", "Live", "", ""], "Name", "is empty"),
        (["A", "x", "Claims", "Lively", "", ""], "Stage", "“Lively” is not in the table"),
        (["A", "x", "Claims", "Live", "32.1.2024", ""], "Started", "not a day"),
        (["A" * 401, "x", "", "Live", "", ""], "Name", "401 characters; Name takes at most 400"),
        (["A", "x" * 10_001, "", "", "", ""], "Purpose", "10,001 characters"),
        (["A", "x", "u" * 201, "", "", ""], "Unit", "a unit's name takes 200"),
    ],
)
def test_a_bad_cell_is_named_by_column_and_reason(cells, column, words):
    found = dict(reasons(one(cells)))

    assert words in found[column]


def test_ten_thousand_characters_fit_a_purpose():
    assert not one(["A", "x" * 10_000, "", "", "", ""]).problems


def test_an_unclear_cell_can_be_kept_with_a_note():
    kept = MAPPING | {"unclear": "keep"}

    result = one(["A", "", "", "Lively", "23-Nov", ""], kept)
    assert not result.problems
    assert result.fields["stage"] is None
    assert result.facts == {"Stage": "Lively", "Started": "23-Nov"}
    assert [note.column for note in result.notes] == ["Stage", "Started"]


def test_a_formula_is_text():
    assert one(['=HYPERLINK("http://x")', "", "", "", "", ""]).fields["name"].startswith("=HYPER")


def test_a_splitter_makes_a_list_and_unknown_values_are_refused():
    lists = taking(data_categories={"column": "Note", "split": ";"})

    assert one([*GOOD[:5], "health; personal;health"], lists).fields["data_categories"] == [
        "health",
        "personal",
    ]
    assert "none of" in reasons(one([*GOOD[:5], "health; gossip"], lists))[0][1]


def test_first_of_takes_the_first_cell_that_says_something():
    first = taking(intended_purpose={"first_of": ["Note", "Purpose"]})

    assert one([*GOOD[:5], "n/a"], first).fields["intended_purpose"] == "Finds fraud."
    assert one([*GOOD[:5], "why"], first).fields["intended_purpose"] == "why"


def test_all_of_adds_the_values_of_every_column():
    both = taking(
        people_affected={
            "all_of": ["Purpose", "Note"],
            "lookup": {"yes": "public", "staff": "employees"},
            "default": [],
        }
    )

    assert one(["A", "Yes", "", "", "", "staff"], both).fields["people_affected"] == [
        "public",
        "employees",
    ]


def test_a_constant_needs_no_column():
    assert one(GOOD, taking(countries={"constant": ["SE", "no"]})).fields["countries"] == [
        "SE",
        "NO",
    ]


def test_words_are_found_whole_and_kept_as_hints():
    hinted = MAPPING | {
        "hints": {"Vendor": {"column": "Purpose", "words": {"Acme": ["acme"], "Zoom": ["zoom"]}}}
    }

    result = one(["A", "Uses ACME, zooming in", "", "", "", ""], hinted)
    assert result.facts[HINTS] == {"Vendor": ["Acme"]}


def test_a_blank_level_of_units_is_left_out():
    deep = MAPPING | {"unit": ["Unit", "Note"]}

    assert one([*GOOD[:5], ""], deep).unit_path == ("Claims",)
    assert one([*GOOD[:5], " Motor  team "], deep).unit_path == ("Claims", "Motor team")


def rows_of(*names: str, duplicates: str) -> list[RowResult]:
    """Return the results of rows with these names."""
    records = (Record(at, (name, *GOOD[1:])) for at, name in enumerate(names, start=2))
    mapping = parse_mapping(MAPPING | {"duplicates": duplicates})
    return list(map_rows(records, tuple(HEADER), mapping))


def test_a_second_row_with_the_same_key_is_refused():
    first, second = rows_of("Chatbot", "chat bot".replace(" ", ""), duplicates="reject")

    assert not first.problems
    assert "same key as row 2" in second.problems[0].reason


def test_duplicates_can_be_numbered_and_are_noted():
    results = rows_of("Chatbot", "CHATBOT", "Chatbot", duplicates="number")

    assert [result.key for result in results] == ["Chatbot", "CHATBOT #2", "Chatbot #3"]
    assert not any(result.problems for result in results)
    assert "same key as row 2" in results[1].notes[0].reason


def test_an_import_key_in_the_file_is_the_key():
    result = one([*GOOD, "Chatbot #2"], header=[*HEADER, "Import key"])

    assert result.key == "Chatbot #2"
    assert "Import key" not in result.facts


def test_a_long_key_is_cut_and_stays_its_own():
    keys = {cut_key("x" * 400 + end) for end in "ab"}

    assert len(keys) == 2
    assert all(len(key) == MOST_KEY for key in keys)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fields": {"name": "Name", "purpos": "Purpose"}}, "unknown field “purpos”"),
        ({"fields": {"intended_purpose": "Purpose"}}, "“name” must come from a column"),
        ({"fields": {"name": {"column": "Name", "look": {}}}}, "unknown setting “look”"),
        ({"fields": {"name": {"column": "Name", "constant": "x"}}}, "exactly one of"),
        ({"fields": {"name": "Name", "stage": {"constant": "prod"}}}, "unknown value “prod”"),
        ({"fields": {"name": 7}}, "a column's name, or settings"),
        ({"fields": {"name": "Name", "live_since": {"column": "A", "split": ";"}}}, "is a date"),
        ({"source": ""}, "source: give the file's origin a name"),
        ({"dates": "uk"}, "dates: 'uk' is none of iso, us, eu"),
        ({"unclear": "drop"}, "unclear"),
        ({"mapp": 1}, "unknown setting “mapp”"),
        ({"unit": {"a": 1}}, "unit: a column's name"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(change, words):
    with pytest.raises(MappingError, match="cannot be used") as refusal:
        parse_mapping(MAPPING | change)
    assert words in str(refusal.value)


def test_an_unknown_column_is_named_with_the_nearest_one():
    with pytest.raises(MappingError, match=r"“Nmae” \(do you mean “Name”"):
        check_columns(parse_mapping(MAPPING | {"key": ["Nmae"]}), tuple(HEADER))


@pytest.mark.parametrize("text", ["- a\n- b", "a: [", "just words", "a: !!python/object:os.x {}"])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(MappingError):
        parse_mapping(load_text(text, "my.yaml"))


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_mapping(name):
    assert parse_mapping(load_preset(name)).source


def test_a_yes_in_yaml_stays_the_word_of_the_cell():
    data = load_text("lookup: {Yes: personal, No: [], 2024-01-02: x}", "my.yaml")

    assert list(data["lookup"]) == ["Yes", "No", "2024-01-02"]


def test_a_header_nobody_described_is_guessed():
    header = ["System name", "Description", "Business owner", "Supplier", "Lifecycle", "Dept"]

    guessed = guess_columns(header)
    assert guessed["name"] == "System name"
    assert guessed["intended_purpose"] == "Description"
    assert guessed["owner"] == "Business owner"
    assert guessed["vendor"] == "Supplier"
    assert guessed["stage"] == "Lifecycle"
    assert guessed["outputs"] == ""


def test_a_guess_is_a_mapping_that_can_be_used():
    header = ["Name", "Status", "People affected"]
    mapping = build_mapping(guess_columns(header), source="survey")

    result = one(["A", "In production", "staff; Customers"], mapping, header)
    assert result.fields["stage"] == "production"
    assert result.fields["people_affected"] == ["employees", "customers"]


# Whatever stands in the cells: no exception, nothing lost, nothing beyond the limits.
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)
WIDE = taking(
    outputs={"first_of": ["Note", "Purpose"]},
    data_categories={"column": "Note", "split": ";"},
    countries={"column": "Unit", "split": ","},
)


@given(st.lists(CELLS, min_size=6, max_size=6), st.sampled_from(["reject", "keep"]))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_result_within_the_limits(cells, unclear):
    result = one(cells, WIDE | {"unclear": unclear})

    assert len(result.key) <= MOST_KEY
    for name, value in result.fields.items():
        if isinstance(value, str) and FIELDS[name].most:
            assert len(value) <= FIELDS[name].most
    assert one(cells, WIDE | {"unclear": unclear}).digest() == result.digest()


@given(st.lists(CELLS, min_size=6, max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_text_of_a_row_that_is_taken_gets_lost(cells):
    result = one(cells, MAPPING | {"unclear": "keep"})
    if result.problems:
        return

    kept = {*map(str, result.fields.values()), *result.unit_path, *result.facts.values()}
    for column, cell in zip(HEADER, cells, strict=True):
        text = cell.strip()
        says_nothing = text.casefold() in ("", "n/a", "na", "none", "not applicable", "-")
        arrived = {text, " ".join(text.split())} & kept or column == "Started"
        assert says_nothing or arrived


@given(st.lists(st.sampled_from(["A", "a", "B", "B #2", "b"]), max_size=12))
@settings(max_examples=200, deadline=None)
def test_numbered_keys_are_unique(names):
    keys = [result.key.casefold() for result in rows_of(*names, duplicates="number")]

    assert len(set(keys)) == len(keys)
