"""Search in the list of systems: every word begins a word of ref, name, purpose or key."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Q

MOST_HITS = 2_000
HITS_SQL = """
WITH hits AS MATERIALIZED (
    SELECT id FROM systems_aisystem WHERE searched @@ to_tsquery('simple', %s)
    UNION ALL SELECT id FROM systems_aisystem WHERE ref LIKE %s
    UNION ALL SELECT id FROM systems_aisystem WHERE external_key LIKE %s AND external_key <> ''
) SELECT id FROM hits LIMIT %s
"""


@dataclass(frozen=True)
class Search:
    """A search as a condition; it is broad when it finds more than 2,000 systems."""

    condition: Q
    is_broad: bool = False


def search(text: str) -> Search:
    """Return the condition of a search.

    Rare words become the ids they find, straight from the indexes: left to itself the database
    walks the whole list in its order for them. Common words are found soon on that walk.
    """
    words = [word.replace("\\", " ").replace("'", " ").strip() for word in text.split()]
    wanted = " & ".join(f"'{word}':*" for word in words if word)
    hits = _hits(wanted, text)
    if len(hits) <= MOST_HITS:
        return Search(Q(pk__in=set(hits)))
    found = Q(searched=SearchQuery(wanted, search_type="raw", config="simple"))
    ids = Q(ref__startswith=text.upper()) | Q(external_key__startswith=text)
    return Search(found | ids, is_broad=True)


def _hits(wanted: str, text: str) -> list[int]:
    """Return the ids that a search finds, at most one more than we take."""
    begins = f"{_escaped(text)}%"
    with connection.cursor() as cursor:
        cursor.execute(HITS_SQL, [wanted, begins.upper(), begins, MOST_HITS + 1])
        return [pk for (pk,) in cursor.fetchall()]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
