"""Connections of boto3 to the address that was checked, as those of webhooks are.

A name is looked up once for each connection, every address it has is checked, and the connection
goes to a checked one. TLS still asks for the certificate of the name.
"""

import socket

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from django.conf import settings

from governance.notices.addresses import resolve

SECONDS = 10


def _connect(host: str, port: int) -> socket.socket:
    """Connect to a name's checked address; raises RefusedError for our own network."""
    named = f"[{host}]" if ":" in host else host
    url = f"https://{named}:{port}/"
    target = resolve(url, plain=True, private=settings.CHECKPOINT_PRIVATE)
    return socket.create_connection((target.ip, port), SECONDS)


class _Plain(AWSHTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port)


class _Tls(AWSHTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port)


class _PlainPool(AWSHTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _Tls


POOLS = {"http": _PlainPool, "https": _TlsPool}
