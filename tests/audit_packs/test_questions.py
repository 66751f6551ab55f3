"""Questions about packs, and their answers on the record."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.actions import revoke
from governance.audit_packs import question_actions
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.question_queries import questions_about, to_answer
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack, sweep_questions
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.notices.models import Notice
from tests.factories import make_system


@pytest.fixture
def question(sealed_pack, auditor, system) -> PackQuestion:
    """What Otto asks about the system in the pack."""
    return question_actions.ask(
        sealed_pack, text="Who tested it?", actor=auditor, system=system, entry=0
    )


def app_notices(person) -> list[str]:
    found = Notice.objects.filter(person=person, channel="app").order_by("pk")
    return list(found.values_list("subject", flat=True))


def test_a_question_is_an_entry_and_told_to_who_answers(question, officer, owner, auditor, pack):
    assert app_notices(officer) == [f"Otto Auditor asks about {pack.ref}"]
    assert app_notices(owner) == [f"Otto Auditor asks about {pack.ref}"]
    assert app_notices(auditor) == []
    assert Entry.objects.get(action="pack.question_asked").actor_ref == auditor.handle


def test_an_answer_is_an_entry_and_told_to_who_asked(question, owner, auditor):
    question_actions.answer(question, text="Mira did, in May.", actor=owner)

    assert app_notices(auditor) == [f"Mira Rossi answered {question.ref} about {question.pack.ref}"]
    assert Entry.objects.get(action="pack.question_answered").actor_ref == owner.handle
    assert not PackQuestion.objects.waiting().exists()


def test_a_second_answer_stands_beside_the_first(question, officer):
    question_actions.answer(question, text="In May.", actor=officer)
    question_actions.answer(question, text="No, in June.", actor=officer)

    assert [one.text for one in question.answers.all()] == ["In May.", "No, in June."]


def test_nobody_asks_about_a_pack_they_do_not_see(sealed_pack, stranger):
    with pytest.raises(PermissionDenied, match="packs that you see"):
        question_actions.ask(sealed_pack, text="What is it?", actor=stranger)


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_who_does_not_answer_for_the_pack_does_not_answer(request, who, question):
    with pytest.raises(PermissionDenied, match="answers"):
        question_actions.answer(question, text="Yes.", actor=request.getfixturevalue(who))


def test_only_what_is_in_the_pack_is_asked_about(sealed_pack, auditor, officer, claims):
    other = make_system(actor=officer, unit=claims)
    with pytest.raises(DomainError, match="is not in EP-"):
        question_actions.ask(sealed_pack, text="And this?", actor=auditor, system=other)
    with pytest.raises(DomainError, match="had no entry #999999"):
        question_actions.ask(sealed_pack, text="And this?", actor=auditor, entry=999_999)


def test_a_pack_that_is_not_sealed_is_not_asked_about(pack, auditor):
    with pytest.raises(DomainError, match="not sealed"):
        question_actions.ask(pack, text="When?", actor=auditor)


def test_a_question_and_its_answer_stay_as_they_were_said(question, officer):
    question_actions.answer(question, text="In May.", actor=officer)

    for rows in (PackQuestion.objects.all(), PackAnswer.objects.all()):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            rows.update(text="Something else.")
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_a_question_that_waits_too_long_is_told_of_once(question, officer, monkeypatch):
    assert not PackQuestion.objects.overdue().exists()
    monkeypatch.setattr(
        "governance.audit_packs.question_models.ANSWER_WITHIN", timedelta(seconds=0)
    )

    assert PackQuestion.objects.overdue().get() == question
    sweep_questions()
    sweep_questions()
    assert f"{question.ref} about {question.pack.ref} is not answered" in app_notices(officer)
    assert Entry.objects.filter(action="pack.question_overdue").count() == 1


def test_the_day_on_which_an_answer_was_due_is_one_of_the_reader(question, officer):
    question.asked_at = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Oslo"):
        question_actions.note_overdue(question)

    told = Notice.objects.filter(person=officer, channel="app").latest("pk")
    assert told.lines[-1] == "An answer was due on 9 November 2026."


def test_what_was_asked_is_told_with_the_systems_it_was_about(question, officer, system, claims):
    question_actions.answer(question, text="In May.", actor=officer)
    (told,) = questions_about([system.pk], before=timezone.now())

    assert (told["ref"], told["system"], told["entry"]) == (question.ref, system.ref, 0)
    assert [one["text"] for one in told["answers"]] == ["In May."]
    other = make_system(actor=officer, unit=claims)
    assert questions_about([other.pk], before=timezone.now()) == []


def test_what_was_asked_about_a_whole_pack_is_told_only_with_all_its_systems(
    officer, system, claims, monkeypatch
):
    other = make_system(actor=officer, unit=claims)
    both = request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=[system, other])
    PackQuestion.objects.create(pack=both, text="Why these two?", asked_by=officer)

    assert questions_about([system.pk], before=timezone.now()) == []
    assert len(questions_about([system.pk, other.pk], before=timezone.now())) == 1


@pytest.mark.parametrize(
    ("who", "waits"),
    [("officer", 1), ("ops_lead", 1), ("owner", 1), ("auditor", 0), ("stranger", 0)],
)
def test_the_menu_counts_the_requests_that_wait_for_a_person(
    request, as_user, question, who, waits
):
    def counted() -> str:
        page = as_user(request.getfixturevalue(who)).get("/ledger/").content.decode()
        return next(one for one in page.splitlines() if 'href="/packs/questions/"' in one)

    assert ('1<span class="vh"> waiting</span>' in counted()) == bool(waits)
    question_actions.answer(question, text="In May.", actor=request.getfixturevalue("officer"))
    assert "waiting" not in counted()


def test_a_question_does_not_wait_for_who_asked_it(sealed_pack, officer):
    question_actions.ask(sealed_pack, text="Is this all?", actor=officer)

    assert not to_answer(officer).exists()


def test_who_may_answer_a_question_is_told_that_it_waits(request, question):
    """The menu and the form go by the same rule."""
    for who in ("officer", "administrator", "ops_lead", "owner", "auditor", "stranger"):
        person = request.getfixturevalue(who)
        waits = to_answer(person).exists()
        assert waits == question_actions.may_answer(question, person), who


@pytest.fixture
def wide(system, lending, officer) -> EvidencePack:
    """A sealed pack about Mira's system and one of Lending, which she does not see."""
    other = make_system(actor=officer, unit=lending)
    pack = request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=[system, other])
    build_pack(pack.pk)
    pack.refresh_from_db()
    return pack


def test_an_owner_answers_about_their_system_in_a_pack_that_is_not_theirs(
    as_user, wide, system, owner, auditor
):
    asked = question_actions.ask(wide, text="Who tested it?", actor=auditor, system=system)
    url = Notice.objects.get(person=owner, channel="app").url

    page = as_user(owner).get(url)
    as_user(owner).post(url, {"text": "Mira did, in May."})

    assert page.status_code == 200
    assert f"/packs/{wide.ref}/" not in page.content.decode()
    assert asked.answers.get().by == owner


def test_who_asked_for_a_pack_and_left_its_units_hears_no_questions(
    sealed_pack, officer, administrator, auditor
):
    revoke(officer.memberships.get(), actor=administrator)

    asked = question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)

    assert app_notices(officer) == []
    assert not question_actions.may_answer(asked, officer)
