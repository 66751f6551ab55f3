"""One event to one endpoint, signed as Standard Webhooks say."""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings

from governance.common.canonical import canonical_bytes
from governance.notices.addresses import RefusedError, resolve
from governance.notices.channels.email import absolute, one_line
from governance.notices.models import Endpoint, Notice
from governance.notices.rules import Outcome, stable_id
from governance.notices.sealing import UnreadableError, unseal
from governance.notices.transport import Answer, post

MOST_BYTES = 20_000
AGENT = f"Muster/{settings.VERSION}"
GONE = 410
THROTTLED = (429, 502, 503, 504)


def message_id(notice: Notice) -> str:
    """Return the id of an event, the same at every try."""
    key = stable_id(notice.item, notice.step, notice.loop, notice.recipient, notice.channel)
    return f"msg_{key}"


def body_of(notice: Notice) -> bytes:
    """Return the event as bytes, the same at every try: a title and a link, no evidence."""
    data = {
        "id": message_id(notice),
        "item": notice.item,
        "step": notice.step,
        "loop": notice.loop,
        "severity": notice.severity,
        "title": one_line(notice.subject),
        "url": absolute(notice.url),
        "sequence": notice.pk,
    }
    event = {"type": notice.kind, "timestamp": _zulu(notice.created_at)}
    whole = canonical_bytes(event | {"data": {**notice.data, **data}})
    return whole if len(whole) < MOST_BYTES else canonical_bytes(event | {"data": data})


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sign(secrets: Sequence[bytes], name: str, stamp: int, body: bytes) -> str:
    """Return the signatures over id, timestamp and body, one for each secret."""
    content = f"{name}.{stamp}.".encode() + body
    digests = [hmac.new(secret, content, hashlib.sha256).digest() for secret in secrets]
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def secrets_of(endpoint: Endpoint, at: datetime) -> list[bytes]:
    """Return the secrets an endpoint is signed for with: two while one replaces the other."""
    sealed = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_until and at < endpoint.old_until:
        sealed.append(endpoint.old_secret)
    return [unseal(bytes(one)) for one in sealed]


def send(notice: Notice, endpoint: Endpoint, at: datetime) -> Outcome:
    """Return what came of sending one event; it raises nothing."""
    begun = time.monotonic()
    try:
        answer = _post(notice, endpoint, at)
    except UnreadableError:
        return Outcome(False, None, "The secret cannot be read: rotate it.")
    except RefusedError as error:
        return Outcome(False, None, str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        took = int((time.monotonic() - begun) * 1_000)
        return Outcome(False, None, _why(error), took)
    return outcome_of(answer, at, int((time.monotonic() - begun) * 1_000))


def _why(error: Exception) -> str:
    """Return why there was no answer, in words that do not tell what lies at an address."""
    kinds = {
        ssl.SSLError: "its certificate did not hold",
        TimeoutError: "it took too long",
        ConnectionRefusedError: "it refused the connection",
        socket.gaierror: "its name is not known",
    }
    words = next((words for kind, words in kinds.items() if isinstance(error, kind)), "")
    return f"No answer: {words or 'the connection broke off'}."


def _post(notice: Notice, endpoint: Endpoint, at: datetime) -> Answer:
    body, name, stamp = body_of(notice), message_id(notice), int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secrets_of(endpoint, at), name, stamp, body),
    }
    return post(resolve(endpoint.url), body, headers)


def outcome_of(answer: Answer, at: datetime, took_ms: int = 0) -> Outcome:
    """Return what an answer means: only 2xx is taken, a redirect is a failure."""
    code = answer.status
    if 200 <= code < 300:
        return Outcome(True, code, f"taken with {code}", took_ms)
    if 300 <= code < 400:
        return Outcome(False, code, f"Answered {code}; redirects are not followed.", took_ms)
    ask = asked_for(answer.retry_after, at) if code in THROTTLED else None
    is_gone = code == GONE
    return Outcome(False, code, f"Answered {code}.", took_ms, ask, is_final=is_gone)


def asked_for(text: str, at: datetime) -> timedelta | None:
    """Return how long Retry-After asks to wait: seconds, or until a date."""
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return until - at if until.tzinfo and until > at else None
