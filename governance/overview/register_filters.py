"""The filters of the list of systems as conditions of the database."""

from django.db.models import Q, QuerySet

from governance.accounts.models import BusinessUnit, User
from governance.approvals.lifecycle import APPROVED, Environment, State
from governance.approvals.models import Release
from governance.approvals.standing import holding
from governance.classification.models import Assessment
from governance.classification.queries import UNCLASSIFIED
from governance.overview.register_state import ANY_GAP, Gap
from inventory.systems.models import AISystem
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus

NOT_RUNNING = APPROVED | {State.SCHEDULED}


def _by_tier(value: str, user: User) -> Q:
    signed = Assessment.objects.current()
    if value == UNCLASSIFIED:
        return ~Q(pk__in=signed.values("system_id"))
    return Q(pk__in=signed.filter(tier=value).values("system_id"))


def _by_unit(value: str, user: User) -> Q:
    below = BusinessUnit.objects.filter(path__contains=[int(value)])
    return Q(unit_id__in=list(below.values_list("pk", flat=True)))


def _by_owner(value: str, user: User) -> Q:
    if value == "none":
        return Q(owner__isnull=True)
    return Q(owner=user) if value == "me" else Q(owner__handle=value)


def _by_vendor(value: str, user: User) -> Q:
    return Q(vendor__isnull=True) if value == "none" else Q(vendor__ref=value)


def _by_gap(value: str, user: User) -> Q:
    if value == ANY_GAP:
        found = Q()
        for gap in Gap:
            found |= LACKS[gap]()
        return found
    return LACKS[Gap(value)]()


def _by_release(value: str, user: User) -> Q:
    if value == "none":
        return _lacks_version()
    states = NOT_RUNNING if value == "approved" else {value}
    rows = Release.objects.filter(status__in=states, environment=Environment.PROD).order_by()
    return Q(pk__in=rows.values("system_id"))


def with_matrix() -> QuerySet[Matrix]:
    """Return the matrices of systems that are in force, in no order."""
    return Matrix.objects.filter(status=MatrixStatus.ACTIVE, system__isnull=False).order_by()


def _lacks_version() -> Q:
    return ~Q(pk__in=holding().values("system_id"))


def _lacks_agreement() -> Q:
    covered = AISystem.agreements.through.objects.values("aisystem_id")
    return Q(vendor__isnull=False) & ~Q(pk__in=covered)


LACKS = {
    Gap.PURPOSE: lambda: Q(intended_purpose=""),
    Gap.OWNER: lambda: Q(owner__isnull=True),
    Gap.TIER: lambda: ~Q(pk__in=Assessment.objects.current().order_by().values("system_id")),
    Gap.VERSION: _lacks_version,
    Gap.MATRIX: lambda: ~Q(pk__in=with_matrix().values("system_id")),
    Gap.AGREEMENT: _lacks_agreement,
}
CONDITIONS = {
    "tier": _by_tier,
    "unit": _by_unit,
    "owner": _by_owner,
    "vendor": _by_vendor,
    "agreement": lambda value, user: Q(agreements__ref=value),
    "role": lambda value, user: Q(our_roles__contains=[value]),
    "data": lambda value, user: Q(data_categories__contains=[value]),
    "gaps": _by_gap,
    "release": _by_release,
}
