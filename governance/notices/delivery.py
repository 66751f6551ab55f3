"""Sending what was claimed, outside any transaction, and writing down what came of it.

The mark is a compare-and-set on the claim: a worker that was taken for dead marks nothing. A
worker killed between sending and marking sends again, under the same id.
"""

import random
import smtplib
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.ledger.actions import record
from governance.ledger.rules import CLOCK
from governance.notices.alarms import alarm_event, alarm_mail
from governance.notices.channels import email, webhook
from governance.notices.claims import Load, Mail, claim_events, claim_mails, database_now, let_go
from governance.notices.endpoint_actions import end_endpoint
from governance.notices.models import Batch, Delivery, Endpoint, Notice
from governance.notices.rules import (
    BREAKS_AT,
    GIVE_UP,
    LONGEST_HOLD,
    MAIL_TRIES,
    PROBE,
    WEBHOOK_TRIES,
    NoticeState,
    Outcome,
    next_try,
)

BUDGET_SECONDS = 60
THREADS = 8
FOR_GOOD = 500  # from here on an SMTP server says no for good
chance = random.SystemRandom()
NO_SERVER = Outcome(False, None, "No mail server is set (EMAIL_HOST).", is_final=True)


# --- mails ----------------------------------------------------------------------------------
def deliver_mail(now: datetime | None = None) -> Batch | None:
    """Send every mail that is due, and return what came of it, None when nothing was.

    `now` stands in for the database's clock in tests.
    """
    started, end = timezone.now(), time.monotonic() + BUDGET_SECONDS
    let_go(now or database_now())
    while time.monotonic() < end and (mails := claim_mails(now)) is not None:
        _post_mails(mails, now)
    return _close_batch(started)


def _post_mails(mails: Sequence[Mail], now: datetime | None) -> None:
    connection: BaseEmailBackend = get_connection()
    for mail in mails:
        outcome = _post_mail(mail, connection)
        finish(mail.lead, outcome, MAIL_TRIES, now or database_now())
    with suppress(smtplib.SMTPException, OSError):
        connection.close()


def _post_mail(mail: Mail, connection: BaseEmailBackend) -> Outcome:
    """Return what came of sending one mail; after a failure the connection is a new one."""
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return NO_SERVER
    begun = time.monotonic()
    try:
        email.mail_of([mail.lead, *mail.others], connection).send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()
        return _refused(error, int((time.monotonic() - begun) * 1_000))
    took = int((time.monotonic() - begun) * 1_000)
    return Outcome(True, None, _taken(), took)


def _taken() -> str:
    """Return what became of a mail that was sent; on a machine of one's own it goes to the log."""
    is_shown = settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    return (
        "written to the log (no mail server is set up)" if is_shown else "taken by the mail server"
    )


def _refused(error: Exception, took_ms: int) -> Outcome:
    """Return what a mail server's refusal means: only one about this mail is for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), None)
        is_final = bool(code and code >= FOR_GOOD)
        return Outcome(False, code, "The address was refused.", took_ms, is_final=is_final)
    code = getattr(error, "smtp_code", None)
    is_final = isinstance(error, smtplib.SMTPDataError | ValueError) and (code or 500) >= FOR_GOOD
    words = f"The mail server did not take it ({type(error).__name__})."
    return Outcome(False, code, words, took_ms, is_final=is_final)


# --- events ---------------------------------------------------------------------------------
def deliver_webhooks(now: datetime | None = None) -> Batch | None:
    """Send every event that is due, endpoints side by side, and return what came of it."""
    started, end = timezone.now(), time.monotonic() + BUDGET_SECONDS
    let_go(now or database_now())
    while time.monotonic() < end and (loads := claim_events(now)):
        at = now or database_now()
        with ThreadPoolExecutor(THREADS) as pool:
            asked = {pool.submit(_send_all, load, at): load for load in loads}
            for done in as_completed(asked):
                settle(asked[done], done.result(), now or database_now())
    return _close_batch(started)


def _send_all(load: Load, at: datetime) -> list[Outcome]:
    """Return what came of a load's events in their order, up to the first failure."""
    outcomes = []
    for notice in load.notices:
        outcomes.append(webhook.send(notice, load.endpoint, at))
        if not outcomes[-1].is_ok:
            break
    return outcomes


