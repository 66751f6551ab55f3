"""Mails as a real mail server receives them."""

from datetime import time, timedelta

import pytest

from governance.accounts.actions import change_own_name, deactivate
from governance.ledger.models import Entry
from governance.notices.actions import choose_notices, tell
from governance.notices.claims import claim_mails
from governance.notices.delivery import deliver_mail
from governance.notices.models import Batch, Delivery, Notice
from governance.notices.queries import sent_for
from governance.notices.rules import Channel, NoticeState, Severity
from tests.notices.conftest import NOON
from tests.notices.receivers import text_of

MINUTE = timedelta(minutes=1)


def test_a_mail_has_both_parts_absolute_links_and_the_headers_of_a_machine(mailbox, wish, owner):
    tell([wish(ack_url="/acknowledge/a-token/")], at=NOON)
    deliver_mail(NOON)
    (mail,) = mailbox.mails
    told = Notice.objects.get()

    assert (mail["To"], mail["Subject"]) == (f"{owner.name} <{owner.email}>", told.subject)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Unsubscribe"] is None
    assert mail["Message-ID"] == told.message_id
    assert mail["Message-ID"].endswith("@muster.halden.example>")
    for kind in ("plain", "html"):
        text = text_of(mail, kind)
        assert "https://muster.halden.example/agreements/AGR-012/" in text
        assert "https://muster.halden.example/acknowledge/a-token/" in text
        assert "It covers Claims triage scorer." in text
    assert (told.status, told.sent_at, told.ack_url) == (NoticeState.SENT, NOON, "")


def test_a_retry_carries_the_same_message_id_and_the_same_words(mailbox, wish):
    mailbox.answers = ["451 Try again"]
    tell([wish(), wish(step=2)], at=NOON)
    deliver_mail(NOON)
    lead = Notice.objects.exclude(status=NoticeState.BUNDLED).get()
    assert (lead.status, lead.attempts) == (NoticeState.FAILED, 1)
    first_id = lead.message_id
    tell([wish(step=3)], at=NOON)
    deliver_mail(NOON + 2 * MINUTE)
    (mail,) = mailbox.mails

    assert mail["Message-ID"] == first_id
    assert mail["Subject"].endswith("(and 1 more)")
    assert Notice.objects.get(step=3).status == NoticeState.WAITING
    assert [one.outcome for one in Delivery.objects.order_by("pk")] == ["failed", "sent"]


def test_a_clock_that_was_far_ahead_for_a_while_keeps_no_mail_back(mailbox, wish):
    ahead = NOON + timedelta(days=400)
    tell([wish()], at=ahead)
    deliver_mail(ahead)
    tell([wish(step=2)], at=ahead)
    deliver_mail(ahead)  # puts the second off by five minutes, and then the clock is put back
    tell([wish(step=3)], at=NOON)
    deliver_mail(NOON)

    assert len(mailbox.mails) == 2
    assert set(Notice.objects.values_list("status", flat=True)) == {
        NoticeState.SENT,
        NoticeState.BUNDLED,
    }


def test_a_name_with_a_line_break_and_an_emoji_adds_no_header(mailbox, wish, owner):
    change_own_name(name="Mira 🦊\r\nBcc: eve@evil.example", actor=owner)
    subject = "Ends soon\r\nX-Evil: yes <b>&"
    tell([wish(subject=subject, lines=("<script>alert(1)</script>",))], at=NOON)
    deliver_mail(NOON)
    (mail,) = mailbox.mails

    assert (mail["Bcc"], mail["X-Evil"]) == (None, None)
    assert mail["X-Envelope-To"] == owner.email
    assert mail["To"].addresses[0].display_name == "Mira 🦊 Bcc: eve@evil.example"
    assert mail["Subject"] == "Ends soon X-Evil: yes <b>&"
    assert "<script>" not in text_of(mail, "html")


def test_what_waits_for_one_person_is_one_mail_and_each_notice_says_so(mailbox, wish, officer):
    tell([wish(step=n) for n in range(1, 4)] + [wish(person=officer)], at=NOON)
    deliver_mail(NOON)
    told = sent_for([wish().item])[wish().item]

    assert len(mailbox.mails) == 2
    assert {one.state for one in told} == {NoticeState.SENT}
    assert len({one.message_id for one in told if one.person == "Mira Rossi"}) == 1


