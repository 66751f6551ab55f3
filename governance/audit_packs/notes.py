"""Answers that somebody gave a reason or evidence for, while nobody has signed them."""

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Q

from governance.audit_packs.sections import Facts, iso
from governance.classification.models import AnswerNote, FactSheet
from governance.classification.queries import engine
from governance.classification.wording import wording


def noted(sheets: Mapping[int, FactSheet]) -> dict[int, list[Facts]]:
    """Return those answers by system, in two queries; a signature keeps its own."""
    said = ~Q(because="") | Q(evidence__isnull=False)
    rows = AnswerNote.objects.filter(said, system__in=sheets).distinct().order_by("fact")
    found: dict[int, list[Facts]] = defaultdict(list)
    for note in rows.select_related("by").prefetch_related("evidence"):
        if note.fact in engine().pack.facts:
            found[note.system_id].append(_told(note, sheets[note.system_id]))
    return found


def _told(note: AnswerNote, sheet: FactSheet) -> Facts:
    fact, value = engine().pack.facts[note.fact], sheet.facts.get(note.fact)
    return {
        "fact": fact.name,
        "ask": fact.ask,
        "answer": "Not sure" if value is None else wording().answer(fact, value),
        "because": note.because,
        "evidence": [
            {"ref": item.ref, "title": item.title, "sha256": item.sha256, "link": item.link}
            for item in note.evidence.all()
        ],
        "by": note.by.name,
        "at": iso(note.at),
    }
