"""What somebody meets who was given a pack and sees nothing else, and who was let in for a time."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import Membership
from governance.audit_packs import question_actions, sharing_actions
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.sharing_queries import visible_recipients
from governance.common.errors import DomainError
from governance.notices.models import Notice
from tests.factories import make_system


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def reader(sealed_pack, officer, stranger):
    """Sam of Lending, who was given a pack of Claims and nothing else there."""
    sharing_actions.share(sealed_pack, to=stranger, until=in_days(7), actor=officer)
    return stranger


@pytest.fixture
def guest(sealed_pack, officer, stranger):
    """Sam, whose only role is that of an auditor elsewhere, and who was given the pack."""
    stranger.memberships.update(role="auditor", ends_on=in_days(30), purpose="Review")
    sharing_actions.share(sealed_pack, to=stranger, until=in_days(7), actor=officer)
    return stranger


@pytest.mark.parametrize(
    ("days", "sees"),
    [
        ({"ends_on": 0}, True),
        ({"ends_on": -1}, False),
        ({"begins_on": 1, "ends_on": 9}, False),
    ],
)
def test_what_an_auditor_was_given_is_seen_no_longer_than_the_role_counts(guest, days, sees):
    Membership.objects.filter(user=guest).update(**{k: in_days(v) for k, v in days.items()})

    assert EvidencePack.objects.visible_to(guest).exists() is sees
    assert visible_recipients(guest).exists() is sees


def test_nothing_is_given_to_an_auditor_whose_time_is_over(sealed_pack, officer, auditor):
    Membership.objects.filter(user=auditor).update(ends_on=in_days(-1))

    with pytest.raises(DomainError, match="Otto Auditor was let in until"):
        sharing_actions.share(sealed_pack, to=auditor, until=in_days(7), actor=officer)


def test_an_auditor_who_is_to_come_is_given_a_pack_beforehand(sealed_pack, officer, auditor):
    Membership.objects.filter(user=auditor).update(begins_on=in_days(1))

    sharing_actions.share(sealed_pack, to=auditor, until=in_days(7), actor=officer)


def test_who_asked_and_may_not_read_it_any_more_is_not_told_the_answer(
    sealed_pack, auditor, officer
):
    asked = question_actions.ask(sealed_pack, text="Who tested it?", actor=auditor)
    Membership.objects.filter(user=auditor).update(ends_on=in_days(-1))

    question_actions.answer(asked, text="Mira did, in May.", actor=officer)

    assert not Notice.objects.filter(person=auditor).exists()


def test_a_system_of_the_pack_is_named_over_rest_by_who_sees_only_the_pack(
    api, reader, sealed_pack, system
):
    body = {"pack": sealed_pack.ref, "text": "Who tested it?", "system": system.ref}
    made = api(reader, "post", "pack-questions/", body)

    assert made.status_code == 201, made.content
    assert PackQuestion.objects.get().system == system


def test_a_system_that_is_not_in_the_pack_is_told_as_one_of_none(
    api, reader, officer, claims, sealed_pack
):
    hidden = make_system(actor=officer, unit=claims, name="Zanthoxylum scorer")
    body = {"pack": sealed_pack.ref, "text": "Who tested it?"}
    answers = [
        api(reader, "post", "pack-questions/", body | {"system": ref})
        for ref in (hidden.ref, "AIS-999")
    ]

    assert [one.status_code for one in answers] == [400, 400]
    assert [one.json()["errors"][0]["detail"] for one in answers] == [
        f"{ref} is not in {sealed_pack.ref}." for ref in (hidden.ref, "AIS-999")
    ]


def test_a_question_links_only_to_what_its_reader_sees(as_user, reader, officer, system):
    pack = EvidencePack.objects.get()
    asked = question_actions.ask(pack, text="Who?", actor=reader, system=system, entry=0)
    path, links = f"/packs/questions/{asked.pk}/", (f"/systems/{system.ref}/", "/ledger/0/")

    theirs = as_user(reader).get(path).content.decode()
    assert system.name in theirs
    assert "entry #0" in theirs
    assert [link in theirs for link in links] == [False, False]
    ours = as_user(officer).get(path).content.decode()
    assert [link in ours for link in links] == [True, True]


def test_the_button_of_requests_counts_as_the_menu_does(as_user, officer, auditor, sealed_pack):
    question_actions.ask(sealed_pack, text="Whose is it?", actor=auditor)

    for who, waits in ((officer, True), (auditor, False)):
        page = as_user(who).get("/packs/").content.decode()
        assert ('Requests <span class="num">1</span>' in page) is waits, who
