"""Where a webhook may go: to the open internet, in no disguise, and to what was checked."""

import _socket
import socket
from typing import Any

import pytest

from governance.notices import addresses
from governance.notices.addresses import RefusedError, check_url, is_allowed, is_public, resolve
from governance.notices.transport import post
from tests.notices.receivers import sink

INSIDE = [
    *("https://127.0.0.1/", "https://localhost/", "https://0.0.0.0/", "https://[::1]/"),
    *("https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f000001/"),
    *("https://0177.0.0.1/", "https://127.1/", "https://169.254.169.254/latest/meta-data/"),
    *("https://[fd00:ec2::254]/", "https://10.0.0.1/", "https://172.16.0.1/"),
    *("https://192.168.0.1/", "https://100.64.0.1/", "https://[fe80::1]/", "https://224.0.0.1/"),
    *(
        "https://metadata.google.internal/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
    ),
]
ODD = [
    *("http://93.184.215.14/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL"),
    *("ftp://a.example/", "data:text/plain,x", "javascript:alert(1)", "unix:/run/x", "https://"),
    *("https://user:pass@a.example/", "https://a.example:22/", "https://a.example:99999/"),
    *("https://a.example/\r\nX: y", "https://a.example\\@127.0.0.1/", " https://a.example/", ""),
]


KNOWN = {
    "localhost": ["127.0.0.1"],
    "hooks.example": ["93.184.215.14"],
    "both.example": ["93.184.215.14", "127.0.0.1"],
}


def look_up(host: str, port: int, **kwargs: Any) -> list[Any]:
    """Resolve as the C library does for numbers in any spelling, and know a few names."""
    numeric = _socket.AI_NUMERICHOST
    return [
        row
        for ip in KNOWN.get(host, [host])
        for row in _socket.getaddrinfo(ip, port, 0, socket.SOCK_STREAM, 0, numeric)
    ]


@pytest.fixture
def production(settings, monkeypatch):
    """Guards on; names are looked up as an operator's resolver would."""
    settings.WEBHOOK_PRIVATE = False
    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("url", INSIDE)
def test_nothing_inside_can_be_kept_in_any_spelling(production, url):
    assert not is_allowed(url)


@pytest.mark.parametrize("url", ODD)
def test_only_plain_https_can_be_kept(production, url):
    assert not is_allowed(url)


def test_an_outside_address_can_be_kept(production):
    assert is_allowed("https://hooks.example/muster?tenant=7")
    assert resolve("https://hooks.example/muster?tenant=7").path == "/muster?tenant=7"


def test_a_name_with_one_address_inside_is_refused(production):
    with pytest.raises(RefusedError):
        resolve("https://both.example/")


def test_a_refusal_does_not_say_what_is_there(production):
    with pytest.raises(RefusedError, match=r"^This address cannot be used for a webhook\.$"):
        resolve("https://10.0.0.1/")


def test_on_a_machine_of_ones_own_inside_is_allowed(settings):
    settings.WEBHOOK_PRIVATE = True

    assert check_url("http://127.0.0.1:8080/x").port == 8080


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("::ffff:10.0.0.1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
        ("ff02::1", False),
        ("fe80::1%eth0", False),
        ("2001:0:7f00:1::", False),
    ],
)
def test_what_lies_outside(ip, public):
    assert is_public(ip) is public


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    real = socket.getaddrinfo
    with sink() as receiver:
        target = resolve(receiver.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setattr(addresses.socket, "getaddrinfo", asked := Recorder(real))
        answer = post(target, b"{}", {})

    assert answer.status == 204
    assert receiver.requests[0][0]["host"].startswith("localhost:")
    assert asked.hosts == ["127.0.0.1"]


class Recorder:
    """Notes what is looked up."""

    def __init__(self, real: Any) -> None:
        self.real, self.hosts = real, []

    def __call__(self, host: str, *args: Any, **kwargs: Any) -> Any:
        self.hosts.append(host)
        return self.real(host, *args, **kwargs)
