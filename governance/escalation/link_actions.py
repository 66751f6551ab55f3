"""Acknowledging by a link of a mail, and making such a link."""

from django.db import transaction

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.escalation.actions import acknowledge
from governance.escalation.links import LinkState, behind, new_link
from governance.escalation.models import AckLink, Item
from governance.escalation.queries import database_now
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK


class LinkError(DomainError):
    """A link that acknowledges nothing any more, or never did."""

    code = "link"

    def __init__(self, state: LinkState) -> None:
        super().__init__(f"This link acknowledges nothing: it is {state}.")
        self.state = state


@transaction.atomic
def make_ack_link(item: Item, person: User) -> str:
    """Return the path of a new link; only its digest is stored, so it is shown once."""
    link, path = new_link(item, person, database_now())
    link.save()
    told = {"until": link.expires_at.isoformat()}
    record("link.made", subject=item, actor=CLOCK, data=told, unit=item.unit_id)
    return path


@transaction.atomic
def use_link(token: str) -> Item:
    """Acknowledge by a link, in the name of the person it was sent to; it works once.

    Raises LinkError, with the state of the link, when it is used, run out, forged, or about
    something that is resolved; also when another request used it first.
    """
    now = database_now()
    looked = behind(token, now)
    if looked.state != LinkState.LIVE or looked.link is None:
        raise LinkError(looked.state)
    if not AckLink.objects.use(looked.link.pk, now):
        raise LinkError(LinkState.USED)
    acknowledge(looked.link.item, actor=looked.link.person)
    return looked.link.item
