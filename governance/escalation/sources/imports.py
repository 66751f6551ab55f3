"""Imports that wait for somebody, and imported systems that nobody has classified."""

from collections.abc import Iterator

from django.db.models import Exists, Min, OuterRef
from django.urls import reverse

from governance.classification.models import Assessment
from governance.escalation.sources.facts import CHUNK, Asking, Fact
from inventory.imports.models import ImportRun
from inventory.imports.rules import RunStatus
from inventory.systems.models import AISystem
from inventory.systems.rules import Origin, Stage

FOR_A_PERSON = (RunStatus.UPLOADED, RunStatus.PREVIEWED, RunStatus.FAILED)


def runs(asking: Asking) -> Iterator[Fact]:
    """Yield runs that stand still until somebody chooses, confirms or resumes."""
    rows = ImportRun.objects.filter(status__in=FOR_A_PERSON).order_by()
    for row in rows.only("ref", "file_name", "unit_id", "requested_at", "requested_by_id").iterator(
        CHUNK
    ):
        yield Fact(
            subject=row.ref,
            title=f"Finish the import of {row.file_name}",
            unit_id=row.unit_id,
            url=reverse("imports:run", args=[row.ref]),
            since=row.requested_at,
            own=(row.requested_by_id,),
        )


def triage(asking: Asking) -> Iterator[Fact]:
    """Yield the units whose imported systems nobody has classified: one item for all of them."""
    signed = Assessment.objects.current().filter(system=OuterRef("pk"))
    rows = (
        AISystem.objects.filter(~Exists(signed), origin=Origin.IMPORT)
        .exclude(stage=Stage.RETIRED)
        .order_by()
        .values("unit_id", "unit__name")
        .annotate(first=Min("created_at"))
    )
    for row in rows.iterator(CHUNK):
        yield Fact(
            subject=str(row["unit_id"]),
            title=f"Imported systems in {row['unit__name']} wait for triage",
            unit_id=row["unit_id"],
            url=reverse("classification:first"),
            since=row["first"],
        )
