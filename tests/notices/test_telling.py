"""What is told is a row, once."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from governance.accounts.actions import deactivate
from governance.notices.actions import choose_notices, tell
from governance.notices.models import Notice
from governance.notices.rules import Channel, NoticeState, Severity
from tests.notices.conftest import NOON


def test_the_same_thing_is_told_once(wish):
    assert tell([wish(), wish()], at=NOON) == 1
    assert tell([wish(), wish(step=2)], at=NOON) == 1
    assert Notice.objects.count() == 2


def test_another_recipient_loop_or_channel_is_another_notice(wish, officer):
    wishes = [wish(), wish(person=officer), wish(loop=1), wish(channel=Channel.APP)]

    assert tell(wishes, at=NOON) == 4


def test_telling_needs_the_transaction_of_what_it_tells_about(transactional_db, wish):
    with pytest.raises(RuntimeError, match="transaction"):
        tell([wish()], at=NOON)


def test_what_is_told_goes_with_the_transaction_it_is_part_of(transactional_db, wish):
    with transaction.atomic():
        tell([wish()], at=NOON)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_in_the_app_it_is_there_at_once(wish, owner):
    tell([wish(channel=Channel.APP)], at=NOON)
    told = Notice.objects.visible_to(owner).unread().get()

    assert (told.status, told.sent_at) == (NoticeState.SENT, NOON)
    assert told.lines == list(wish().lines)


def test_a_mail_waits_until_the_quiet_hours_end_in_the_persons_zone(wish, owner):
    choose_notices(actor=owner, zone="Asia/Tokyo", quiet=(time(20), time(7)), by_email=True)
    tell([wish(), wish(step=2, severity=Severity.CRITICAL)], at=NOON)  # 21:00 in Tokyo
    plain, critical = Notice.objects.order_by("step")

    assert plain.due_at == NOON + timedelta(hours=10)
    assert critical.due_at == NOON


def test_a_legal_clock_with_less_than_a_day_left_is_not_held_by_quiet_hours(wish, owner):
    choose_notices(actor=owner, zone="UTC", quiet=(time(11), time(20)), by_email=True)
    hours = {1: 23, 2: 26, 3: 72}
    tell(
        [wish(step=n, legal_clock_ends=NOON + timedelta(hours=h)) for n, h in hours.items()],
        at=NOON,
    )
    due = [one.due_at - NOON for one in Notice.objects.order_by("step")]

    assert due == [timedelta(0), timedelta(hours=2), timedelta(hours=8)]


def test_who_takes_no_mails_gets_only_what_must_go(wish, owner):
    choose_notices(actor=owner, zone="UTC", quiet=None, by_email=False)
    soon = NOON + timedelta(hours=3)
    wishes = [wish(), wish(step=2, severity=Severity.CRITICAL), wish(step=3, legal_clock_ends=soon)]
    tell(wishes, at=NOON)
    states = [one.status for one in Notice.objects.order_by("step")]

    assert states == [NoticeState.SUPPRESSED, NoticeState.WAITING, NoticeState.WAITING]


def test_nothing_goes_to_a_closed_account(wish, owner, administrator):
    deactivate(owner, actor=administrator)
    owner.refresh_from_db()
    tell([wish(person=owner), wish(person=owner, channel=Channel.APP)], at=NOON)

    assert {one.status for one in Notice.objects.all()} == {NoticeState.SUPPRESSED}


def test_the_database_wants_a_recipient_that_fits_the_channel(wish):
    with pytest.raises(IntegrityError, match="notice_recipient"):
        tell([wish(channel=Channel.WEBHOOK)], at=NOON)