@transaction.atomic
def settle(load: Load, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Write down what came of a load, and how the endpoint does; disable one that is gone."""
    pairs = list(zip(load.notices, outcomes, strict=False))
    states = [finish(notice, outcome, WEBHOOK_TRIES, at) for notice, outcome in pairs]
    for notice in load.notices[len(outcomes) :]:
        _put_back(notice)
    endpoint = Endpoint.objects.select_for_update().get(pk=load.endpoint.pk)
    _note_health(endpoint, outcomes[-1] if outcomes else None, at)
    if not outcomes or outcomes[-1].is_ok:
        return
    if reason := _why_to_end(endpoint, outcomes[-1], load, at):
        end_endpoint(endpoint, actor=CLOCK, reason=reason, at=at)
    elif states[-1] == NoticeState.DEAD:
        alarm_event(endpoint, outcomes[-1].words, at)


def _note_health(endpoint: Endpoint, last: Outcome | None, at: datetime) -> None:
    """Write how an endpoint does; one that fails again and again gets one try in half a minute."""
    if last is None or last.is_ok:
        endpoint.failures, endpoint.failing_since, endpoint.held_until = 0, None, None
    else:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or at
        hold = PROBE if endpoint.failures >= BREAKS_AT else timedelta(0)
        endpoint.held_until = at + max(hold, min(last.ask or hold, LONGEST_HOLD))
    endpoint.claimed_until = None
    endpoint.save(update_fields=["failures", "failing_since", "held_until", "claimed_until"])


def _why_to_end(endpoint: Endpoint, last: Outcome, load: Load, at: datetime) -> str:
    """Return why nothing should be sent to an endpoint any more, or an empty text."""
    if last.code == webhook.GONE:
        return "It answered 410 Gone."
    if endpoint.failing_since and at - endpoint.failing_since >= GIVE_UP:
        return "It failed for five days."
    tries = len(WEBHOOK_TRIES) + 1
    is_worn = any(one.attempts >= tries for one in load.notices)
    return "It failed for the whole schedule." if is_worn and endpoint.failures >= tries else ""


def _put_back(notice: Notice) -> None:
    """Let a claimed event that was not tried wait again."""
    before = NoticeState.FAILED if notice.attempts > 1 else NoticeState.WAITING
    held = Notice.objects.filter(pk=notice.pk, claim=notice.claim, status=NoticeState.SENDING)
    held.update(status=before, claim="", leased_until=None, attempts=notice.attempts - 1)


# --- marks ----------------------------------------------------------------------------------
@transaction.atomic
def finish(
    notice: Notice, outcome: Outcome, schedule: Sequence[timedelta], at: datetime
) -> NoticeState | None:
    """Write down what came of a try, and return it; None when another worker took it over."""
    jitter = chance.uniform(-1, 1)
    wait = next_try(notice.attempts, schedule, jitter=jitter, ask=outcome.ask)
    is_last = outcome.is_final or wait is None
    state = NoticeState.DEAD if is_last else NoticeState.FAILED
    state = NoticeState.SENT if outcome.is_ok else state
    held = Notice.objects.filter(pk=notice.pk, claim=notice.claim, status=NoticeState.SENDING)
    fields = {
        "status": state,
        "result": outcome.words,
        "message_id": _message_id(notice),
        "leased_until": None,
        "claim": "",
        "sent_at": at if outcome.is_ok else None,
    }
    if state == NoticeState.FAILED and wait is not None:
        fields["due_at"] = at + wait
    if not held.update(**fields):
        return None
    _log(notice, outcome, state, at)
    if state != NoticeState.FAILED:
        Notice.objects.filter(Q(pk=notice.pk) | Q(into=notice.pk)).update(ack_url="")
    if state == NoticeState.DEAD and notice.person:
        alarm_mail(notice, outcome.words, at)
    return state


def _message_id(notice: Notice) -> str:
    return webhook.message_id(notice) if notice.endpoint_id else email.message_id(notice)


def _log(notice: Notice, outcome: Outcome, state: NoticeState, at: datetime) -> None:
    Delivery.objects.create(
        notice=notice,
        attempt=notice.attempts,
        at=at,
        outcome=state,
        code=outcome.code,
        result=outcome.words,
        took_ms=outcome.took_ms,
    )


@transaction.atomic
def _close_batch(started: datetime) -> Batch | None:
    """Record the tries that no run has recorded yet, also those of a worker that was killed."""
    loose = Delivery.objects.select_for_update(skip_locked=True).filter(batch__isnull=True)
    found = dict(loose.values_list("pk", "outcome"))
    if not found:
        return None
    counts = Counter(found.values())
    told = {name: counts[name] for name in ("sent", "failed", "dead")}
    batch = Batch.objects.create(started_at=started, ended_at=timezone.now(), **told)
    Delivery.objects.filter(pk__in=found).update(batch=batch)
    record("notices.delivered", subject=batch, actor=CLOCK, data=told)
    return batch
