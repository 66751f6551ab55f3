"""An import in the hands of a real worker, which dies."""

from collections import Counter

import pytest

from governance.ledger.models import Entry
from inventory.imports.models import ImportRun
from inventory.imports.rules import RunStatus
from inventory.systems.models import AISystem
from tests.imports.conftest import GOOD, queued

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
ROWS = 1_500


def test_a_killed_worker_is_followed_by_one_that_goes_on(live, organisation, officer, csv_file):
    rows = [[f"System {at}", *GOOD[1:]] for at in range(ROWS)]
    queued(csv_file(*rows), organisation, officer)
    live.start()
    live.wait_for(lambda: ImportRun.objects.get().rows_done >= 200, seconds=60)
    live.kill()
    stopped = ImportRun.objects.get()
    assert stopped.status == RunStatus.RUNNING
    assert stopped.rows_done == AISystem.objects.count() < ROWS

    live.empty_broker()
    live.start_worker()
    live.wait_for(lambda: ImportRun.objects.get().status == RunStatus.DONE, seconds=120)
    run = ImportRun.objects.get()
    told = Counter(Entry.objects.values_list("action", flat=True))
    assert (run.created, run.rows_done, AISystem.objects.count()) == (ROWS, ROWS, ROWS)
    assert (told["system.registered"], told["import.finished"]) == (ROWS, 1)
