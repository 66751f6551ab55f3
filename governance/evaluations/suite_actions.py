"""The verbs of suites: write one down, revise it, and find the revision that a run belongs to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.canonical import digest
from governance.common.errors import DomainError, StaleError
from governance.evaluations.criteria import Criterion
from governance.evaluations.models import CaseResult, Run, Suite
from governance.evaluations.rules import SuiteKind
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
NAMED = 3  # of the cases that differ


class OtherCasesError(DomainError):
    """A run has other cases than its suite."""

    code = "other-cases"


@dataclass(frozen=True)
class SuiteWish:
    """Which suite is meant; kind, title and criteria when it is to be made or revised.

    `criteria` None leaves them as they are; `revise` says that a run's other list of cases is
    the suite's new one.
    """

    key: str
    kind: str = ""
    title: str = ""
    criteria: tuple[Criterion, ...] | None = None
    revise: bool = False
    reason: str = ""


@transaction.atomic
def save_suite(system: AISystem, *, actor: User, wish: SuiteWish, seen: int | None = None) -> Suite:
    """Return the suite as it is wished: its first revision, or another when anything differs.

    `seen` is the revision the person read. Raises PermissionDenied unless the actor may propose
    versions in the system's unit, StaleError when there is a newer revision, and DomainError for
    a key or kind that cannot be.
    """
    require(actor, Capability.SUBMIT, system.unit)
    require_open(system)
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    current = newest(system, wish.key)
    if seen is not None and seen != (current.revision if current else 0):
        raise StaleError(f"There is a newer revision of {wish.key}. Read it again first.")
    if current is None:
        return _first(system, actor, wish)
    said = _differing(current, wish)
    return _next(current, actor, wish.reason, **said) if said else current


@transaction.atomic
def suite_for(system: AISystem, *, actor: User, wish: SuiteWish, keys: Sequence[str]) -> Suite:
    """Return the revision that a run of these cases belongs to, made when the wish says so.

    Raises DomainError for a suite that nobody made when no kind is given, for another kind than
    it has, and OtherCasesError for other cases than it has unless it is to be revised.
    """
    require(actor, Capability.SUBMIT, system.unit)
    current = newest(system, wish.key)
    if current is None:
        current = _first(system, actor, wish)
    if wish.kind and wish.kind != current.kind:
        raise DomainError(f"{current.title} is a suite of the kind {current.kind}.")
    cases = {"cases": len(keys), "cases_digest": digest_of_cases(keys)}
    if not current.cases_digest:
        Suite.objects.filter(pk=current.pk, cases_digest="").update(**cases)
        current.refresh_from_db()
        return current
    if current.cases_digest == cases["cases_digest"]:
        return current
    if not wish.revise:
        raise OtherCasesError(_other_cases(current, keys))
    return _next(current, actor, wish.reason or "Its list of cases changed.", **cases)


def newest(system: AISystem, key: str) -> Suite | None:
    """Return the newest revision of a suite of a system."""
    return Suite.objects.filter(system=system, key=key).order_by("-revision").first()


def digest_of_cases(keys: Sequence[str]) -> str:
    """Return the SHA-256 over the RFC 8785 JSON of the sorted keys."""
    return digest(sorted(keys))


def _first(system: AISystem, actor: User, wish: SuiteWish) -> Suite:
    if not KEY.fullmatch(wish.key):
        raise DomainError(
            f"“{wish.key[:80]}” is no key of a suite: small letters, digits and hyphens, "
            "at most 80."
        )
    if not wish.kind:
        raise DomainError(f"{system} has no suite {wish.key}. Say its kind, and it is made.")
    suite = Suite.objects.create(
        system=system,
        key=wish.key,
        title=wish.title.strip() or wish.key.replace("-", " ").capitalize(),
        kind=_kind(wish.kind),
        criteria=[one.as_data() for one in wish.criteria or ()],
        reason=wish.reason.strip(),
        added_by=actor,
    )
    record("suite.added", subject=suite, actor=actor, data=_told(suite), unit=system.unit_id)
    return suite


def _kind(kind: str) -> SuiteKind:
    try:
        return SuiteKind(kind)
    except ValueError as error:
        raise DomainError(f"“{kind[:40]}” is no kind of suite: {', '.join(SuiteKind)}.") from error


def _differing(current: Suite, wish: SuiteWish) -> dict[str, Any]:
    wished: dict[str, Any] = {}
    if wish.title.strip():
        wished["title"] = wish.title.strip()
    if wish.kind:
        wished["kind"] = _kind(wish.kind).value
    if wish.criteria is not None:
        wished["criteria"] = [one.as_data() for one in wish.criteria]
    return {name: value for name, value in wished.items() if getattr(current, name) != value}


def _next(current: Suite, actor: User, reason: str, **changed: Any) -> Suite:
    kept = ("key", "title", "kind", "cases", "cases_digest", "criteria")
    suite = Suite.objects.create(
        system=current.system,
        revision=current.revision + 1,
        reason=reason.strip(),
        added_by=actor,
        **{name: getattr(current, name) for name in kept} | changed,
    )
    data = {
        **_told(suite),
        "reason": suite.reason,
        "changes": {
            name: {"from": getattr(current, name), "to": value} for name, value in changed.items()
        },
    }
    unit = suite.system.unit_id
    record("suite.revised", subject=suite, actor=actor, data=data, unit=unit)
    return suite


def _told(suite: Suite) -> dict[str, Any]:
    return {
        "system": suite.system.ref,
        "key": suite.key,
        "revision": suite.revision,
        "title": suite.title,
        "kind": suite.kind,
        "criteria": suite.criteria,
    }


def _other_cases(suite: Suite, keys: Sequence[str]) -> str:
    """Return in words how a run's cases differ from those of the suite."""
    last = Run.objects.filter(suite=suite).order_by("-pk").first()
    known = set(CaseResult.objects.filter(run=last).values_list("key", flat=True))
    missing, added = sorted(known - set(keys)), sorted(set(keys) - known)
    parts = [_some(missing, "missing"), _some(added, "new")] if known else []
    told = "; ".join(part for part in parts if part) or f"it has {suite.cases:,}, here are others"
    return (
        f"These are not the cases of {suite.title} (revision {suite.revision}): {told}. Run the "
        "whole suite, or say that its list changed: then it becomes the next revision, which "
        "compares only with runs of its own."
    )


def _some(keys: list[str], word: str) -> str:
    if not keys:
        return ""
    names = ", ".join(key[:60] for key in keys[:NAMED])
    more = f" and {len(keys) - NAMED:,} more" if len(keys) > NAMED else ""
    return f"{len(keys):,} {word} ({names}{more})"
