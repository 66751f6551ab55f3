"""Time stamps of a third party (RFC 3161): asked for, and believed only when all of it is right."""

import asyncio
import http.client
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from asn1crypto import cms, pem, tsp, x509
from django.conf import settings
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import handle_tsp_response
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from governance.notices.addresses import RefusedError, resolve
from governance.notices.transport import fetch

ALGORITHM = "sha256"
MOST_BYTES = 100_000
SECONDS = 8.0  # for one answer
R = TypeVar("R")
HEADERS = {"Content-Type": "application/timestamp-query", "User-Agent": "Muster"}


class StampError(Exception):
    """No time stamp, or none to believe. The words say why."""


@dataclass(frozen=True)
class Stamp:
    """What a service answered, and what it says: its time, and who it is."""

    response: bytes  # as it came, for `openssl ts -verify`
    token: cms.ContentInfo
    at: datetime
    authority: str


def finished(work: Coroutine[Any, Any, R]) -> R:
    """Return what a coroutine comes to, in a thread of its own: the caller's may have a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def has_service() -> bool:
    """Return whether the installation names a time-stamping service."""
    return bool(settings.TIMESTAMP_URL)


def stamp(digest: bytes) -> Stamp:
    """Return a time stamp over a SHA-256 digest.

    Raises StampError when the service does not answer, refuses, or its answer is about another
    digest or another question, is not rightly signed, or by nobody under the named roots.
    """
    return finished(_stamped(digest))


def service_answers() -> bool:
    """Return whether the service is set and answers rightly at this moment."""
    try:
        return has_service() and bool(stamp(bytes(32)))
    except StampError:
        return False


class Authority(TimeStamper):
    """The service as the seal asks it; what it answers is checked before it goes in."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token over a digest; raises StampError when there is none to believe."""
        if md_algorithm != ALGORITHM:
            raise StampError(f"Time stamps are over {ALGORITHM} here.")
        return (await _stamped(message_digest)).token


async def _stamped(digest: bytes) -> Stamp:
    nonce, request = TimeStamper().request_cms(digest, ALGORITHM)
    answer = _asked(request.dump())
    try:
        token = handle_tsp_response(tsp.TimeStampResp.load(answer, strict=True), nonce)
        return await _checked(answer, token, digest)
    except StampError:
        raise
    except Exception as error:  # whatever a foreign answer breaks: it is no stamp
        raise StampError(f"The answer is no time stamp: {error}"[:300]) from error


def _asked(request: bytes) -> bytes:
    try:
        target = resolve(settings.TIMESTAMP_URL, plain=True)
        answer = fetch(target, "POST", HEADERS, body=request, most=MOST_BYTES, seconds=SECONDS)
    except (RefusedError, OSError, http.client.HTTPException) as error:
        raise StampError(f"The time-stamping service does not answer: {error}"[:300]) from error
    if answer.status != http.client.OK:
        raise StampError(f"The time-stamping service answers {answer.status}.")
    return answer.body


async def _checked(answer: bytes, token: cms.ContentInfo, digest: bytes) -> Stamp:
    signed = token["content"]
    told = signed["encap_content_info"]["content"].parsed
    if told["message_imprint"]["hash_algorithm"]["algorithm"].native != ALGORITHM:
        raise StampError("The time stamp is over another kind of digest.")
    if told["message_imprint"]["hashed_message"].native != digest:
        raise StampError("The time stamp is over another digest.")
    context = ValidationContext(trust_roots=_roots(), allow_fetching=False)
    status = await validate_tst_signed_data(signed, context, lambda _algorithm: digest)
    signer: x509.Certificate = status["signing_cert"]
    at: datetime = told["gen_time"].native
    if not (status["intact"] and status["valid"]):
        raise StampError("The time stamp is not rightly signed.")
    if status["trust_problem_indic"] is not None:
        raise StampError("Nobody under the named roots signed the time stamp, or not in its time.")
    if not signer.not_valid_before <= at <= signer.not_valid_after:
        raise StampError("The time stamp is from outside its certificate's time.")
    return Stamp(answer, token, at.astimezone(UTC), signer.subject.human_friendly[:200])


def _roots() -> list[x509.Certificate]:
    """Return the certificates that a stamp must lead to; without one none is believed."""
    try:
        raw = settings.TIMESTAMP_CA.read_bytes()
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(raw, multiple=True)]
    except (OSError, ValueError) as error:
        raise StampError("TIMESTAMP_CA_FILE holds no certificate to believe.") from error
