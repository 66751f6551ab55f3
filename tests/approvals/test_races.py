"""Sixteen at once, on connections of their own: one wins, and the record says what is stored."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from governance.approvals.actions import next_ref
from governance.approvals.around_actions import say_materiality
from governance.approvals.clock_actions import expire
from governance.approvals.evidence_actions import add_proof, withdraw_proof
from governance.approvals.lifecycle import RUNNING, State
from governance.approvals.models import Release, Vote
from governance.approvals.proofs import seal
from governance.approvals.quorum import Slot
from governance.approvals.run_actions import activate, rollback, suspend
from governance.approvals.seats import seats
from governance.approvals.vote_actions import approve
from governance.common.errors import DomainError
from tests.approvals.replay import moves, replayed
from tests.approvals.world import Place, proof_of
from tests.house.racing import on

RACERS, ROUNDS = 16, 30
TEST = {"environment": "test"}  # nobody has to be on call there
pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def race(transactional_db) -> Iterator[Callable[[list[Act]], list[Any]]]:
    """A function that does sixteen things at the same moment and returns what came of each.

    Every racer keeps a connection through all rounds: opening it takes longer than the race.
    """

    def run(act: Act, start: Barrier) -> Any:
        start.wait(timeout=60)
        try:
            return act()
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(RACERS) as pool:

        def at_once(acts: list[Act]) -> list[Any]:
            start = Barrier(RACERS)
            running = [pool.submit(run, act, start) for act in acts]
            return [one.result(timeout=60) for one in running]

        yield at_once
        at_once([connections.close_all] * RACERS)


def once_more(release: Release, at: int, **fields: Any) -> Release:
    """Return the same release again, on its way into a place of its own."""
    copy = Release.objects.get(pk=release.pk)
    copy.pk, copy.ref, copy.task = None, next_ref(), f"task-{at}"
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return Release.objects.with_all().get(pk=copy.pk)


def won(results: list[Any]) -> list[bool]:
    """Return who won; whoever did not was refused in words, by a rule."""
    return [not isinstance(one, DomainError) and one is not False for one in results]


def half(one: Act, other: Act) -> list[Act]:
    """Return eight who do one thing and eight who do the other, by turns."""
    return [one, other] * (RACERS // 2)


def runs(place: Place, task: str) -> list[str]:
    """Return what runs in a place."""
    rows = Release.objects.filter(system=place.system, task=task, status__in=RUNNING)
    return [row.ref for row in rows]


def test_of_sixteen_yeses_to_what_was_read_one_counts(place, race):
    say_materiality(place.system, actor=place.officer, exposure=3, purpose=3, reason="It decides.")
    first = place.proposed(**TEST)
    voices = list(seats(place.system, [Slot.PO, Slot.VAL]).values())
    winners = []
    for at in range(ROUNDS):
        release = once_more(first, at)
        given = {"seen": seal(release), "row": release.row_version, "reason": "Read."}
        verbs = [
            partial(approve, release, actor=one.person, proof=proof_of(one.person), **given)
            for one in voices
        ]
        winners.append(sum(won(race(half(*verbs)))))

        assert Vote.objects.filter(release=release).count() == 1
        assert [action for action, _, _ in moves(release)] == ["release.approve"]
        release.refresh_from_db()
        assert replayed(release, State.IN_REVIEW) == release.status

    assert winners == [1] * ROUNDS


def test_no_yes_outlives_the_evidence_it_was_about(place, race):
    first = place.proposed(**TEST)
    winners = []
    for at in range(ROUNDS):
        release = once_more(first, at)
        proof = release.version.proofs.filter(replaced_at__isnull=True).latest("pk")
        agree = on(release, approve, actor=place.owner, seen=seal(release), reason="Read.")
        change = on(proof, withdraw_proof, actor=place.submitter, reason="It is of another run.")
        done = won(race(half(agree, change)))

        release.refresh_from_db()
        assert sum(done[::2]) <= 1
        assert not release.votes.filter(void_at__isnull=True).exists()
        assert release.status == State.IN_REVIEW == replayed(release, State.IN_REVIEW)
        winners.append(sum(done[1::2]))
        Release.objects.filter(pk=release.pk).update(
            status=State.WITHDRAWN, decided_at=proof.added_at
        )
        add_proof(
            release.version, actor=place.submitter, kind=proof.kind, produced_by="Test bench",
            statement="Once more.",
        )  # fmt: skip

    assert winners == [1] * ROUNDS


def test_of_sixteen_who_activate_one_does(place, race):
    first, second = place.active(**TEST), place.approved("1.1.0", **TEST)
    winners = []
    for at in range(ROUNDS):
        before, after = once_more(first, at), once_more(second, at)
        verb = on(after, activate, actor=place.people["OC"])
        winners.append(sum(won(race([verb] * RACERS))))

        before.refresh_from_db()
        after.refresh_from_db()
        assert runs(place, after.task) == [after.ref]
        assert before.status == State.SUPERSEDED == replayed(before, State.ACTIVE)
        assert len(moves(before)) == len(moves(after)) == 1
        assert replayed(after, State.APPROVED) == after.status

    assert winners == [1] * ROUNDS


def test_what_is_suspended_is_not_superseded_as_well(place, race):
    first, second = place.active(**TEST), place.approved("1.1.0", **TEST)
    winners = []
    for at in range(ROUNDS):
        before, after = once_more(first, at), once_more(second, at)
        go = on(after, activate, actor=place.people["OC"])
        stop = on(before, suspend, actor=place.people["AO"], reason="It answers in Dutch.")
        done = won(race(half(go, stop)))

        before.refresh_from_db()
        after.refresh_from_db()
        assert sum(done[::2]) == 1
        assert runs(place, after.task) == [after.ref]
        assert before.status == (State.SUSPENDED if any(done[1::2]) else State.SUPERSEDED)
        assert replayed(before, State.ACTIVE) == before.status
        winners.append(len(moves(before)))

    assert winners == [1] * ROUNDS


def test_what_is_rolled_back_does_not_expire_as_well(place, race):
    first = place.active(**TEST)
    second = place.active("1.1.0", **TEST)
    first.refresh_from_db()
    ended = timezone.now() - timedelta(days=31)
    winners = []
    for at in range(ROUNDS):
        target = once_more(first, at)
        release = once_more(second, at, valid_until=ended, rollback_target=target)
        back = on(release, rollback, actor=place.owner, reason="It answers in Dutch.")
        done = won(race(half(back, partial(expire, release))))

        release.refresh_from_db()
        target.refresh_from_db()
        went_back = any(done[::2])
        assert release.status == (State.ROLLED_BACK if went_back else State.EXPIRED)
        assert target.status == (State.ACTIVE if went_back else State.SUPERSEDED)
        assert replayed(release, State.ACTIVE) == release.status
        assert replayed(target, State.SUPERSEDED) == target.status
        assert runs(place, release.task) == ([target.ref] if went_back else [])
        winners.append(sum(done))

    assert winners == [1] * ROUNDS
