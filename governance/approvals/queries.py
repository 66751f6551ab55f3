"""Reading reviews: what is approved, what changed, and what to look at before deciding."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from governance.accounts.access import may, people_behind
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import rules
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import Check, Group, ReviewStatus
from governance.classification import queries as classification
from governance.common.templatetags.ui import tier_words
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import pin_of
from inventory.vendors.models import Agreement
from inventory.vendors.rules import AgreementState
from raci.matrices.asking import asked_about
from raci.matrices.queries import accountable

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
        return Check("Pinned model id", "met", pin_words(version))
    waiver = Waiver.objects.live(version, timezone.localdate()).first()
    if waiver:
        words = f"Not pinned; waived until {waiver.ends_on:%-d %B %Y}: {waiver.reason}"
        return Check("Pinned model id", "progress", words)
    return Check("Pinned model id", "missing", pin_words(version))


def may_run(version: ModelVersion, *, proposed_by: int) -> bool:
    """Return whether the model id is pinned, or waived today by who has no part in the version.

    Who proposed it or worked on it may have waived it before; that waiver counts no longer.
    """
    if pin_of(version.provider, version.model_id).is_fixed:
        return True
    made_by = version.contributors.values("user_id")
    alive = Waiver.objects.live(version, timezone.localdate())
    return alive.exclude(granted_by=proposed_by).exclude(granted_by__in=made_by).exists()


def pin_words(version: ModelVersion) -> str:
    """Return what the table of model ids says about a version's id, as a sentence."""
    reason = pin_of(version.provider, version.model_id).reason
    return f"{version.model_id}: {reason.rstrip('.')}."


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


def approvers(systems: Iterable[AISystem]) -> dict[int, User]:
    """Return who approves updates now (CHG-01), or stands in for them, by system; gaps are absent.

    The systems come with their unit and owner.
    """
    found = list(systems)
    asked, now = asked_about(found), timezone.now()
    answers = {system.pk: asked.who(system.pk, "CHG-01", now).person for system in found}
    people = people_behind(person.key for person in answers.values() if person)
    return {pk: people[person.key] for pk, person in answers.items() if person}


def why_not(user: User, review: Review) -> str:
    """Return why a person may not decide this review; empty when the person may."""
    system = review.version.system
    if not may(user, Capability.APPROVE, system.unit):
        return f"Your role does not let you decide about updates in {system.unit}."
    made_by = set(review.version.contributors.values_list("user_id", flat=True))
    person = rules.Person(user.pk, user.is_service)
    return rules.why_not_decide(person, submitted_by=review.submitted_by_id, made_by=made_by)


def consequences(review: Review, before: ModelVersion | None) -> list[str]:
    """Return what follows from an approval, in sentences."""
    system = review.version.system
    tier = classification.on_system(system).tier
    person = accountable(system, "CHG-05")
    return [
        f"{review.version.label} becomes the approved version of {system}."
        + (f" {before.label} is the one before." if before else " It is the first."),
        f"The tier stays as it is ({tier_words(tier)}): an update changes no fact about the system."
        " Answer the questions again if purpose or people change.",
        f"{person.name} decides a rollback (CHG-05)."
        if person
        else "Nobody is named to decide a rollback (CHG-05).",
    ]


@dataclass(frozen=True)
class VersionLine:
    """A version with its latest review, and what the person may do with it now."""

    version: ModelVersion
    review: Review | None
    pin: Pin
    waiver: Waiver | None
    is_current: bool
    may_propose: bool
    may_waive: bool


@dataclass(frozen=True)
class OnSystem:
    """Versions and approvals as the system's own page shows them."""

    system: AISystem
    current: ModelVersion | None
    waiting: tuple[Review, ...]
    lines: tuple[VersionLine, ...]


def on_system(system: AISystem, user: User) -> OnSystem:
    """Return a system's versions, newest first, with reviews and waivers: constant queries."""
    versions = list(system.versions.all())
    reviews: dict[int, Review] = {}
    waiting: list[Review] = []
    rows = Review.objects.filter(version__system=system).with_all().order_by("submitted_at", "pk")
    for review in rows:
        reviews[review.version_id] = review
        waiting += [review] if review.is_open else []
    waivers = _live_waivers(system)
    current = current_version(system)
    open_system = not system.is_retired
    propose = open_system and may(user, Capability.SUBMIT, system.unit)
    waive = open_system and may(user, Capability.APPROVE, system.unit)

    def line(version: ModelVersion) -> VersionLine:
        review, waiver = reviews.get(version.pk), waivers.get(version.pk)
        pin = pin_of(version.provider, version.model_id)
        is_free = review is None or review.status == ReviewStatus.WITHDRAWN
        return VersionLine(
            version=version,
            review=review,
            pin=pin,
            waiver=waiver,
            is_current=version == current,
            may_propose=propose and is_free and (pin.is_fixed or waiver is not None),
            may_waive=waive and is_free and not pin.is_fixed and waiver is None,
        )

    return OnSystem(system, current, tuple(waiting), tuple(map(line, versions)))


def _live_waivers(system: AISystem) -> dict[int, Waiver]:
    """Return version id → its waiver that counts today."""
    rows = Waiver.objects.filter(version__system=system, ends_on__gte=timezone.localdate())
    found = rows.select_related("version", "granted_by").order_by("ends_on", "pk")
    return {row.version_id: row for row in found if row.digest == row.version.digest}
