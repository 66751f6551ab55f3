"""From tables to subjects: what the registry knows about systems, in a constant few queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone

from governance.accounts.models import BusinessUnit
from governance.approvals.models import Release
from governance.approvals.standing import approvers_of
from governance.classification.models import Assessment, FactSheet
from governance.classification.queries import engine, facts_from, provisional_of
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.rules import ANSWERS_FOR
from governance.documents.subject import (
    Classified,
    Contract,
    Filed,
    Shown,
    Subject,
    Supplier,
    Version,
    Written,
)
from governance.obligations.models import Duty, Proof
from inventory.systems.models import AISystem, ModelVersion
from inventory.vendors.models import Agreement
from raci.matrices.models import Matrix
from raci.matrices.queries import directory, person_of
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import ACCOUNTABLE

TOLD_DUTIES = frozenset({"art9", "art72"})  # whose evidence documents name
TOLD_ACTIVITIES = frozenset({"SAF-01", "INC-05", *ANSWERS_FOR.values()})
Accountable = tuple[str, Mapping[str, str]]  # the matrix, and who is accountable for what


def subjects(systems: Sequence[AISystem]) -> dict[int, Subject]:
    """Return what is known about each system, by its key; loaded with unit and vendor or not."""
    ids = [system.pk for system in systems]
    organisation = BusinessUnit.objects.get(parent__isnull=True).name
    classified = _classified(systems)
    versions, contracts = _versions(ids), _contracts(ids)
    matrices = _matrices(ids)
    filed, shown, written = _filed(ids), _shown(ids), _written(ids)
    return {
        system.pk: Subject(
            ref=system.ref,
            name=system.name,
            organisation=organisation,
            purpose=system.intended_purpose,
            stage=str(system.stage),
            roles=tuple(sorted(system.our_roles)),
            data=tuple(sorted(system.data_categories)),
            people=tuple(sorted(system.people_affected)),
            architecture=str(system.architecture),
            countries=tuple(sorted(system.countries)),
            live_since=iso(system.live_since),
            retired_on=iso(system.retired_on),
            vendor=Supplier(system.vendor.ref, system.vendor.name) if system.vendor else None,
            versions=tuple(versions[system.pk]),
            contracts=tuple(contracts[system.pk]),
            classified=classified.get(system.pk),
            matrix=matrices.get(system.pk, ("", {}))[0],
            accountable=matrices.get(system.pk, ("", {}))[1],
            filed=filed[system.pk],
            shown=shown[system.pk],
            written=written[system.pk],
        )
        for system in systems
    }


def subject_of(system: AISystem) -> Subject:
    """Return what is known about one system."""
    return subjects([system])[system.pk]


def iso(value: date | datetime | None) -> str:
    """Return a day as YYYY-MM-DD; of a moment its day here; nothing for none."""
    if isinstance(value, datetime):
        return timezone.localdate(value).isoformat()
    return value.isoformat() if value else ""


def _classified(systems: Sequence[AISystem]) -> dict[int, Classified]:
    sheets = {sheet.system_id: sheet for sheet in FactSheet.objects.filter(system__in=systems)}
    rows = Assessment.objects.current().filter(system__in=systems).select_related("signed_by")
    signed = {row.system_id: row for row in rows}
    found = (
        (system.pk, _of_one(system, sheets.get(system.pk), signed.get(system.pk)))
        for system in systems
    )
    return {pk: classified for pk, classified in found if classified}


def _of_one(
    system: AISystem, sheet: FactSheet | None, signed: Assessment | None
) -> Classified | None:
    facts = facts_from(system, sheet)
    if signed:
        return Classified(
            facts=signed.facts,
            result=signed.result,
            facts_digest=signed.facts_digest,
            pack_version=signed.pack_version,
            ref=f"{system.ref} C{signed.number}",
            signed_by=signed.signed_by.name,
            signed_on=iso(signed.signed_at),
            reason=signed.reason,
            stale=tuple(_stale(signed, facts.digest)),
        )
    if facts.row_version == 0:
        return None
    now = provisional_of(facts)
    return Classified(facts.values, now.result, facts.digest, engine().pack.version)


def _stale(signed: Assessment, digest: str) -> Iterator[str]:
    if signed.facts_digest != digest:
        yield "Facts changed since the classification was signed."
    if signed.pack_version != engine().pack.version:
        yield "The rule pack changed since the classification was signed."


def _versions(ids: Iterable[int]) -> dict[int, list[Version]]:
    rows = list(ModelVersion.objects.filter(system__in=ids).order_by("-created_at", "-pk"))
    approved = Release.objects.filter(version__in=rows, approved_at__isnull=False)
    by_version = {release.version_id: release for release in approved.order_by("approved_at", "pk")}
    names = approvers_of(release.pk for release in by_version.values())
    found: dict[int, list[Version]] = defaultdict(list)
    for row in rows:
        release = by_version.get(row.pk)
        found[row.system_id].append(
            Version(
                label=row.label,
                provider=row.provider,
                model_id=row.model_id,
                region=row.region,
                digest=row.digest,
                notes=row.notes,
                approved_by=", ".join(names.get(release.pk, ())) if release else "",
                approved_on=iso(release.approved_at) if release else "",
            )
        )
    return found


def _contracts(ids: Iterable[int]) -> dict[int, list[Contract]]:
    links = AISystem.agreements.through.objects.filter(aisystem__in=ids)
    pairs = list(links.values_list("aisystem_id", "agreement_id"))
    known = Agreement.objects.select_related("vendor").in_bulk({pk for _system, pk in pairs})
    found: dict[int, list[Contract]] = defaultdict(list)
    for system, pk in sorted(pairs, key=lambda pair: known[pair[1]].ref):
        row = known[pk]
        found[system].append(Contract(row.ref, row.get_kind_display(), row.vendor.name))
    return found


def _matrices(ids: Iterable[int]) -> dict[int, Accountable]:
    rows = list(Matrix.objects.with_grid().filter(system__in=ids, status=MatrixStatus.ACTIVE))
    people = directory(rows)
    found: dict[int, Accountable] = {}
    for matrix in rows:
        parties = {party.pk: party for party in matrix.parties.all()}
        told: dict[str, list[str]] = defaultdict(list)
        for cell in matrix.assignments.all():
            if cell.activity in TOLD_ACTIVITIES and cell.letter in ACCOUNTABLE:
                person = person_of(parties[cell.party_id], matrix, people)
                told[cell.activity] += [person.name] if person and person.is_active else []
        single = {code: names[0] for code, names in told.items() if len(names) == 1}
        if matrix.system_id is not None:
            found[matrix.system_id] = (matrix.ref, single)
    return found


def _filed(ids: Iterable[int]) -> dict[int, dict[str, Filed]]:
    found: dict[int, dict[str, Filed]] = defaultdict(dict)
    rows = SignedDocument.objects.current().filter(system__in=ids).select_related("system")
    for row in rows.defer("content"):
        found[row.system_id][row.kind] = Filed(row.ref, iso(row.signed_at))
    return found


def _shown(ids: Iterable[int]) -> dict[int, dict[str, tuple[Shown, ...]]]:
    found: dict[int, dict[str, tuple[Shown, ...]]] = defaultdict(dict)
    duties = Duty.objects.applying().filter(system__in=ids, obligation__in=TOLD_DUTIES)
    rows = Proof.objects.standing(timezone.localdate()).filter(duty__in=duties)
    for row in rows.select_related("duty", "item").order_by("pk"):
        proof = Shown(row.item.ref, row.item.title, tuple(row.duty.told["citation"]))
        before = found[row.duty.system_id].get(row.duty.obligation, ())
        found[row.duty.system_id][row.duty.obligation] = (*before, proof)
    return found


def _written(ids: Iterable[int]) -> dict[int, dict[tuple[str, str], Written]]:
    found: dict[int, dict[tuple[str, str], Written]] = defaultdict(dict)
    rows = DocumentEntry.objects.filter(system__in=ids).select_related("author", "evidence")
    for row in rows:
        shown = ""
        if row.evidence:
            shown = row.evidence.ref + (" (withdrawn)" if row.evidence.withdrawn_at else "")
        said = Written(row.text, row.author.name, iso(row.written_at), shown)
        found[row.system_id][row.kind, row.item] = said
    return found
