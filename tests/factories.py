"""Plain functions that make things for tests."""

import secrets
import time as clock
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role, roles_with
from governance.evaluations import actions as evaluations
from governance.evaluations.criteria import Criterion
from governance.evaluations.models import Run
from governance.evaluations.readers.report import Report, Result
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import SuiteWish, save_suite
from governance.notices.proof_models import AddressProof
from inventory.systems import actions as systems
from inventory.systems.models import AISystem, ModelVersion
from raci.matrices import review_actions as reviews
from raci.matrices.models import Matrix
from raci.oncall.actions import LayerWish, make_schedule, put_layer
from raci.oncall.models import Schedule
from raci.people.actions import name_holder
from raci.people.vocabulary import vocabulary


def make_system(
    *, actor: User, unit: BusinessUnit, name: str = "Fraud screen", **over: Any
) -> AISystem:
    """Return a registered system."""
    return systems.register(actor=actor, name=name, unit=unit, **over)


def refusal_of_the_later(act: Callable[[], object]) -> BaseException | None:
    """Do a thing twice, the second time while the first is not committed; return its refusal."""

    def later() -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            act()
            second = pool.submit(later)
            clock.sleep(0.3)
        return second.exception(timeout=30)


def make_rota(
    unit: BusinessUnit, *, actor: User, people: Iterable[User], role: str = "OC"
) -> Schedule:
    """Return a schedule in which these people are on call in turn, a week each, without a gap."""
    schedule = make_schedule(unit, actor=actor, role=role, name="Nights", zone="Europe/Berlin")
    starts_on = timezone.localdate() - timedelta(days=7)
    wish = LayerWish("Rota", tuple(people), starts_on, time(9))
    put_layer(schedule, actor=actor, wish=wish)
    return schedule


def staff(unit: BusinessUnit, *, actor: User, people: Mapping[str, User], others: User) -> None:
    """Name a holder for every role that one person can hold, and put the on-call role on a rota."""
    for role in vocabulary().roles:
        if role not in {"PO", *vocabulary().groups}:
            name_holder(unit, role=role, person=people.get(role, others), actor=actor)
    make_rota(unit, actor=actor, people=[people.get("OC", others)])


def put_in_force(matrix: Matrix, *, actor: User, reviewer: User | None = None) -> None:
    """Send a matrix for review, and let somebody else put it in force."""
    reviews.submit(matrix, actor=actor)
    reviews.activate(matrix, actor=reviewer or _another_reviewer(actor))


def _another_reviewer(actor: User) -> User:
    """Return somebody else who may assign everywhere; made when there is nobody."""
    everywhere = Membership.objects.filter(unit__parent__isnull=True).select_related("user")
    reviewing = everywhere.filter(role__in=roles_with(Capability.ASSIGN)).exclude(user=actor)
    if found := reviewing.first():
        return found.user
    admin = everywhere.filter(role=Role.ADMINISTRATOR)[0]
    person = accounts.add_person(
        email="vera@halden.example", name="Vera Lind", unit=admin.unit, actor=admin.user
    )
    accounts.grant(person, role=Role.AI_OPS_LEAD, unit=admin.unit, actor=admin.user)
    return verify_address(person)


def verify_address(person: User) -> User:
    """Let a person's address count as verified, as if a link had been used."""
    at = timezone.now()
    AddressProof.objects.create(
        person=person,
        address=person.email,
        digest=secrets.token_hex(32),
        made_at=at,
        expires_at=at + timedelta(days=7),
        proven_at=at,
    )
    return person


def a_run(
    version: ModelVersion,
    *,
    actor: User,
    passed: int = 95,
    failed: int = 5,
    kind: str = "regression",
    criteria: Iterable[Criterion] = (),
    observed_until: datetime | None = None,
    **report: Any,
) -> Run:
    """Return a run of case-0001 and on, of which the first ones fail; its suite has the kind's key.

    `report` overrides what the file said: results, metrics, digest, ...
    """
    results = [Result(f"case-{at:04d}", at > failed) for at in range(1, passed + failed + 1)]
    said = Report(**{"results": tuple(results), **report})
    until = observed_until or timezone.now() - timedelta(minutes=1)
    suite = SuiteWish(kind.replace("_", "-"), kind=kind, revise=True)
    if asked := tuple(criteria):
        save_suite(version.system, actor=actor, wish=replace(suite, criteria=asked))
    return evaluations.add_run(
        version,
        actor=actor,
        report=said,
        file=evaluations.CameIn(repr((said, until)).encode(), "run.json", Source.REST),
        about=evaluations.About("CI job 4711", until - timedelta(minutes=10), until),
        suite=suite,
    ).run
