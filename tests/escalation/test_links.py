"""The page behind the link of a mail: reading it does nothing, its button acts once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.escalation import actions
from governance.escalation.link_actions import make_ack_link
from governance.escalation.models import AckLink, Event
from governance.escalation.rules import EventKind, ItemStatus
from governance.escalation.sweeping import sweep
from governance.notices.models import Notice
from governance.notices.rules import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(item, owner) -> str:
    """A link by which Mira Rossi can acknowledge."""
    return make_ack_link(item, owner)


def run_out() -> None:
    """Replace every link by one that ran out: no row can be changed to be so."""
    for row in AckLink.objects.all():
        row.delete()
        made = timezone.now() - timedelta(days=8)
        row.pk, row.made_at, row.expires_at = None, made, made + timedelta(days=7)
        row.save(force_insert=True)


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_reading_acknowledges_nothing(method, client, link, item):
    answer = getattr(client, method)(link)

    assert answer.status_code in (200, 405)
    item.refresh_from_db()
    assert item.status == ItemStatus.OPEN
    assert AckLink.objects.filter(used_at=None).exists()


def test_the_page_says_what_it_is_about_and_who_acknowledges_it(client, link, item):
    text = client.get(link).content.decode()

    assert "Something is late" in text
    assert item.ref in text
    assert "Mira Rossi" in text


def test_the_button_acknowledges_without_a_sign_in_in_the_persons_name(link, item, owner):
    browser = Client(enforce_csrf_checks=True)
    token = browser.get(link).context["csrf_token"]
    answer = browser.post(link, {"csrfmiddlewaretoken": str(token)})

    assert answer.status_code == 200
    assert "is acknowledged" in answer.content.decode()
    item.refresh_from_db()
    assert (item.status, item.acked_by) == (ItemStatus.ACKNOWLEDGED, owner)


def test_another_site_cannot_press_the_button(link, item):
    answer = Client(enforce_csrf_checks=True).post(link)

    assert answer.status_code == 403
    item.refresh_from_db()
    assert item.status == ItemStatus.OPEN


def test_a_link_works_once_and_says_so(client, link):
    client.post(link)

    for answer in (client.post(link), client.get(link)):
        assert answer.status_code == 410
        assert "used before" in answer.content.decode()
    assert Event.objects.filter(kind=EventKind.ACKED).count() == 1


def test_a_link_that_ran_out_says_so(client, link, item):
    run_out()

    for answer in (client.post(link), client.get(link)):
        assert answer.status_code == 410
        assert "run out" in answer.content.decode()
    item.refresh_from_db()
    assert item.status == ItemStatus.OPEN


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "abc"])
def test_a_forged_link_says_that_it_is_none_of_ours(change, client, link, item):
    token = link.split("/")[-2]
    forged = link.replace(token, change(token))

    for answer in (client.post(forged), client.get(forged)):
        assert answer.status_code == 404
        assert "not one of ours" in answer.content.decode()
    item.refresh_from_db()
    assert item.status == ItemStatus.OPEN


def test_a_link_about_what_is_resolved_says_so(client, link, item, owner):
    actions.resolve(item, actor=owner, reason="Signed.")

    assert "is resolved" in client.get(link).content.decode()
    assert client.post(link).status_code == 410


def test_the_link_of_a_closed_account_acknowledges_nothing(client, link, owner, administrator):
    accounts.deactivate(owner, actor=administrator)

    assert client.post(link).status_code == 410


def test_the_page_keeps_its_address_to_itself(client, link):
    answer = client.get(link)

    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_only_a_digest_is_kept_of_a_link(link):
    token = link.split("/")[-2]
    row = AckLink.objects.get()

    assert token.split(".")[0] not in row.digest
    assert len(row.digest) == 64


def test_a_link_is_never_used_twice_nor_changed_in_the_database(client, link):
    client.post(link)

    for change in ({"used_at": None}, {"digest": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AckLink.objects.update(**change)


def test_the_link_goes_into_the_mail_and_into_nothing_else(item):
    sweep()

    mail = Notice.objects.get(channel=Channel.EMAIL)
    assert mail.ack_url.startswith("/acknowledge/")
    assert not Notice.objects.exclude(pk=mail.pk).exclude(ack_url="").exists()
