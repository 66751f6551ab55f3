"""One request to a checked address: no redirect, no proxy, an end after 15 seconds in all."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from governance.notices.addresses import Target

CONNECT_SECONDS = 10
TOTAL_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """What the receiver answered; its body is not read."""

    status: int
    retry_after: str


@dataclass(frozen=True)
class Fetched:
    """What an address answered, with its body."""

    status: int
    body: bytes


class TooLargeError(OSError):
    """A body larger than what was asked for."""


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name leads to by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target = target

    def connect(self) -> None:
        """Connect to the checked address; TLS asks for the certificate of the name."""
        target = self.target
        self.sock = socket.create_connection((target.ip, target.port), CONNECT_SECONDS)
        if target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=target.host)


def post(
    target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float = TOTAL_SECONDS
) -> Answer:
    """Return what a POST was answered; raises OSError or HTTPException when it was not.

    A receiver that trickles its answer is cut off after `seconds`.
    """
    connection = _Pinned(target)
    watchdog = threading.Timer(seconds, _cut, [connection])
    watchdog.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers.get("Retry-After", ""))
    finally:
        watchdog.cancel()
        connection.close()


def fetch(
    target: Target,
    method: str,
    headers: Mapping[str, str],
    *,
    body: bytes | None,
    most: int,
    seconds: float = TOTAL_SECONDS,
) -> Fetched:
    """Return what a request was answered, with up to `most` bytes of body.

    Raises OSError or HTTPException when it was not answered in time, and TooLargeError.
    """
    connection = _Pinned(target)
    watchdog = threading.Timer(seconds, _cut, [connection])
    watchdog.start()
    try:
        connection.request(method, target.path, body, dict(headers))
        response = connection.getresponse()
        raw = response.read(most + 1)
    finally:
        watchdog.cancel()
        connection.close()
    if len(raw) > most:
        raise TooLargeError("The answer is too large.")
    return Fetched(response.status, raw)


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
