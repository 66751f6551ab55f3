"""Matrices that wait for their review, and rows that nobody has confirmed for long (R20)."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse

from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system
from inventory.systems.rules import Stage
from raci.matrices.models import Assignment, Attestation, Matrix, Party
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import ACCOUNTABLE


def attestations(asking: Asking) -> Iterator[Fact]:
    """Yield who is accountable in a matrix in force, by the day they said that it holds."""
    lasts = asking.kind.time_of()
    answers = Assignment.objects.filter(party=OuterRef("pk"), letter__in=ACCOUNTABLE)
    said = Attestation.objects.filter(matrix=OuterRef("matrix"), person=OuterRef("person"))
    last = Subquery(said.order_by("-attested_at").values("attested_at")[:1])
    rows = (
        Party.objects.filter(
            Exists(answers),
            matrix__status=MatrixStatus.ACTIVE,
            matrix__system__isnull=False,
            person__is_active=True,
        )
        .exclude(matrix__system__stage=Stage.RETIRED)
        .annotate(held_at=Greatest("matrix__activated_at", last))
        .filter(held_at__lte=asking.began_by(lasts.least_days if lasts else 0))
        .select_related("matrix__system", "person")
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        system, person = row.matrix.system, row.person
        if system is not None and person is not None:
            yield Fact(
                subject=f"{row.matrix_id}/{person.pk}",
                title=f"{person.name}: confirm your rows in the matrix of {system.name}",
                url=reverse("raci:system", args=[system.ref]),
                since=row.held_at,
                own=(person.pk,),
                **of_system(system),
            )


def reviews(asking: Asking) -> Iterator[Fact]:
    """Yield matrices in review; somebody else than who sent or wrote them puts them in force."""
    rows = Matrix.objects.filter(status=MatrixStatus.IN_REVIEW, submitted_at__isnull=False)
    for row in rows.select_related("system", "unit").order_by().iterator(CHUNK):
        system = row.system
        about = of_system(system) if system else {"unit_id": row.unit_id}
        yield Fact(
            subject=str(row.pk),
            title=f"Review the responsibility matrix of {system.name if system else row.unit}",
            url=reverse("raci:matrix", args=[row.pk]),
            since=row.submitted_at,
            **about,
        )
