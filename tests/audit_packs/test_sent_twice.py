"""The same form sent twice, by a double press or two at once, is done once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.audit_packs import builder_views, question_actions
from governance.audit_packs.builder_actions import request_for
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_sharing import PackViewing
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.rules import PackStatus, ScopeKind
from governance.audit_packs.sharing_actions import look_as
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from tests.factories import make_system


@pytest.fixture
def wish(system) -> dict[str, Any]:
    """A wish for a pack about the system."""
    return {"kind": ScopeKind.SYSTEM, "systems": [system], "scope": {"for": "audit"}}


def test_the_same_question_is_asked_once_until_it_is_answered(sealed_pack, auditor, officer):
    def ask() -> PackQuestion:
        return question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)

    first = ask()
    with pytest.raises(DomainError, match=f"You asked this already: {first.ref} waits"):
        ask()
    assert Entry.objects.filter(action="pack.question_asked").count() == 1

    question_actions.answer(first, text="Mira.", actor=officer)
    assert ask() != first


def test_another_question_and_another_asker_are_no_repeat(sealed_pack, auditor, officer, system):
    question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)

    question_actions.ask(sealed_pack, text="When was it tested?", actor=auditor)
    question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor, system=system)
    question_actions.ask(sealed_pack, text="Who tested it?", actor=officer)

    assert PackQuestion.objects.count() == 4


def test_a_question_pressed_twice_says_so_on_the_form(as_user, auditor, sealed_pack):
    client, path = as_user(auditor), f"/packs/{sealed_pack.ref}/ask/"
    client.post(path, {"text": "Who tested it?"})

    again = client.post(path, {"text": "Who tested it?"})

    assert again.status_code == 422
    assert "You asked this already" in again.content.decode()
    assert ">Who tested it?</textarea>" in again.content.decode().replace("\n", "")


def test_an_answer_pressed_twice_is_given_once(as_user, officer, auditor, sealed_pack):
    asked = question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)
    client, path = as_user(officer), f"/packs/questions/{asked.pk}/"
    client.post(path, {"text": "Mira."})

    again = client.post(path, {"text": "Mira."})

    assert again.status_code == 422
    assert "this answer already" in again.content.decode()
    assert PackAnswer.objects.count() == 1


def test_a_pack_pressed_twice_is_built_once(
    as_user, officer, system, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(builder_views, "start_soon", lambda _pk: None)
    client = as_user(officer)
    typed = {"purpose": "audit", "about": "named", "systems": system.ref}
    client.post("/packs/new/", typed)

    again = client.post("/packs/new/", typed)

    only = EvidencePack.objects.get()
    assert again.status_code == 422
    assert f"{only.ref} is about just this" in again.content.decode()


@pytest.mark.parametrize(
    "other",
    [
        lambda wish, _more: wish | {"purpose": "Another audit"},
        lambda wish, _more: wish | {"scope": {"for": "board"}},
        lambda wish, more: wish | {"systems": [more]},
    ],
)
def test_another_wish_is_another_pack(officer, wish, more, other: Callable[..., Any]):
    request_for([], actor=officer, **wish)

    request_for([], actor=officer, **other(wish, more))

    assert EvidencePack.objects.count() == 2


@pytest.fixture
def more(officer, claims):
    """A system of the same name beside the other."""
    return make_system(actor=officer, unit=claims, name="Claims triage scorer")


@pytest.mark.parametrize("status", [PackStatus.SEALED, PackStatus.FAILED])
def test_what_is_built_or_failed_is_asked_for_anew(officer, wish, status, sealed_pack):
    if status == PackStatus.FAILED:
        EvidencePack.objects.filter(pk=request_for([], actor=officer, **wish).pk).update(
            status=PackStatus.FAILED
        )

    request_for([], actor=officer, **wish)

    assert EvidencePack.objects.filter(status=PackStatus.REQUESTED).count() == 1


def test_a_look_as_an_auditor_pressed_twice_is_one_look(officer, auditor):
    first = look_as(auditor, actor=officer)

    assert look_as(auditor, actor=officer) == first
    assert Entry.objects.filter(action="pack.viewed_as").count() == 1

    PackViewing.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert look_as(auditor, actor=officer) != first
