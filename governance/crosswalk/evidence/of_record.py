"""Agreements, and what the record itself shows."""

from collections.abc import Iterable, Mapping

from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from governance.ledger.models import Entry
from inventory.systems.models import AISystem
from inventory.vendors.models import Agreement
from inventory.vendors.rules import HOLDS, AgreementState

Rows = Iterable[tuple[int, Shown]]
NOT_YET = frozenset({AgreementState.DRAFT, AgreementState.SIGNED})
# action: the object it is recorded about, what it says, and for how many days it counts
ACTIONS: Mapping[str, tuple[str, str, int]] = {
    "pack.sealed": ("evidencepack", "An evidence pack was sealed", 365),
    "import.finished": ("importrun", "An import was finished", 365),
    "person.deactivated": ("user", "An account was closed", 365),
    "role.revoked": ("user", "A role was taken away", 365),
    "token.revoked": ("apitoken", "An API token was revoked", 365),
    "ledger.checked": ("businessunit", "The whole record was checked", 35),
}


@query(Agreement, "agreements in force", takes=True)
def agreements(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the agreements of these kinds of each system; stale once they hold no more."""
    links = AISystem.agreements.through.objects.filter(
        aisystem__in=scope.among, agreement__kind__in=of
    )
    pairs = list(links.values_list("aisystem_id", "agreement_id"))
    known = Agreement.objects.in_bulk({agreement for _, agreement in pairs})
    for system_id, agreement in pairs:
        row = known[agreement]
        state = row.state(scope.today)
        if state in NOT_YET:
            continue
        page = ("vendors:agreement", row.ref)
        words = f"{row.kind}, {state.value.replace('_', ' ')}"
        stale = "" if state in HOLDS else "It does not hold any more."
        on = row.effective_from
        yield (
            system_id,
            Shown(row.ref, words, on, "agreement", row.pk, page, stale, row.kind),
        )


@query(Entry, "entries of the record", takes=True)
def recorded(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest entry of each of these actions in the units that serve a system.

    A row names neither a thing nor a person: whoever may read the entry finds them there.
    """
    kinds = {ACTIONS[action][0] for action in of}
    rows = Entry.objects.filter(object_type__in=kinds, action__in=of)
    newest = rows.order_by("action", "unit_id", "-pk").distinct("action", "unit_id")
    columns = ("pk", "action", "unit_id", "at")
    for pk, action, unit, at in newest.values_list(*columns):
        _kind, words, days = ACTIONS[action]
        stale = f"Older than {days} days." if scope.age(scope.day(at)) > days else ""
        page = ("overview:ledger",)
        row = Shown("The record", words, scope.day(at), "entry", pk, page, stale, action)
        yield from scope.served(unit, row)


@query(Entry, "checks of the record")
def ledger_checks(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return when somebody had the whole record checked last; stale after 35 days."""
    return recorded(scope, ("ledger.checked",))
