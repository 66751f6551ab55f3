"""Many writers and two sequencers: nothing lost, nothing double, dense from 0."""

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from governance.ledger import actions
from governance.ledger.actions import rebuild_pending, record, sequence, sequence_all
from governance.ledger.models import Entry, LeafSequence, Pending
from governance.ledger.queries import size_and_root
from governance.ledger.rules import root
from governance.ledger.tasks import sequence_pending
from governance.ledger.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, EACH = 8, 25

# The mistake: what commits after a higher id was seen is never seen.
NAIVE_SQL = """
INSERT INTO naive (entry_id) SELECT id FROM ledger_entry
WHERE id > (SELECT coalesce(max(entry_id), 0) FROM naive) ORDER BY id
"""


class UndoneError(Exception):
    """Raised to undo a write."""


def in_threads(*jobs: Callable[[], object]) -> None:
    """Run all jobs at once, each with its own connection; raise what any of them raised."""
    errors: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def storm(unit: BusinessUnit, actor: User, step: Callable[[], object]) -> None:
    """Let eight write, every fifth change undone, while two run `step` all the time."""
    writing = threading.Semaphore(0)

    def write(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311
        try:
            for turn in range(EACH):
                try:
                    with transaction.atomic():
                        record("unit.renamed", subject=unit, actor=actor, data={"turn": turn})
                        time.sleep(dice.random() / 200)
                        if turn % 5 == 4:
                            raise UndoneError
                except UndoneError:
                    pass
        finally:
            writing.release()

    def work() -> None:
        while writing._value < WRITERS:
            step()
        step()

    in_threads(*(lambda seed=seed: write(seed) for seed in range(WRITERS)), work, work)


@pytest.fixture
def unit(organisation) -> BusinessUnit:
    """What is written about."""
    return organisation


def test_eight_writers_with_rollbacks_and_two_sequencers_lose_and_double_nothing(
    unit, administrator
):
    before = Entry.objects.count()
    storm(unit, administrator, sequence)
    sequence_all()

    committed = set(Entry.objects.values_list("pk", flat=True))
    assert len(committed) == before + WRITERS * EACH * 4 // 5
    numbers = list(LeafSequence.objects.values_list("seq", flat=True))
    assert numbers == list(range(len(committed)))  # dense from 0
    assert set(LeafSequence.objects.values_list("entry_id", flat=True)) == committed
    assert not Pending.objects.exists()
    assert verify().fault is None


@pytest.fixture
def naive_table(db):
    """Where the naive sequencer writes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive (seq bigserial PRIMARY KEY, entry_id bigint UNIQUE)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE naive")


def test_a_sequencer_that_goes_on_from_the_last_id_loses_entries(unit, administrator, naive_table):
    def naive() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
            cursor.execute(NAIVE_SQL)

    storm(unit, administrator, naive)
    naive()

    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM naive")
        numbered = {entry_id for (entry_id,) in cursor.fetchall()}
    assert set(Entry.objects.values_list("pk", flat=True)) - numbered


def test_a_second_sequencer_goes_home_while_the_first_works(write):
    write()
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            actions._take_lock(cursor, wait=True)
            held.set()
            done.wait(10)

    def second() -> None:
        held.wait(10)
        try:
            assert sequence() == 0
        finally:
            done.set()

    in_threads(first, second)
    assert sequence_all() == 2


def test_a_sequencer_that_waited_sees_the_numbers_given_meanwhile(write):
    """The snapshot of its statement is taken after the lock, not with the transaction."""
    sequence_all()
    write()
    held = threading.Event()

    def first() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            actions._take_lock(cursor, wait=True)
            held.set()
            while not waiting_for_lock():
                time.sleep(0.01)
            cursor.execute(actions.SEQUENCE_SQL, [1])

    def second() -> None:
        held.wait(10)
        write()
        sequence_all(wait=True)

    in_threads(first, second)
    assert list(LeafSequence.objects.values_list("seq", flat=True)) == [0, 1, 2]


def waiting_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_writer_does_not_wait_for_the_sequencer(unit, administrator):
    with transaction.atomic(), connection.cursor() as cursor:
        actions._take_lock(cursor, wait=True)
        cursor.execute(actions.SEQUENCE_SQL, [100])

        def write() -> None:
            with transaction.atomic(), connection.cursor() as own:
                own.execute("SET LOCAL lock_timeout = '2s'")
                record("unit.renamed", subject=unit, actor=administrator)

        in_threads(write)
    assert sequence_all() == 1


def test_what_commits_late_gets_a_later_number(write, unit, administrator):
    wrote, commit = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        with transaction.atomic():
            late.append(record("unit.renamed", subject=unit, actor=administrator).pk)
            wrote.set()
            commit.wait(10)

    def quick() -> None:
        wrote.wait(10)
        early = write()
        sequence_all()
        assert LeafSequence.objects.filter(entry_id=early.pk).exists()
        commit.set()

    in_threads(slow, quick)
    sequence_all()
    assert LeafSequence.objects.last().entry_id == late[0]


def test_sequencing_in_small_batches_gives_the_same_order(write):
    made = [write() for _ in range(7)]
    while sequence(batch=3):
        pass

    order = list(LeafSequence.objects.values_list("entry_id", flat=True))
    assert order[1:] == [entry.pk for entry in made]


def test_sequencing_inside_another_transaction_is_refused(write):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        sequence()


def test_the_clock_sequences_what_waits(write):
    write()
    sequence_pending()

    assert not Pending.objects.exists()
    assert size_and_root()[0] == 2


def test_the_root_is_that_of_the_leaves_at_any_size(write):
    for _ in range(6):
        write()
    sequence_all()
    leaves = [bytes(leaf) for leaf in LeafSequence.objects.values_list("leaf", flat=True)]

    for size in range(len(leaves) + 1):
        assert size_and_root(size) == (size, root(leaves[:size]).hex())


def test_a_lost_work_list_is_rebuilt_without_doubling_anything(write):
    write()
    sequence_all()
    lost = [write() for _ in range(3)]
    Pending.objects.filter(entry_id__gt=lost[0].pk).delete()

    assert rebuild_pending() == 2
    assert rebuild_pending() == 0
    assert sequence_all() == 3
    assert verify().fault is None


def test_an_entry_on_the_work_list_that_has_a_number_gets_no_second_one(write):
    made = write()
    sequence_all()
    Pending.objects.create(entry_id=made.pk)

    assert sequence_all() == 0
    assert not Pending.objects.exists()
    assert verify().fault is None
