"""Endpoints of webhooks: whoever administers the organisation keeps them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Actor, record
from governance.notices.actions import Wish, tell
from governance.notices.addresses import REFUSAL, is_allowed
from governance.notices.alarms import alarm_disabled
from governance.notices.models import Endpoint, Notice
from governance.notices.rules import DUE, PING, Channel, NoticeState, Severity
from governance.notices.sealing import new_secret, seal, shown

BOTH_COUNT = timedelta(hours=24)  # how long two secrets sign during a rotation
AT_ONCE = 10_000


@transaction.atomic
def add_endpoint(
    *, actor: User, name: str, url: str, events: Sequence[str] = ()
) -> tuple[Endpoint, str]:
    """Return a new endpoint and its secret, which is never shown again.

    Raises PermissionDenied unless the actor administers the organisation, and DomainError for
    an address that is not allowed.
    """
    require(actor, Capability.CONFIGURE, None)
    _check(url)
    secret = new_secret()
    made = Endpoint.objects.create(
        name=name, url=url, events=sorted(set(events)), owner=actor, secret=seal(secret)
    )
    data = {"name": name, "url": url, "events": made.events}
    record("endpoint.added", subject=made, actor=actor, data=data)
    return made, shown(secret)


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint,
    *,
    actor: User,
    seen: int | None = None,
    **wanted: str | list[str],
) -> None:
    """Give an endpoint another name, address or filter; nothing happens when they are the same.

    Raises DomainError for an address that is not allowed, and StaleError for an old `seen`.
    """
    require(actor, Capability.CONFIGURE, None)
    fields = {key: value for key, value in wanted.items() if getattr(endpoint, key) != value}
    if "url" in fields:
        _check(str(fields["url"]))
    if not fields:
        return
    changes = {key: {"from": getattr(endpoint, key), "to": to} for key, to in fields.items()}
    change(endpoint, seen=seen, **fields)
    data = {"name": endpoint.name, "changes": changes}
    record("endpoint.changed", subject=endpoint, actor=actor, data=data)


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, actor: User, seen: int | None = None) -> str:
    """Return a new secret, shown once; for 24 hours the one before signs beside it."""
    require(actor, Capability.CONFIGURE, None)
    secret, until = new_secret(), timezone.now() + BOTH_COUNT
    old = bytes(endpoint.secret)
    change(endpoint, seen=seen, secret=seal(secret), old_secret=old, old_until=until)
    data = {"name": endpoint.name, "both_count_until": until.isoformat()}
    record("endpoint.rotated", subject=endpoint, actor=actor, data=data)
    return shown(secret)


@transaction.atomic
def disable_endpoint(endpoint: Endpoint, *, actor: User, reason: str) -> None:
    """Send nothing to an endpoint any more; what waits for it is given up.

    Raises DomainError without a reason, and when it is disabled already.
    """
    require(actor, Capability.CONFIGURE, None)
    if not reason.strip():
        raise DomainError("Say why.")
    if not end_endpoint(endpoint, actor=actor, reason=reason.strip(), at=timezone.now()):
        raise DomainError(f"{endpoint} is disabled already.")


@transaction.atomic
def end_endpoint(endpoint: Endpoint, *, actor: Actor, reason: str, at: datetime) -> bool:
    """Disable an endpoint for a person or the clock; False when it is disabled already."""
    rows = Endpoint.objects.enabled().filter(pk=endpoint.pk)
    if not rows.update(disabled_at=at, disabled_reason=reason, row_version=_next(endpoint)):
        return False
    endpoint.refresh_from_db()
    waiting = Notice.objects.filter(endpoint=endpoint, status__in=DUE)
    waiting.update(status=NoticeState.DEAD, result="The endpoint was disabled.")
    record(
        "endpoint.disabled",
        subject=endpoint,
        actor=actor,
        data={"name": endpoint.name, "reason": reason},
    )
    if not isinstance(actor, User):
        alarm_disabled(endpoint, reason, at)
    return True


def _next(endpoint: Endpoint) -> int:
    return endpoint.row_version + 1


@transaction.atomic
def enable_endpoint(endpoint: Endpoint, *, actor: User) -> None:
    """Send to an endpoint again, from now on; raises DomainError when it is enabled."""
    require(actor, Capability.CONFIGURE, None)
    healthy = {"failures": 0, "failing_since": None, "held_until": None, "claimed_until": None}
    rows = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False)
    opened = {"disabled_at": None, "disabled_reason": "", "row_version": _next(endpoint)}
    if not rows.update(**opened, **healthy):
        raise DomainError(f"{endpoint} is enabled already.")
    endpoint.refresh_from_db()
    record("endpoint.enabled", subject=endpoint, actor=actor, data={"name": endpoint.name})


@transaction.atomic
def ping_endpoint(endpoint: Endpoint, *, actor: User) -> None:
    """Send a test event; raises DomainError when the endpoint is disabled."""
    require(actor, Capability.CONFIGURE, None)
    if not endpoint.is_enabled:
        raise DomainError(f"{endpoint} is disabled; enable it first.")
    wish = Wish(
        item=f"ping:{uuid.uuid4().hex}",
        step=0,
        loop=0,
        endpoint=endpoint,
        channel=Channel.WEBHOOK,
        severity=Severity.INFO,
        subject="A test event",
        lines=(),
        url=endpoint.get_absolute_url(),
        kind=PING,
    )
    tell([wish], at=timezone.now())
    record("endpoint.pinged", subject=endpoint, actor=actor, data={"name": endpoint.name})


@transaction.atomic
def replay(endpoint: Endpoint, *, actor: User, notices: Iterable[int]) -> int:
    """Send events once more, under their old ids, and return how many.

    Only what was sent or given up; raises DomainError when the endpoint is disabled or none of
    them can be sent again.
    """
    require(actor, Capability.CONFIGURE, None)
    if not endpoint.is_enabled:
        raise DomainError(f"{endpoint} is disabled; enable it first.")
    ended = [NoticeState.SENT, NoticeState.DEAD]
    rows = Notice.objects.filter(endpoint=endpoint, pk__in=list(notices)[:AT_ONCE])
    waiting = {"status": NoticeState.WAITING, "sent_at": None, "attempts": 0, "result": ""}
    count = rows.filter(status__in=ended).update(due_at=timezone.now(), **waiting)
    if not count:
        raise DomainError("There is nothing to send again.")
    data = {"name": endpoint.name, "count": count}
    record("endpoint.replayed", subject=endpoint, actor=actor, data=data)
    return count


def _check(url: str) -> None:
    if not is_allowed(url):
        raise DomainError(REFUSAL)
