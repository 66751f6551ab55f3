"""Sixteen approvers at once: one wins, fifteen are told who was first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.approvals import actions
from governance.approvals.models import Review
from governance.common.errors import TransitionError
from governance.ledger.models import Entry
from inventory.systems.version_actions import add_version
from tests.conftest import person

RACERS, ROUNDS = 16, 30


def decide(review_id: int, racer: User, start: Barrier) -> bool:
    try:
        review = Review.objects.with_all().get(pk=review_id)
        verb = actions.approve if racer.pk % 2 else actions.reject
        start.wait(timeout=30)
        verb(review, actor=racer, reason=f"I am {racer.name}")
    except TransitionError:
        return False
    else:
        return True
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_one_of_sixteen_racers_wins_in_thirty_of_thirty_rounds(
    system, organisation, administrator, owner
):
    names = [f"Racer{at:02} Quick" for at in range(RACERS)]
    racers = [person(name, Role.AI_OPS_LEAD, organisation, administrator) for name in names]
    winners = []
    with ThreadPoolExecutor(RACERS) as pool:
        for at in range(ROUNDS):
            version = add_version(
                system, actor=owner, label=str(at), provider="openai", model_id=PINNED.format(at)
            )
            review = actions.submit(version, actor=owner, reason="Race")
            start = Barrier(RACERS)
            won = list(pool.map(lambda racer, r=review, s=start: decide(r.pk, racer, s), racers))
            winners.append(won.count(True))
            review.refresh_from_db()
            entries = Entry.objects.filter(object_type="review", object_id=str(review.pk))
            decisions = entries.exclude(action="review.submitted").get()
            assert decisions.action == f"review.{review.status}"
            assert decisions.actor_ref == review.decided_by.handle
    assert winners == [1] * ROUNDS


PINNED = "gpt-4o-2024-11-{0:02}"
