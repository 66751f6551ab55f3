"""How many files of evidence a pack would hold, and how large they are, before it is built."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.template.defaultfilters import filesizeformat

from governance.approvals.evidence_models import ReleaseEvidence
from governance.audit_packs.attachments import LARGEST, LARGEST_ALL
from governance.audit_packs.by_hand import statements_of
from governance.evidence.models import EvidenceItem
from governance.obligations.models import Proof
from inventory.systems.models import AISystem
from inventory.vendors.models import Agreement


@dataclass(frozen=True)
class FilesAhead:
    """The files that a pack would hold: how many, and the bytes of those whose size is known."""

    count: int
    size: int
    unmeasured: int  # documents of agreements: only the storage knows their size

    @property
    def words(self) -> str:
        """Return how large they are, and how much of it a pack takes."""
        if not self.count:
            return "none that the record names"
        size = filesizeformat(self.size).replace("\xa0", " ")
        more = f", and documents of agreements: {self.unmeasured:,}" if self.unmeasured else ""
        most = f"{LARGEST // 10**6} MB each, {LARGEST_ALL // 10**6} MB together"
        return f"{size}{more}; at most {most}, the others are listed by digest"


def files_ahead(ids: Any, *, with_statements: bool) -> FilesAhead:
    """Return what duties, releases, agreements and statements of these systems show as files.

    Each counts once among its kind.
    """
    proofs = Proof.objects.attached().filter(duty__system__in=ids).values("item")
    shown = ReleaseEvidence.objects.standing().filter(version__system__in=ids, item__isnull=False)
    items = EvidenceItem.objects.filter(Q(pk__in=proofs) | Q(pk__in=shown.values("item")))
    files = items.exclude(file="").order_by().values("sha256", "size_bytes").distinct()
    told = files.aggregate(size=Sum("size_bytes"))["size"] or 0
    links = AISystem.agreements.through.objects.filter(aisystem__in=ids).values("agreement")
    papers = Agreement.objects.filter(pk__in=links).exclude(document="")
    count = papers.order_by().values("document_sha256").distinct().count()
    stated = dict(
        statements_of(ids).exclude(file="").values_list("sha256", "size_bytes")
        if with_statements
        else ()
    )
    size = told + sum(one or 0 for one in stated.values())
    return FilesAhead(files.count() + len(stated) + count, size, count)
