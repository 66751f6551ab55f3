"""Whether a version's model id may run: pinned, or waived by somebody without a part in it."""

from datetime import date

from django.utils import timezone

from governance.approvals.models import Waiver
from inventory.systems.models import ModelVersion
from inventory.systems.pins.table import pin_of

LONGEST_WAIVER_DAYS = 365


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
    return f"{version.model_id}: {pin_of(version.provider, version.model_id).words}"


def why_not_pinned(version: ModelVersion, *, proposed_by: int) -> str:
    """Return why a version may not be proposed for its model id; empty when it may."""
    if may_run(version, proposed_by=proposed_by):
        return ""
    state = pin_of(version.provider, version.model_id).state
    return (
        f"This model id is {state.value}. {pin_words(version)} Choose a pinned id, or ask "
        "somebody else who may approve, and did not work on it, for a waiver with an end date."
    )


def why_not_waive(today: date, ends_on: date, *, is_fixed: bool) -> str:
    """Return why there cannot be such a waiver; empty when there can."""
    if is_fixed:
        return "This model id is pinned; it needs no waiver."
    if ends_on < today:
        return "The end of the waiver lies in the past."
    if (ends_on - today).days > LONGEST_WAIVER_DAYS:
        return f"A waiver ends within {LONGEST_WAIVER_DAYS} days."
    return ""
