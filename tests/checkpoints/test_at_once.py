"""Several who sign at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def test_sweeps_at_once_make_one_key_and_one_checkpoint(write):
    write()
    ready = threading.Barrier(AT_ONCE)

    def sweep(_: int) -> int:
        try:
            ready.wait(10)
            return checkpoint_now().size
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sizes = set(pool.map(sweep, range(AT_ONCE)))

    assert SigningKey.objects.count() == 1
    assert Entry.objects.filter(action="ledger.key_made").count() == 1
    assert Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0] == max(sizes)
    assert Checkpoint.objects.count() == len(sizes)
    assert max(sizes) == Entry.objects.count()
