"""What lets somebody in until a day: tokens of the API, roles that end."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from governance.accounts.models import Membership
from governance.escalation.sources.facts import CHUNK, Asking, Fact
from governance.rest.models import ApiToken

OVER = timedelta(days=1)  # after its end it is told of no more


def tokens(asking: Asking) -> Iterator[Fact]:
    """Yield tokens that work and end soon; what has ended is over by itself."""
    rows = ApiToken.objects.live(asking.now - OVER).filter(expires_at__lte=asking.last_moment)
    for row in rows.order_by().iterator(CHUNK):
        yield Fact(
            subject=row.ref,
            title=f"The API token {row.name} ends",
            unit_id=asking.where.people.root,
            url=reverse("rest:tokens"),
            due=row.expires_at,
            own=(row.owner_id,),
        )


def access(asking: Asking) -> Iterator[Fact]:
    """Yield roles of people that end, an auditor's above all."""
    rows = Membership.objects.filter(
        ends_on__gte=asking.today, ends_on__lte=asking.last_day, user__is_active=True
    )
    for row in rows.select_related("user", "unit").order_by().iterator(CHUNK):
        yield Fact(
            subject=str(row.pk),
            title=f"{row.user.name} as {row.get_role_display().lower()} in {row.unit} ends",
            unit_id=row.unit_id,
            url=reverse("accounts:person", args=[row.user_id]),
            due=row.ends_on,
        )
