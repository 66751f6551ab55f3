"""A superuser of the database edits the record: an old checkpoint outside finds each edit."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.delivering import deliver
from governance.checkpoints.outside import look
from governance.checkpoints.queries import public_key

pytestmark = pytest.mark.django_db
ENTRY = "SELECT entry_id FROM ledger_leafsequence WHERE seq = %s"
OTHER = r"convert_to(replace(convert_from(body, 'UTF8'), 'as it was', 'never was'), 'UTF8')"
TILES = "DELETE FROM ledger_tile"


@pytest.fixture
def kept(folder: Path, write) -> Path:
    """A folder with the checkpoints over 4 and over 8 entries or so, and two entries after them."""
    for _ in range(2):
        for _ in range(4):
            write()
        checkpoint_now()
        deliver()
    write()
    write()
    return folder


def check(folder: Path, key: str = "") -> tuple[int, str]:
    """Run the command against what is outside; return its exit code and what it said."""
    said, key = StringIO(), key or public_key()
    try:
        call_command("verify_ledger", checkpoint=[folder], key=[key], stdout=said, stderr=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_an_honest_record_agrees_with_every_checkpoint_outside(kept):
    code, said = check(kept)

    assert code == 0, said
    assert "agrees with 2 roots" in said


def test_a_changed_payload_is_found_with_its_number(kept, as_superuser):
    as_superuser(f"UPDATE ledger_entry SET body = {OTHER} WHERE id = ({ENTRY})", 3)  # noqa: S608

    code, said = check(kept)

    assert code == 1
    assert "#3" in said


def test_a_changed_payload_with_its_leaf_is_found_between_two_checkpoints(kept, as_superuser):
    as_superuser(f"UPDATE ledger_entry SET body = {OTHER} WHERE id = ({ENTRY})", 6)  # noqa: S608
    as_superuser("UPDATE ledger_entry SET leaf = sha256('\\x00'::bytea || body)")
    as_superuser(
        "UPDATE ledger_leafsequence l SET leaf = e.leaf FROM ledger_entry e WHERE e.id = l.entry_id"
    )
    forget_checkpoints(as_superuser)

    code, said = check(kept)

    assert code == 1
    assert "are not what they were" in said
    assert "The first change lies in the entries #" in said


def test_deleted_last_rows_are_found(kept, as_superuser):
    for _ in range(3):
        as_superuser(
            "DELETE FROM ledger_entry WHERE id = (SELECT entry_id FROM ledger_leafsequence "
            "ORDER BY seq DESC LIMIT 1)"
        )
        as_superuser(
            "DELETE FROM ledger_leafsequence WHERE seq = (SELECT max(seq) FROM ledger_leafsequence)"
        )
    forget_checkpoints(as_superuser)

    code, said = check(kept)

    assert code == 1
    assert "some are gone" in said


def test_without_a_file_the_command_says_what_was_found_outside(kept, as_superuser):
    for _ in range(3):
        as_superuser(
            "DELETE FROM ledger_leafsequence WHERE seq = (SELECT max(seq) FROM ledger_leafsequence)"
        )
    forget_checkpoints(as_superuser)
    as_superuser(
        "DELETE FROM ledger_entry e WHERE NOT EXISTS "
        "(SELECT FROM ledger_leafsequence l WHERE l.entry_id = e.id)"
    )
    as_superuser("DELETE FROM ledger_pending")
    look()
    said = StringIO()

    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=said, stderr=said)
    assert "DOES NOT AGREE" in said.getvalue()
    assert "Missing: " in said.getvalue()


def test_a_replaced_checkpoint_is_found(kept, as_superuser):
    as_superuser("UPDATE checkpoints_checkpoint SET root = sha256('other')")

    code, said = check(kept)

    assert code == 1
    assert "says something else than its row" in said


def test_a_key_that_is_not_the_pinned_one_is_refused(kept):
    other = "log.example+" + "0" * 8 + "+AAAA"

    with pytest.raises(CommandError):
        check(kept, other)


def test_a_checkpoint_without_a_key_proves_nothing(kept):
    with pytest.raises(CommandError, match="go together"):
        call_command("verify_ledger", checkpoint=[kept], stdout=StringIO())


def test_a_forged_checkpoint_outside_is_refused(kept):
    file = next(kept.glob("*/*.txt"))
    file.chmod(0o644)
    file.write_text(file.read_text().replace("\n\n", "x\n\n", 1))

    with pytest.raises(CommandError, match=r"\.txt: "):
        check(kept)


def forget_checkpoints(as_superuser) -> None:
    as_superuser("DELETE FROM checkpoints_delivery")
    as_superuser("DELETE FROM checkpoints_checkpoint")
    as_superuser(TILES)
