"""Many send the same run at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from governance.evaluations.actions import About, CameIn, add_run
from governance.evaluations.models import CaseResult, Run, Suite
from governance.evaluations.readers.report import Report, Result
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import SuiteWish
from governance.ledger.models import Entry
from inventory.systems.models import ModelVersion

SENDERS = 8


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_the_same_run_one_adds_it(version, owner):
    until = timezone.now() - timedelta(minutes=1)
    about = About("CI", until - timedelta(minutes=5), until)
    report = Report(tuple(Result(f"c{at}", at > 3) for at in range(40)))
    start = Barrier(SENDERS)

    def send(_: int) -> bool:
        try:
            row = ModelVersion.objects.select_related("system__unit").get(pk=version.pk)
            start.wait()
            return add_run(
                row,
                actor=owner,
                report=report,
                file=CameIn(b"same", "run.json", Source.REST),
                about=about,
                suite=SuiteWish("triage", kind="regression"),
            ).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(SENDERS) as pool:
        new = list(pool.map(send, range(SENDERS)))
    assert sorted(new) == [False] * (SENDERS - 1) + [True]
    assert (Run.objects.count(), Suite.objects.count()) == (1, 1)
    assert CaseResult.objects.count() == 40
    assert Entry.objects.filter(action="evaluation.added").count() == 1
