"""Packs that cannot be signed at the moment: they wait, and go on by themselves."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance.accounts.rules import Proof
from governance.audit_packs import building, tasks
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import (
    MOST_ATTEMPTS,
    UNSIGNED_IS_NEWS,
    PackStatus,
    ScopeKind,
)
from governance.audit_packs.seal_key import SealKeyError, seal_key
from governance.audit_packs.tasks import build_pack, sweep_packs
from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.keepers import FileKeeper
from governance.checkpoints.key_loss_actions import declare_lost, note_found
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.serving import Memory, listening, serve
from governance.common.clock import database_now
from governance.ledger.models import Entry
from governance.notices.models import Notice

WAITS = "cannot be signed at the moment"
NO_PLACE = Path("x" * 300)  # nobody may look whether there is such a file


@pytest.fixture
def log_key(settings, tmp_path) -> Path:
    """The file of the key that signs the record and the packs."""
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.key"
    checkpoint_now()
    return settings.LOG_KEY_FILE


@contextmanager
def open_to_others(key: Path) -> Iterator[None]:
    """Let others read a key, so that it is not used."""
    key.chmod(0o644)
    yield
    key.chmod(0o600)


@contextmanager
def gone(key: Path) -> Iterator[None]:
    """Take a key away."""
    elsewhere = key.rename(key.with_name("elsewhere"))
    yield
    elsewhere.rename(key)


@contextmanager
def behind_a_socket(key: Path) -> Iterator[None]:
    """Sign with a key behind a socket around the block."""
    over = threading.Event()
    keeper, memory = FileKeeper(key), Memory(key.with_name("signed"))
    with listening(key.with_name("signer.sock"), 0o600) as line:
        process = threading.Thread(target=serve, args=(line, keeper, memory, over.is_set))
        process.start()
        yield
        over.set()
        process.join()


def tried(pack: EvidencePack, times: int = MOST_ATTEMPTS + 1) -> EvidencePack:
    """Let workers try to build a pack, each after the wait of the one before."""
    for _ in range(times):
        build_pack(pack.pk)
        EvidencePack.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep_packs()
    pack.refresh_from_db()
    return pack


def is_told_as_waiting(pack: EvidencePack, client) -> bool:
    """Return whether the page of the pack and the list say that it waits to be signed."""
    page = client.get(f"/packs/{pack.ref}/").content.decode()
    listed = "Waits to be signed" in client.get("/packs/").content.decode()
    assert (WAITS in page) == listed
    return listed


def test_a_pack_waits_for_a_key_that_others_may_read(pack, log_key, as_user, officer):
    client = as_user(officer)
    with open_to_others(log_key):
        assert tried(pack).status == PackStatus.BUILDING
        assert pack.attempts == 0
        assert "key that signs the record cannot be used" in pack.error
        assert str(log_key.parent) not in pack.error  # it is for everybody who sees the pack
        assert is_told_as_waiting(pack, client)

    assert tried(pack, 1).status == PackStatus.SEALED
    assert pack.error == ""
    assert not is_told_as_waiting(pack, client)
    assert not Entry.objects.filter(action="pack.failed").exists()


def test_a_pack_waits_for_a_key_that_is_gone(pack, log_key):
    with gone(log_key):
        assert tried(pack).is_unsigned

    assert tried(pack, 1).status == PackStatus.SEALED


def test_a_pack_waits_for_the_key_of_the_seal(pack, log_key, settings):
    seal_key()
    with open_to_others(settings.SEAL_KEY):
        assert tried(pack).is_unsigned
        assert "key of the seal" in pack.error

    assert tried(pack, 1).status == PackStatus.SEALED


def test_a_pack_waits_until_somebody_signs_behind_the_socket(pack, log_key, settings):
    settings.LOG_SIGNER = f"unix:{log_key.with_name('signer.sock')}"
    assert tried(pack).is_unsigned

    with behind_a_socket(log_key):
        assert tried(pack, 1).status == PackStatus.SEALED


def test_a_pack_waits_while_the_key_is_declared_lost(pack, log_key, administrator):
    proof = Proof(administrator.handle, "password", database_now())
    with gone(log_key):
        declare_lost(actor=administrator, reason="The disk died.", proof=proof)
        assert tried(pack).is_unsigned

        key, known = log_key.with_name("elsewhere"), log_key
        key.rename(known)  # the key is back, its loss not yet taken back
        assert "declared lost" in tried(pack).error
        known.rename(key)

    assert note_found()
    assert tried(pack, 1).status == PackStatus.SEALED


def test_a_pack_waits_when_the_key_goes_while_it_is_printed(pack, log_key, settings, monkeypatch):
    def and_then_no_key(*args):
        stack.enter_context(open_to_others(log_key))
        return printed(*args)

    printed = building.print_pack
    with ExitStack() as stack, monkeypatch.context() as patched:
        patched.setattr(building, "print_pack", and_then_no_key)
        build_pack(pack.pk)
        pack.refresh_from_db()
        assert pack.is_unsigned
        assert (pack.done, pack.attempts) == (0, 0)
        assert list((settings.STORAGE / "packs").iterdir()) == []

    assert tried(pack, 2).status == PackStatus.SEALED
    assert Entry.objects.filter(action="pack.sealed").count() == 1


def test_a_pack_is_not_looked_at_again_at_once(pack, log_key):
    with open_to_others(log_key):
        build_pack(pack.pk)

    assert not EvidencePack.objects.claimable().exists()


def test_one_pack_at_a_time_asks_for_the_key_and_all_go_on_with_it(
    system, log_key, officer, monkeypatch
):
    packs = [request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]) for _ in range(4)]
    started = []
    monkeypatch.setattr(
        tasks.build_pack, "apply_async", lambda args, **options: started.append(args[0])
    )
    with open_to_others(log_key):
        for pack in packs:
            build_pack(pack.pk)
        EvidencePack.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep_packs()
        assert started == [packs[0].pk]

    build_pack(packs[0].pk)
    assert started[1:] == [packs[1].pk]  # and each of the others after the one before it


def test_a_worker_that_lost_the_pack_lets_nobody_wait(pack):
    EvidencePack.objects.claim(pack.pk, "another")
    building.wait(pack, "late", KeyFileError("No key."))
    pack.refresh_from_db()

    assert (pack.worker, pack.error, pack.attempts) == ("another", "", 1)


def test_administrators_hear_once_a_day_of_packs_that_wait_for_long(pack, log_key, administrator):
    with open_to_others(log_key):
        tried(pack, 1)
        assert not Notice.objects.filter(item__startswith="pack-unsigned:").exists()

        early = timezone.now() - UNSIGNED_IS_NEWS - timedelta(seconds=1)
        EvidencePack.objects.update(requested_at=early)
        tried(pack)

    told = Notice.objects.filter(item__startswith="pack-unsigned:")
    assert {one.person for one in told} == {administrator}
    assert "chmod 600" in told[0].lines[0]
    assert told.values("channel").distinct().count() == told.count()


def test_a_key_that_nobody_may_look_for_is_said_as_such(settings, tmp_path):
    with pytest.raises(KeyFileError, match="cannot be looked for"):
        FileKeeper(tmp_path / NO_PLACE).first()
    with pytest.raises(KeyFileError, match="cannot be looked for"):
        FileKeeper(tmp_path / NO_PLACE).held("any")

    settings.SEAL_KEY = tmp_path / NO_PLACE
    with pytest.raises(SealKeyError, match="No key can be laid"):
        seal_key()
