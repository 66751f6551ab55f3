"""The key in a PKCS#11 token: SoftHSM2, where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from governance.checkpoints.actions import checkpoint_now, rotate_key
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.queries import key_changes, keys, public_key
from governance.checkpoints.signing import keeper, signer
from governance.checkpoints.token import TokenKeeper
from governance.checkpoints.verification import verify_signed
from governance.common.notes import Key, open_checkpoint

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (MODULE.exists() and shutil.which("softhsm2-util")), reason="needs softhsm2"
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A token for all tests here: the library reads its settings once in a process."""
    made = tmp_path_factory.mktemp("softhsm")
    (made / "tokens").mkdir()
    (made / "softhsm2.conf").write_text(
        f"directories.tokendir = {made}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    (made / "pin").write_text(PIN)
    (made / "pin").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(made / "softhsm2.conf"))
        command = ["softhsm2-util", "--init-token", "--free", "--label", "muster"]
        options = ["--pin", PIN, "--so-pin", "5678"]
        subprocess.run([*command, *options], check=True, capture_output=True)
        yield made


@pytest.fixture(autouse=True)
def _token(settings, folder, request) -> None:
    settings.LOG_SIGNER = f"pkcs11:{MODULE}"
    settings.LOG_PIN_FILE = folder / "pin"
    settings.LOG_ORIGIN = f"muster.example/{request.node.name}"


def test_the_token_signs_checkpoints_and_the_key_file_is_not_needed(write, key_file):
    write()
    made = checkpoint_now()

    assert open_checkpoint(made.note.encode(), [Key.parse(public_key())]).size == made.size
    assert not key_file.exists()
    assert verify_signed().fault is None


def test_the_same_key_is_found_again(write):
    checkpoint_now()

    assert str(signer().key) == str(keeper().first().key) == public_key()


def test_a_change_of_keys_destroys_the_old_one_in_the_token(
    write, administrator, django_capture_on_commit_callbacks
):
    checkpoint_now()
    before = public_key()
    with django_capture_on_commit_callbacks(execute=True):
        row = rotate_key(actor=administrator, reason="Two years have passed.")

    assert len(key_changes()) == 1
    assert checkpoint_now().key == row
    with pytest.raises(KeyFileError, match="holds 0 keys"):
        keeper().held(before)
    assert verify_signed().fault is None
    assert len(keys()) == 2


def test_a_pin_that_others_may_read_opens_nothing(write, folder):
    checkpoint_now()
    (folder / "pin").chmod(0o644)
    try:
        with pytest.raises(KeyFileError, match="Others may read"):
            signer()
    finally:
        (folder / "pin").chmod(0o600)


def test_without_a_name_of_the_log_the_token_is_not_asked(folder):
    with pytest.raises(KeyFileError, match="LOG_ORIGIN"):
        TokenKeeper(str(MODULE), "", folder / "pin").held("")


def test_a_module_that_is_not_there_is_said(folder):
    with pytest.raises(KeyFileError, match="The token"):
        TokenKeeper("/nowhere.so", "muster.example", folder / "pin").held("")
