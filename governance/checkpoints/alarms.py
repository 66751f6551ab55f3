"""Who hears that something is wrong with the checkpoints outside: administrators."""

from datetime import datetime

from governance.notices.actions import Wish, tell
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

SECONDS_A_DAY = 86_400


def alarm(
    item: str, step: int, subject: str, lines: tuple[str, ...], *, at: datetime, url: str = ""
) -> None:
    """Tell administrators in the app and by mail, once for each item and step."""
    wishes = [
        Wish(
            item=item,
            step=step,
            loop=0,
            channel=channel,
            severity=Severity.HIGH if step else Severity.CRITICAL,
            subject=subject,
            lines=lines,
            url=url or "/ledger/",
            person=person,
            kind=f"checkpoints.{item.partition(':')[0]}",
        )
        for person in administrators()
        for channel in (Channel.APP, Channel.EMAIL)
    ]
    tell(wishes, at=at)


def alarm_contradiction(key: str, place: str, words: str, at: datetime) -> None:
    """Tell that a place holds something that was not put there, once a day."""
    day = int(at.timestamp()) // SECONDS_A_DAY
    lines = (words, "Compare it with what other places keep, and find out who could write there.")
    alarm(f"contradiction:{day}:{key}"[:200], 0, f"{place}: a checkpoint was changed", lines, at=at)
