"""The verbs of model versions: register, add a note while open, freeze."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import record
from inventory.systems.actions import plain, require_edit, require_open
from inventory.systems.bundles.rules import Bundle, flat
from inventory.systems.bundles.schema import Checked, check
from inventory.systems.models import AISystem, ModelVersion, VersionContributor
from inventory.systems.pins.table import pin_of

FLAT = ("provider", "model_id", "region", "prompt_sha256")  # what a short form gives
LAST_DAY = "provider_retires_on"
BESIDE = ("notes", "training_data_ref", LAST_DAY)  # what may change


@dataclass(frozen=True)
class Registered:
    """The version with a bundle: one that was made now, or the one that is equal to it."""

    version: ModelVersion
    is_new: bool


def digest_of(fields: Mapping[str, Any]) -> str:
    """Return the digest of the bundle that a short form gives."""
    return check(flat(**{name: str(fields.get(name) or "") for name in FLAT})).bundle.digest


@transaction.atomic
def register_version(
    system: AISystem,
    *,
    actor: User,
    label: str,
    bundle: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Registered:
    """Return the version of a system with this bundle, a new one when there was none.

    `bundle` is a document as a file has it; without one, `fields` give provider, model_id,
    region and prompt_sha256. They may also hold texts, parent, notes, training_data_ref and
    provider_retires_on. Raises BundleError with every fault of the document; DomainError when
    the system is retired, the label is another version's, or the parent is another system's.
    """
    require_edit(actor, system)
    require_open(system)
    texts, parent = fields.pop("texts", None), fields.pop("parent", None)
    short = {name: str(fields.pop(name, None) or "") for name in FLAT}
    wish = check(flat(**short) if bundle is None else bundle, texts)
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # one version at a time
    if twin := _equal(system, wish.bundle):
        return Registered(twin, is_new=False)
    _refuse_label(system, label)
    if parent is not None and parent.system_id != system.pk:
        raise DomainError(f"{parent} is a version of another system.")
    version = _made(system, wish, label=label, parent=parent, **fields)
    VersionContributor.objects.create(version=version, user=actor)
    data = _told(version)
    record("version.added", subject=version, actor=actor, data=data, unit=system.unit_id)
    return Registered(version, is_new=True)


def add_version(system: AISystem, *, actor: User, label: str, **fields: Any) -> ModelVersion:
    """Return the version with this bundle, as register_version does."""
    return register_version(system, actor=actor, label=label, **fields).version


@transaction.atomic
def change_version(
    version: ModelVersion, *, actor: User, seen: int | None = None, **fields: Any
) -> bool:
    """Write notes, training data or last day; whoever does becomes a contributor.

    The day on which the provider ends the model may become known at any time: it is written
    to a frozen version too, and makes nobody a contributor. Returns whether anything differed.
    Raises DomainError for anything else once the version is frozen, and for what its bundle
    decides; StaleError when the stored row is newer than `seen`.
    """
    system = version.system
    require_edit(actor, system)
    require_open(system)
    if set(fields) - set(BESIDE):
        raise DomainError("What a version runs never changes. Copy it and change the copy.")
    before = {name: getattr(version, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return False
    if set(changed) != {LAST_DAY}:
        _require_not_frozen(version)
        VersionContributor.objects.get_or_create(version=version, user=actor)
    change(version, seen=seen, **changed)
    changes = {
        name: {"from": plain(before[name]), "to": plain(value)} for name, value in changed.items()
    }
    data = {"changes": changes, "digest": version.digest}
    record("version.changed", subject=version, actor=actor, data=data, unit=system.unit_id)
    return True


@transaction.atomic
def freeze_version(version: ModelVersion, *, actor: User) -> bool:
    """Close a version to changes, because it is proposed; return whether it was open.

    Raises PermissionDenied unless the actor may propose versions in the system's unit.
    """
    require(actor, Capability.SUBMIT, version.system.unit)
    if version.frozen_at is not None:
        return False
    change(version, seen=None, frozen_at=timezone.now())
    data = {"digest": version.digest}
    record("version.frozen", subject=version, actor=actor, data=data, unit=version.system.unit_id)
    return True


def published_end(provider: str, model_id: str) -> date | None:
    """Return the day on which the provider ends a model; None where none was published."""
    day = pin_of(provider, model_id).retires_on
    return date.fromisoformat(day) if day else None


def _require_not_frozen(version: ModelVersion) -> None:
    if version.frozen_at is not None:
        raise DomainError(f"{version} is frozen: it was proposed. Add another version instead.")


def _equal(system: AISystem, bundle: Bundle) -> ModelVersion | None:
    """Return the version of a system that behaves the same, also one of the first shape."""
    same = Q(digest=bundle.digest)
    if bundle.older_digest:
        same |= Q(digest=bundle.older_digest)
    return ModelVersion.objects.filter(same, system=system).order_by("pk").first()


def _refuse_label(system: AISystem, label: str) -> None:
    if ModelVersion.objects.filter(system=system, label=label).exists():
        raise DomainError(f"{system} has a version {label} already.")


def _made(system: AISystem, wish: Checked, **fields: Any) -> ModelVersion:
    bundle = wish.bundle
    if fields.get("provider_retires_on") is None:
        fields["provider_retires_on"] = published_end(bundle.provider, bundle.exact_id)
    return ModelVersion.objects.create(
        system=system,
        bundle=bundle.document,
        texts=wish.texts,
        digest=bundle.digest,
        provider=bundle.provider,
        model_id=bundle.exact_id,
        region=bundle.region,
        prompt_sha256=bundle.prompt_sha256,
        **fields,
    )


def _told(version: ModelVersion) -> dict[str, Any]:
    """Return what the record says: the digest stands for the bundle, which may be large."""
    names = ("label", *FLAT, *BESIDE, "digest")
    told = {name: plain(getattr(version, name)) for name in names}
    return told | {"parent": version.parent.label if version.parent else None}
