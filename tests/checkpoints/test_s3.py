"""A bucket with object lock, on servers that speak S3: moto's, and a real one where one is named.

moto's is started as a process of its own. A real one is named by MUSTER_TEST_S3_URL, with
MUSTER_TEST_S3_KEY and MUSTER_TEST_S3_SECRET; buckets made there stay, with what is locked in them.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from django.utils import timezone

from governance.checkpoints.sinks import pinned
from governance.checkpoints.sinks.base import ContradictionError, Head, SinkError
from governance.checkpoints.sinks.s3 import Bucket, S3Sink

HEAD = Head("log.example", 7, b"\x07" * 32, "log.example\n7\n…\n")
NEXT = Head("log.example", 12, b"\x0c" * 32, "log.example\n12\n…\n")


REAL = "MUSTER_TEST_S3_URL"
NOT_NAMED = pytest.mark.skipif(REAL not in os.environ, reason=f"{REAL} names no server")


@pytest.fixture(scope="module", params=["moto", pytest.param("real", marks=NOT_NAMED)])
def server(request) -> Iterator[Bucket]:
    """A running server, and who may write there."""
    if request.param == "moto":
        yield Bucket(request.getfixturevalue("endpoint"), key_id="key", secret="secret")
    else:
        names = (REAL, "MUSTER_TEST_S3_KEY", "MUSTER_TEST_S3_SECRET")
        url, key_id, secret = (os.environ[name] for name in names)
        yield Bucket(url, key_id=key_id, secret=secret)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory) -> Iterator[str]:
    """The address of moto's server."""
    log = (tmp_path_factory.mktemp("s3") / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
        stdout=log,
        stderr=log,
    )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _address(process, log) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        log.seek(0)
        found = [line.split()[-1] for line in log if "Running on http://127.0.0.1:" in line]
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError("The server did not start.")


@pytest.fixture
def sink(server, settings) -> S3Sink:
    """A place in a new bucket with object lock."""
    settings.CHECKPOINT_PRIVATE = True
    name = f"muster-test-{secrets.token_hex(8)}"
    bucket = replace(server, region="us-east-1", lock="COMPLIANCE", days=30)
    sink = S3Sink(name, "/muster/", bucket)
    sink.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return sink


def test_a_checkpoint_is_put_once_and_read_back(sink):
    first, again = sink.put(HEAD, 0), sink.put(HEAD, 7)
    sink.put(NEXT, 7)

    assert (first.words, again.words) == ("put", "was there already")
    assert [one.size for one in sink.kept("log.example", 0)] == [12, 7]
    assert [one.size for one in sink.kept("log.example", 8)] == [12]
    assert sink.read(sink.kept("log.example", 0)[1]).decode() == HEAD.note


def test_it_cannot_be_deleted_before_its_date(sink):
    sink.put(HEAD, 0)
    path, _, version = sink.kept("log.example", 0)[0].path.partition("\n")
    held = sink.client.head_object(Bucket=sink.name, Key=path)

    with pytest.raises(ClientError, match="AccessDenied"):
        sink.client.delete_object(Bucket=sink.name, Key=path, VersionId=version)
    assert held["ObjectLockMode"] == "COMPLIANCE"
    assert held["ObjectLockRetainUntilDate"] > timezone.now() + timedelta(days=29)


def test_a_hidden_object_is_still_read(sink):
    sink.put(HEAD, 0)
    path = sink.kept("log.example", 0)[0].path.partition("\n")[0]
    sink.client.delete_object(Bucket=sink.name, Key=path)  # puts a marker over it

    (one,) = sink.kept("log.example", 0)

    assert sink.read(one).decode() == HEAD.note


def test_what_is_put_over_an_object_changes_nothing_that_we_read(sink):
    sink.put(HEAD, 0)
    path = sink.kept("log.example", 0)[0].path.partition("\n")[0]
    sink.client.put_object(Bucket=sink.name, Key=path, Body=b"rewritten")

    assert sink.read(sink.kept("log.example", 0)[0]).decode() == HEAD.note
    assert sink.put(HEAD, 7).words == "was there already"


def test_another_content_under_its_name_is_an_alarm_and_stays(sink):
    path = f"muster/log.example/{HEAD.name}"
    sink.client.put_object(Bucket=sink.name, Key=path, Body=b"was here before")

    with pytest.raises(ContradictionError, match="other content"):
        sink.put(HEAD, 0)


def test_a_bucket_that_is_not_there_is_said_so_without_secrets(sink):
    other = S3Sink("b-nowhere", "", sink.bucket)

    with pytest.raises(SinkError, match="The bucket answered"):
        other.put(HEAD, 0)
    assert "secret" not in repr(sink.bucket)


def test_a_server_that_is_away_is_tried_again(settings):
    settings.CHECKPOINT_PRIVATE = True
    away = S3Sink("b", "", Bucket("http://127.0.0.1:9", "us-east-1", "OFF", 1, "key", "secret"))

    with pytest.raises(SinkError, match="does not answer"):
        away.put(HEAD, 0)


def test_our_own_network_is_refused_unless_it_is_allowed(endpoint, settings):
    settings.CHECKPOINT_PRIVATE = False

    with pytest.raises(SinkError, match="private network"):
        S3Sink("b", "", Bucket(endpoint, "us-east-1", "OFF", 1, "k", "s")).put(HEAD, 0)


def test_an_endpoint_of_the_environment_does_not_go_round_the_check(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    amazon = S3Sink("b", "", Bucket("", "eu-north-1", "OFF", 1, "k", "s"))
    assert amazon.client.meta.endpoint_url == "https://s3.eu-north-1.amazonaws.com"


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    endpoint, settings, monkeypatch
):
    """The first look-up leads outside, every later one to our own server."""
    settings.CHECKPOINT_PRIVATE = False
    port, asked, gone_to = int(endpoint.rpartition(":")[2]), [], []

    def look_up(host, port, *args, **kwargs):
        asked.append(host)
        ip = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def connect(address, *args, **kwargs):
        gone_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(pinned.socket, "create_connection", connect)
    bucket = Bucket(f"http://bucket.example:{port}", "us-east-1", "OFF", 1, "k", "s")

    with pytest.raises(SinkError, match="does not answer"):
        S3Sink("b", "", bucket).put(HEAD, 0)
    assert gone_to == ["93.184.216.34"]

    with pytest.raises(SinkError, match="private network"):
        S3Sink("b", "", bucket).put(HEAD, 0)
    assert gone_to == ["93.184.216.34"]
