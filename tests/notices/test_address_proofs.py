"""An address counts as verified by a link of its own mailbox, or by somebody's word on record."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from governance.accounts.actions import add_person, change_person, deactivate
from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.notices.actions import choose_notices
from governance.notices.delivery import deliver_mail
from governance.notices.models import Notice
from governance.notices.proof_actions import ProofLinkError, ask_to_verify, prove, vouch
from governance.notices.proof_models import AddressProof
from governance.notices.proofs import LINK_HOLDS, unverified, verified
from tests.conftest import PASSWORD

LINK = re.compile(r"Confirm this address: (\S+)")


@pytest.fixture
def kim(organisation, administrator) -> User:
    """Somebody new, whose address nobody has verified."""
    return add_person(
        email="kim@halden.example",
        name="Kim Lund",
        unit=organisation,
        actor=administrator,
        password=PASSWORD,
    )


@pytest.fixture
def link(kim, administrator) -> str:
    """The path of a link that was mailed to Kim."""
    ask_to_verify([kim], actor=administrator)
    return Notice.objects.get(person=kim).ack_url


def token(path: str) -> str:
    return path.strip("/").rsplit("/", 1)[-1]


def is_verified(person: User) -> bool:
    return bool(verified([person.pk]))


def test_a_new_address_is_not_verified(kim):
    assert not is_verified(kim)
    assert list(unverified()) == [kim]


def test_the_link_comes_by_mail_and_its_button_verifies(kim, administrator, client, settings):
    settings.BASE_URL = "https://muster.halden.example"
    ask_to_verify([kim], actor=administrator)
    deliver_mail()
    (found,) = LINK.findall(mail.outbox[0].body)
    path = found.removeprefix(settings.BASE_URL)

    assert mail.outbox[0].to == ["Kim Lund <kim@halden.example>"]
    assert "Does kim@halden.example reach you?" in client.get(path).content.decode()
    assert not is_verified(kim)
    assert "Your address is verified" in client.post(path).content.decode()
    assert is_verified(kim)


def test_reading_the_page_verifies_nothing(kim, link, client):
    client.get(link)
    client.head(link)

    assert not is_verified(kim)


def test_a_link_works_once(kim, link, client):
    client.post(link)
    again = client.post(link)

    assert again.status_code == 410
    assert "It was used before" in again.content.decode()
    assert Entry.objects.filter(action="address.verified").count() == 1


def test_a_link_runs_out(link, client):
    late = timezone.now() - LINK_HOLDS - timedelta(minutes=1)
    AddressProof.objects.filter(digest__gt="", proven_at=None).update(
        made_at=late, expires_at=late + LINK_HOLDS
    )

    with pytest.raises(ProofLinkError, match="expired"):
        prove(token(link))
    assert client.get(link).status_code == 410


def test_a_forged_link_is_not_found(link, client):
    assert client.post(link[:-2] + "x/").status_code == 404
    assert client.get(reverse("notices:prove", args=["nothing"])).status_code == 404


def test_another_address_is_unverified_and_its_old_link_verifies_nothing(kim, link, administrator):
    change_person(kim, actor=administrator, name=kim.name, email="lund@halden.example")

    with pytest.raises(ProofLinkError, match="changed"):
        prove(token(link))
    assert not is_verified(kim)


def test_changing_a_verified_address_unverifies_it(owner, administrator):
    assert is_verified(owner)
    change_person(owner, actor=administrator, name=owner.name, email="mira@other.example")

    assert not is_verified(owner)
    assert list(unverified()) == [owner]


def test_the_link_of_a_closed_account_verifies_nothing(kim, link, administrator):
    deactivate(kim, actor=administrator)

    with pytest.raises(ProofLinkError, match="expired"):
        prove(token(link))


def test_the_link_goes_also_to_whoever_takes_no_mails(kim):
    choose_notices(actor=kim, zone="Europe/Berlin", quiet=None, by_email=False)
    ask_to_verify([kim], actor=kim)
    deliver_mail()

    assert len(mail.outbox) == 1


def test_two_links_in_two_minutes_are_one(kim, administrator):
    assert ask_to_verify([kim, kim], actor=administrator) == 1
    assert ask_to_verify([kim], actor=kim) == 0
    AddressProof.objects.filter(person=kim).update(made_at=timezone.now() - timedelta(minutes=3))
    assert ask_to_verify([kim], actor=kim) == 1


def test_whoever_is_verified_or_gone_gets_no_link(owner, kim, administrator):
    deactivate(kim, actor=administrator)

    assert ask_to_verify([owner, kim], actor=administrator) == 0


def test_only_administrators_send_links_to_others(kim, officer):
    with pytest.raises(PermissionDenied):
        ask_to_verify([kim], actor=officer)
    assert ask_to_verify([kim], actor=kim) == 1


def test_an_administrator_vouches_and_the_record_says_who_and_why(kim, administrator):
    vouch(kim, actor=administrator, reason="Taken from the staff directory")

    entry = Entry.objects.get(action="address.vouched")
    assert is_verified(kim)
    assert entry.actor_ref == administrator.handle
    assert b"Taken from the staff directory" in bytes(entry.body)


def test_vouching_needs_an_administrator_a_reason_and_an_open_question(kim, officer, administrator):
    with pytest.raises(PermissionDenied):
        vouch(kim, actor=officer, reason="I know them")
    with pytest.raises(DomainError, match="how you know"):
        vouch(kim, actor=administrator, reason="  ")
    vouch(kim, actor=administrator, reason="Met")
    with pytest.raises(DomainError, match="verified already"):
        vouch(kim, actor=administrator, reason="Met again")


def test_administrators_see_who_is_unverified_and_send_links(kim, administrator, as_user):
    client = as_user(administrator)
    page = reverse("notices:addresses")

    assert "Kim Lund" in client.get(page).content.decode()
    client.post(page, {"person": kim.pk, "verb": "link"})
    assert Notice.objects.filter(person=kim).count() == 1
    client.post(page, {"person": kim.pk, "verb": "vouch", "reason": "Met at work"})
    assert is_verified(kim)


def test_vouching_on_the_page_asks_for_the_reason(kim, administrator, as_user):
    answer = as_user(administrator).post(
        reverse("notices:addresses"), {"person": kim.pk, "verb": "vouch"}
    )

    assert answer.status_code == 422
    assert "Say how you know" in answer.content.decode()
    assert not is_verified(kim)


def test_others_see_and_ask_for_their_own_address_only(kim, officer, as_user):
    client, page = as_user(officer), reverse("notices:addresses")
    shown = client.get(page).content.decode()

    assert "Kim Lund" not in shown
    assert "Verified" in shown
    assert client.post(page, {"person": kim.pk, "verb": "link"}).status_code == 422
    assert not Notice.objects.filter(person=kim).exists()


def test_one_cannot_vouch_for_oneself_without_being_administrator(kim, as_user):
    answer = as_user(kim).post(
        reverse("notices:addresses"), {"person": kim.pk, "verb": "vouch", "reason": "It is mine"}
    )

    assert answer.status_code == 403
    assert not is_verified(kim)
