"""Building packs: once, by one worker, and whole or not at all."""

import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from governance.audit_packs import building, tasks
from governance.audit_packs.actions import request_pack
from governance.audit_packs.building import remove_leftovers
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import MOST_ATTEMPTS, PackStatus, ScopeKind
from governance.audit_packs.tasks import build_pack, sweep_packs
from governance.ledger.models import Entry
from inventory.systems.actions import change_system


def test_a_built_pack_is_sealed_with_its_file(sealed_pack, file, settings):
    assert sealed_pack.status == PackStatus.SEALED
    assert sealed_pack.done == sealed_pack.total == 1
    assert zipfile.is_zipfile(file)
    assert file.stat().st_size == sealed_pack.size_bytes
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_second_run_changes_nothing(sealed_pack):
    before = Entry.objects.count()

    build_pack(sealed_pack.pk)
    assert Entry.objects.count() == before


def test_a_pack_whose_worker_fell_silent_is_taken_up_and_built_once(pack):
    EvidencePack.objects.claim(pack.pk, "killed")
    build_pack(pack.pk)
    assert EvidencePack.objects.get().status == PackStatus.BUILDING

    EvidencePack.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    build_pack(pack.pk)
    assert EvidencePack.objects.get().status == PackStatus.SEALED
    assert Entry.objects.filter(action="pack.sealed").count() == 1


def test_a_worker_that_was_thought_dead_leaves_no_file_and_no_entry(pack, settings, monkeypatch):
    late = EvidencePack.objects.claim(pack.pk, "late")

    def overtaken(*args):
        EvidencePack.objects.update(worker="another")
        return printed(*args)

    printed = building.print_pack
    monkeypatch.setattr(building, "print_pack", overtaken)
    building.build(late, "late")
    assert list((settings.STORAGE / "packs").iterdir()) == []
    assert not Entry.objects.filter(action="pack.sealed").exists()
    assert EvidencePack.objects.get().worker == "another"


def test_a_system_that_moved_is_not_told_to_those_of_its_old_unit(
    pack, system, lending, officer, owner
):
    change_system(system, actor=officer, unit=lending)

    build_pack(pack.pk)

    assert EvidencePack.objects.visible_to(officer).get().status == PackStatus.SEALED
    assert not EvidencePack.objects.visible_to(owner).exists()


def test_a_pack_that_stops_three_workers_fails_and_says_so(pack):
    for attempt in range(MOST_ATTEMPTS):
        assert EvidencePack.objects.claim(pack.pk, f"worker {attempt}")
        EvidencePack.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert EvidencePack.objects.claim(pack.pk, "a fourth") is None
    sweep_packs()
    pack.refresh_from_db()
    assert pack.status == PackStatus.FAILED
    assert "stopped 3 times" in pack.error


def test_an_error_gives_the_pack_back_until_the_last_attempt(pack, monkeypatch):
    def breaks(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(building, "print_pack", breaks)
    for _ in range(MOST_ATTEMPTS):
        build_pack(pack.pk)
    pack.refresh_from_db()

    assert pack.status == PackStatus.FAILED
    assert pack.error.endswith("No space left on device")


def test_the_sweep_starts_what_waits(pack, monkeypatch):
    started = []
    monkeypatch.setattr(
        tasks.build_pack, "apply_async", lambda args, **options: started.append(args)
    )

    sweep_packs()
    assert started == [(pack.pk,)]


def test_as_many_packs_are_built_at_once_as_there_are_places(system, officer, settings):
    first, second, third = (
        request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]) for _ in range(3)
    )
    claim = EvidencePack.objects.claim

    assert claim(first.pk, "one")
    assert claim(second.pk, "two") is None
    settings.PACKS_AT_ONCE = 2
    assert claim(second.pk, "two")
    assert claim(third.pk, "three") is None
    EvidencePack.objects.filter(pk=first.pk).update(lease_until=timezone.now())
    assert claim(third.pk, "three")


def test_the_next_pack_begins_when_one_is_sealed_and_not_after_an_error(
    system, officer, monkeypatch
):
    first, second = (
        request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]) for _ in range(2)
    )
    started = []
    monkeypatch.setattr(
        tasks.build_pack, "apply_async", lambda args, **options: started.append(args)
    )
    with monkeypatch.context() as patch:
        patch.setattr(building, "print_pack", lambda *args: 1 / 0)
        build_pack(first.pk)
    assert started == []

    build_pack(first.pk)
    assert started == [(second.pk,)]


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_one_moment_take_one_place(system, officer):
    packs = [request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]) for _ in range(6)]

    def take(pack: EvidencePack) -> bool:
        with closing(connection):
            return bool(EvidencePack.objects.claim(pack.pk, f"worker of {pack}"))

    with ThreadPoolExecutor(len(packs)) as pool:
        assert sum(pool.map(take, packs)) == 1


def test_a_sealed_file_is_found_in_the_record(sealed_pack, file, capsys):
    call_command("verify_pack", str(file))

    told = capsys.readouterr().out
    assert f"{sealed_pack.ref} holds" in told
    assert "Ines Halvorsen" in told
    assert sealed_pack.ledger_root in told


def test_the_pdf_alone_is_found_in_the_record_too(sealed_pack, file, tmp_path, capsys):
    with zipfile.ZipFile(file) as archive:
        pdf = archive.read(f"{sealed_pack.ref}/data/{sealed_pack.ref}.pdf")
    (tmp_path / "alone.pdf").write_bytes(pdf)
    call_command("verify_pack", str(tmp_path / "alone.pdf"))

    assert "this is the PDF that was sealed" in capsys.readouterr().out


def test_a_pack_of_the_first_ones_is_still_found(old_pack, settings, capsys):
    call_command("verify_pack", str(settings.STORAGE / old_pack.file))

    assert f"{old_pack.ref} holds" in capsys.readouterr().out


@pytest.mark.parametrize("at", [0, 1_000, -2])
def test_one_changed_byte_is_told(file, at, capsys):
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)

    with pytest.raises(SystemExit) as stopped:
        call_command("verify_pack", str(file))
    assert stopped.value.code == 1
    assert "altered" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_not_called_altered(db, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_pack", str(tmp_path / "nothing.pdf"))

    assert stopped.value.code == 2
    assert "Cannot read" in capsys.readouterr().err


def test_the_record_s_own_check_knows_the_root_of_the_pack(sealed_pack, capsys):
    call_command("verify_ledger")

    assert "holds" in capsys.readouterr().out


def test_what_a_dead_worker_left_goes_after_an_hour_and_what_was_sealed_stays(sealed_pack, file):
    orphan, half = file.with_name("EP-009-0123.zip"), file.with_name("building-x")
    orphan.write_bytes(b"whole, and registered nowhere")
    half.mkdir()
    remove_leftovers()
    assert orphan.exists()
    assert half.exists()

    for path in (orphan, half, file):
        os.utime(path, (0, 0))
    remove_leftovers()
    assert list(file.parent.iterdir()) == [file]
