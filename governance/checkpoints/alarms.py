"""Who hears that something is wrong with the checkpoints outside: administrators."""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import send_mail

from governance.notices.actions import Wish, tell
from governance.notices.channels.email import absolute
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

log = logging.getLogger(__name__)
SECONDS_A_DAY = 86_400


def alarm(
    item: str, subject: str, lines: tuple[str, ...], *, at: datetime, over: bool = False
) -> None:
    """Tell administrators in the app and by mail, once; `over` tells that it has passed."""
    _tell(item, subject, lines, at, over=over, channels=(Channel.APP, Channel.EMAIL))


def alarm_in_app(item: str, subject: str, lines: tuple[str, ...], *, at: datetime) -> None:
    """Tell administrators in the app only: no sweep may write that would send a mail."""
    _tell(item, subject, lines, at, over=False, channels=(Channel.APP,))


def mail_now(subject: str, lines: tuple[str, ...]) -> bool:
    """Mail administrators from here, without a row; return whether it went."""
    body = "\n\n".join([*lines, absolute("/ledger/recovery/")]) + "\n"
    try:
        send_mail(f"Muster: {subject}", body, None, [one.email for one in administrators()])
    except (SMTPException, OSError):
        log.exception("The mail about a doubt of the record could not be sent.")
        return False
    return True


def _tell(
    item: str,
    subject: str,
    lines: tuple[str, ...],
    at: datetime,
    *,
    over: bool,
    channels: tuple[Channel, ...],
) -> None:
    wishes = [
        Wish(
            item=item,
            step=int(over),
            loop=0,
            channel=channel,
            severity=Severity.HIGH if over else Severity.CRITICAL,
            subject=subject,
            lines=lines,
            url="/ledger/",
            person=person,
            kind=f"checkpoints.{item.partition(':')[0]}",
        )
        for person in administrators()
        for channel in channels
    ]
    tell(wishes, at=at)


def alarm_contradiction(key: str, place: str, words: str, at: datetime) -> None:
    """Tell that a place holds something that was not put there, once a day."""
    day = int(at.timestamp()) // SECONDS_A_DAY
    lines = (words, "Compare it with what other places keep, and find out who could write there.")
    alarm(f"contradiction:{day}:{key}"[:200], f"{place}: a checkpoint was changed", lines, at=at)


def alarm_failing(turn: int, place: str, words: str, at: datetime) -> None:
    """Tell that a place has taken nothing for long, whatever other places take meanwhile."""
    lines = (words, "It is tried again four times an hour. Other places may still take heads.")
    alarm(f"failing:{turn}", f"{place}: it has taken no checkpoint for long", lines, at=at)
