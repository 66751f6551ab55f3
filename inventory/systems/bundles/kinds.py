"""The kinds of values in a bundle: each reads one, normalises it, or says what is wrong."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from governance.common.canonical import digest
from inventory.systems.bundles.problems import Faults, shown
from inventory.systems.bundles.reading import Number, pairs_of

Path = tuple[str, ...]
SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
SAFE = 2**53 - 1  # the largest whole number that JSON says exactly
MOST_NAME = 100
MOST_TEXT = 200_000  # characters of one prompt or tool
MOST_SETTING = 1_000


@dataclass
class Reading:
    """One pass over a document: the faults so far, and the texts that were hashed."""

    faults: Faults = field(default_factory=Faults)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def fault(self, path: Path, words: str) -> None:
        """Note what is wrong at a place; reading goes on."""
        self.faults.add(path, words)

    def names(self, value: Any, path: Path) -> dict[str, Any]:
        """Return a mapping with names that can be names; faults for the others."""
        pairs = pairs_of(value)
        if pairs is None:
            self.fault(path, "This must be a mapping of names to values.")
            return {}
        found: dict[str, Any] = {}
        for name, one in pairs:
            if isinstance(name, Number) or not isinstance(name, str):
                self.fault(path, f"The name {shown(str(name))} is not text; put it in quotes.")
            elif name in found:
                self.fault((*path, name), "This name stands twice.")
            elif words := wrong_text(name, MOST_NAME, line=True):
                self.fault((*path, name), f"The name {words}")
            else:
                found[name] = one
        return found


class Kind(Protocol):
    """A kind of value."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        """Return the value as the document keeps it; None when it is empty or wrong."""


def wrong_text(text: str, most: int, *, line: bool) -> str:
    """Return what is wrong with a text, as the end of a sentence; empty when nothing is."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return "holds half a character (a lone surrogate)."
    if "\0" in text:
        return "holds a null character."
    if len(text) > most:
        return f"has {len(text):,} characters; {most:,} are the most."
    if line and not text.strip():
        return "is empty."
    if line and (text != text.strip() or not text.isprintable()):
        return "begins or ends with a space, or holds what cannot be printed."
    return ""


def refused_number(value: Any) -> str:
    """Return why a value is a number that a bundle does not keep; empty for all else."""
    if isinstance(value, float | Number):
        return f'{shown(str(value))} is a decimal number: write it as text, like "0.2".'
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        return f"{shown(str(value))} is too large: write it as text."
    return ""


@dataclass(frozen=True)
class Text:
    """A line of text, as one types it; `pattern` says its form and `form` tells it in words."""

    most: int = 300
    pattern: re.Pattern[str] | None = None
    form: str = ""

    def read(self, value: Any, path: Path, reading: Reading) -> str | None:
        """Return the text; nothing and the empty text are not there."""
        if value is None or value == "":
            return None
        if isinstance(value, Number) or not isinstance(value, str):
            reading.fault(path, "This must be text; put it in quotes.")
        elif words := wrong_text(value, self.most, line=True):
            reading.fault(path, f"The text {words}")
        elif self.pattern and not self.pattern.fullmatch(value):
            reading.fault(path, f"This must be {self.form}.")
        else:
            return value
        return None


@dataclass(frozen=True)
class Sha256:
    """A digest, with sha256: before it or not; kept as 64 small hexadecimal digits."""

    def read(self, value: Any, path: Path, reading: Reading) -> str | None:
        """Return the digits."""
        if value is None or value == "":
            return None
        if isinstance(value, str) and not isinstance(value, Number):
            if found := SHA256.fullmatch(value):
                return found[1].lower()
            reading.fault(path, "This is no SHA-256: it has 64 hexadecimal digits.")
        else:
            reading.fault(path, "A SHA-256 is text; put it in quotes.")
        return None


