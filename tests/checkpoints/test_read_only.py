"""What lies outside is compared with the record; what contradicts it stops all writing."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from governance.accounts.stepup import ReauthenticationRequired
from governance.celery import GATES
from governance.checkpoints.actions import HeldError, checkpoint_now
from governance.checkpoints.delivering import deliver, follow
from governance.checkpoints.models import Doubt, Place, Recovery
from governance.checkpoints.outside import look, newest_outside
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.sinks.configured import sinks
from governance.checkpoints.sinks.file import FileSink
from governance.checkpoints.standing import holds_back, is_read_only
from governance.checkpoints.tasks import look_outside, sweep_checkpoints
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.notices.models import Notice
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db
LAST = "DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})"


@pytest.fixture
def published(folder: Path, write):
    """Five entries, signed, outside, and read back."""
    for number in range(5):
        write(number=number)
    head = checkpoint_now()
    deliver()
    look()
    return head


@pytest.fixture
def forget(as_superuser):
    """Return a function that takes the newest entries out of the database, and its checkpoints."""

    def forget(count: int = 1) -> None:
        as_superuser("DELETE FROM checkpoints_delivery")
        as_superuser("DELETE FROM checkpoints_checkpoint")
        for _ in range(count):
            as_superuser(
                "DELETE FROM ledger_entry WHERE id = (SELECT entry_id FROM ledger_leafsequence "
                "ORDER BY seq DESC LIMIT 1)"
            )
            as_superuser(LAST.format(table="ledger_leafsequence", column="seq"))

    return forget


@pytest.fixture
def rewritten(as_superuser, published) -> None:
    """One entry says something else, its leaf fits, and the database's checkpoint is gone."""
    as_superuser("DELETE FROM checkpoints_delivery")
    as_superuser("DELETE FROM checkpoints_checkpoint")
    as_superuser("UPDATE ledger_leafsequence SET leaf = sha256('other') WHERE seq = 2")


def test_what_lies_outside_is_read_back(published):
    out = newest_outside()

    assert out
    assert (out.size, out.root) == (published.size, published.root_hex)
    assert not is_read_only()


def test_missing_entries_make_it_read_only_and_administrators_hear_of_it(
    published, forget, administrator
):
    forget(2)

    look()
    look()

    doubt = Doubt.objects.get()
    assert (doubt.kind, doubt.outside_size, doubt.own_size) == (
        "smaller",
        published.size,
        published.size - 2,
    )
    assert is_read_only()
    assert [one.subject for one in mail.outbox] == [
        "Muster: Muster is read-only: entries of the record are missing"
    ]
    assert Notice.objects.filter(person=administrator, url="/ledger/").count() == 1


def test_other_entries_make_it_read_only(rewritten):
    look()

    assert Doubt.objects.get().kind == "root"
    assert is_read_only()


def test_an_entry_gone_from_the_middle_makes_it_read_only_too(published, as_superuser):
    as_superuser("DELETE FROM ledger_leafsequence WHERE seq = 2")

    look()

    assert set(Doubt.objects.values_list("kind", flat=True)) == {"root"}
    assert is_read_only()
    assert "#2" in Doubt.objects.first().words


def test_no_recovery_is_signed_over_a_gap(published, as_superuser, administrator, proof):
    as_superuser("DELETE FROM ledger_leafsequence WHERE seq = 2")
    look()

    with pytest.raises(DomainError, match="restore a backup"):
        recover(actor=administrator, reason="we looked", proof=proof)


def test_a_place_that_breaks_while_it_is_read_does_not_hide_what_another_shows(
    rewritten, folder, settings, monkeypatch
):
    settings.CHECKPOINT_SINKS = [f"file://{folder.parent / 'broken'}", f"file://{folder}"]
    (folder.parent / "broken").mkdir()

    def broken(sink, origin, since):
        if sink.path.name == "broken":
            raise ValueError("no answer of a kind we know")
        return kept(sink, origin, since)

    kept = FileSink.kept
    monkeypatch.setattr(FileSink, "kept", broken)

    look()

    assert is_read_only()
    assert "ValueError" in Place.objects.get(sink__endswith="broken").fault


def test_what_is_kept_of_a_place_is_what_was_checked(published, folder, write, monkeypatch):
    def read(sink, one):
        asked.append(one)
        return true_read(sink, one) if len(asked) == 1 else b"\xff another answer"

    asked, true_read = [], FileSink.read
    write()
    head = checkpoint_now()
    deliver()
    monkeypatch.setattr(FileSink, "read", read)

    look()

    assert Place.objects.get().note == head.note


def test_a_checkpoint_that_a_recovery_left_behind_goes_nowhere(
    published, forget, administrator, proof, write, folder, as_superuser
):
    write()
    behind = checkpoint_now()
    follow(sinks(), database_now())
    as_superuser(LAST.format(table="ledger_leafsequence", column="seq"))
    look()
    recover(actor=administrator, reason="restored", proof=proof)

    deliver()
    deliver()

    assert not list(folder.glob(f"*/*{behind.root_hex}*"))


def test_nothing_is_signed_in_doubt(rewritten, write):
    look()
    write()

    with pytest.raises(HeldError, match="sign a recovery"):
        checkpoint_now()
    sweep_checkpoints()


