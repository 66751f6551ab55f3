"""Which addresses a webhook may go to: https to the outside, unless the operator allows more.

A name is looked up once, every address it has is checked, and the connection goes to a checked
one: a name that answers differently the second time gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

REFUSAL = "This address cannot be used for a webhook."
WRAPPED = tuple(IPv6Network(text) for text in ("2001::/32", "2002::/16", "64:ff9b::/96"))
WRAPPED += (IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


class RefusedError(Exception):
    """An address that a webhook may not go to. The words do not say what is there."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


@dataclass(frozen=True)
class Target:
    """Where to connect (`ip`), and under which name to ask there."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str


def is_public(text: str) -> bool:
    """Return whether an IP address lies on the open internet, in whatever disguise."""
    found: IPv4Address | IPv6Address = ip_address(text.split("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in WRAPPED):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def check_url(url: str, *, plain: bool = False) -> SplitResult:
    """Return the parts of an address that may be kept; RefusedError at once for others.

    `plain` lets http and any port through, for what the operator set and is signed by itself.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedError from error
    free = plain or settings.WEBHOOK_PRIVATE
    schemes = ("https", "http") if free else ("https",)
    odd = any(not letter.isprintable() or letter.isspace() or letter == "\\" for letter in url)
    if odd or parts.scheme not in schemes or not parts.hostname or parts.username is not None:
        raise RefusedError
    if not free and str(port or 443) not in settings.WEBHOOK_PORTS:
        raise RefusedError
    return parts


def resolve(url: str, *, plain: bool = False, private: bool | None = None) -> Target:
    """Return where an address leads now; raises RefusedError, and OSError when it leads nowhere.

    Every address of the name must be allowed, so that none of them can be chosen by luck. Whether
    our own network is allowed is what `private` says, or else the setting of webhooks.
    """
    is_private = settings.WEBHOOK_PRIVATE if private is None else private
    parts = check_url(url, plain=plain)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not ips or not (is_private or all(is_public(ip) for ip in ips)):
        raise RefusedError
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, ips[0], path)


def is_allowed(url: str) -> bool:
    """Return whether an address may be kept: it is well-formed, and leads outside today."""
    try:
        check_url(url)
        if not settings.WEBHOOK_PRIVATE:
            resolve(url)
    except (RefusedError, OSError, UnicodeError):
        return False
    return True
