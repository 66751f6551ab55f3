"""Files that only their owner reads."""

import os

import pytest

from governance.common.private_files import PrivateFileError, lay, read, write


@pytest.fixture
def path(tmp_path):
    """A file of ours."""
    write(tmp_path / "secret", "words")
    return tmp_path / "secret"


def test_it_is_for_its_owner_whatever_the_mask_says(tmp_path):
    before = os.umask(0)
    try:
        made = lay(tmp_path / "new", "words")
    finally:
        os.umask(before)

    assert made.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_refused_even_to_root(path):
    os.chown(path, 54_321, -1)

    with pytest.raises(PrivateFileError, match="chown"):
        read(path)


def test_nothing_is_left_beside_it(path):
    write(path, "other words")

    assert read(path) == "other words"
    assert list(path.parent.iterdir()) == [path]
