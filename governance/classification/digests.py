"""The digests of what is known of many systems now, each worked out once for the same answers."""

from collections.abc import Iterable, Mapping

from django.db.models.expressions import RawSQL

from governance.classification.models import FactSheet
from governance.classification.queries import engine, facts_from
from inventory.systems.models import AISystem

MOST = 50_000  # digests that a process remembers
# Which version of its row a sheet is: another after every change, whoever made it and however.
VERSION = RawSQL(
    "concat_ws(' ', classification_factsheet.row_version, classification_factsheet.xmin,"
    " classification_factsheet.ctid)",
    (),
)
Key = tuple[int, str, tuple[str, ...], str]  # system, version of its row, our roles, rule pack
_known: dict[Key, str] = {}


def digests_now(systems: Iterable[AISystem]) -> dict[int, str]:
    """Return the digest of each system's facts, as Facts.digest: two look-ups at the most.

    The second reads only the answers that this process has not seen yet.
    """
    by_pk = {system.pk: system for system in systems}
    keys = _keys(by_pk)
    found = {pk: known for pk, key in keys.items() if (known := _known.get(key))}
    if new := by_pk.keys() - found.keys():
        sheets = {row.system_id: row for row in FactSheet.objects.filter(system__in=new)}
        for pk in new:
            found[pk] = facts_from(by_pk[pk], sheets.get(pk)).digest
        _remember({keys[pk]: found[pk] for pk in new})
    return found


def _keys(systems: Mapping[int, AISystem]) -> dict[int, Key]:
    rows = FactSheet.objects.filter(system__in=systems.keys()).order_by()
    versions = dict(rows.values_list("system_id", VERSION))
    pack = engine().pack.version
    return {
        pk: (pk, versions.get(pk, ""), tuple(system.our_roles), pack)
        for pk, system in systems.items()
    }


def _remember(new: Mapping[Key, str]) -> None:
    if len(_known) + len(new) > MOST:
        _known.clear()
    _known.update(new)