@dataclass(frozen=True)
class Hashed:
    """A digest, or the thing itself in a mapping: {text: …}, or {schema: …} of a tool.

    The text is kept beside the document, to be shown; the document keeps its digest.
    """

    store: str  # prompts or tools
    takes_schema: bool = False

    def read(self, value: Any, path: Path, reading: Reading) -> str | None:
        """Return the digest of what was given."""
        if pairs_of(value) is None:
            return self._digest(value, path, reading)
        given = reading.names(value, path)
        known = {"text", "sha256"} | ({"schema"} if self.takes_schema else set())
        for name in sorted(set(given) - known):
            reading.fault((*path, name), "Nothing is called that here.")
        claimed = Sha256().read(given.get("sha256"), (*path, "sha256"), reading)
        made = self._made(given, path, reading)
        if claimed and made and claimed != made:
            reading.fault((*path, "sha256"), f"The text has another digest: {made}.")
        if all(one is None for one in given.values()):
            reading.fault(path, "Give its text, or the SHA-256 of it.")
        return made or claimed

    def _digest(self, value: Any, path: Path, reading: Reading) -> str | None:
        found = Sha256().read(value, path, Reading())
        if found is None:
            words = "This is no SHA-256 (64 hexadecimal digits). Give a text as {text: …}."
            reading.fault(path, words)
        return found

    def _made(self, given: Mapping[str, Any], path: Path, reading: Reading) -> str | None:
        if "schema" in given and self.takes_schema:
            schema = Free().read(given["schema"], (*path, "schema"), reading)
            if schema is None:
                return None
            self._keep(path[-1], json.dumps(schema, indent=2, ensure_ascii=False), reading)
            return digest(schema)
        text = given.get("text")
        if text is None:
            return None
        if isinstance(text, Number) or not isinstance(text, str):
            reading.fault((*path, "text"), "This must be text; put it in quotes.")
        elif words := wrong_text(text, MOST_TEXT, line=False):
            reading.fault((*path, "text"), f"The text {words}")
        else:
            self._keep(path[-1], text, reading)
            return sha256_of(text)
        return None

    def _keep(self, name: str, text: str, reading: Reading) -> None:
        reading.texts.setdefault(self.store, {})[name] = text


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as sha256sum says it of a file."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Whole:
    """A whole number from nought."""

    most: int = 10_000_000

    def read(self, value: Any, path: Path, reading: Reading) -> int | None:
        """Return the number."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= self.most:
            reading.fault(path, f"This must be a whole number from 0 to {self.most:,}.")
            return None
        return value


@dataclass(frozen=True)
class Free:
    """Whatever JSON can say without decimal numbers, a few levels deep; empties are left out."""

    depth: int = 8

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        """Return the value, with every text and number looked at."""
        if self.depth < 0:
            reading.fault(path, "This is too deep.")
        elif pairs_of(value) is not None:
            return self._mapping(value, path, reading)
        elif isinstance(value, list):
            return self._list(value, path, reading)
        elif words := self._wrong(value):
            reading.fault(path, words)
        else:
            return value
        return None

    def _wrong(self, value: Any) -> str:
        """Return what is wrong with a single value; empty when nothing is."""
        if words := refused_number(value):
            return words
        if isinstance(value, str):
            words = wrong_text(value, MOST_TEXT, line=False)
            return f"The text {words}" if words else ""
        if value is None or isinstance(value, int):
            return ""
        return "This is no text, number, truth, list or mapping."

    def _mapping(self, value: Any, path: Path, reading: Reading) -> dict[str, Any] | None:
        inner, found = Free(self.depth - 1), {}
        for name, one in reading.names(value, path).items():
            if (kept := inner.read(one, (*path, name), reading)) not in (None, ""):
                found[name] = kept
        return found or None

    def _list(self, value: list[Any], path: Path, reading: Reading) -> list[Any] | None:
        inner = Free(self.depth - 1)
        return [
            inner.read(one, (*path, str(number)), reading) for number, one in enumerate(value)
        ] or None


@dataclass(frozen=True)
class Setting:
    """The value of a parameter: text, a whole number, true or false, or a list of texts."""

    def read(self, value: Any, path: Path, reading: Reading) -> Any:
        """Return the value."""
        if pairs_of(value) is not None:
            reading.fault(path, "This must be a text, a whole number, true or false, or a list.")
            return None
        kept = Free(1).read(value, path, reading)
        if isinstance(kept, str) and (words := wrong_text(kept, MOST_SETTING, line=False)):
            reading.fault(path, f"The text {words}")
        return None if kept == "" else kept


@dataclass(frozen=True)
class Named:
    """A mapping of names that people choose to values of one kind."""

    kind: Kind
    most: int = 500

    def read(self, value: Any, path: Path, reading: Reading) -> dict[str, Any] | None:
        """Return the mapping without empty values; None when nothing is left."""
        if value is None:
            return None
        given = reading.names(value, path)
        if len(given) > self.most:
            reading.fault(path, f"{len(given):,} entries; {self.most} are the most.")
            return None
        read = {name: self.kind.read(one, (*path, name), reading) for name, one in given.items()}
        return {name: one for name, one in read.items() if one is not None} or None


@dataclass(frozen=True)
class Group:
    """A mapping whose names are fixed."""

    fields: Mapping[str, Kind]

    def read(self, value: Any, path: Path, reading: Reading) -> dict[str, Any] | None:
        """Return the fields that are given; a name that is not known is a fault."""
        if value is None:
            return None
        given = reading.names(value, path)
        for name in given:
            if name not in self.fields:
                known = ", ".join(self.fields)
                reading.fault((*path, name), f"Nothing is called that here. Known: {known}.")
        read = {
            name: kind.read(given[name], (*path, name), reading)
            for name, kind in self.fields.items()
            if name in given
        }
        return {name: one for name, one in read.items() if one is not None} or None
