"""The verbs of registries: add, link, read now, take a version over, note what an alias says."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.finding_actions import open_finding
from governance.approvals.models import Finding, Release
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.actions import Actor, record
from governance.ledger.rules import CLOCK
from governance.notices.addresses import REFUSAL, is_allowed
from governance.notices.sealing import seal
from governance.pipelines.alias import WishState
from governance.pipelines.mlflow_bundle import Registered, bundle_of, label_of, notes_of
from governance.pipelines.models import AliasWish, MlflowLink, MlflowSource, MlflowVersion
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem
from inventory.systems.version_actions import register_version

SEVERITY = 2
QUOTES = frozenset("'\"`\\")


@transaction.atomic
def add_source(*, actor: User, name: str, url: str, token: str = "") -> MlflowSource:
    """Return a registry that is read from now on; its token is kept sealed.

    Raises PermissionDenied unless the actor administers the organisation, and DomainError for
    an address that may not be used or a name that is taken.
    """
    require(actor, Capability.CONFIGURE, None)
    if not is_allowed(url):
        raise DomainError(REFUSAL)
    if MlflowSource.objects.filter(name=name).exists():
        raise DomainError(f"There is a registry called {name} already.")
    sealed = seal(token.encode()) if token else None
    row = MlflowSource.objects.create(
        name=name, url=url, token=sealed, owner=actor, next_at=database_now()
    )
    _note(row, "mlflow_source.added", actor, {"name": name, "url": url})
    return row


@transaction.atomic
def end_source(row: MlflowSource, *, actor: User) -> None:
    """Read a registry no more; what came from it stays."""
    require(actor, Capability.CONFIGURE, None)
    rows = MlflowSource.objects.filter(pk=row.pk, ended_at__isnull=True)
    if not rows.update(ended_at=database_now(), token=None, row_version=F("row_version") + 1):
        raise DomainError("This registry is read no more already.")
    row.refresh_from_db()
    _note(row, "mlflow_source.ended", actor, {"name": row.name})


@transaction.atomic
def read_now(row: MlflowSource, *, actor: User) -> None:
    """Let a registry be read at once: the next sweep finds it due."""
    require(actor, Capability.CONFIGURE, None)
    rows = MlflowSource.objects.filter(pk=row.pk, ended_at__isnull=True)
    if not rows.update(next_at=database_now(), row_version=F("row_version") + 1):
        raise DomainError("This registry is read no more.")
    row.refresh_from_db()
    _note(row, "mlflow_source.asked", actor, {"name": row.name})


@transaction.atomic
def link_model(
    source: MlflowSource, system: AISystem, *, actor: User, model: str, **place: str
) -> MlflowLink:
    """Return a link: versions of a registered model become drafts of a system.

    `place` may give environment, task and alias. Raises PermissionDenied unless the actor
    administers the organisation; DomainError for a retired system, a name that cannot be asked
    for, or a model and alias that are linked already.
    """
    require(actor, Capability.CONFIGURE, None)
    require_open(system)
    if not model.isprintable() or set(model) & QUOTES:
        raise DomainError("A registered model with quotes in its name cannot be asked for.")
    alias = place.get("alias", "champion")
    rows = MlflowLink.objects.filter(source=source, ended_at__isnull=True)
    if rows.filter(model=model, alias=alias).exists():
        raise DomainError(f"{model} with the alias {alias} is linked already.")
    link = MlflowLink.objects.create(
        source=source, system=system, actor=actor, model=model, made_at=database_now(), **place
    )
    MlflowSource.objects.filter(pk=source.pk).update(next_at=link.made_at)
    data = {"registry": source.name, "model": model, "system": system.ref, "alias": alias}
    unit = system.unit_id
    record("mlflow_link.made", subject=link, actor=actor, data=data, unit=unit)
    return link


@transaction.atomic
def end_link(link: MlflowLink, *, actor: User) -> None:
    """Follow a registered model no more."""
    require(actor, Capability.CONFIGURE, None)
    rows = MlflowLink.objects.filter(pk=link.pk, ended_at__isnull=True)
    if not rows.update(ended_at=database_now()):
        raise DomainError("This model is followed no more already.")
    link.refresh_from_db()
    data = {"registry": link.source.name, "model": link.model, "system": link.system.ref}
    unit = link.system.unit_id
    record("mlflow_link.ended", subject=link, actor=actor, data=data, unit=unit)


@transaction.atomic
def take_over(link: MlflowLink, found: Registered, *, commit: str = "") -> MlflowVersion:
    """Return a registered version as a draft of the system, or the reason why it is none.

    A second time nothing happens. An equal bundle is the version that is there already.
    """
    MlflowLink.objects.select_for_update(no_key=True, of=("self",)).get(pk=link.pk)
    if known := MlflowVersion.objects.filter(link=link, number=found.number).first():
        return known
    whole = replace(found, commit=commit)
    problem, version, system = "", None, link.system
    try:
        with transaction.atomic():
            version = register_version(
                system,
                actor=link.actor,
                label=label_of(whole),
                bundle=bundle_of(whole),
                notes=notes_of(whole),
                training_data_ref=f"MLflow run {whole.run_id}" if whole.run_id else "",
            ).version
    except (DomainError, PermissionDenied) as refusal:
        problem = str(refusal)[:1_000]
    row = MlflowVersion.objects.create(
        link=link, number=found.number, version=version, problem=problem, seen_at=database_now()
    )
    data = {
        "registry": link.source.name,
        "model": link.model,
        "number": found.number,
        "version": version.ref if version else "",
        "problem": problem,
    }
    record("mlflow.taken_over", subject=row, actor=CLOCK, data=data, unit=system.unit_id)
    return row


@transaction.atomic
def note_moved(link: MlflowLink, pointed: str, active: Release | None) -> Finding:
    """Return the finding that an alias points at something that is not active here."""
    AISystem.objects.select_for_update(no_key=True).get(pk=link.system_id)
    runs = f"active here is {active.number}" if active else "nothing is active here"
    words = f"In {link.source.name} the alias {link.alias} of {link.model} points at version "
    return open_finding(
        link.system,
        actor=CLOCK,
        kind=Finding.Kind.ALIAS,
        severity=SEVERITY,
        words=f"{words}{pointed}; {runs}.",
        key=f"{link.pk}:{link.alias}={pointed}",
        release=active,
    )


@transaction.atomic
def finish_wish(wish: AliasWish, to: WishState, *, problem: str = "") -> bool:
    """Say how a wish ended; return whether it was open until now."""
    rows = AliasWish.objects.filter(pk=wish.pk, status=WishState.DUE)
    said: dict[str, Any] = {"status": to, "problem": problem[:300], "leased_until": None}
    if not rows.update(done_at=database_now(), **said):
        return False
    wish.refresh_from_db()
    link = wish.link
    data = {
        "registry": link.source.name,
        "model": link.model,
        "alias": link.alias,
        "number": wish.number,
        "release": wish.release.ref,
        "result": to.value,
    }
    record("mlflow.alias_set", subject=wish, actor=CLOCK, data=data, unit=link.system.unit_id)
    return True


def _note(row: MlflowSource, event: str, actor: Actor, data: dict[str, str]) -> None:
    record(event, subject=row, actor=actor, data=data)