def test_pages_that_write_answer_503_and_say_why(rewritten, administrator, client):
    look()
    browser = sign_in(client, administrator)

    answer = browser.post("/settings/notices/", {"zone": "UTC"})

    assert answer.status_code == 503
    assert "Nothing can be written now" in answer.content.decode()
    assert "another root" in answer.content.decode()
    assert browser.get("/ledger/").status_code == 200


def test_the_api_answers_with_a_problem(rewritten, administrator, client):
    look()

    answer = sign_in(client, administrator).post("/api/v1/systems/", {}, "application/json")

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "read-only"


def test_signing_in_works_in_doubt(rewritten, administrator, client):
    look()

    wrong = client.post("/accounts/login/", {"login": "admin@halden.example", "password": "no"})

    assert wrong.status_code == 200


def test_sweeps_wait_in_doubt_but_for_the_one_that_looks(rewritten):
    assert holds_back in GATES
    look_outside()
    before = Entry.objects.count()

    assert holds_back("governance.obligations.tasks.sweep_duties")
    assert not holds_back("governance.checkpoints.tasks.look_outside")
    assert not holds_back("governance.health.tasks.heartbeat")
    assert Entry.objects.count() == before


def test_without_doubt_no_sweep_waits(published):
    assert not holds_back("governance.obligations.tasks.sweep_duties")


def test_a_recovery_is_an_entry_that_names_both_and_ends_it(
    published, forget, administrator, proof, write, folder
):
    forget(2)
    look()

    recover(actor=administrator, reason="restored from 3 a.m.", proof=proof)

    assert not is_read_only()
    entry = Entry.objects.get(action="ledger.recovered")
    data = json.loads(bytes(entry.body))["data"]
    assert data["outside"] == {"size": published.size, "root": published.root_hex}
    assert data["own"]["size"] == published.size - 2
    look()
    assert not is_read_only()
    write()
    head = checkpoint_now()
    deliver()
    look()
    assert not is_read_only()
    out = newest_outside()
    assert out
    assert (out.size, out.root) == (head.size, head.root_hex)
    assert len(list(folder.glob("*/*.txt"))) == 2


def test_after_a_recovery_another_change_is_found_again(
    published, forget, administrator, proof, write, as_superuser
):
    forget(2)
    look()
    recover(actor=administrator, reason="restored", proof=proof)
    write()
    checkpoint_now()
    deliver()
    look()
    as_superuser("DELETE FROM checkpoints_delivery")
    as_superuser("DELETE FROM checkpoints_checkpoint")
    as_superuser("UPDATE ledger_leafsequence SET leaf = sha256('other') WHERE seq = 1")

    look()

    assert is_read_only()


def test_only_an_administrator_with_a_fresh_proof_and_a_reason_recovers(
    rewritten, administrator, proof
):
    look()

    with pytest.raises(ReauthenticationRequired):
        recover(actor=administrator, reason="why", proof=None)
    with pytest.raises(DomainError, match="Say what happened"):
        recover(actor=administrator, reason=" ", proof=proof)
    assert is_read_only()


def test_without_a_doubt_there_is_nothing_to_recover(published, administrator, proof):
    with pytest.raises(DomainError, match="nothing to recover"):
        recover(actor=administrator, reason="why", proof=proof)


def test_the_page_recovers(rewritten, administrator, client):
    look()
    browser = sign_in(client, administrator)
    page = browser.get("/ledger/recovery/").content.decode()
    assert "another root" in page

    answer = browser.post("/ledger/recovery/", {"reason": "we looked"})

    assert answer.status_code == 302, answer.content
    assert Recovery.objects.get().reason == "we looked"
    assert "we looked" in browser.get("/ledger/recovery/").content.decode()


def test_the_command_says_what_it_found_and_recovers(rewritten, administrator):
    said = StringIO()

    call_command("recover_ledger", stdout=said)
    with pytest.raises(CommandError, match="Nobody"):
        call_command("recover_ledger", actor="x@y.example", reason="why", stdout=StringIO())
    call_command("recover_ledger", actor=administrator.email, reason="we looked", stdout=said)

    assert "another root" in said.getvalue()
    assert "Signed: the record goes on" in said.getvalue()
    assert not is_read_only()


def test_a_truncated_record_in_an_honest_database_is_found_by_its_own_checkpoint(
    settings, write, as_superuser
):
    settings.CHECKPOINT_SINKS = []
    write()
    checkpoint_now()
    as_superuser(LAST.format(table="ledger_leafsequence", column="seq"))

    look()

    assert Doubt.objects.get().sink == "database"


def test_a_place_that_shows_nothing_any_more_is_said_so(published, folder, administrator):
    for file in folder.glob("*/*.txt"):
        file.unlink()

    look()

    place = Place.objects.get()
    assert "shows no checkpoint any more" in place.fault
    assert Notice.objects.filter(person=administrator, kind="checkpoints.contradiction").exists()


def test_a_forged_checkpoint_outside_is_no_proof_against_the_record(published, folder):
    file = next(folder.glob("*/*.txt"))
    forged = file.with_name(file.name.replace(f"{published.size:020d}", f"{99:020d}"))
    forged.write_text(file.read_text().replace(f"\n{published.size}\n", "\n99\n"))

    look()

    assert not is_read_only()
    assert "does not hold" in Place.objects.get().fault


def test_one_query_decides_whether_a_request_may_write(published, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not is_read_only()
