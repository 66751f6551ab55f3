"""Checkpoints of the record and witnesses of every kind: ours, and some that answer badly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from governance.checkpoints.actions import HeldError, checkpoint_now
from governance.checkpoints.delivering import deliver
from governance.checkpoints.delivery_rules import DeliveryState
from governance.checkpoints.lateness_actions import watch
from governance.checkpoints.models import Checkpoint, Delivery, Doubt, Lateness
from governance.checkpoints.outside import look, newest_outside
from governance.checkpoints.queries import public_key
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.sinks import witness as module
from governance.checkpoints.standing import is_held, is_read_only
from governance.ledger.models import Entry
from governance.ledger.tree import tree_size
from governance.notices import transport
from governance.notices.models import Notice
from tests.checkpoints.witnessing import is_cosigned, run, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def witness(tmp_path, settings, write):
    """A running witness that knows the record's key, as the only place outside."""
    write()
    head = checkpoint_now()
    assert head
    made = run("init", str(tmp_path / "w"), "--name", "witness.example/w1", "--log", public_key())
    assert made.returncode == 0, made.stderr
    with serving(tmp_path / "w") as server:
        settings.CHECKPOINT_SINKS = [f"witness:http://127.0.0.1:{server.port}/#{server.vkey}"]
        yield server


def late(minutes: float = 2):
    return timezone.now() + timedelta(minutes=minutes)


def test_every_new_head_is_cosigned_and_the_cosignature_is_kept(witness, write):
    for _ in range(3):
        write()
        checkpoint_now()
        assert deliver() == 1

    row = Delivery.objects.select_related("checkpoint").order_by("-pk")[0]
    text = row.checkpoint.note.partition("\n\n")[0] + "\n"
    assert is_cosigned(witness.vkey, text, row.cosignature + "\n")
    out = newest_outside()
    assert out
    assert out.size == row.checkpoint.size


def test_its_newest_head_is_read_back(witness):
    deliver()
    Delivery.objects.all().delete()

    look()

    out = newest_outside()
    assert out
    assert out.size == Checkpoint.objects.latest("size").size


def test_a_409_is_answered_with_the_size_of_the_witness(witness, write):
    deliver()
    Delivery.objects.all().delete()  # what it took last is not known here any more
    write()
    checkpoint_now()

    assert deliver() == 1


def test_a_record_that_went_back_is_found_by_what_the_witness_shows(witness, as_superuser, write):
    write()
    checkpoint_now()
    deliver()
    as_superuser("DELETE FROM checkpoints_delivery")
    as_superuser("DELETE FROM checkpoints_checkpoint WHERE size = %s", tree_size())
    as_superuser(
        "DELETE FROM ledger_entry WHERE id = (SELECT entry_id FROM ledger_leafsequence "
        "ORDER BY seq DESC LIMIT 1)"
    )
    as_superuser(
        "DELETE FROM ledger_leafsequence WHERE seq = (SELECT max(seq) FROM ledger_leafsequence)"
    )

    look()

    assert is_read_only()


@pytest.fixture
def forked(witness, as_superuser, write):
    """The witness has cosigned another history than the one that goes on here."""
    write()
    checkpoint_now()
    deliver()
    as_superuser("DELETE FROM checkpoints_delivery")
    as_superuser("DELETE FROM checkpoints_checkpoint")
    as_superuser("UPDATE ledger_leafsequence SET leaf = sha256('other') WHERE seq = 1")
    write()
    checkpoint_now()


def test_a_422_stops_the_signing_and_alarms_while_writing_goes_on(forked, write, administrator):
    deliver()

    assert Delivery.objects.latest("pk").status == DeliveryState.REFUSED
    assert Doubt.objects.get().kind == "fork"
    assert is_held()
    assert not is_read_only()
    assert Notice.objects.filter(person=administrator, subject__contains="witness").exists()
    before = Entry.objects.count()
    write()
    assert Entry.objects.count() == before + 1
    with pytest.raises(HeldError):
        checkpoint_now()


def test_after_a_recovery_signing_goes_on_and_the_old_witness_raises_no_second_doubt(
    forked, administrator, proof, write
):
    deliver()
    recover(actor=administrator, reason="begun a new witness", proof=proof)
    write()

    head = checkpoint_now()
    deliver(late())

    assert head.size == tree_size()
    assert not is_held()


# --- witnesses that answer badly ----------------------------------------------------------------
@contextmanager
def answering(status: int, body: bytes, hold: threading.Event | None = None) -> Iterator[str]:
    """Run a server that answers every request alike, or hangs; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if hold:
                hold.wait(10)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        if hold:
            hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (404, b""),
        (403, b""),
        (200, b""),
        (200, b"\xe2\x80\x94 witness.example/w1 AAAA\n"),
        (200, b"\xff"),
        (409, b"soon"),
        (302, b""),
    ],
)
def test_a_bad_answer_is_tried_again_and_holds_nothing(witness, settings, status, body):
    with answering(status, body) as url:
        settings.CHECKPOINT_SINKS = [f"witness:{url}#{witness.vkey}"]

        assert deliver() == 0

    row = Delivery.objects.get()
    assert row.status == DeliveryState.FAILED
    assert row.due_at > timezone.now() + timedelta(seconds=5)
    assert not is_held()


def test_a_cosignature_of_another_head_is_refused(witness, settings, write):
    deliver()
    line = Delivery.objects.get().cosignature
    write()
    checkpoint_now()
    with answering(200, f"{line}\n".encode()) as url:
        settings.CHECKPOINT_SINKS = [f"witness:{url}#{witness.vkey}"]
        deliver()

    row = Delivery.objects.latest("pk")
    assert (row.status, row.result) == (DeliveryState.FAILED, "Its cosignature does not hold.")


def test_a_witness_that_hangs_is_cut_off(witness, settings, monkeypatch):
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.5)
    with answering(200, b"", threading.Event()) as url:
        settings.CHECKPOINT_SINKS = [f"witness:{url}#{witness.vkey}"]
        assert deliver() == 0

    assert Delivery.objects.get().status == DeliveryState.FAILED
    assert module.AHEAD_SECONDS


def test_while_the_witness_is_away_the_age_alarms_and_one_head_covers_all_after(
    witness, settings, write, administrator
):
    good = settings.CHECKPOINT_SINKS
    deliver()
    with answering(500, b"") as url:
        settings.CHECKPOINT_SINKS = [f"witness:{url}#{witness.vkey}"]
        for _ in range(3):
            write()
            checkpoint_now()
            deliver(late())
        watch(late(11))
        watch(late(12))

        assert Lateness.objects.filter(ended_at=None).count() == 1
        told = Notice.objects.filter(person=administrator, kind="checkpoints.late")
        assert told.filter(channel="app").count() == 1
    settings.CHECKPOINT_SINKS = good
    head = checkpoint_now()
    deliver(late(30))
    watch()

    out = newest_outside()
    assert out
    assert out.size == head.size == Entry.objects.exclude(action="checkpoints.back").count()
    assert not Lateness.objects.filter(ended_at=None).exists()
