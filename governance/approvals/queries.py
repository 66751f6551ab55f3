"""Reading reviews: what is approved, what changed, and what to look at before deciding."""

from collections.abc import Iterable

from django.utils import timezone

from governance.approvals import rules
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import Check, Group, ReviewStatus
from governance.classification import queries as classification
from governance.common.templatetags.ui import tier_words
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of
from inventory.vendors.models import Agreement
from inventory.vendors.rules import AgreementState
from raci.queries import accountable

IN_FORCE = {AgreementState.IN_FORCE, AgreementState.EXPIRING}


def current_version(system: AISystem) -> ModelVersion | None:
    """Return the version that was approved last, None before the first."""
    return current_versions([system.pk]).get(system.pk)


def current_versions(systems: Iterable[int]) -> dict[int, ModelVersion]:
    """Return system id → the version that was approved last, in one query."""
    approved = (
        Review.objects.filter(status=ReviewStatus.APPROVED, version__system__in=list(systems))
        .order_by("version__system_id", "-decided_at", "-pk")
        .distinct("version__system_id")
        .select_related("version")
    )
    return {review.version.system_id: review.version for review in approved}


def version_before(review: Review) -> ModelVersion | None:
    """Return the version that was approved last when this one was proposed."""
    approved = Review.objects.filter(
        status=ReviewStatus.APPROVED,
        version__system=review.version.system_id,
        decided_at__lte=review.submitted_at,
    )
    last = approved.order_by("-decided_at", "-pk").select_related("version").first()
    return last.version if last else None


def compared(before: ModelVersion | None, after: ModelVersion) -> tuple[Group, ...]:
    """Return two versions side by side, in groups."""
    return rules.compare(_fields(before) if before else None, _fields(after))


def _fields(version: ModelVersion) -> dict[str, str]:
    names = [name for fields in rules.GROUPS.values() for name in fields]
    return {name: str(getattr(version, name)) for name in names}


def checks(version: ModelVersion) -> list[Check]:
    """Return what an approver looks at first."""
    system = version.system
    return [
        _pin_check(version),
        _classified_check(system),
        _accountable_check(system),
        _agreement_check(system),
    ]


def _pin_check(version: ModelVersion) -> Check:
    pin = pin_of(version.provider, version.model_id)
    if pin.is_fixed:
        return Check("Pinned model id", "met", pin.reason)
    waiver = Waiver.objects.live(version, timezone.localdate()).first()
    if waiver:
        words = f"Not pinned; waived until {waiver.ends_on:%-d %B %Y}: {waiver.reason}"
        return Check("Pinned model id", "progress", words)
    return Check("Pinned model id", "missing", pin.reason)


def _classified_check(system: AISystem) -> Check:
    signed = classification.current(system)
    if signed is None:
        return Check("Signed classification", "missing", "Nobody has signed the classification.")
    if classification.facts_changed_since(signed):
        words = "Facts changed since the classification was signed."
        return Check("Signed classification", "missing", words)
    words = f"{tier_words(signed.tier)}, signed by {signed.signed_by.name}."
    return Check("Signed classification", "met", words)


def _accountable_check(system: AISystem) -> Check:
    person = accountable(system, "CHG-01")
    if person:
        return Check("Somebody accountable", "met", f"{person.name} answers for updates (CHG-01).")
    words = "No active matrix names one person who answers for updates (CHG-01)."
    return Check("Somebody accountable", "missing", words)


def _agreement_check(system: AISystem) -> Check:
    if system.vendor is None:
        return Check("Agreements in force", "na", "The system has no vendor.")
    agreements = Agreement.objects.filter(vendor=system.vendor, unit__in=system.unit.path)
    found = [agreement for agreement in agreements if agreement.state() in IN_FORCE]
    if found:
        words = ", ".join(f"{agreement.kind} {agreement.ref}" for agreement in found)
        return Check("Agreements in force", "met", f"With {system.vendor}: {words}.")
    words = f"No agreement with {system.vendor} is in force."
    return Check("Agreements in force", "missing", words)
