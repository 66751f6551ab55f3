"""What runs in the demo organisation, and who let it: told by calling actions only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.approvals import (
    actions,
    around_actions,
    clock_actions,
    evidence_actions,
    run_actions,
    sides,
    vote_actions,
    waiver_actions,
)
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import Event, State
from governance.approvals.models import Release
from governance.approvals.proofs import needed, seal
from governance.approvals.quorum import Slot
from governance.approvals.seats import may_event, seats
from governance.approvals.situation import Basis
from governance.approvals.situations import verdict
from governance.common.clock import database_now
from governance.evaluations import actions as evaluations
from governance.evaluations.criteria import Comparator, Criterion
from governance.evaluations.readers.report import Report, Result
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import SuiteWish
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version

Told = Mapping[str, Any]
CASES = 240
LANGUAGES = ("de", "sv", "fi", "it")
SUITES = {"regression": "Regression suite", "adversarial": "Adversarial suite"}
ASKED = (Criterion("pass_rate", Comparator.AT_LEAST, Decimal("0.85"), None, hard=True),)


@dataclass(frozen=True)
class Scene:
    """Who is there: the one who makes every version, and everybody by key."""

    maker: User
    people: Mapping[str, User]
    statements: Mapping[str, tuple[str, str]]
    hasty: str  # who agrees to everything within seconds


def tell(told: Told, people: Mapping[str, User]) -> None:
    """Bring the versions of each system as far as the data say."""
    scene = Scene(people[told["maker"]], people, told["statements"], told["hasty"])
    for row in told["systems"]:
        rows = AISystem.objects.select_related("unit", "owner", "vendor")
        system, parent = rows.get(name=row["system"]), None
        for one in row["versions"]:
            parent = _version(scene, system, one, parent)
            if "waiver" in row:
                _waive(scene, parent, row["waiver"])
            _release(scene, parent, one)


def _version(
    scene: Scene, system: AISystem, row: Told, parent: ModelVersion | None
) -> ModelVersion:
    bundle = {
        "provider": row["provider"],
        "model_id": row["model"],
        "deployment": {"region": "eu-central"},
        "parameters": {"temperature": "0.2"},
        "prompts": {"system": {"text": row["prompt"]}} if row["prompt"] else {},
        "few_shot": {"library": "examples", "version": row["label"], "examples": row["examples"]}
        if row["examples"]
        else {},
    }
    return add_version(
        system,
        actor=scene.maker,
        label=row["label"],
        bundle={name: value for name, value in bundle.items() if value},
        parent=parent,
        notes=row["reason"],
    )


def _waive(scene: Scene, version: ModelVersion, reason: str) -> None:
    ends_on = timezone.localdate() + timedelta(days=120)
    jonas = scene.people["jonas"]
    waiver_actions.grant_waiver(version, actor=jonas, reason=reason, ends_on=ends_on)


def _release(scene: Scene, version: ModelVersion, row: Told) -> None:
    if "emergency" in row:
        _emergency(scene, version, row)
        return
    _run(scene, version, "regression", row["fails"], row["cost"])
    _run(scene, version, "adversarial", row["fails"] // 2, row["cost"])
    release = actions.submit(
        version, actor=scene.maker, reason=row["reason"], gap_addressed=row.get("gap", "")
    )
    _prove(scene, release, row.get("lacks", ()))
    for key, text in row.get("remarks", ()):
        around_actions.remark(release, actor=scene.people[key], text=text)
    if "refuse" in row:
        _refuse(release, *row["refuse"])
    _agree(scene, release, row.get("some", 0))
    for verb in row.get("do", ()):
        STEPS[verb](scene, release, row)


def _run(scene: Scene, version: ModelVersion, kind: str, fails: int, cost: str) -> None:
    """Add a run in which every so-manieth case fails; the same cases for each version."""
    results = tuple(
        Result(f"case-{at:04d}", _passes(at, fails), slices=(f"language={LANGUAGES[at % 4]}",))
        for at in range(CASES)
    )
    now = timezone.now()
    report = Report(results=results, metrics={"cost_per_task": Decimal(cost)})
    evaluations.add_run(
        version,
        actor=scene.maker,
        report=report,
        file=evaluations.CameIn(f"{version.digest} {kind}".encode(), f"{kind}.json", Source.REST),
        about=evaluations.About(
            "Nightly evaluation", now - timedelta(hours=7), now - timedelta(hours=6)
        ),
        suite=SuiteWish(kind, kind=kind, title=SUITES[kind], criteria=ASKED, revise=True),
    )


def _passes(at: int, fails: int) -> bool:
    """Return whether a case passes: those with the smallest mixed number fail first."""
    order = sorted(range(CASES), key=lambda one: (one * 97 % CASES, one))
    return at not in order[:fails]


def _prove(scene: Scene, release: Release, lacks: Iterable[str]) -> None:
    """Add what the release still asks for, but what the story leaves out."""
    kinds = evidence_table().kinds
    asked = [one.kind for one in needed(release) if kinds[one.kind].basis == Basis.ATTESTED]
    for kind in asked:
        if kind not in lacks:
            produced_by, text = scene.statements.get(kind, ("Model office", "Looked at; it holds."))
            evidence_actions.add_proof(
                release.version,
                actor=scene.maker,
                kind=kind,
                produced_by=produced_by,
                statement=f"{release.version.label}: {text}",
                observed_from=timezone.localdate() - timedelta(days=14),
                observed_until=timezone.localdate() - timedelta(days=1),
            )
    release.refresh_from_db()


def _agree(scene: Scene, release: Release, most: int) -> None:
    """Let the first voices of the quorum agree."""
    for slot in verdict(release).rule.slots[:most]:
        _voice(scene, release, slot)


def _voice(scene: Scene, release: Release, slot: Slot) -> None:
    """Let whoever has a voice read the update and agree."""
    person = _seated(release, slot)
    groups = sides.shown_in(sides.side_by_side(_before(release), release.version))
    hasty = person == scene.people[scene.hasty]
    looked = timedelta(seconds=18) if hasty else timedelta(minutes=7 + release.pk % 9 * len(slot))
    around_actions.mark_viewed(
        release,
        actor=person,
        groups=groups[: 1 if hasty else None],
        shown=len(groups),
        opened_at=timezone.now() - looked,
    )
    reason = "Read the diff, the runs and the evidence; it holds."
    vote_actions.approve(
        release, actor=person, seen=seal(release), reason=reason, proof=_proof(person)
    )


def _before(release: Release) -> ModelVersion | None:
    return release.before.version if release.before else None


def _seated(release: Release, slot: Slot) -> User:
    person = seats(release.system, [slot])[slot].person
    if person is None:
        raise LookupError(f"Nobody has the voice {slot} about {release.system}.")
    return person


def _proof(person: User) -> Proof:
    return Proof(person.handle, "password", database_now())


def _refuse(release: Release, slot: str, reason: str) -> None:
    person = _seated(release, Slot(slot))
    opened_at = timezone.now() - timedelta(minutes=26)
    around_actions.mark_viewed(
        release, actor=person, groups=("behaviour",), shown=2, opened_at=opened_at
    )
    vote_actions.reject(
        release, actor=person, reason=reason, seen=seal(release), proof=_proof(person)
    )


def _agreed(scene: Scene, release: Release, row: Told) -> None:
    _agree(scene, release, len(verdict(release).rule.slots))


def _who(scene: Scene, release: Release, event: Event) -> User:
    """Return somebody whom the matrix names for a step."""
    for person in scene.people.values():
        if not may_event(event, person, release):
            return person
    raise LookupError(f"Nobody may {event} {release}.")


def _activate(scene: Scene, release: Release, row: Told) -> None:
    run_actions.activate(release, actor=_who(scene, release, Event.ACTIVATE))


def _canary(scene: Scene, release: Release, row: Told) -> None:
    rule = {"tasks": 500, "hours": 24, "metrics": [
        {"name": "pass_rate", "comparator": ">=", "value": "0.93"}
    ]}  # fmt: skip
    run_actions.start_canary(release, actor=_who(scene, release, Event.START_CANARY), rule=rule)
    now = timezone.now()
    around_actions.report_canary(
        release,
        actor=scene.maker,
        tasks=180,
        metrics={"pass_rate": "0.956"},
        observed_from=now - timedelta(hours=5),
        observed_until=now - timedelta(minutes=1),
    )


def _schedule(scene: Scene, release: Release, row: Told) -> None:
    begins = timezone.now() + timedelta(days=2)
    run_actions.schedule(
        release,
        actor=_who(scene, release, Event.SCHEDULE),
        window_from=begins,
        window_until=begins + timedelta(hours=4),
    )


def _suspend(scene: Scene, release: Release, row: Told) -> None:
    actor = _who(scene, release, Event.SUSPEND)
    run_actions.suspend(release, actor=actor, reason=row["because"])


def _roll_back(scene: Scene, release: Release, row: Told) -> None:
    actor = _who(scene, release, Event.ROLLBACK)
    run_actions.rollback(release, actor=actor, reason=row["because"])


def _expire(scene: Scene, release: Release, row: Told) -> None:
    """End an approval. The demo has no past, so this one release is given one."""
    long_ago = timezone.now() - timedelta(days=800)
    Release.objects.filter(pk=release.pk).update(
        approved_at=long_ago, decided_at=long_ago, valid_until=_end_of(long_ago)
    )
    release.refresh_from_db()
    clock_actions.expire(release)


def _end_of(begin: datetime) -> datetime:
    return begin + timedelta(days=730)


STEPS = {
    "agreed": _agreed,
    "activate": _activate,
    "canary": _canary,
    "schedule": _schedule,
    "suspend": _suspend,
    "roll_back": _roll_back,
    "expire": _expire,
}


def _emergency(scene: Scene, version: ModelVersion, row: Told) -> None:
    """Let a draft go live at once, on the word of two people, while an incident runs."""
    release = actions.draft_release(version, actor=scene.maker, reason=row["reason"])
    actor = _who(scene, release, Event.EMERGENCY_ACTIVATE)
    second = next(scene.people[key] for key in ("priya", "jonas") if scene.people[key] != actor)
    run_actions.second(release, actor=second, reason=row["emergency"])
    run_actions.emergency_activate(release, actor=actor, reason=row["emergency"])
    release.refresh_from_db()
    assert release.state == State.EMERGENCY_ACTIVE  # noqa: S101 - the story says so
