"""What a pack would not find, counted before it is asked for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.approvals.standing import holding
from governance.classification.models import Assessment
from inventory.systems.models import AISystem, ModelVersion
from inventory.vendors.models import Agreement
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus


@dataclass(frozen=True)
class Ahead:
    """How many systems a scope holds, and how many of them lack what."""

    systems: int
    gaps: list[tuple[str, int]]


def ahead(systems: QuerySet[AISystem]) -> Ahead:
    """Return what a pack of these systems would list as missing, in one query.

    What only the rules of a matrix or the facts of a classification can tell is left to the pack.
    """
    through = AISystem.agreements.through.objects.filter(aisystem=OuterRef("pk"))
    approved = holding().filter(system=OuterRef("pk"))
    ended = Agreement.objects.filter(
        Q(expires_on__lt=timezone.localdate()) | Q(ended_on__lte=timezone.localdate()),
        systems=OuterRef("pk"),
    )
    active = Matrix.objects.filter(system=OuterRef("pk"), status=MatrixStatus.ACTIVE)
    signed = Assessment.objects.current().filter(system=OuterRef("pk"))
    lacking: dict[str, Any] = {
        "No owner is named.": Q(owner__isnull=True),
        "No intended purpose is written down.": Q(intended_purpose=""),
        "Our role under the AI Act is not stated.": Q(our_roles=[]),
        "Nobody has signed the classification.": ~Exists(signed),
        "No responsibility matrix is in force.": ~Exists(active),
        "No agreement is on record although a vendor supplies the system.": (
            Q(vendor__isnull=False) & ~Exists(through)
        ),
        "An agreement has expired or ended.": Q(Exists(ended)),
        "No model version is on record.": ~Exists(
            ModelVersion.objects.filter(system=OuterRef("pk"))
        ),
        "No model version is approved.": ~Exists(approved),
    }
    counts = systems.order_by().aggregate(
        systems=Count("pk"),
        **{f"gap{at}": Count("pk", filter=lack) for at, lack in enumerate(lacking.values())},
    )
    found = [(words, counts[f"gap{at}"]) for at, words in enumerate(lacking)]
    return Ahead(counts["systems"], [(words, count) for words, count in found if count])
