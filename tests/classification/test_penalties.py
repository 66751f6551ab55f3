"""The fines that could follow, out of Arts 99 to 101."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from governance.classification.actions import answer_facts
from governance.classification.law import Dates
from governance.classification.packs import load
from governance.classification.partial import classify_known
from governance.classification.penalties import fines_for
from governance.classification.queries import usual_answers
from governance.classification.rules import checked, classify, engine_of
from governance.classification.symbols import symbols_of
from governance.classification.unknowns import outlook_of

PACK = load()
ENGINE = engine_of(PACK)
PROVIDER = {"actor.develops_under_own_name": True}
DEPLOYER = {"actor.uses_professionally": True}
LOAN = {"credit.functions": ["credit_score"]}
CHAT = {"tr.interacts_directly": True}
SCORING = {"social.scores_natural_persons": True, "social.disproportionate_detriment": True}
LIVE = {
    "bio.data_used": True,
    "bio.identifies_against_database": True,
    "bio.real_time": True,
    "bio.public_space": True,
    "bio.le_purpose": True,
}
MODEL = {"gpai.model": True, "gpai.significant_generality": "yes", "sys.infers_outputs": False}


def fines(facts):
    known = checked(PACK, facts)
    return {fine.row.id: fine for fine in fines_for(PACK, classify(ENGINE, known), known)}


@pytest.mark.parametrize(
    ("facts", "rows"),
    [
        (PROVIDER | SCORING, ["art99.3", "art99.5"]),
        (PROVIDER | SCORING | CHAT, ["art99.3", "art99.4", "art99.5"]),
        (PROVIDER | LOAN, ["art99.4", "art99.5"]),
        (DEPLOYER | LOAN, ["art99.4", "art99.5"]),
        (PROVIDER | CHAT, ["art99.4", "art99.5"]),
        (DEPLOYER | CHAT, ["art99.5"]),
        (PROVIDER, ["art99.5"]),
        (PROVIDER | MODEL, ["art101"]),
        (LOAN, []),
        (PROVIDER | LOAN | {"scope.eu_nexus": "none"}, []),
        (DEPLOYER | LIVE, ["art99.3", "art99.5"]),
        (PROVIDER | LIVE, ["art99.5"]),  # the use is banned, not the making
    ],
)
def test_the_rows_that_can_bite(facts, rows):
    assert list(fines(facts)) == rows


@pytest.mark.parametrize(
    ("row", "size", "lower", "lower_enacted"),
    [
        ("art99.3", "large", False, False),
        ("art99.3", "medium", True, True),
        ("art99.3", "smc", False, False),  # Art. 99(6a) leaves out paragraph 3
        ("art99.4", "micro", True, True),
        ("art99.4", "smc", True, False),
        ("art99.4", "large", False, False),
        ("art99.5", "small", True, True),
        ("art99.5", "smc", True, False),
    ],
)
def test_small_actors_pay_the_lower_of_the_two(row, size, lower, lower_enacted):
    fine = fines(PROVIDER | SCORING | CHAT | {"actor.size": size})[row]

    assert (fine.lower, fine.lower_enacted) == (lower, lower_enacted)


@pytest.mark.parametrize(
    ("size", "turnover", "most"),
    [
        ("large", 100_000_000, 15_000_000),
        ("large", 1_000_000_000, 30_000_000),
        ("small", 100_000_000, 3_000_000),
        ("small", 1_000_000_000, 15_000_000),
    ],
)
def test_a_turnover_gives_the_sum(size, turnover, most):
    fine = fines(PROVIDER | LOAN | {"actor.size": size})["art99.4"]

    assert fine.most(Decimal(turnover)) == most


def test_a_small_mid_cap_had_no_relief_in_the_text_as_published():
    fine = fines(PROVIDER | LOAN | {"actor.size": "smc"})["art99.4"]

    assert fine.most(Decimal(100_000_000)) == 3_000_000
    assert fine.most(Decimal(100_000_000), "enacted") == 15_000_000


def test_a_model_provider_has_no_relief_for_its_size():
    assert fines(PROVIDER | MODEL | {"actor.size": "micro"})["art101"].lower is False


AUGUST_2025, AUGUST_2026 = date(2025, 8, 2), date(2026, 8, 2)


@pytest.mark.parametrize(
    ("facts", "row", "days"),
    [
        (PROVIDER | SCORING, "art99.3", Dates(AUGUST_2025, AUGUST_2025)),
        (PROVIDER | LOAN, "art99.4", Dates(AUGUST_2026, date(2027, 12, 2))),
        (PROVIDER | LOAN | CHAT, "art99.4", Dates(AUGUST_2026, AUGUST_2026)),
        (PROVIDER | MODEL, "art101", Dates(AUGUST_2026, AUGUST_2026)),
        (PROVIDER | {"csam.generates": True, "gen.abuse_is_intended_purpose": True}, "art99.3",
         Dates(None, date(2026, 12, 2))),
    ],
)  # fmt: skip
def test_a_fine_bites_only_once_the_duty_behind_it_applies(facts, row, days):
    assert fines(facts)[row].dates == days


def test_a_duty_that_never_applies_brings_no_fine():
    old = {"market.first_placed": "2025-01-01"}

    assert "art99.4" not in fines(PROVIDER | LOAN | old)


def test_a_day_that_is_not_settled_is_said_to_be_open():
    every = {name: fact.default for name, fact in PACK.facts.items()} | PROVIDER | LOAN
    known = checked(PACK, {name: every[name] for name in every if name != "market.first_placed"})
    result = classify_known(ENGINE, outlook_of(symbols_of(ENGINE), known), known)
    fine = next(fine for fine in fines_for(PACK, result, known) if fine.row.id == "art99.4")

    assert (fine.is_open, fine.dates) == (True, Dates())
    assert not any(fine.is_open for fine in fines(PROVIDER | LOAN).values())


def test_a_fine_names_what_it_follows():
    assert fines(PROVIDER | SCORING)["art99.3"].because == ("art5.1.c",)
    assert fines(PROVIDER | CHAT)["art99.4"].because == ("art50.1",)
    assert "art25.4" in fines(PROVIDER | LOAN)["art99.4"].because


def test_the_sums_are_those_of_the_law():
    most = {row.id: tuple(row.most.values()) for row in PACK.penalties}

    assert most == {
        "art99.3": (35_000_000, 7),
        "art99.4": (15_000_000, 3),
        "art99.5": (7_500_000, 1),
        "art100": (1_500_000, 750_000),
        "art101": (15_000_000, 3),
    }


@pytest.mark.django_db
def test_the_review_shows_them_with_their_articles(client, officer, system):
    answer_facts(system, facts=usual_answers(system) | PROVIDER | CHAT, actor=officer, seen=0)
    client.force_login(officer)
    page = client.get(reverse("classification:review", args=[system.ref])).content.decode()

    assert "Fines that could follow" in page
    assert "EUR 15,000,000 or 3 %" in page
    assert "Art 99(4),(6),(6a)" in page
