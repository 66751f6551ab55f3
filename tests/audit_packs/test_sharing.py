"""Who gets a pack, until when, and what a withdrawal does."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from governance.audit_packs import sharing_actions
from governance.audit_packs.files import sent
from governance.audit_packs.models import EvidencePack, PackDownload, PackRecipient
from governance.audit_packs.models_sharing import PackWithdrawal
from governance.audit_packs.sharing_actions import Outside
from governance.audit_packs.sharing_queries import standing
from governance.audit_packs.sharing_rules import last_day
from governance.common.errors import DomainError, GoneError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from governance.notices.models import Notice

REGULATOR = Outside("Ruth Regulator", "ruth@authority.example")


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def told(action: str) -> dict:
    return body(Entry.objects.filter(action=action).latest("pk"))["data"]


@pytest.fixture
def given(sealed_pack, officer, stranger) -> PackRecipient:
    """The pack of Claims, given to Sam of Lending for a week."""
    return sharing_actions.share(sealed_pack, to=stranger, until=in_days(7), actor=officer)


def test_a_person_who_is_given_a_pack_sees_it_and_is_told(given, stranger, sealed_pack):
    assert EvidencePack.objects.visible_to(stranger).get() == sealed_pack
    notice = Notice.objects.filter(person=stranger, channel="app").get()
    assert notice.subject == f"Ines Halvorsen gave you the evidence pack {sealed_pack.ref}"
    assert notice.url == f"/packs/{sealed_pack.ref}/"


def test_the_record_names_who_got_a_pack_by_a_value_that_can_be_erased(given, stranger):
    data = told("pack.shared")

    assert data["person"] == stranger.handle
    assert set(data["name"]) == {"c"}
    assert data["until"] == in_days(7).isoformat()


def test_who_has_the_pack_or_a_copy_is_told_that_it_was_withdrawn(given, officer, owner, stranger):
    PackDownload.objects.create(pack=given.pack, user=owner)

    sharing_actions.withdraw(given.pack, reason="Wrong scope.", actor=officer)

    told = Notice.objects.filter(subject=f"{given.pack.ref} was withdrawn: do not rely on it")
    assert set(told.values_list("person", "channel")) == {
        (one.pk, channel) for one in (owner, stranger) for channel in ("app", "email")
    }


@pytest.mark.parametrize(("days", "sees"), [(0, True), (-1, False)])
def test_a_recipient_sees_the_pack_through_the_last_day(given, stranger, days, sees):
    PackRecipient.objects.update(until=in_days(days))

    assert EvidencePack.objects.visible_to(stranger).exists() is sees


def test_a_pack_taken_back_is_not_there_any_more(given, stranger, officer):
    sharing_actions.unshare(given, actor=officer)

    assert not EvidencePack.objects.visible_to(stranger).exists()
    assert told("pack.unshared")["person"] == stranger.handle
    with pytest.raises(DomainError, match="taken back from Sam Stranger already"):
        sharing_actions.unshare(given, actor=officer)


def test_somebody_has_a_pack_once_at_a_time(given, stranger, officer, sealed_pack):
    with pytest.raises(DomainError, match="Sam Stranger has EP-"):
        sharing_actions.share(sealed_pack, to=stranger, until=in_days(9), actor=officer)

    PackRecipient.objects.update(until=in_days(-1))
    again = sharing_actions.share(sealed_pack, to=stranger, until=in_days(9), actor=officer)
    assert again.is_live


def test_somebody_without_an_account_is_written_down(sealed_pack, officer):
    made = sharing_actions.share(sealed_pack, to=REGULATOR, until=in_days(3), actor=officer)

    assert str(made) == "Ruth Regulator"
    assert set(told("pack.shared")["email"]) == {"c"}
    assert not Notice.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "ops_lead", "owner", "stranger"])
def test_only_who_hands_packs_out_gives_one_away(request, who, sealed_pack):
    actor = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied, match="decides who gets a pack"):
        sharing_actions.share(sealed_pack, to=REGULATOR, until=in_days(3), actor=actor)


@pytest.mark.parametrize(("days", "words"), [(-1, "is over"), (366, "choose a day up to it")])
def test_a_pack_is_given_for_days_in_which_it_is_handed_out(sealed_pack, officer, days, words):
    with pytest.raises(DomainError, match=words):
        sharing_actions.share(sealed_pack, to=REGULATOR, until=in_days(days), actor=officer)


def test_a_last_day_is_told_as_people_write_it(sealed_pack, officer):
    sharing_actions.set_expiry(sealed_pack, on=in_days(9), actor=officer)
    said = f"{in_days(9):%-d %B %Y}"

    with pytest.raises(DomainError, match=f"{said} is the last day of {sealed_pack} already"):
        sharing_actions.set_expiry(sealed_pack, on=in_days(9), actor=officer)
    with pytest.raises(DomainError, match=f"handed out until {said}; choose a day"):
        sharing_actions.share(sealed_pack, to=REGULATOR, until=in_days(10), actor=officer)


def test_a_pack_that_is_not_sealed_is_given_to_nobody(pack, officer):
    with pytest.raises(DomainError, match="not sealed"):
        sharing_actions.share(pack, to=REGULATOR, until=in_days(3), actor=officer)


def test_a_closed_account_gets_no_pack(sealed_pack, officer, stranger):
    stranger.is_active = False
    with pytest.raises(DomainError, match="closed"):
        sharing_actions.share(sealed_pack, to=stranger, until=in_days(3), actor=officer)


@pytest.mark.parametrize(
    ("purpose", "days"), [("audit", 365), ("customer", 180), ("board", 90), ("", 365)]
)
def test_how_long_a_pack_is_handed_out_follows_from_its_purpose(purpose, days):
    assert last_day(purpose, date(2026, 1, 1)) == date(2026, 1, 1) + timedelta(days=days)


def test_after_its_last_day_only_who_hands_out_downloads(sealed_pack, officer, auditor, settings):
    sharing_actions.set_expiry(sealed_pack, on=timezone.localdate(), actor=officer)
    sealed_pack.expiry.expires_on = in_days(-1)
    sealed_pack.expiry.save()
    found = EvidencePack.objects.get()

    with pytest.raises(GoneError, match="was handed out until"):
        sent(found, auditor)
    answer = sent(found, officer)
    assert answer.status_code == 200
    answer.close()


def test_another_last_day_is_an_entry_with_both_days(sealed_pack, officer):
    before = standing(sealed_pack).expires_on
    sharing_actions.set_expiry(sealed_pack, on=in_days(9), actor=officer)

    change = told("pack.expiry_set")["changes"]["expires_on"]
    assert change == {"from": before.isoformat(), "to": in_days(9).isoformat()}
    with pytest.raises(DomainError, match="already"):
        sharing_actions.set_expiry(sealed_pack, on=in_days(9), actor=officer)
    with pytest.raises(DomainError, match="sealed after"):
        sharing_actions.set_expiry(sealed_pack, on=in_days(-1), actor=officer)


def test_a_withdrawn_pack_stays_on_record_and_is_not_downloaded(sealed_pack, officer, auditor):
    sharing_actions.withdraw(sealed_pack, reason="A system was left out.", actor=officer)
    found = EvidencePack.objects.visible_to(auditor).get()

    for person in (auditor, officer):
        with pytest.raises(GoneError, match="by Ines Halvorsen: A system was left out"):
            sent(found, person)
    assert told("pack.withdrawn")["sha256"] == sealed_pack.sha256
    with pytest.raises(DomainError, match="was withdrawn"):
        sharing_actions.withdraw(sealed_pack, reason="Again.", actor=officer)
    with pytest.raises(DomainError, match="was withdrawn"):
        sharing_actions.share(found, to=REGULATOR, until=in_days(3), actor=officer)


@pytest.mark.parametrize("who", ["administrator", "ops_lead", "auditor", "stranger"])
def test_only_a_compliance_officer_withdraws(request, who, sealed_pack):
    with pytest.raises(PermissionDenied, match="compliance officer"):
        sharing_actions.withdraw(sealed_pack, reason="No.", actor=request.getfixturevalue(who))


def test_the_database_keeps_a_withdrawal(sealed_pack, officer):
    sharing_actions.withdraw(sealed_pack, reason="Wrong scope.", actor=officer)

    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        PackWithdrawal.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            cursor.execute("TRUNCATE audit_packs_packwithdrawal")
