"""JSON and YAML into plain values, strictly: a name twice stays visible, decimals stay text.

YAML is read as the core schema of YAML 1.2 has it, from its events: no tags, no anchors, no
dates, and yes is a word. What comes out says the same for the same document in JSON.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from inventory.systems.bundles.problems import BundleError, Problem

MOST_BYTES = 2_000_000  # of a file, with the texts in it
MOST_DEPTH = 20  # levels that are read at all; a bundle has fewer
MOST_DIGITS = 20
TOO_DEEP = f"The document is deeper than {MOST_DEPTH} levels."

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
WHOLE = re.compile(r"[-+]?[0-9]+")
OTHER_WHOLE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
DECIMAL = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


class Pairs(list[tuple[Any, Any]]):
    """A mapping as it was written: a name may stand in it twice."""


class Number(str):
    """A number that is no safe whole one, as it was written: 0.2, 1e3, NaN."""

    __slots__ = ()


def read_json(body: bytes) -> Any:
    """Return the value of a JSON document; mappings are Pairs, decimals are Numbers.

    Raises BundleError for what is not JSON in UTF-8, too big or too deep.
    """
    text = _text(body)
    try:
        return json.loads(
            text,
            object_pairs_hook=Pairs,
            parse_float=Number,
            parse_int=_whole,
            parse_constant=Number,
        )
    except json.JSONDecodeError as error:
        words = f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise _refusal(words) from error
    except RecursionError as error:
        raise _refusal(TOO_DEEP) from error


def read_yaml(body: bytes) -> Any:
    """Return the value of a YAML 1.2 document, as read_json does; JSON is YAML.

    Raises BundleError for what is not YAML, for tags, anchors and a second document.
    """
    text = _text(body)
    builder = _Builder()
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" in line {mark.line + 1}" if mark else ""
        raise _refusal(
            f"This is not YAML: {error.problem or 'it cannot be read'}{line}."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise _refusal(f"This is not YAML: {reason}.") from error
    return builder.value


def read(body: bytes) -> Any:
    """Return JSON where the text begins like it, else YAML."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        try:
            return read_json(body)
        except BundleError as error:
            if "not JSON" not in str(error):
                raise
            return _flow(body, error)
    return read_yaml(body)


def _flow(body: bytes, first: BundleError) -> Any:
    """Return a YAML document that only begins like JSON; else tell what JSON said."""
    try:
        return read_yaml(body)
    except BundleError:
        raise first from None


def _text(body: bytes) -> str:
    if len(body) > MOST_BYTES:
        raise _refusal(f"The document has more than {MOST_BYTES:,} bytes.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(f"The document is not UTF-8: byte {error.start + 1}.") from error


def _whole(text: str) -> int | Number:
    """Return a whole number; one too long to be one stays as it was written."""
    return int(text) if len(text.lstrip("+-")) <= MOST_DIGITS else Number(text)


def _refusal(words: str) -> BundleError:
    return BundleError([Problem("", words)])


class _Builder:
    """Makes a value from YAML events; refuses what JSON cannot say."""

    def __init__(self) -> None:
        self.value: Any = None
        self.documents = 0
        self.open: list[tuple[Any, list[Any]]] = []  # a mapping or list, and a name that waits

    def take(self, event: Any) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refusal(f"A second document begins in line {line}; one is read.")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refusal(f"Line {line}: anchors and aliases are not read; write it out.")
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._put(self.open.pop()[0], line)

    def _node(self, event: Any, line: int) -> None:
        if event.tag not in (None, "!"):
            raise _refusal(f"Line {line}: tags like {event.tag} are not read.")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0]
            self._put(_scalar(event.value) if plain else event.value, line)
            return
        if len(self.open) >= MOST_DEPTH:
            raise _refusal(TOO_DEEP)
        self.open.append((Pairs() if isinstance(event, yaml.MappingStartEvent) else [], []))

    def _put(self, value: Any, line: int) -> None:
        if not self.open:
            self.value = value
            return
        holder, waiting = self.open[-1]
        if not isinstance(holder, Pairs):
            holder.append(value)
        elif waiting:
            holder.append((waiting.pop(), value))
        elif isinstance(value, Pairs | list):
            raise _refusal(f"Line {line}: a name expected, not a list or mapping.")
        else:
            waiting.append(value)


def _scalar(text: str) -> Any:
    """Return a plain scalar as the core schema of YAML 1.2 reads it."""
    if text in NULL:
        return None
    if text in TRUTHS:
        return TRUTHS[text]
    if WHOLE.fullmatch(text):
        return _whole(text)
    if OTHER_WHOLE.fullmatch(text):
        return int(text, 0) if len(text) <= MOST_DIGITS else Number(text)
    return Number(text) if DECIMAL.fullmatch(text) else text


def pairs_of(value: Any) -> Iterable[tuple[Any, Any]] | None:
    """Return the names and values of a mapping of either kind; None for anything else."""
    if isinstance(value, Pairs):
        return value
    return value.items() if isinstance(value, dict) else None
