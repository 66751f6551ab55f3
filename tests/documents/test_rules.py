"""What documents say, where from, and what they lack: without a database."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.common.canonical import digest
from governance.documents.differences import differences
from governance.documents.filling import build, documents
from governance.documents.fills import FILLS
from governance.documents.rules import Document, Kind, with_signature
from governance.documents.subject import Filed, Written
from tests.documents.samples import (
    BENEFITS,
    DEPLOYER,
    GRID,
    HIRING,
    PACK,
    POLICE,
    PROVIDER,
    SCHEDULING,
    classified,
    subject,
)

# a busy machine is no failure
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS = st.sampled_from(list(Kind))
TEXTS = st.sampled_from(["enacted", "amended"])
FACTS = st.sampled_from(
    [None, PROVIDER, SCHEDULING, HIRING | PROVIDER, HIRING | DEPLOYER, GRID, POLICE, BENEFITS]
)
WORDS = st.sampled_from(["", "Something that is known"])
SUBJECTS = st.builds(
    subject,
    FACTS,
    name=st.just("Scorer"),
    purpose=WORDS,
    stage=st.sampled_from(["idea", "pilot", "limited", "production", "paused", "retired"]),
    live_since=st.sampled_from(["", "2025-03-01"]),
    data=st.sampled_from([(), ("personal",), ("no_personal_data",)]),
    people=st.sampled_from([(), ("customers", "employees")]),
    countries=st.sampled_from([(), ("US",), ("DE", "US")]),
    architecture=st.sampled_from(["unknown", "workflow"]),
    vendor=st.sampled_from([None, subject().vendor]),
    versions=st.sampled_from([(), subject().versions]),
    accountable=st.sampled_from([{}, {"GOV-03": "Mira Rossi"}]),
    filed=st.sampled_from([{}, {"annex-v": Filed("AIS-014 D1", "2026-11-20")}]),
)


def item(document: Document, key: str):
    """Return one item of a document."""
    return next(found for found in document.items if found.key == key)


def of(kind: Kind, facts=None, text="amended", **over) -> Document:
    """Return a document about the sample."""
    return build(subject(facts, **over), PACK, kind, text)


@steady
@given(SUBJECTS, KINDS, TEXTS)
def test_nothing_missing_has_a_value_and_every_value_has_a_source(about, kind, text):
    for found in build(about, PACK, kind, text).items:
        assert bool(found.values) != bool(found.lacking), found.key
        assert all(value.text and value.source for value in found.values), found.key


@steady
@given(SUBJECTS, KINDS, TEXTS)
def test_every_item_the_pack_asks_for_is_there_exactly_once(about, kind, text):
    document = build(about, PACK, kind, text)
    told = Counter(found.key for found in document.items)
    paper = PACK.papers.by_id[kind]
    asked = [asked for asked in paper.items if text in asked.texts]
    if document.restricted:
        asked = [asked for asked in asked if asked.number in paper.restricted_to]

    assert told == Counter(asked.key for asked in asked)


@steady
@given(SUBJECTS, KINDS, TEXTS)
def test_a_document_is_plain_json_and_says_why_it_applies_or_not(about, kind, text):
    document = build(about, PACK, kind, text)

    assert digest(document.as_json())
    assert document.applies.words
    assert document.applies.citation
    assert document.known + len(document.missing) == document.total
    assert differences(document.content(), document.content()) == []


def test_every_filler_fills_an_item_of_the_pack():
    asked = {
        kind: {found.key for found in paper.items} for kind, paper in PACK.papers.by_id.items()
    }

    assert {kind: set(fills) - asked[kind] for kind, fills in FILLS.items()} == {
        kind: set() for kind in FILLS
    }
    assert set(asked) == set(Kind)


@pytest.mark.parametrize(
    ("facts", "owed"),
    [
        (PROVIDER, set()),
        (SCHEDULING, {"not-high-risk", "annex-viii-b"}),
        (HIRING | PROVIDER, {"annex-viii-a", "annex-iv", "annex-v"}),
        (HIRING | DEPLOYER, set()),
        (GRID, {"annex-iv", "annex-v"}),
        (POLICE, {"annex-viii-a", "annex-iv", "annex-v"}),
        (BENEFITS, {"annex-viii-c", "fria"}),
    ],
)
def test_the_classification_says_which_documents_apply(facts, owed):
    told = documents(subject(facts), PACK)

    assert {document.kind for document in told if document.applies.holds} == owed
    assert {document.applies.holds for document in told} <= {True, False}


def test_without_answers_nobody_knows_which_documents_apply():
    assert {document.applies.holds for document in documents(subject(None), PACK)} == {None}


def test_while_a_question_is_open_only_what_is_settled_applies():
    known = classified(HIRING | PROVIDER, signed=False)
    result = known.result | {"open_questions": ["actor.public_body"]}
    told = documents(subject(classified=replace(known, result=result)), PACK)

    assert {document.applies.holds for document in told} == {True, None}
    assert of(Kind.FRIA, classified=replace(known, result=result)).applies.words == (
        "Not settled yet: 1 question is open."
    )


@pytest.mark.parametrize(
    ("kind", "facts", "article"),
    [
        (Kind.ANNEX_VIII_A, GRID, "Art 49(5)"),
        (Kind.ANNEX_VIII_C, GRID, "Art 49(5)"),
        (Kind.ANNEX_VIII_A, SCHEDULING, "Art 49(2)"),
        (Kind.ANNEX_VIII_A, PROVIDER, "Art 49(1)"),
        (Kind.ANNEX_VIII_C, HIRING | DEPLOYER, "Art 49(3)"),
        (Kind.FRIA, GRID, "Art 27(1)"),
        (Kind.FRIA, HIRING | DEPLOYER, "Art 27(1)"),
        (Kind.NOT_HIGH_RISK, HIRING | PROVIDER, "Art 6(4)"),
    ],
)
def test_a_document_that_does_not_apply_says_why_with_the_article(kind, facts, article):
    told = of(kind, facts).applies

    assert told.holds is False
    assert article in told.citation


def test_items_that_the_amendment_took_out_stand_only_in_the_enacted_text():
    before, now = (of(Kind.ANNEX_VIII_B, SCHEDULING, text) for text in ("enacted", "amended"))
    marked = {found.key for found in before.items if found.only_enacted}

    assert marked == {"7", "9"}
    assert marked == {f.key for f in before.items} - {f.key for f in now.items}


@pytest.mark.parametrize("facts", [POLICE, POLICE | {"mig.by_or_for_authority": True}])
def test_law_enforcement_registers_fewer_items_and_not_in_public(facts):
    told = of(Kind.ANNEX_VIII_A, facts)

    assert {found.number for found in told.items} == {"1", "2", "3", "4", "5", "7", "10"}
    assert "Art 49(4)" in told.restricted


def biometric(**more):
    return {"bio.data_used": True, "bio.identifies_against_database": True, **PROVIDER, **more}


def test_biometrics_are_restricted_only_in_law_enforcement_and_migration():
    assert not of(Kind.ANNEX_VIII_A, biometric()).restricted
    for area in ("bio.le_purpose", "le.by_or_for_authority", "mig.by_or_for_authority"):
        assert of(Kind.ANNEX_VIII_A, biometric(**{area: True})).restricted, area


def test_the_record_of_an_exemption_tells_rule_condition_answers_and_signature():
    record = of(Kind.NOT_HIGH_RISK, SCHEDULING)

    assert not record.missing
    assert "Annex III point 4(a)" in item(record, "annex3").value
    assert "Narrow procedural task" in item(record, "condition").value
    assert "Is it intended only for a narrow procedural task" in item(record, "condition").value
    assert item(record, "signed").value == "Ines Halvorsen, 2026-11-20"
    assert item(record, "signed").source == "signed classification AIS-014 C2"
    assert item(record, "pack").value.endswith(PACK.version)


def test_a_default_is_no_answer():
    facts = {name: value for name, value in SCHEDULING.items() if name != "profiling.performed"}
    record = of(Kind.NOT_HIGH_RISK, facts)

    assert [found.key for found in record.missing] == ["profiling"]
    assert "answer it" in item(record, "profiling").lacking


def test_without_a_signature_the_record_lacks_one():
    record = of(Kind.NOT_HIGH_RISK, classified=classified(SCHEDULING, signed=False))

    assert {found.key for found in record.missing} >= {"signed", "facts", "pack"}
    assert item(record, "condition").source.startswith("answers, not signed yet")


def test_the_provider_is_the_vendor_where_we_only_use_the_system():
    ours = of(Kind.ANNEX_IV, HIRING | PROVIDER)
    theirs = of(Kind.ANNEX_IV, HIRING | DEPLOYER)

    assert item(ours, "1.a.provider").value == "Halden Mutual"
    assert item(theirs, "1.a.provider").value == "Kelda AI"
    assert item(theirs, "1.a.provider").source == "register: vendor VEN-001"


def test_technical_documentation_draws_on_approved_versions_and_agreements():
    told = of(Kind.ANNEX_IV, HIRING | PROVIDER)

    assert item(told, "1.c.versions").value == "gpt-4o-2024-08-06 of openai in eu-central"
    assert item(told, "2.a.tools").source == "version 3.2.1; agreement AGR-003"
    assert "3.3.0: gpt-4.1-2025-04-14 of openai, not approved" in item(told, "1.a.versions").value
    assert item(told, "6").value == "3.2.1, 2026-10-01: Newer model."
    assert item(told, "8").is_missing


def test_a_signed_declaration_is_the_copy_that_others_ask_for():
    filed = {"annex-v": Filed("AIS-014 D1", "2026-11-20")}

    for kind, key in ((Kind.ANNEX_IV, "8"), (Kind.ANNEX_VIII_A, "11")):
        assert item(of(kind, HIRING | PROVIDER, filed=filed), key).source == "document AIS-014 D1"


def test_no_certificate_is_asked_for_where_no_notified_body_takes_part():
    hiring, faces = of(Kind.ANNEX_VIII_A, HIRING | PROVIDER), of(Kind.ANNEX_VIII_A, biometric())

    assert "Art 43(2)" in item(hiring, "8").value
    assert not item(faces, "8").values


def test_only_member_states_are_told_of_the_countries():
    assert item(of(Kind.ANNEX_VIII_A, HIRING | PROVIDER), "10").value == "DE"
    assert item(of(Kind.ANNEX_VIII_A, HIRING | PROVIDER, countries=("US",)), "10").is_missing


def test_what_a_person_wrote_is_marked_and_signed_by_name_and_day():
    text = Written("Storgatan 1, Lund", "Mira Rossi", "2026-11-21", "EVD-004")
    told = item(of(Kind.ANNEX_VIII_A, PROVIDER, written={("annex-viii-a", "1.address"): text}),
                "1.address")  # fmt: skip

    assert told.values[0].written
    assert told.source == "written by Mira Rossi on 2026-11-21, see EVD-004"


def test_what_a_person_wrote_stands_beside_the_record_not_in_its_place():
    text = Written("And by hand.", "Mira Rossi", "2026-11-21")
    told = item(of(Kind.ANNEX_IV, PROVIDER, written={("annex-iv", "1.a.purpose"): text}),
                "1.a.purpose")  # fmt: skip

    assert [value.written for value in told.values] == [False, True]


def test_the_signature_brings_date_and_name():
    draft = of(Kind.ANNEX_V, HIRING | PROVIDER)
    signed = with_signature(draft, name="Ines Halvorsen", on="2026-11-22")

    assert item(draft, "8.date").value is None
    assert item(signed, "8.date").value == "2026-11-22"
    assert item(signed, "8.signature").value == "Ines Halvorsen"
    assert signed.known == draft.known


def test_differences_are_told_in_words():
    before = of(Kind.ANNEX_VIII_A, HIRING | PROVIDER).content()
    now = of(
        Kind.ANNEX_VIII_A, HIRING | PROVIDER, purpose="Sorts.", countries=(), name="CV sorter"
    ).content()  # fmt: skip
    told = differences(before, now)

    assert "Name: was “CV screening assistant”, now “CV sorter”." in told
    assert "Purpose: intended purpose: was “Ranks job applications.”, now “Sorts.”." in told
    assert "Member States of availability: was “DE”, missing now." in told
    assert "Member States of availability: was missing, now “DE”." in differences(now, before)


def test_another_pack_another_cut_and_another_text_are_differences_too():
    before = of(Kind.ANNEX_VIII_A, HIRING | PROVIDER)
    packed = replace(before, pack_version="0" * 64).content()
    cut = of(Kind.ANNEX_VIII_A, POLICE).content()
    enacted = of(Kind.ANNEX_VIII_B, SCHEDULING, "enacted").content()
    amended = of(Kind.ANNEX_VIII_B, SCHEDULING).content()

    assert differences(before.content(), packed) == ["The rule pack changed."]
    assert any("not public" in words for words in differences(before.content(), cut))
    assert any(words.endswith("no longer asked for.") for words in differences(enacted, amended))
    assert any(words.endswith("asked for now.") for words in differences(amended, enacted))


def test_what_is_needed_only_if_any_is_required_where_the_record_says_there_is():
    personal = of(Kind.ANNEX_V, HIRING | PROVIDER)
    without = of(Kind.ANNEX_V, HIRING | PROVIDER, data=("no_personal_data",))
    abroad = of(Kind.ANNEX_VIII_A, HIRING | PROVIDER | {"actor.established_in_eu": False})

    assert item(personal, "5").is_missing
    assert item(without, "5").value.startswith("Not applicable")
    assert item(abroad, "3.name").is_missing
    assert not item(of(Kind.ANNEX_VIII_A, HIRING | PROVIDER), "3.name").is_missing


def test_documents_that_must_be_kept_say_how_long():
    assert of(Kind.ANNEX_V, HIRING | PROVIDER).keep == (
        "10 years from placing on market/putting into service (Art 18(1); Art 47(1))"
    )


@pytest.mark.parametrize(
    ("kind", "key", "citation"),
    [
        (Kind.NOT_HIGH_RISK, "profiling", "Art 6(4)"),
        (Kind.ANNEX_VIII_A, "13", "Annex VIII Section A point 13"),
        (Kind.ANNEX_VIII_B, "1.address", "Annex VIII Section B point 1"),
        (Kind.ANNEX_VIII_C, "5", "Annex VIII Section C point 5"),
        (Kind.ANNEX_IV, "2.g", "Annex IV point 2(g)"),
        (Kind.ANNEX_IV, "1.a.versions", "Annex IV point 1(a)"),
        (Kind.ANNEX_V, "8.date", "Annex V point 8"),
        (Kind.FRIA, "f.complaints", "Art 27(1)(f)"),
    ],
)
def test_each_item_says_where_the_law_asks_for_it(kind, key, citation):
    document = of(kind, classified=None)

    assert next(item.citation for item in document.items if item.key == key) == citation


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (Kind.ANNEX_VIII_A, [str(at) for at in range(1, 14)]),
        (Kind.ANNEX_VIII_B, [str(at) for at in range(1, 10)]),
        (Kind.ANNEX_VIII_C, [str(at) for at in range(1, 6)]),
        (Kind.ANNEX_IV, [*(f"{at}.{letter}" for at in (1, 2) for letter in "abcdefgh"),
                         *(str(at) for at in range(3, 10))]),
        (Kind.ANNEX_V, [str(at) for at in range(1, 9)]),
        (Kind.FRIA, list("abcdef")),
    ],
)  # fmt: skip
def test_no_point_of_the_law_s_lists_is_left_out(kind, numbers):
    document = build(subject(None), PACK, kind, "enacted")

    assert list(dict.fromkeys(item.number for item in document.items)) == numbers
