"""The documents of the AI Act in a pack: signed ones as they were signed, others as drafts."""

from governance.audit_packs.sections import Batch, Facts, iso
from governance.documents.filling import owed
from governance.documents.queries import Sheet, on_systems


def papers(batch: Batch) -> dict[int, list[Facts]]:
    """Return the documents each system owes or has signed, in a constant few queries."""
    found = on_systems(batch.systems, owed)
    return {pk: [_paper(sheet) for sheet in about.sheets] for pk, about in found.items()}


def _paper(sheet: Sheet) -> Facts:
    signed, draft = sheet.signed, sheet.draft
    told = {
        "kind": sheet.kind.value,
        "short": sheet.short,
        "title": draft.title,
        "status": sheet.state,
        "applies": draft.applies.words,
        "citation": list(draft.applies.citation),
    }
    if signed is None:
        lacking = [{"key": item.key, "label": item.label} for item in draft.missing]
        return told | {"missing": lacking, "content": draft.content()}
    return told | {
        "ref": signed.ref,
        "signed_by": signed.signed_by.name,
        "signed_at": iso(signed.signed_at),
        "reason": signed.reason,
        "digest": signed.digest,
        "differences": list(sheet.stale),
        "missing": [],
        "content": signed.content,
    }
