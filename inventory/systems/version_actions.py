"""The verbs of model versions: add, change while open, freeze."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.canonical import digest
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import record
from inventory.systems.actions import require_edit, require_open
from inventory.systems.fields import DECIDES_BEHAVIOUR
from inventory.systems.models import AISystem, ModelVersion, VersionContributor
from inventory.systems.pins.table import pin_of


def bundle_of(fields: dict[str, Any]) -> dict[str, str]:
    """Return what decides the version's behaviour, as one document."""
    return {name: str(fields.get(name, "")) for name in DECIDES_BEHAVIOUR}


def digest_of(fields: dict[str, Any]) -> str:
    """Return the SHA-256 over the RFC 8785 JSON of what decides the version's behaviour."""
    return digest(bundle_of(fields))


def published_end(provider: str, model_id: str) -> date | None:
    """Return the day on which the provider ends a model; None where none was published."""
    day = pin_of(provider, model_id).retires_on
    return date.fromisoformat(day) if day else None


@transaction.atomic
def add_version(system: AISystem, *, actor: User, **fields: Any) -> ModelVersion:
    """Return a new version of a system; `fields` are those of VERSION_FIELDS.

    Raises DomainError when the system is retired, has the label already, or has a version
    that behaves the same (equal digest): that one is the version.
    """
    require_edit(actor, system)
    require_open(system)
    sealed = digest_of(fields)
    _refuse_twin(system, sealed, fields["label"])
    version = ModelVersion.objects.create(
        system=system,
        digest=sealed,
        bundle=bundle_of(fields),
        provider_retires_on=published_end(fields["provider"], fields["model_id"]),
        **fields,
    )
    VersionContributor.objects.create(version=version, user=actor)
    data = {**fields, "digest": sealed}
    record("version.added", subject=version, actor=actor, data=data, unit=system.unit_id)
    return version


@transaction.atomic
def change_version(
    version: ModelVersion, *, actor: User, seen: int | None = None, **fields: Any
) -> bool:
    """Write the fields that differ; whoever does becomes a contributor of the version.

    Returns whether anything differed. Raises DomainError once the version is frozen, and
    StaleError when the stored row is newer than `seen`.
    """
    system = version.system
    require_edit(actor, system)
    require_open(system)
    if version.frozen_at is not None:
        raise DomainError(f"{version} is frozen: it was proposed. Add another version instead.")
    before = {name: getattr(version, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return False
    whole = {name: getattr(version, name) for name in DECIDES_BEHAVIOUR} | changed
    sealed = digest_of(whole)
    _refuse_twin(system, sealed, changed.get("label", version.label), but=version.pk)
    ends = published_end(whole["provider"], whole["model_id"])
    sealing = {"digest": sealed, "bundle": bundle_of(whole), "provider_retires_on": ends}
    change(version, seen=seen, **sealing, **changed)
    VersionContributor.objects.get_or_create(version=version, user=actor)
    changes = {name: {"from": before[name], "to": value} for name, value in changed.items()}
    data = {"changes": changes, "digest": sealed}
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


def _refuse_twin(system: AISystem, sealed: str, label: str, but: int | None = None) -> None:
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # one version at a time
    for other in ModelVersion.objects.filter(system=system):
        if other.pk == but:
            continue
        if other.label == label:
            raise DomainError(f"{system} has a version {label} already.")
        if other.digest == sealed:
            raise DomainError(
                f"This is version {other.label}: provider, model id, region and prompts are equal."
            )
