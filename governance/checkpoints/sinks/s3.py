"""A bucket of S3 or what speaks like it, with object lock: nobody deletes before the date."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone

from governance.checkpoints.sinks.base import (
    AT_ONCE,
    ContradictionError,
    Head,
    Kept,
    Put,
    SinkError,
    folder_of,
    parse_name,
)
from governance.checkpoints.sinks.pinned import POOLS
from governance.notices.addresses import RefusedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

THERE = {"PreconditionFailed", "ConditionalRequestConflict", "412"}
CANNOT = {"NotImplemented", "501"}
MOST_BYTES = 1_000_000
SECONDS = 10
CONFIG = Config(  # type: ignore[call-arg]  # its stubs do not know the last one
    connect_timeout=SECONDS,
    read_timeout=SECONDS,
    retries={"total_max_attempts": 1},  # the row is tried again
    s3={"addressing_style": "path"},
    ignore_configured_endpoint_urls=True,  # AWS_ENDPOINT_URL would go round the check of addresses
)


@dataclass(frozen=True)
class Bucket:
    """How to speak to the server; secrets and all from the environment."""

    endpoint: str = ""
    region: str = ""
    lock: str = "COMPLIANCE"  # or GOVERNANCE, or OFF
    days: int = 3650
    key_id: str = ""
    secret: str = field(default="", repr=False)


class S3Sink:
    """Checkpoints as objects, each written once and locked."""

    every: timedelta = AT_ONCE
    is_read_back = True

    def __init__(self, name: str, prefix: str, bucket: Bucket) -> None:
        self.name, self.bucket = name, bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @property
    def key(self) -> str:
        """Return the address of the bucket and the prefix."""
        return f"s3://{self.name}/{self.prefix}"

    @property
    def words(self) -> str:
        """Return where it is, and how long objects are locked."""
        at = f" at {self.bucket.endpoint}" if self.bucket.endpoint else ""
        held = f"locked for {self.bucket.days:,} days ({self.bucket.lock.lower()})"
        return f"Bucket {self.name}{at}, {'not locked' if self.bucket.lock == 'OFF' else held}"

    @cached_property
    def client(self) -> "S3Client":
        """Return a connection to the server; to an endpoint of the operator's, a pinned one."""
        endpoint = self.bucket.endpoint or None
        made = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=self.bucket.region or None,
            aws_access_key_id=self.bucket.key_id or None,
            aws_secret_access_key=self.bucket.secret or None,
            config=CONFIG.merge(Config(proxies={})) if endpoint else CONFIG,
        )
        if endpoint:  # boto3 has no other way to choose how it connects
            made._endpoint.http_session._manager.pool_classes_by_scheme = POOLS  # type: ignore[attr-defined]
        return made

    def put(self, head: Head, known: int) -> Put:
        """Put the object where none is; one with other content is never put over."""
        path, body = self._path(head.origin) + head.name, head.note.encode()
        with self._asking():
            if head.key_note:
                self._put_once(self._path(head.origin) + head.key_note_name, head.key_note.encode())
            made = self._put_once(path, body)
            if not made and self._oldest(path) != body:
                raise ContradictionError(
                    f"The object {head.name} is there with other content. It was left as it is."
                )
        return Put(f"s3://{self.name}/{path}", "put" if made else "was there already")

    def _put_once(self, path: str, body: bytes) -> bool:
        """Put an object unless one is there; a server that knows no condition is asked before."""
        try:
            self._put(path, body, {"IfNoneMatch": "*"})
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in CANNOT:
                return self._put_after_look(path, body)
            if code not in THERE:
                raise
            return False
        return True

    def _put_after_look(self, path: str, body: bytes) -> bool:
        if self._versions(path, 1):
            return False
        self._put(path, body, {})
        return True

    def _put(self, path: str, body: bytes, condition: dict[str, Any]) -> None:
        held: dict[str, Any] = {}
        if self.bucket.lock != "OFF":
            until = timezone.now() + timedelta(days=self.bucket.days)
            held = {"ObjectLockMode": self.bucket.lock, "ObjectLockRetainUntilDate": until}
        self.client.put_object(
            Bucket=self.name,
            Key=path,
            Body=body,
            ContentType="text/plain; charset=utf-8",
            ChecksumAlgorithm="SHA256",
            **held,
            **condition,
        )

    def kept(self, origin: str, since: int) -> Sequence[Kept]:
        """Return the objects of that size or larger, the newest first, deleted ones too.

        A deletion in a locked bucket only hides an object: its oldest version is still there.
        """
        prefix = self._path(origin)
        with self._asking():
            found = self._listed(prefix, since) if since > 0 else {}
            found = found or self._listed(prefix, 0)
        named = (
            parse_name(path.removeprefix(prefix), f"{path}\n{version}")
            for path, version in found.items()
        )
        return sorted((one for one in named if one and one.size >= since), reverse=True)

    def _listed(self, prefix: str, since: int) -> dict[str, str]:
        """Return the oldest version of each object from a size on, whatever lies over it."""
        found: dict[str, str] = {}
        marker: dict[str, Any] = {"KeyMarker": f"{prefix}{since - 1:020d}~"} if since else {}
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.name, Prefix=prefix, **marker
        )
        for page in pages:
            for one in page.get("Versions", []):  # the newest first
                found[one.get("Key", "")] = one.get("VersionId", "null")
        return found

    def read(self, one: Kept) -> bytes:
        """Return what an object holds in the version that was listed."""
        path, _, version = one.path.partition("\n")
        with self._asking():
            return self._get(path, version)

    def _oldest(self, path: str) -> bytes:
        return self._get(path, self._versions(path, 1_000)[-1])

    def _get(self, path: str, version: str) -> bytes:
        which: dict[str, Any] = {} if version == "null" else {"VersionId": version}
        with self.client.get_object(Bucket=self.name, Key=path, **which)["Body"] as body:
            return body.read(MOST_BYTES + 1)

    def _versions(self, path: str, most: int) -> list[str]:
        """Return the versions of an object, the newest first."""
        page = self.client.list_object_versions(Bucket=self.name, Prefix=path, MaxKeys=most)
        return [one.get("VersionId", "null") for one in page.get("Versions", [])]

    def _path(self, origin: str) -> str:
        return f"{self.prefix}{folder_of(origin)}/"

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the server refuses into words that tell no secret."""
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an error")
            raise SinkError(f"The bucket answered {code}.") from error
        except (BotoCoreError, OSError) as error:
            if isinstance(error.__context__, RefusedError):
                raise SinkError("The bucket's address lies in a private network.") from error
            raise SinkError(f"The bucket does not answer ({type(error).__name__}).") from error
