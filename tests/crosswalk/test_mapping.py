"""The mapping as data holds together: every id is one, everything that must appear does."""

import re
from pathlib import Path

import pytest
import yaml
from django.db import models

from governance.crosswalk.clauses import REFS
from governance.crosswalk.evidence.all import QUERIES
from governance.crosswalk.reading import (
    CONTROLS,
    FOLDER,
    SEAL,
    MappingError,
    catalogue,
    load,
    sum_of,
)
from governance.crosswalk.rules import Framework, Strength

# NIST AI 100-1: how many subcategories each category of the four functions has.
NIST = {
    "GOVERN": (7, 3, 2, 3, 2, 2),
    "MAP": (6, 3, 5, 2, 2),
    "MEASURE": (3, 13, 3, 3),
    "MANAGE": (4, 4, 2, 3),
}
# ISO/IEC 42001:2023, Annex A: how many controls each objective has.
ISO = {
    "A.2": 3, "A.3": 2, "A.4": 5, "A.5": 4, "A.6.1": 2, "A.6.2": 7,
    "A.7": 5, "A.8": 4, "A.9": 3, "A.10": 3,
}  # fmt: skip


def refs(framework: Framework) -> set[str]:
    controls = catalogue().controls.values()
    return {one.ref for control in controls for one in control.refs.get(framework, ())}


def subcategories() -> set[str]:
    return {
        f"{function} {category}.{number}"
        for function, sizes in NIST.items()
        for category, size in enumerate(sizes, 1)
        for number in range(1, size + 1)
    }


def annex_a() -> set[str]:
    return {  # numbers begin with 2: the first says what the objective is
        f"{objective}.{number}" for objective, size in ISO.items() for number in range(2, 2 + size)
    }


def test_there_are_ninety_controls_in_their_order():
    assert list(catalogue().controls) == [f"C{number:02}" for number in range(1, 91)]


@pytest.mark.parametrize("framework", Framework)
def test_every_reference_is_an_id_of_its_framework(framework):
    wrong = [ref for ref in refs(framework) if not REFS[framework].fullmatch(ref)]

    assert wrong == []
    assert len(refs(framework)) > 40


@pytest.mark.parametrize(
    ("framework", "ref"),
    [
        (Framework.EU_AI_ACT, "Article 26"),
        (Framework.EU_AI_ACT, "Art 26(5"),
        (Framework.ISO_42001, "A.1.2"),
        (Framework.ISO_42001, "11.1"),
        (Framework.NIST_AI_RMF, "GOVERN 7.1"),
        (Framework.NIST_AI_RMF, "GV-1.6-1"),
        (Framework.GDPR, "Art 0"),
        (Framework.HIPAA, "165.308"),
    ],
)
def test_what_is_no_id_is_refused(framework, ref):
    assert not REFS[framework].fullmatch(ref)


def test_all_38_controls_of_annex_a_appear():
    appearing = {ref for ref in refs(Framework.ISO_42001) if ref.startswith("A.")}

    assert len(annex_a()) == 38
    assert appearing == annex_a()


def test_every_one_of_the_72_subcategories_is_mapped_or_listed_with_a_reason():
    left_out = catalogue().frameworks[Framework.NIST_AI_RMF].not_mapped
    mapped = {ref for ref in refs(Framework.NIST_AI_RMF) if " " in ref}

    assert len(subcategories()) == 72
    assert mapped | left_out.keys() == subcategories()
    assert not mapped & left_out.keys()
    assert all(left_out.values())


@pytest.mark.parametrize("code", [f"C{number:02}" for number in range(1, 91)])
def test_every_control_has_a_query_that_counts_and_returns_a_real_object_type(code):
    control = catalogue().controls[code]
    counting = [QUERIES[one.query].model for one in control.evidence if one.counts]

    assert counting, code
    assert all(model._meta.managed and not model._meta.abstract for model in counting)
    assert control.is_recorded or control.lacks, code
    assert set(control.refs), code


def test_every_query_named_exists_looks_at_a_table_and_is_asked_as_it_wants():
    for control in catalogue().controls.values():
        for one in control.evidence:
            query = QUERIES[one.query]
            assert issubclass(query.model, models.Model)
            assert bool(one.of) == query.takes, (control.code, one.query)


def test_every_query_is_named_by_a_control():
    named = {one.query for control in catalogue().controls.values() for one in control.evidence}

    assert set(QUERIES) == named


def test_the_controls_that_only_a_statement_by_hand_can_show_are_these():
    silent = [one.code for one in catalogue().controls.values() if not one.is_recorded]

    assert silent == [
        "C02", "C04", "C06", "C07", "C19", "C26", "C36", "C61",
        "C67", "C70", "C72", "C76", "C77", "C80", "C85",
    ]  # fmt: skip


def test_a_clause_of_a_control_without_evidence_is_never_more_than_supported():
    for control in catalogue().controls.values():
        strengths = {one.strength for rows in control.refs.values() for one in rows}
        assert control.is_recorded or strengths == {Strength.SUPPORTS}, control.code


def test_a_full_mapping_says_why():
    full = [
        one
        for control in catalogue().controls.values()
        for rows in control.refs.values()
        for one in rows
        if one.strength == Strength.FULL
    ]

    assert 0 < len(full) < 10
    assert all(one.note for one in full)


def test_the_seal_is_that_of_the_files():
    assert catalogue().is_sealed, "Raise the version in SEAL.yaml and set sha256 to the new sum."
    assert re.fullmatch(r"[0-9a-f]{64}", catalogue().sha256)


@pytest.fixture
def copy(tmp_path) -> Path:
    for file in FOLDER.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def test_a_changed_file_breaks_the_seal_and_changes_the_digest_of_its_control(copy):
    before = load(copy)
    file = copy / CONTROLS
    file.write_text(file.read_text().replace("Scope of management system", "Scope"))

    after = load(copy)

    assert before.is_sealed
    assert not after.is_sealed
    differs = {code for code in after.digests if after.digests[code] != before.digests[code]}
    assert differs == {"C04"}


def test_the_seal_is_not_part_of_what_it_seals(copy):
    before = sum_of(copy)
    (copy / SEAL).write_text('version: "x"\ndated: 2026-11-24\nsha256: ""\n')

    assert sum_of(copy) == before


def test_a_mapping_of_no_control_and_one_to_no_id_are_refused(copy):
    file = copy / "gdpr.yaml"
    raw = yaml.safe_load(file.read_text())
    raw["mappings"][0]["control"] = "C99"
    file.write_text(yaml.safe_dump(raw))
    with pytest.raises(MappingError, match="C99"):
        load(copy)

    raw["mappings"][0]["control"] = "C01"
    raw["mappings"][0]["refs"] = [{"ref": "Chapter 3", "strength": "full"}]
    file.write_text(yaml.safe_dump(raw))
    with pytest.raises(MappingError, match="Chapter 3"):
        load(copy)