def test_the_next_bundle_goes_five_minutes_later_and_critical_a_minute_later(mailbox, wish):
    tell([wish()], at=NOON)
    deliver_mail(NOON)
    tell([wish(step=2), wish(step=3, severity=Severity.CRITICAL)], at=NOON)
    went = []
    for minutes in range(7):
        deliver_mail(NOON + minutes * MINUTE)
        went.append(len(mailbox.mails))

    assert went == [1, 2, 2, 2, 2, 3, 3]
    assert mailbox.mails[1]["Importance"] == "high"


def test_quiet_hours_that_were_chosen_later_hold_a_mail_too(mailbox, wish, owner):
    tell([wish()], at=NOON)
    choose_notices(actor=owner, zone="UTC", quiet=(time(11), time(13)), by_email=True)
    deliver_mail(NOON)
    assert not mailbox.mails

    deliver_mail(NOON + 61 * MINUTE)
    assert len(mailbox.mails) == 1


def test_an_account_that_was_closed_meanwhile_gets_nothing(mailbox, wish, owner, administrator):
    tell([wish(ack_url="/acknowledge/x/")], at=NOON)
    deactivate(owner, actor=administrator)
    deliver_mail(NOON)
    told = Notice.objects.get()

    assert not mailbox.mails
    assert (told.status, told.ack_url) == (NoticeState.SUPPRESSED, "")


def test_an_address_that_is_refused_is_given_up_at_once_and_administrators_know(
    mailbox, wish, administrator
):
    mailbox.refuse = "550 No such user here"
    tell([wish()], at=NOON)
    deliver_mail(NOON)
    alarm = Notice.objects.visible_to(administrator).unread().get()

    assert Notice.objects.get(item=wish().item).status == NoticeState.DEAD
    assert alarm.subject == "Mails could not be delivered"
    assert Delivery.objects.get().code == 550


def test_a_server_that_stays_away_is_tried_twelve_times_then_administrators_know_once(
    settings, wish, officer, administrator
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    tell([wish(), wish(person=officer)], at=NOON)
    for days in range(13):
        deliver_mail(NOON + timedelta(days=days))

    states = Notice.objects.filter(item=wish().item).values_list("status", "attempts")
    assert set(states) == {(NoticeState.DEAD, 12)}
    assert Notice.objects.visible_to(administrator).count() == 1


def test_without_a_mail_server_nothing_is_said_to_be_sent(settings, wish, administrator):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    tell([wish()], at=NOON)
    deliver_mail(NOON)
    told = Notice.objects.get(item=wish().item)

    assert (told.status, told.result) == (
        NoticeState.DEAD,
        "No mail server is set (EMAIL_HOST).",
    )


def test_a_run_is_one_entry_of_the_record(mailbox, wish, officer, ops_lead):
    tell([wish(), wish(person=officer), wish(person=ops_lead)], at=NOON)
    deliver_mail(NOON)
    deliver_mail(NOON)

    assert Entry.objects.filter(action="notices.delivered").count() == 1
    assert Batch.objects.get().sent == 3


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_held_goes_after_the_lease_under_the_same_id(mailbox, wish):
    from django.db import transaction

    with transaction.atomic():
        tell([wish()], at=NOON)
    claimed = claim_mails(NOON)
    assert claimed
    deliver_mail(NOON + MINUTE)
    assert not mailbox.mails

    deliver_mail(NOON + 3 * MINUTE)
    told = Notice.objects.get()
    assert (len(mailbox.mails), told.status, told.attempts) == (1, NoticeState.SENT, 2)


def test_a_worker_that_was_taken_for_dead_marks_nothing(mailbox, wish):
    from governance.notices.delivery import finish
    from governance.notices.rules import MAIL_TRIES, Outcome

    tell([wish()], at=NOON)
    claimed = claim_mails(NOON)
    assert claimed
    deliver_mail(NOON + 3 * MINUTE)
    late = Outcome(False, 451, "Too late.")

    assert finish(claimed[0].lead, late, MAIL_TRIES, NOON + 4 * MINUTE) is None
    assert Notice.objects.get().status == NoticeState.SENT
    assert Delivery.objects.count() == 1


def test_in_the_app_nothing_is_delivered_by_a_sweep(mailbox, wish):
    tell([wish(channel=Channel.APP)], at=NOON)

    assert deliver_mail(NOON) is None
    assert not mailbox.mails


def test_a_mail_that_only_the_log_shows_says_so(wish, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    tell([wish()], at=NOON)
    deliver_mail(NOON)

    assert Notice.objects.get().result == "written to the log (no mail server is set up)"
    assert "Subject:" in capsys.readouterr().out
