"""JSON bodies, read strictly."""

import json
import re
from collections.abc import Mapping
from math import isinf
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MOST_BYTES = 1_048_576
DEEPEST = 64
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Read UTF-8 JSON; refuse repeated names, NaN, deep nesting, NUL and lone surrogates."""

    media_type = "application/json"
    most_bytes = MOST_BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value; raises ParseError with the reason."""
        return read_json(self.taken(stream))

    def taken(self, stream: IO[Any]) -> bytes:
        """Return the bytes of a body that is not too large."""
        raw: bytes = stream.read(self.most_bytes + 1)
        if len(raw) > self.most_bytes:
            raise ParseError(f"The body is larger than {self.most_bytes} bytes.")
        return raw


def read_json(raw: bytes) -> Any:
    """Return the value of strict JSON; raises ParseError with the reason."""
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise ParseError(f"This is not JSON we can read: {error}") from error
    _check(value, DEEPEST)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object repeats a name")
    return value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    if isinf(value := float(text)):
        raise ValueError(f"{text[:40]} is too large a number")
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ParseError(f"The body nests deeper than {DEEPEST} levels.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


def _check_text(text: str) -> None:
    if NOT_TEXT.search(text):
        raise ParseError("Text holds a NUL character or half a surrogate pair.")
