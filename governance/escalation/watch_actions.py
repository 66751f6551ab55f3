"""The watch over the sweeps: when none has ended for five minutes, administrators hear of it.

Whoever notices raises it: a task of the clock's, the probe of the web process, or the sweep that
comes back. Each silence is raised once.
"""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import transaction

from governance.escalation.models import Silence, Sweep
from governance.escalation.queries import database_now, last_sweep
from governance.escalation.rules import SILENCE
from governance.health.queries import OK
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK
from governance.notices.actions import Wish, tell
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

log = logging.getLogger(__name__)


def watch() -> Silence | None:
    """Raise the alarm when no sweep has ended for five minutes; return the silence, if any.

    The mail is sent from here: whoever sends mails otherwise may be as dead as the sweeps.
    """
    alive = last_sweep()
    if alive.ended_at is None or not alive.is_alarm:
        return None
    silence = notice_silence(alive.ended_at)
    _mail(silence)
    return silence


@transaction.atomic
def notice_silence(since: datetime) -> Silence:
    """Write down that nobody has looked since a moment, once, and tell administrators so."""
    now = database_now()
    silence, made = Silence.objects.get_or_create(since=since, defaults={"noticed_at": now})
    if made:
        record("sweeps.silent", subject=silence, actor=CLOCK, data={"since": since.isoformat()})
        words = f"Nobody has looked for what falls due since {since:%d %B, %H:%M} UTC"
        _tell(silence, 0, words, "Look whether the worker and the clock run.", now, by_mail=False)
    return silence


@transaction.atomic
def note_return(ended_at: datetime | None, sweep: Sweep) -> None:
    """Say that a sweep ended again after a silence, and how long that was; else do nothing."""
    if ended_at is None or sweep.ended_at is None or sweep.ended_at - ended_at < SILENCE:
        return
    known = {"noticed_at": sweep.ended_at}
    silence, _ = Silence.objects.get_or_create(since=ended_at, defaults=known)
    if not Silence.objects.filter(pk=silence.pk, ended_at=None).update(ended_at=sweep.ended_at):
        return
    minutes = int((sweep.ended_at - ended_at).total_seconds() // 60)
    record("sweeps.back", subject=silence, actor=CLOCK, data={"minutes": minutes})
    words = f"What falls due is looked at again, after {minutes} minutes"
    line = f"{sweep.found} items were due meanwhile; each was told once, at its latest step."
    unheard = Silence.objects.filter(pk=silence.pk, mailed_at=None)
    by_mail = bool(unheard.update(mailed_at=sweep.ended_at))
    _tell(silence, 1, words, line, sweep.ended_at, by_mail=by_mail)


def readiness() -> str:
    """Return "ok", or since when nobody has looked; the probe of the web process asks."""
    alive = last_sweep()
    if alive.ended_at is None or not alive.is_alarm:
        return OK
    watch()
    return f"no sweep has ended since {alive.words}"


def _tell(
    silence: Silence, step: int, subject: str, line: str, at: datetime, *, by_mail: bool
) -> None:
    channels = (Channel.APP, Channel.EMAIL) if by_mail else (Channel.APP,)
    wishes = [
        Wish(
            item=f"silence:{silence.pk}",
            step=step,
            loop=0,
            channel=channel,
            severity=Severity.CRITICAL if step == 0 else Severity.HIGH,
            subject=subject,
            lines=(line,),
            url="/",
            person=person,
            kind="escalation.silence",
        )
        for person in administrators()
        for channel in channels
    ]
    tell(wishes, at=at)


def _mail(silence: Silence) -> None:
    """Send the mail of a silence, once; when it cannot be sent, the next one who looks tries."""
    rows = Silence.objects.filter(pk=silence.pk, ended_at=None)
    if not rows.filter(mailed_at=None).update(mailed_at=database_now()):
        return
    body = (
        f"No sweep has ended since {silence.since:%d %B %Y, %H:%M} UTC.\n\n"
        "Nobody is told of what falls due until one does. Look whether the worker and the clock "
        "run: systemctl status muster-worker muster-beat, or the log of bin/start.\n"
    )
    people = [person.email for person in administrators()]
    try:
        send_mail("Muster: nobody is told of what falls due", body, None, people)
    except (SMTPException, OSError):
        log.exception("The mail about silent sweeps could not be sent.")
        Silence.objects.filter(pk=silence.pk).update(mailed_at=None)
