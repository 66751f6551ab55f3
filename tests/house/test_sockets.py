"""Tests talk to nobody outside, and a warning is an error."""

import socket
import tomllib
import warnings
from pathlib import Path

import pytest


def test_a_connection_to_the_outside_is_refused():
    with pytest.raises(RuntimeError, match="may not talk"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)


def test_a_name_outside_is_not_looked_up():
    with pytest.raises(RuntimeError, match="may not talk"):
        socket.getaddrinfo("example.com", 443)


def test_this_machine_may_be_talked_to():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_a_warning_is_an_error():
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())

    assert settings["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    with pytest.raises(UserWarning):
        warnings.warn("seen by a test", stacklevel=1)
