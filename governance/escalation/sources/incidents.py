"""Serious incidents whose first report is still to be made: their clock comes from the law."""

from collections.abc import Iterable, Iterator
from itertools import islice

from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from governance.incidents.law import laws_of
from governance.incidents.models import Incident
from governance.incidents.queries import ACTIVITY, Standing, clock_of
from raci.matrices.queries import accountables

TOGETHER = 500


def reports(asking: Asking) -> Iterator[Fact]:
    """Yield incidents with a day set for our report, from the moment of awareness on."""
    rows = Incident.objects.running().select_related("system__unit").order_by()
    found = rows.iterator(CHUNK)
    while part := list(islice(found, TOGETHER)):
        yield from _told(part, asking)


def _told(part: Iterable[Incident], asking: Asking) -> Iterator[Fact]:
    rows = list(part)
    laws = laws_of(row.system for row in rows)
    answers = accountables([row.system for row in rows], ACTIVITY)
    for row in rows:
        clock = clock_of(row, asking.now)
        standing = Standing(row, clock, laws[row.system_id])
        if standing.waits and clock.due:
            answer = answers.get(row.system_id)
            yield Fact(
                subject=row.ref,
                title=f"Report {row.ref}, {row.title}: {', '.join(clock.due.citation)}",
                url=row.get_absolute_url(),
                due=clock.due.ends_at,
                since=row.aware_at,
                own=(*((answer.pk,) if answer else ()), *owner_of(row.system)),
                legal_clock_ends=clock.due.ends_at,
                **of_system(row.system),
            )
