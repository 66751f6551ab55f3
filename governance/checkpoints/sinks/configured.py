"""The places outside that this installation was given, from the settings."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from governance.checkpoints.sinks.base import Sink
from governance.checkpoints.sinks.file import FileSink
from governance.checkpoints.sinks.mail import MailSink
from governance.checkpoints.sinks.s3 import Bucket, S3Sink
from governance.checkpoints.sinks.witness import Cosigner, WitnessSink
from governance.common.notes import NoteError

LOCKS = ("COMPLIANCE", "GOVERNANCE", "OFF")


class ConfigurationError(Exception):
    """A place that is written in no form we know."""


def sinks() -> list[Sink]:
    """Return the places of the settings; raises ConfigurationError."""
    return parse(settings.CHECKPOINT_SINKS)


def parse(texts: Iterable[str]) -> list[Sink]:
    """Return the places that texts name, each once; raises ConfigurationError."""
    found: dict[str, Sink] = {}
    for text in texts:
        kind = text.partition(":")[0]
        if kind not in KINDS:
            raise ConfigurationError(f"{text}: a place is file:, s3:, mailto: or witness:.")
        sink = KINDS[kind](text)
        found[sink.key] = sink
    return list(found.values())


def _file(text: str) -> Sink:
    parts = urlsplit(text)
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute():
        raise ConfigurationError(f"{text}: a folder is written file:///its/path.")
    return FileSink(path)


def _s3(text: str) -> Sink:
    parts = urlsplit(text)
    given: dict[str, Any] = settings.CHECKPOINT_S3
    if not parts.netloc:
        raise ConfigurationError(f"{text}: a bucket is written s3://bucket/prefix.")
    if given["lock"] not in LOCKS or given["days"] < 1:
        raise ConfigurationError("CHECKPOINT_S3_LOCK is COMPLIANCE, GOVERNANCE or OFF.")
    return S3Sink(parts.netloc, parts.path, Bucket(**given))


def _mail(text: str) -> Sink:
    address = text.partition(":")[2]
    if address.count("@") != 1 or any(one.isspace() or one in "?&,;<>" for one in address):
        raise ConfigurationError(f"{text}: a mailbox is written mailto:person@example.com.")
    return MailSink(address, timedelta(hours=settings.CHECKPOINT_MAIL_HOURS))


def _witness(text: str) -> Sink:
    url, _, key = text.partition(":")[2].partition("#")
    if urlsplit(url).scheme not in ("https", "http") or not key:
        words = "a witness is written witness:https://its.address/#its-public-key"
        raise ConfigurationError(f"{text}: {words}.")
    try:
        return WitnessSink(url, Cosigner.parse(key))
    except NoteError as error:
        raise ConfigurationError(f"{text}: {error}") from error


KINDS: dict[str, Callable[[str], Sink]] = {
    "file": _file,
    "s3": _s3,
    "mailto": _mail,
    "witness": _witness,
}
