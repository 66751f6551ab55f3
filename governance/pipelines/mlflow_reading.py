"""Reading registries and setting aliases: rows are the queue, claimed by a conditional UPDATE."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from governance.approvals.lifecycle import RUNNING
from governance.approvals.models import Release
from governance.common.clock import database_now
from governance.notices.sealing import UnreadableError, unseal
from governance.pipelines.alias import MOST_TRIES, WishState, is_moved, pause_after
from governance.pipelines.mlflow_actions import finish_wish, note_moved, take_over
from governance.pipelines.mlflow_client import Registry, RegistryError
from governance.pipelines.models import AliasWish, MlflowLink, MlflowSource, MlflowVersion

EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=10)


def sweep_registries(at: datetime | None = None) -> int:
    """Set the aliases that are due, then read the registries that are; return how many were."""
    set_aliases(at)
    read = 0
    for source in MlflowSource.objects.filter(ended_at__isnull=True).order_by("next_at", "pk"):
        now = at or database_now()
        if _claim(source, now):
            read += 1
            _read(source, now)
    return read


def _claim(source: MlflowSource, now: datetime) -> bool:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = MlflowSource.objects.filter(free, pk=source.pk, ended_at__isnull=True, next_at__lte=now)
    return bool(rows.update(leased_until=now + LEASE))


def _read(source: MlflowSource, now: datetime) -> None:
    """Read one registry, and note how it went."""
    problem = ""
    try:
        registry = registry_of(source)
        for link in live_links(source):
            _follow(link, registry)
    except (RegistryError, UnreadableError) as error:
        problem = str(error) or "The token cannot be read: add the registry again."
    rows = MlflowSource.objects.filter(pk=source.pk)
    failures = source.failures + 1 if problem else 0
    wait = max(EVERY, pause_after(failures)) if problem else EVERY
    said = {"problem": problem[:300], "failures": failures, "leased_until": None}
    rows.update(read_at=now, next_at=now + wait, **said)


def registry_of(source: MlflowSource) -> Registry:
    """Return the registry to talk to; raises UnreadableError when its token cannot be read."""
    token = unseal(bytes(source.token)).decode() if source.token else ""
    return Registry(source.url, token)


def live_links(source: MlflowSource) -> list[MlflowLink]:
    """Return what is followed in a registry."""
    rows = MlflowLink.objects.filter(source=source, ended_at__isnull=True)
    return list(rows.select_related("system__unit", "source", "actor"))


def _follow(link: MlflowLink, registry: Registry) -> None:
    known = set(MlflowVersion.objects.filter(link=link).values_list("number", flat=True))
    for found in registry.versions(link.model):
        if found.number not in known:
            take_over(link, found, commit=registry.commit_of(found.run_id))
    pointed = registry.alias_of(link.model, link.alias)
    active = running(link)
    waiting = AliasWish.objects.filter(link=link, status=WishState.DUE).exists()
    waiting = waiting or bool(active and wish_for(link, active) is None and number_of(link, active))
    done = AliasWish.objects.filter(link=link, status=WishState.DONE).last()
    ours = done.number if done and waiting else ""
    if is_moved(pointed, number_of(link, active) if active else "", ours):
        note_moved(link, pointed, active)


def running(link: MlflowLink) -> Release | None:
    """Return what runs in the place of a link."""
    rows = Release.objects.filter(
        system=link.system_id, environment=link.environment, task=link.task, status__in=RUNNING
    )
    return rows.select_related("version").first()


def number_of(link: MlflowLink, release: Release) -> str:
    """Return the number that a release's version has in the registry; empty for none."""
    row = MlflowVersion.objects.filter(link=link, version=release.version_id).last()
    return row.number if row else ""


def wish_for(link: MlflowLink, release: Release) -> AliasWish | None:
    """Return the wish that an activation made."""
    if release.activated_at is None:
        return None
    rows = AliasWish.objects.filter(link=link, release=release)
    return rows.filter(activated_at=release.activated_at).first()


# --- aliases ----------------------------------------------------------------------------------
def set_aliases(at: datetime | None = None) -> int:
    """Wish for what became active since, then set what is due; return how many were set."""
    for source in MlflowSource.objects.filter(ended_at__isnull=True):
        for link in live_links(source):
            _wish(link, at or database_now())
    now = at or database_now()
    due = AliasWish.objects.filter(status=WishState.DUE, due_at__lte=now)
    return sum(_set(pk, now) for pk in list(due.order_by("pk").values_list("pk", flat=True)))


def _wish(link: MlflowLink, now: datetime) -> None:
    """Write down that the alias is to follow an activation; what ran before the link is left."""
    release = running(link)
    if release is None or release.activated_at is None or release.activated_at <= link.made_at:
        return
    if number := number_of(link, release):
        AliasWish.objects.get_or_create(
            link=link,
            release=release,
            activated_at=release.activated_at,
            defaults={"number": number, "due_at": now},
        )


def _set(pk: int, now: datetime) -> int:
    """Set one alias, if this is the one to do it; return 1 when it was."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = AliasWish.objects.filter(free, pk=pk, status=WishState.DUE, due_at__lte=now)
    if not rows.update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        return 0
    wish = AliasWish.objects.select_related("link__source", "link__system", "release").get(pk=pk)
    active = running(wish.link)
    if active is None or (active.pk, active.activated_at) != (wish.release_id, wish.activated_at):
        finish_wish(wish, WishState.OVERTAKEN)
        return 0
    try:
        registry_of(wish.link.source).set_alias(wish.link.model, wish.link.alias, wish.number)
    except (RegistryError, UnreadableError) as error:
        _again(wish, str(error), now)
        return 0
    return int(finish_wish(wish, WishState.DONE))


def _again(wish: AliasWish, problem: str, now: datetime) -> None:
    if wish.attempts >= MOST_TRIES:
        finish_wish(wish, WishState.DEAD, problem=problem)
        return
    said = {"problem": problem[:300], "leased_until": None}
    rows = AliasWish.objects.filter(pk=wish.pk, status=WishState.DUE)
    rows.update(due_at=now + pause_after(wish.attempts), **said)
