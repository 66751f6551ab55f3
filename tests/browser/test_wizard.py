"""Cases of the law answered by hand in a browser, from the first question to the signature."""

import pytest
from playwright.sync_api import expect

from governance.accounts.rules import Role
from governance.classification.actions import answer_facts
from governance.classification.models import AnswerNote, Assessment, FactRequest
from governance.classification.saying import Said
from tests.browser.walk import answer_questions, choose, follow, main, press, titled, told
from tests.classification.worked import given
from tests.conftest import person

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


@pytest.mark.parametrize("script", [True, False])
def test_one_answer_is_explained_and_another_asked_about_on_the_same_page(
    tab_of, officer, owner, system, script
):
    page = tab_of(officer, java_script_enabled=script)
    page.goto(f"/systems/{system.ref}/classify/biometrics/")
    own = main(page).locator("[name='because-emo.infers']")
    expect(own).to_be_hidden()
    choose(page, ["It infers emotions"])
    main(page).locator("summary", has_text="Say why, for this answer").locator(
        "visible=true"
    ).click()
    own.fill("It reads moods: model card, section 4.")
    main(page).get_by_text("Not sure about some of these?").click()
    main(page).get_by_role("group", name="Which are you not sure about?").get_by_label(
        "It processes biometric data"
    ).check()
    press(page, "Save and continue")
    page.wait_for_load_state()

    assert AnswerNote.objects.get(fact="emo.infers").because.startswith("It reads moods")
    request = FactRequest.objects.get()
    assert (request.fact, request.asked) == ("bio.data_used", owner)


def test_none_of_these_and_one_of_these_untick_each_other(tab_of, officer, system):
    page = tab_of(officer)
    page.goto(f"/systems/{system.ref}/classify/content/")
    none, talks = (
        main(page).locator("#answer").get_by_label(words) for words in ("None of these", "It talks")
    )
    none.check()
    talks.check()
    expect(none).not_to_be_checked()
    none.check()

    expect(talks).not_to_be_checked()
    expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)


def test_who_may_only_answer_what_is_asked_does_so_and_is_thanked(
    tab_of, officer, system, administrator, claims
):
    colleague = person("Priya Nair", Role.SYSTEM_OWNER, claims, administrator)
    said = Said(asked=colleague, note="Does the score name people?")
    answer_facts(system, facts={"profiling.performed": None}, actor=officer, said=said)
    page = tab_of(colleague)
    page.goto("/")
    follow(page, "Answer a question")
    told(page, "Does the score name people?")
    choose(page, ["No"])
    press(page, "Save the answer")

    expect(page.locator("body")).to_contain_text("Thank you. Your answer about")
    titled(page, f"Classification of {system.name}")
