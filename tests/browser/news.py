"""Notices, and an endpoint with a log, for the tour of all pages."""

from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.notices.actions import Wish, tell
from governance.notices.delivery import deliver_webhooks
from governance.notices.endpoint_actions import add_endpoint, ping_endpoint
from governance.notices.rules import Channel, Severity

SAID = {
    Severity.INFO: "The pager of Nights is with Jonas Weber",
    Severity.HIGH: "The agreement AGR-001 ends in 7 days",
    Severity.CRITICAL: "INC-001 has to be reported within 24 hours",
}


def fill(admin: User, officer: User) -> dict[str, str | int]:
    """Tell the officer three things, and send an event to a program that is not there."""
    wishes = [
        Wish(
            item=f"tour:{severity}",
            step=0,
            loop=0,
            person=officer,
            channel=Channel.APP,
            severity=severity,
            subject=subject,
            lines=("Claims triage scorer", "You are responsible."),
            url="/systems/",
        )
        for severity, subject in SAID.items()
    ]
    with transaction.atomic():
        tell(wishes, at=timezone.now())
    endpoint, _ = add_endpoint(
        actor=admin, name="Ticket system", url="http://127.0.0.1:9/hooks", events=["clock.*"]
    )
    ping_endpoint(endpoint, actor=admin)
    deliver_webhooks()
    return {"endpoint": endpoint.pk}
