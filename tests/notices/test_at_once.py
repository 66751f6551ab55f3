"""Two sweeps at once, and one that is killed: each thing is told once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from governance.accounts.models import User
from governance.notices import delivery
from governance.notices.actions import tell
from governance.notices.delivery import deliver_mail, deliver_webhooks
from governance.notices.models import Delivery, Notice
from governance.notices.rules import TOLD, Channel, NoticeState, Severity
from tests.house.racing import race
from tests.notices.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 60


@pytest.fixture
def crowd(administrator) -> list[User]:
    """People who wait for a mail."""
    rows = [User(email=f"p{n}@halden.example", name=f"Person {n}") for n in range(PEOPLE)]
    return User.objects.bulk_create(rows)


def tell_now(wishes) -> int:
    with transaction.atomic():
        return tell(wishes, at=NOON)


def test_sweeps_at_once_send_each_mail_once(mailbox, wish, crowd):
    tell_now([wish(person=person, step=n) for person in crowd for n in range(3)])
    race(*[lambda: deliver_mail(NOON)] * 3)
    mails = Counter(mail["Message-ID"] for mail in mailbox.mails)

    assert set(mails.values()) == {1}
    assert len(mails) == PEOPLE
    assert set(Notice.objects.values_list("status", flat=True)) <= TOLD
    assert Delivery.objects.filter(batch__isnull=False).count() == PEOPLE


def test_sweeps_at_once_send_one_mail_a_minute_to_a_person(mailbox, wish):
    tell_now([wish(step=n, severity=Severity.CRITICAL) for n in range(5)])
    race(*[lambda: deliver_mail(NOON)] * 3)

    assert len(mailbox.mails) == 1
    assert Notice.objects.filter(status=NoticeState.WAITING).count() == 4


def test_sweeps_at_once_send_each_event_once(receiver, endpoint, wish):
    row, _ = endpoint
    tell_now(
        [
            wish(person=None, endpoint=row, channel=Channel.WEBHOOK, item=f"{n}", step=0)
            for n in range(40)
        ]
    )
    race(*[lambda: deliver_webhooks(NOON)] * 3)
    deliver_webhooks(NOON)
    ids = Counter(headers["webhook-id"] for headers, _ in receiver.requests)

    assert (len(ids), set(ids.values())) == (40, {1})


def test_telling_the_same_at_once_tells_it_once(wish, crowd):
    def both() -> int:
        return tell_now([wish(person=person) for person in crowd])

    assert sum(race(both, both, both)) == PEOPLE


def test_a_worker_killed_between_sending_and_marking_repeats_itself_under_one_id(
    mailbox, wish, monkeypatch
):
    def killed(*_):
        raise KeyboardInterrupt

    tell_now([wish(), wish(step=2)])
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver_mail(NOON)
    deliver_mail(NOON + timedelta(minutes=1))
    assert len(mailbox.mails) == 1

    deliver_mail(NOON + timedelta(minutes=3))
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Subject"] == second["Subject"]
    assert Counter(Notice.objects.values_list("status", flat=True)) == {"sent": 1, "bundled": 1}
