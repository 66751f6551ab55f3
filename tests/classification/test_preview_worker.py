"""A preview of the law in the hands of a real worker, which dies."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.classification.models import FactSheet
from governance.classification.preview import PreviewStatus
from governance.classification.preview_actions import request_preview
from governance.classification.preview_models import PackPreview, PreviewRow
from governance.classification.tasks import run_preview
from governance.ledger.models import Entry
from inventory.systems.models import AISystem

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
SYSTEMS = 4_000
HIRING = {"actor.uses_professionally": True, "work.functions": ["evaluate_candidates"]}


@pytest.fixture
def many(claims):
    """Systems for hiring, no two of them with the same answers."""
    made = AISystem.objects.bulk_create(
        AISystem(ref=f"AIS-{at:05}", name=f"Ranking {at}", unit=claims)
        for at in range(1, SYSTEMS + 1)
    )
    FactSheet.objects.bulk_create(
        FactSheet(system=one, facts=HIRING | {"gpai.training_flop": float(at)}, row_version=1)
        for at, one in enumerate(made)
    )


def test_a_killed_worker_is_followed_by_one_that_counts_nothing_twice(live, many, officer):
    preview = request_preview(actor=officer, before_text="enacted")
    live.start()
    live.send(run_preview, preview.pk)
    live.wait_for(lambda: PackPreview.objects.get().done > 0, seconds=60)
    live.kill()
    stopped = PackPreview.objects.get()
    assert stopped.status == PreviewStatus.RUNNING
    assert stopped.done == PreviewRow.objects.count() < SYSTEMS

    live.start_worker()
    over = timezone.now() - timedelta(seconds=1)  # what otherwise comes within a minute
    PackPreview.objects.update(lease_until=over)
    live.wait_for(lambda: PackPreview.objects.get().status == PreviewStatus.DONE, seconds=120)
    done = PackPreview.objects.get()
    assert (done.pk, done.attempts) == (preview.pk, 2)
    assert done.done == done.total == PreviewRow.objects.count() == SYSTEMS
    assert PreviewRow.objects.values("system").distinct().count() == SYSTEMS
    told = Counter(Entry.objects.values_list("action", flat=True))
    assert (told["preview.finished"], told["preview.failed"]) == (1, 0)
