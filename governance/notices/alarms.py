"""Who hears that something could not be told: in the app, where no mail server is needed."""

from datetime import datetime

from governance.notices.actions import Wish, tell
from governance.notices.models import Endpoint, Notice
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

SECONDS_AN_HOUR = 3_600


def alarm_mail(notice: Notice, words: str, at: datetime) -> None:
    """Tell administrators that mails are given up, once an hour."""
    lines = (
        f"A mail to {notice.person} was given up after {notice.attempts} tries: {words}",
        "More may follow in this hour; each is on the timeline of what it is about.",
    )
    hour = int(at.timestamp()) // SECONDS_AN_HOUR
    _alarm("notices:mail", hour, ("Mails could not be delivered", *lines), at)


def alarm_event(endpoint: Endpoint, words: str, at: datetime) -> None:
    """Tell administrators and the owner that an endpoint misses events, once an hour."""
    lines = (f"An event for {endpoint} was given up: {words}", "It can be sent again by hand.")
    hour, item = int(at.timestamp()) // SECONDS_AN_HOUR, f"notices:endpoint:{endpoint.pk}:event"
    subject = f"The webhook endpoint {endpoint} misses events"
    _alarm(item, hour, (subject, *lines), at, endpoint)


def alarm_disabled(endpoint: Endpoint, reason: str, at: datetime) -> None:
    """Tell administrators and the owner that nothing is sent to an endpoint any more."""
    lines = (reason, "Events for it are given up until somebody enables it again.")
    item, loop = f"notices:endpoint:{endpoint.pk}:disabled", int(at.timestamp())
    subject = f"The webhook endpoint {endpoint} is disabled"
    _alarm(item, loop, (subject, *lines), at, endpoint)


def _alarm(
    item: str, loop: int, words: tuple[str, ...], at: datetime, endpoint: Endpoint | None = None
) -> None:
    """Tell administrators in the app, and the owner of an endpoint by mail too."""
    subject, *lines = words
    url = endpoint.get_absolute_url() if endpoint else "/notices/"
    told = [(person, Channel.APP) for person in administrators()]
    if endpoint:
        told += [(endpoint.owner, Channel.APP), (endpoint.owner, Channel.EMAIL)]
    wishes = [
        Wish(
            item=item,
            step=0,
            loop=loop,
            person=person,
            channel=channel,
            severity=Severity.HIGH,
            subject=subject,
            lines=tuple(lines),
            url=url,
        )
        for person, channel in told
    ]
    tell(wishes, at=at)
