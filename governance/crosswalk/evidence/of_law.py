"""What was signed and shown under the AI Act: classifications, duties, documents."""

from collections.abc import Iterable
from functools import cache

from governance.classification.digests import digests_now
from governance.classification.models import Assessment
from governance.classification.queries import engine
from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from governance.documents.models import SignedDocument
from governance.documents.rules import SHORT, Kind
from governance.obligations.models import Duty, Followed
from governance.obligations.rules import DutyStatus

Rows = Iterable[tuple[int, Shown]]
SHOWN_ONCE = (DutyStatus.MET, DutyStatus.LAPSED)


@query(Assessment, "signed classifications")
def classifications(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the signed classifications; stale once facts or the rule pack are others."""
    columns = ("system_id", "number", "signed_at", "pack_version", "facts_digest")
    signed = Assessment.objects.current().filter(system__in=scope.among).order_by()
    rows = list(signed.values_list(*columns))
    now = digests_now(scope.by_pk[system_id] for system_id, *_ in rows)
    for system_id, number, signed_at, pack, facts in rows:
        system = scope.by_pk[system_id]
        stale = ""
        if now[system_id] != facts:
            stale = "Facts changed since it was signed."
        elif pack != engine().pack.version:
            stale = "The rule pack changed since it was signed."
        yield (
            system_id,
            Shown(
                ref=f"{system.ref} C{number}",
                words="Signed classification",
                on=scope.day(signed_at),
                kind="aisystem",  # of which the ledger keeps the signature
                pk=system_id,
                page=("classification:signed", system.ref, str(number)),
                stale=stale,
                action="assessment.signed",
            ),
        )


@query(Followed, "lists of duties")
def duties_followed(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the systems whose duties are kept as their signed classification asks."""
    rows = Followed.objects.filter(system__in=scope.among).order_by()
    for system_id, signed_at in rows.values_list("system_id", "assessment__signed_at"):
        system = scope.by_pk[system_id]
        page = ("overview:system", system.ref)
        yield (
            system_id,
            Shown(
                system.ref,
                "Duties by article are kept",
                scope.day(signed_at),
                "aisystem",
                system_id,
                page,
            ),
        )


@cache
def citations() -> dict[str, str]:
    """Return the first citation of every duty of the rule pack."""
    return {one.id: one.citation[0] for one in engine().pack.obligations}


@query(Duty, "duties met with evidence", takes=True)
def duties(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the duties of these ids that were met; stale once nothing proves them today."""
    rows = Duty.objects.applying().filter(
        system__in=scope.among, obligation__in=of, status__in=SHOWN_ONCE
    )
    columns = ("pk", "system_id", "obligation", "status", "next_check_on", "changed_at")
    found = rows.with_state(scope.today).order_by().values_list(*columns, "is_proven")
    for pk, system_id, obligation, status, check_on, changed_at, is_proven in found:
        stale = ""
        if status != DutyStatus.MET or not is_proven:
            stale = "No evidence of it counts any more."
        elif check_on and check_on < scope.today:
            stale = f"Its check was due on {check_on:%Y-%m-%d}."
        yield (
            system_id,
            Shown(
                ref=citations().get(obligation, obligation),
                words=f"Duty of {scope.by_pk[system_id].ref} met with evidence",
                on=scope.day(changed_at),
                kind="duty",
                pk=pk,
                page=("obligations:duty", str(pk)),
                stale=stale,
                key=obligation,
            ),
        )


@query(SignedDocument, "signed documents", takes=True)
def documents(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the signed documents of these kinds; stale once the rule pack is another."""
    rows = SignedDocument.objects.current().filter(system__in=scope.among, kind__in=of).order_by()
    columns = ("pk", "system_id", "number", "kind", "signed_at", "pack_version")
    for pk, system_id, number, kind, signed_at, pack in rows.values_list(*columns):
        system = scope.by_pk[system_id]
        changed = pack != engine().pack.version
        yield (
            system_id,
            Shown(
                ref=f"{system.ref} D{number}",
                words=f"Signed document, {SHORT[Kind(kind)]}",
                on=scope.day(signed_at),
                kind="",  # the ledger keeps it with its system, one of many
                pk=pk,
                page=("documents:signed", system.ref, str(number)),
                stale="The rule pack changed since it was signed." if changed else "",
                key=kind,
            ),
        )
