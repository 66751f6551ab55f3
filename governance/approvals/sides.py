"""Two versions side by side, with what is said about them beside the bundles."""

from governance.approvals.evidence_models import Viewing
from inventory.systems.bundles.diff import Group, compare_leaves, grouped
from inventory.systems.bundles.rules import Bundle, Leaf, Path
from inventory.systems.models import ModelVersion

SAID = ("label", "notes", "training_data_ref", "provider_retires_on")


def side_by_side(before: ModelVersion | None, after: ModelVersion) -> tuple[Group, ...]:
    """Return what differs and what stays, in groups; without a first version all is new."""
    old = _leaves(before) if before else {}
    texts = before.texts if before else {}
    return grouped(compare_leaves(old, _leaves(after), texts, after.texts))


def _leaves(version: ModelVersion) -> dict[Path, Leaf]:
    said: dict[Path, Leaf] = {}
    for name in SAID:
        if value := getattr(version, name):
            said[(name,)] = str(value)
    return {**Bundle.of(version.bundle).leaves, **said}


def shown_in(groups: tuple[Group, ...]) -> list[str]:
    """Return the keys of the groups in which something changed."""
    return [group.key for group in groups if group.count]


def viewed_in(viewing: Viewing | None, groups: tuple[Group, ...]) -> set[str]:
    """Return which of these groups somebody marked as viewed."""
    return set(viewing.groups) & set(shown_in(groups)) if viewing else set()
