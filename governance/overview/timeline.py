"""What happened to one thing, for the page of the thing."""

from governance.accounts.access import people_behind
from governance.ledger import queries
from governance.ledger.queries import Row


def timeline(object_type: str, object_id: object, limit: int = 20) -> list[Row]:
    """Return the newest entries about a thing, with today's names; three queries.

    `object_type` is the model's name in lower case: timeline("aisystem", system.pk). Goes into
    components/timeline.html as `entries`.
    """
    return queries.timeline((object_type, object_id), people=people_behind, limit=limit)
