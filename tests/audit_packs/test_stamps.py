"""Time stamps that come later: the pack stays as it is, wrong answers are never kept (F-30)."""

import hashlib
from datetime import UTC, datetime
from zipfile import ZipFile

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from governance.audit_packs import building, timestamps
from governance.audit_packs.actions import request_pack
from governance.audit_packs.building import papered
from governance.audit_packs.models import EvidencePack, PackSeal
from governance.audit_packs.pdf_seal import SealInfo
from governance.audit_packs.render import Printed
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.seal_actions import ask_for_stamp, keep_seal
from governance.audit_packs.seal_rules import Promise, SealLevel, StampState, wait_after
from governance.audit_packs.tasks import build_pack, sweep_stamps
from governance.ledger.models import Entry

WRONG = ["/500", "/refused", "/nonce", "/hash", "/expired", "/stranger", "/flipped"]


def waiting(pack) -> PackSeal:
    """Return the seal of a pack that was sealed while the service was away."""
    info = SealInfo(SealLevel.BASIC, "ab" * 32, datetime.now(UTC))
    return keep_seal(pack, info, digest=hashlib.sha256(pack.ref.encode()).hexdigest())


def soon() -> None:
    """Let every stamp that waits be asked for now."""
    PackSeal.objects.update(next_attempt_at=timezone.now(), leased_until=None)


def test_without_a_service_nobody_waits_for_a_stamp(pack):
    assert waiting(pack).status == StampState.NONE
    assert PackSeal.objects.get().words == "No third-party time"


def test_a_seal_with_the_time_in_it_waits_for_nothing(pack, tsa):
    info = SealInfo(SealLevel.TIMED, "ab" * 32, datetime.now(UTC))

    assert keep_seal(pack, info, digest="cd" * 32).status == StampState.IN_SEAL


def test_ten_packs_are_stamped_after_the_service_came_back(system, officer, tsa):
    made = [request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]) for _ in range(10)]
    before = [waiting(pack).digest for pack in made]
    for wrong in WRONG:
        tsa(wrong)
        soon()
        sweep_stamps()
    assert set(PackSeal.objects.values_list("status", flat=True)) == {StampState.PENDING}
    assert not Entry.objects.filter(action="pack.stamped").exists()

    tsa("/good")
    soon()
    sweep_stamps()
    seals = PackSeal.objects.all()
    assert [seal.status for seal in seals] == [StampState.BESIDE] * 10
    assert [seal.digest for seal in seals] == before
    assert Entry.objects.filter(action="pack.stamped").count() == 10


@pytest.fixture
def covers(monkeypatch) -> list[str]:
    """What the covers of built packs say; each pack is a page that is sealed for real."""
    said: list[str] = []

    def printed(contents, folder, _progress, seal):
        said.append(render_to_string("audit_packs/pdf/_cover.html", front(contents, seal)))
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(folder / "pack.pdf")
        return Printed(folder / "pack.pdf", pages=1, press_kib=0, binding_kib=0)

    monkeypatch.setattr(building, "print_pack", printed)
    monkeypatch.setattr(building, "papered", papered)
    return said


AWAY = ["/500", "/500", "/slow", "/slow", "/nonce", "/nonce", "/hash", "/hash", *["/expired"] * 2]


def test_ten_packs_are_built_while_the_service_errs_and_stamped_when_it_is_back(
    system, officer, tsa, settings, monkeypatch, covers, client
):
    monkeypatch.setattr(timestamps, "SECONDS", 0.3)
    made = []
    for wrong in AWAY:
        tsa(wrong)
        made.append(request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]))
        build_pack(made[-1].pk)
    kept = {pack.ref: digests(pack, settings) for pack in EvidencePack.objects.all()}
    seals = PackSeal.objects.all()
    assert [(seal.level, seal.status) for seal in seals] == [("B-B", "pending")] * 10
    assert [cover.count("yet, time stamp pending") for cover in covers] == [1] * 10

    for wrong in [*WRONG, "/slow"]:
        tsa(wrong)
        soon()
        sweep_stamps()
    assert not PackSeal.objects.exclude(status=StampState.PENDING).exists()
    client.force_login(officer)
    assert "Time stamp pending" in client.get(f"/packs/{made[0].ref}/").content.decode()

    tsa("/good")
    soon()
    sweep_stamps()
    assert [seal.status for seal in PackSeal.objects.all()] == [StampState.BESIDE] * 10
    assert {pack.ref: digests(pack, settings) for pack in EvidencePack.objects.all()} == kept
    page = client.get(f"/packs/{made[0].ref}/").content.decode()
    assert "Stamped by a third party, beside the pack: " in page
    assert "Time stamp pending" not in page


def digests(pack, settings) -> tuple[str, str, str]:
    """Return the digests of a pack: of its row, of its file, of its data."""
    file = settings.STORAGE / pack.file
    with ZipFile(file) as bag:
        data = bag.read(f"{pack.ref}/data/data.json")
    whole = hashlib.sha256(file.read_bytes()).hexdigest()
    return pack.sha256, whole, hashlib.sha256(data).hexdigest()


def front(contents, seal) -> dict:
    """Return what the cover prints."""
    return {"head": contents.head, "population": len(contents.systems), "seal": seal}


@pytest.mark.parametrize(
    ("level", "has_service", "is_pending"),
    [("B-B", True, True), ("B-B", False, False), ("B-T", True, False)],
)
def test_a_stamp_is_pending_only_when_somebody_is_to_give_it(level, has_service, is_pending):
    assert Promise(SealLevel(level), "", has_service=has_service).is_pending is is_pending


def test_who_failed_is_asked_for_later_and_later(pack, tsa):
    tsa("/500")
    seal = waiting(pack)

    assert not ask_for_stamp(seal.pk)
    seal.refresh_from_db()
    assert "answers 500" in seal.result
    assert seal.attempts == 1
    assert not ask_for_stamp(seal.pk)  # not due yet
    assert [wait_after(n).total_seconds() for n in (1, 2, 3, 50)] == [15, 30, 60, 600]


def test_two_workers_do_not_ask_for_the_same_stamp(pack, tsa):
    seal = waiting(pack)

    assert PackSeal.objects.claim(seal.pk)
    assert PackSeal.objects.claim(seal.pk) is None


def test_a_stamp_is_handed_out_to_who_sees_the_pack(pack, tsa, client, officer, stranger):
    tsa("/good")
    seal = waiting(pack)
    url = f"/packs/{pack.ref}/time-stamp/"
    client.force_login(officer)
    assert client.get(url).status_code == 404

    ask_for_stamp(seal.pk)
    answer = client.get(url)
    assert answer["Content-Type"] == "application/timestamp-reply"
    assert answer.content == bytes(PackSeal.objects.get().response)
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_the_database_keeps_no_half_stamp(pack, tsa):
    waiting(pack)

    with pytest.raises(IntegrityError, match="pack_seal_stamp_whole"), transaction.atomic():
        PackSeal.objects.update(stamped_at=timezone.now())
    with pytest.raises(IntegrityError, match="pack_seal_level_agrees"), transaction.atomic():
        PackSeal.objects.update(level=SealLevel.TIMED)
