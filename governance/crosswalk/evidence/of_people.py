"""Who answers, who is on call, who may stop a system: matrices, schedules, policies."""

from collections.abc import Iterable

from django.db.models import Count, Q

from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.rules import Shown
from governance.escalation.models import Item
from governance.escalation.policy_models import Policy
from raci.matrices.models import Assignment, Attestation, Matrix
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import ACCOUNTABLE, WORKING
from raci.oncall.models import Schedule
from raci.operations.models import AIOpsFunction
from raci.people.models import Authority, RoleHolder
from raci.people.vocabulary import vocabulary

Rows = Iterable[tuple[int, Shown]]
YEAR = 365


@query(Matrix, "responsibility matrices in force")
def matrices(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the matrix in force of each system."""
    rows = Matrix.objects.filter(system__in=scope.among, status=MatrixStatus.ACTIVE).order_by()
    for pk, system_id, version, at in rows.values_list(
        "pk", "system_id", "version", "activated_at"
    ):
        yield (
            system_id,
            Shown(
                ref=f"{scope.by_pk[system_id].ref} matrix {version}",
                words="Responsibility matrix in force",
                on=scope.day(at),
                kind="matrix",
                pk=pk,
                page=("raci:matrix", str(pk)),
            ),
        )


@query(Assignment, "people who answer for an activity", takes=True)
def raci_rows(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return who answers for these activities in matrices in force: a person who is here."""
    rows = Assignment.objects.filter(
        matrix__system__in=scope.among,
        matrix__status=MatrixStatus.ACTIVE,
        activity__in=of,
        letter__in=sorted(ACCOUNTABLE),
        party__kind=PartyKind.PERSON,
        party__person__is_active=True,
        party__person__is_service=False,
    ).order_by()
    columns = ("matrix_id", "matrix__system_id", "activity", "matrix__activated_at")
    for pk, system_id, activity, at in rows.values_list(*columns):
        yield (
            system_id,
            Shown(
                ref=activity,
                words=f"One person answers for {activity}",
                on=scope.day(at),
                kind="matrix",
                pk=pk,
                page=("raci:row", str(pk), activity),
                key=activity,
            ),
        )


@query(Assignment, "matrices without people who left")
def leavers(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return whether everybody with an A or R in each matrix in force is still here (R07)."""
    rows = Assignment.objects.filter(
        matrix__system__in=scope.among,
        matrix__status=MatrixStatus.ACTIVE,
        letter__in=sorted(WORKING),
        party__kind=PartyKind.PERSON,
    ).order_by()
    gone = Count("pk", filter=Q(party__person__is_active=False))
    for pk, system_id, left in rows.values_list("matrix_id", "matrix__system_id").annotate(
        left=gone
    ):
        ref = f"{scope.by_pk[system_id].ref} matrix"
        words = "Nobody who left answers or acts" if not left else "Somebody who left is named"
        page = ("raci:matrix", str(pk))
        stale = "Somebody who left still has an A or R." if left else ""
        yield system_id, Shown(ref, words, scope.today, "matrix", pk, page, stale)


@query(Attestation, "confirmations of responsibilities")
def attestations(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest confirmation of each matrix in force; stale after a year."""
    rows = Attestation.objects.filter(
        matrix__system__in=scope.among, matrix__status=MatrixStatus.ACTIVE
    )
    newest = rows.order_by("matrix_id", "-attested_at", "-pk").distinct("matrix_id")
    columns = ("matrix_id", "matrix__system_id", "attested_at")
    for pk, system_id, at in newest.values_list(*columns):
        stale = "Older than a year." if scope.age(scope.day(at)) > YEAR else ""
        ref = f"{scope.by_pk[system_id].ref} matrix"
        words = "Accountable people confirmed their rows"
        page = ("raci:matrix", str(pk))
        yield system_id, Shown(ref, words, scope.day(at), "matrix", pk, page, stale)


@query(Schedule, "on-call schedules")
def on_call(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the open schedules that serve each system's unit and have a rotation."""
    rows = Schedule.objects.filter(
        unit__in=scope.below,
        closed_at__isnull=True,
        layers__isnull=False,
        layers__until__isnull=True,
    )
    for row in rows.distinct().order_by("pk"):
        said = f"On-call schedule for {vocabulary().roles.get(row.role, row.role)}"
        page = ("oncall:schedule", str(row.pk))
        shown = Shown(str(row), said, scope.day(row.created_at), "schedule", row.pk, page)
        yield from scope.served(row.unit_id, shown)


@query(Policy, "escalation policies")
def policies(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the policies by which items of each system's unit climb."""
    for row in Policy.objects.active().filter(unit__in=scope.below).order_by("pk"):
        page = ("escalation:policy", str(row.pk))
        shown = Shown(row.name, "Escalation policy in force", None, "policy", row.pk, page)
        yield from scope.served(row.unit_id, shown)


@query(Item, "escalations that somebody answered")
def answered_items(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the newest item of each system that somebody acknowledged."""
    rows = Item.objects.filter(system__in=scope.among, acked_at__isnull=False)
    newest = rows.order_by("system_id", "-acked_at", "-pk").distinct("system_id")
    for row in newest.only("pk", "system_id", "acked_at", "kind"):
        assert row.acked_at is not None and row.system_id is not None  # noqa: S101, PT018
        yield (
            row.system_id,
            Shown(
                ref=row.ref,
                words="Escalation that somebody answered",
                on=scope.day(row.acked_at),
                kind="item",
                pk=row.pk,
                page=("escalation:item", row.pk),
            ),
        )


@query(AIOpsFunction, "AI Ops functions")
def ops_functions(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the function that serves each system's unit, where it has a charter."""
    rows = AIOpsFunction.objects.filter(unit__in=scope.below).exclude(charter_title="")
    for row in rows.order_by("pk"):
        page = ("operations:function",)
        shown = Shown(
            row.charter_title, "Charter of AI Ops", row.set_up_on, "aiopsfunction", row.pk, page
        )
        yield from scope.served(row.unit_id, shown)


@query(RoleHolder, "holders of a role", takes=True)
def role_holders(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return that somebody holds each of these roles for a system's unit."""
    rows = RoleHolder.objects.now().filter(unit__in=scope.below, role__in=of)
    held = rows.filter(person__is_active=True).order_by("unit_id", "role", "pk")
    for row in held.distinct("unit_id", "role"):  # one says that somebody does
        said = f"{vocabulary().roles.get(row.role, row.role)} is named"
        shown = Shown(
            ref=row.role,
            words=said,
            on=scope.day(row.since),
            kind="roleholder",
            pk=row.pk,
            page=("raci:default",),
            key=row.role,
        )
        yield from scope.served(row.unit_id, shown)


@query(Authority, "authorities of people", takes=True)
def authorities(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return that somebody has each of these authorities for a system's unit."""
    rows = Authority.objects.now().filter(unit__in=scope.below, kind__in=of)
    held = rows.filter(person__is_active=True).order_by("unit_id", "kind", "pk")
    for row in held.distinct("unit_id", "kind"):  # one says that somebody may
        said = f"Somebody may: {vocabulary().authorities.get(row.kind, row.kind).lower()}"
        shown = Shown(
            ref=row.kind,
            words=said,
            on=scope.day(row.since),
            kind="",
            pk=row.pk,
            page=("raci:default",),
            key=row.kind,
        )
        yield from scope.served(row.unit_id, shown)
