"""What the record says of a release, replayed: where it stood after every entry."""

from governance.approvals.models import Release
from governance.ledger.models import Entry
from governance.ledger.queries import body


def moves(release: Release) -> list[tuple[str, str, str]]:
    """Return every move the record tells of a release, in order: by what, from where, to where."""
    rows = Entry.objects.filter(object_type="release", object_id=str(release.pk)).order_by("pk")
    told = [(row.action, body(row)["data"]) for row in rows]
    return [(action, data["from"], data["to"]) for action, data in told if "to" in data]


def replayed(release: Release, begins: str = "draft") -> str:
    """Return the state that the record leads to; fails where a move begins elsewhere than the
    one before it ended."""
    state = begins
    for action, before, after in moves(release):
        assert before == state, f"{release.ref}: {action} begins at {before}, not at {state}"
        state = after
    return state
