"""The embedded PostgreSQL: closed to others, and back after every kind of end."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from launcher.common import Problem
from launcher.postgres import Server


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A data folder that the whole module uses: making one takes a second."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def server(folder) -> Iterator[Server]:
    """A running server."""
    server = Server(folder, folder / "postgresql.log")
    server.start()
    yield server
    server.stop()


def test_it_listens_on_a_socket_in_a_closed_folder_and_on_no_port(server):
    assert server.sql("postgres", "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700


def test_text_sorts_the_same_on_every_machine(server):
    shown = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
    assert server.sql("postgres", f"{shown} WHERE datname = 'postgres'") == "b|C.UTF-8|UTF8"


def test_it_never_runs_as_root_and_leaves_the_folders_above_alone(server, folder):
    uid = server.sql("postgres", "SELECT pg_read_file('/proc/self/status')").split("Uid:")[1]

    assert uid.split()[0] != "0" or server.prefix
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_what_was_committed_is_there_after_the_server_was_killed(server, folder):
    server.sql("postgres", "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
    os.kill(server._pid() or 0, signal.SIGKILL)
    server.process.wait(10)

    again = Server(folder, folder / "postgresql.log")
    again.start()
    try:
        assert again.sql("postgres", "SELECT max(n) FROM kept") == "1"
    finally:
        again.stop()


def test_a_server_that_outlived_its_supervisor_is_replaced(server, folder):
    before = server._pid()

    again = Server(folder, folder / "postgresql.log")
    again.start()
    try:
        assert again._pid() != before
        assert again.sql("postgres", "SELECT 1") == "1"
    finally:
        again.stop()


def test_data_of_another_postgresql_is_refused_with_a_sentence(folder):
    server = Server(folder, folder / "postgresql.log")
    mark = server.folder / "PG_VERSION"
    original = mark.read_text()
    mark.write_text("17\n")
    try:
        with pytest.raises(Problem, match="made by PostgreSQL 17 and this is 18"):
            server.start()
    finally:
        mark.write_text(original)


def test_a_server_that_cannot_start_says_its_last_words(folder):
    server = Server(folder, folder / "postgresql.log", {"max_connections": "none"})

    with pytest.raises(Problem, match="PostgreSQL did not start"):
        server.start()
