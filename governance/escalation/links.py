"""Links of mails by which one person acknowledges one item, once.

A link is a signed secret: what is forged is known without asking the database, which keeps only
a digest.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from governance.accounts.models import User
from governance.escalation.models import AckLink, Item
from governance.escalation.rules import LINK_HOLDS, ItemStatus
from governance.rest.rules import token_digest

PLACE = "-token-"


class LinkState(StrEnum):
    """What can be done with a link."""

    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"
    FORGED = "forged"
    OVER = "over"  # the item is resolved


@dataclass(frozen=True)
class Looked:
    """What stands behind a link."""

    state: LinkState
    link: AckLink | None = None


def new_link(item: Item, person: User, at: datetime) -> tuple[AckLink, str]:
    """Return the row of a link, not yet stored, and the path that is told to nobody else."""
    secret = secrets.token_urlsafe(24)
    link = AckLink(
        item=item,
        run=item.run,
        person=person,
        digest=_digest(secret),
        made_at=at,
        expires_at=at + LINK_HOLDS,
    )
    return link, _path(_signer().sign(secret))


def behind(token: str, at: datetime) -> Looked:
    """Return what stands behind the token of a link at a moment; it changes nothing."""
    try:
        secret = _signer().unsign(token)
    except BadSignature:
        return Looked(LinkState.FORGED)
    rows = AckLink.objects.select_related("item__unit", "item__acked_by", "person")
    link = rows.filter(digest=_digest(secret)).first()
    if link is None:
        return Looked(LinkState.FORGED)
    return Looked(_state(link, at), link)


def _state(link: AckLink, at: datetime) -> LinkState:
    if link.used_at:
        return LinkState.USED
    if at >= link.expires_at or not link.person.is_active:
        return LinkState.EXPIRED
    if link.item.status == ItemStatus.RESOLVED:
        return LinkState.OVER
    return LinkState.LIVE


def _path(token: str) -> str:
    return _page().replace(PLACE, token)


@cache
def _page() -> str:
    """Return the address of the page with a place for the token: a sweep makes thousands."""
    return reverse("escalation:acknowledge", args=[PLACE])


def _signer() -> Signer:
    return Signer(salt="escalation.acknowledge", sep=".")


def _digest(secret: str) -> str:
    return token_digest(f"acknowledge {secret}", settings.TOKEN_PEPPER)
