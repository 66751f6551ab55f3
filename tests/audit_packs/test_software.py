"""Which commit a pack says it was made with."""

from governance.audit_packs import software

HEX = "0123456789abcdef" * 2 + "01234567"


def test_a_branch_is_followed_to_its_commit(tmp_path):
    (tmp_path / "refs/heads").mkdir(parents=True)
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "refs/heads/main").write_text(f"{HEX}\n")

    assert software.commit_of(tmp_path) == HEX


def test_a_packed_branch_and_a_commit_itself_are_read(tmp_path):
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "packed-refs").write_text(f"# pack-refs\n{HEX} refs/heads/main\n")
    assert software.commit_of(tmp_path) == HEX

    (tmp_path / "HEAD").write_text(f"{HEX}\n")
    assert software.commit_of(tmp_path) == HEX


def test_without_a_repository_it_is_unknown_and_the_settings_say_it(tmp_path, settings):
    assert software.commit_of(tmp_path / "nothing") == "unknown"

    software.commit.cache_clear()
    settings.COMMIT = HEX
    assert software.commit() == HEX
    software.commit.cache_clear()
