"""Writes, signs and publishes without an end, until it is killed: `python -m` with settings."""

import django

django.setup()

from django.db import transaction  # noqa: E402

from governance.accounts.models import BusinessUnit  # noqa: E402
from governance.checkpoints.actions import checkpoint_now  # noqa: E402
from governance.checkpoints.delivering import deliver  # noqa: E402
from governance.checkpoints.models import Delivery  # noqa: E402
from governance.ledger.actions import record  # noqa: E402
from governance.ledger.rules import CLOCK  # noqa: E402

if __name__ == "__main__":
    unit = BusinessUnit.objects.get(parent__isnull=True)
    print("ready", flush=True)  # noqa: T201
    while True:
        with transaction.atomic():
            record("unit.renamed", subject=unit, actor=CLOCK, data={"note": "load"}, unit=unit.pk)
        Delivery.objects.filter(status="sending").update(  # a lease is long, the test is short
            status="failed", leased_until=None, claim=""
        )
        checkpoint_now()
        deliver()
