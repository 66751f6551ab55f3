"""The file of the signing key."""

import os

import pytest

from governance.pipelines.keyfile import KeyFileError, lay_aside, new_key, put_in_place, read


@pytest.fixture
def path(tmp_path):
    """A place for a key, with one in it."""
    path = tmp_path / "keys" / "decisions.key"
    put_in_place(lay_aside(path, new_key()), path)
    return path


def test_a_key_is_read_back(tmp_path):
    key, path = new_key(), tmp_path / "key"
    put_in_place(lay_aside(path, key), path)

    assert read(path).private_bytes_raw() == key.private_bytes_raw()


def test_only_its_owner_may_read_it(path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_made_for_its_owner_whatever_the_mask_says(tmp_path):
    before = os.umask(0)
    try:
        made = lay_aside(tmp_path / "key", new_key())
    finally:
        os.umask(before)

    assert made.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o620, 0o601, 0o660, 0o777])
def test_a_key_that_others_may_touch_is_refused(path, rights):
    path.chmod(rights)

    with pytest.raises(KeyFileError, match="chmod 600"):
        read(path)


def test_a_missing_key_says_how_to_make_one(tmp_path):
    with pytest.raises(KeyFileError, match="make_signing_key"):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    "text", ["", "muster-ed25519:", "muster-ed25519:AAAA", "AAAA", "-----BEGIN", "\xff\xfe"]
)
def test_a_file_that_holds_no_key_is_refused(path, text):
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(KeyFileError, match="no signing key"):
        read(path)


def test_a_link_to_a_key_is_not_followed(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)

    with pytest.raises(KeyFileError, match="cannot be read"):
        read(link)


def test_a_folder_is_no_key(tmp_path):
    with pytest.raises(KeyFileError):
        read(tmp_path)
