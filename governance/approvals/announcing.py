"""Telling other programs of every move of a release, in the transaction of the move.

An event `release.<event>` goes to the endpoints whose filter lets it through, once for each move:
its key holds the release and the row version that the move made.
"""

from datetime import datetime

from governance.approvals.lifecycle import WORDS, Event, State
from governance.approvals.models import Release
from governance.approvals.seats import who_holds
from governance.notices.actions import Wish, tell
from governance.notices.queries import endpoints_for
from governance.notices.rules import Channel, Severity

GRAVE = frozenset(
    {
        *(Event.SUSPEND, Event.ROLLBACK, Event.EMERGENCY_ACTIVATE, Event.EMERGENCY_EXPIRE),
        *(Event.EVAL_FAILED, Event.EXPIRE, Event.RETRO_REJECT),
    }
)


def announce(release: Release, event: Event, previous: State, at: datetime) -> int:
    """Write down what endpoints are told of a move that was made; return how many it were.

    `release` is as the move left it. What it tells is thin: no reasons, no evidence, no names.
    """
    kind = f"release.{event.value}"
    endpoints = endpoints_for(kind)
    if not endpoints:
        return 0
    version, grave = release.version, event in GRAVE
    thing = f"{release.system.ref} {version.label}"
    subject = f"{thing} in {release.place}: {WORDS[previous].lower()} → {release.words.lower()}"
    wishes = [
        Wish(
            item=f"release:{release.ref}:{release.row_version}",
            step=0,
            loop=0,
            channel=Channel.WEBHOOK,
            severity=Severity.HIGH if grave else Severity.INFO,
            subject=subject,
            lines=(),
            url=f"/updates/{release.ref}/",
            endpoint=endpoint,
            kind=kind,
            data=told(release, previous),
        )
        for endpoint in endpoints
    ]
    return tell(wishes, at=at)


def tell_lead(release: Release, at: datetime) -> None:
    """Tell the AI-Ops lead that a change of configuration was let through without a vote."""
    lead = who_holds(release.system, "AO")
    if lead is None:
        return
    thing = f"{release.system.ref} {release.version.label}"
    lines = tuple(f"{reason['words'].rstrip('.')}." for reason in release.class_reasons)
    wishes = [
        Wish(
            item=f"release:{release.ref}:{release.row_version}",
            step=0,
            loop=0,
            channel=channel,
            severity=Severity.INFO,
            subject=f"{thing}: configuration changed, nobody had to agree",
            lines=lines,
            url=f"/updates/{release.ref}/",
            person=lead,
            kind="release.configured",
        )
        for channel in (Channel.APP, Channel.EMAIL)
    ]
    tell(wishes, at=at)


def told(release: Release, previous: State) -> dict[str, str]:
    """Return what an event says of a release."""
    return {
        "release": release.ref,
        "system": release.system.ref,
        "version": release.version.label,
        "digest": release.digest,
        "environment": release.environment,
        "task": release.task,
        "state": release.state.value,
        "previous": previous.value,
    }
