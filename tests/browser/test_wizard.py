"""Cases of the law answered by hand in a browser, from the first question to the signature."""

import pytest
from playwright.sync_api import expect

from governance.classification.models import Assessment, FactRequest
from tests.browser.walk import answer_questions, choose, follow, main, press, titled, told
from tests.classification.worked import given

ORDINARY = {
    "What is it?": ["It runs on machines", "It works out for itself"],
    "What connects it to the Union?": ["It is placed on the market"],
    "When was it first placed on the market or put into service?": ["Not yet, or it is new"],
    "Are we established in the Union?": ["Yes"],
    "What kind of organisation are we?": ["Established in the Union"],
}
PROFILES = "Does it profile people?"
BY_HAND = {
    "pub-001": {
        "Is it used in one of these areas?": ["Work, from job advertisements"],
        "What does it do in work?": ["Analyses or filters", "Evaluates candidates"],
        PROFILES: ["Yes"],
        "What do we do with it?": ["We develop it"],
    },
    "pub-004": {
        "Does it deal with people, or make content?": ["It talks with", "It makes or changes"],
        "What does it make or change?": ["Text"],
        "What do we do with it?": ["We use it in our work", "We develop it"],
    },
    "pub-008": {
        "Does it come near a prohibited practice?": ["It scores people"],
        "What kind of organisation are we?": ["Established in the Union", "A public authority"],
        "What does the score lead to?": ["Worse treatment in a place", "Worse treatment that is"],
        "What do we do with it?": ["We use it in our work", "We develop it"],
    },
}


@pytest.mark.parametrize(
    ("case", "heading"),
    [("pub-001", "high-risk"), ("pub-004", "limited"), ("pub-008", "prohibited")],
)
def test_a_case_is_answered_by_hand_from_start_to_signature(tab_of, officer, system, case, heading):
    expected = next(one["expected"] for one in given() if one["id"] == case)
    page = tab_of(officer)
    page.goto(f"/systems/{system.ref}/classify/")
    follow(page, "Answer the questions")
    asked = answer_questions(page, ORDINARY | BY_HAND[case])

    assert len(asked) <= 14
    told(page, f"Why {heading}")
    main(page).get_by_label("Why do you sign?").fill("Answered with the team.")
    press(page, "Sign the classification")
    titled(page, f"{system.name}: {heading}")
    signed = Assessment.objects.get()
    assert signed.tier == expected["tier"]
    assert sorted(signed.result["fired"]) == sorted(expected["fired"])
    assert {one["by"] for one in signed.answers} == {officer.name}


def test_not_sure_goes_to_the_owner_who_finds_it_in_today_and_answers(
    tab_of, officer, owner, system
):
    page = tab_of(officer)
    page.goto(f"/systems/{system.ref}/classify/profiling/")
    choose(page, ["I’m not sure"])
    expect(page.locator("#so-far")).to_contain_text("nobody can sign yet")
    press(page, "Save and continue")
    assert FactRequest.objects.get().asked == owner

    own = tab_of(owner)
    own.goto("/")
    follow(own, "Answer a question")
    titled(own, PROFILES)
    choose(own, ["No"])
    press(own, "Save and continue")
    own.wait_for_load_state()
    assert FactRequest.objects.get().answered_at
