"""Results as JUnit XML: read by expat as a stream; no document type, so no entities, is taken."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from xml.parsers import expat

from governance.evaluations.readers.report import (
    Gathering,
    Report,
    ReportError,
    Result,
    score_of,
    short,
    slices_of,
)

DEEPEST = 20
LONGEST_VALUE = 10_000  # characters of one attribute
MOST_PROPERTIES = 200  # of one case or suite
FAILED = frozenset({"failure", "error"})
DIGEST = "muster.digest"
LONGEST_SUITE = timedelta(days=366)


@dataclass
class _Case:
    key: str
    line: int
    failed: bool = False
    skipped: bool = False
    message: str = ""
    properties: list[tuple[str, str]] = field(default_factory=list)


class _Reading:
    """What was read so far; expat calls `begin` and `end`."""

    def __init__(self) -> None:
        self.gathering = Gathering()
        self.parser = self._parser()
        self.path: list[str] = []
        self.case: _Case | None = None
        self.around: list[list[tuple[str, str]]] = []  # properties of the suites we are in
        self.digests: set[str] = set()
        self.tools: list[str] = []
        self.times: list[tuple[datetime, datetime]] = []
        self.text: list[str] = []

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse_doctype
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.say
        return parser

    def refuse_doctype(self, *_: object) -> None:
        raise ReportError(["The XML has a document type. Such a file is not read: remove it."])

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        self.path.append(name)
        if len(self.path) > DEEPEST:
            raise ReportError([f"The XML nests deeper than {DEEPEST} levels."])
        if any(len(value) > LONGEST_VALUE for value in attributes.values()):
            raise ReportError([f"{self.place}: a value has more than {LONGEST_VALUE} characters."])
        if len(self.path) == 1 and name not in ("testsuites", "testsuite"):
            raise ReportError([f"This is no JUnit XML: it begins with <{tag[:40]}>."])
        if name in self.BEGINS:
            self.BEGINS[name](self, attributes)

    @property
    def place(self) -> str:
        return f"Line {self.parser.CurrentLineNumber}"

    def begin_suite(self, attributes: dict[str, str]) -> None:
        self.around.append([])
        if attributes.get("name"):
            self.tools.append(attributes["name"])
        if span := _span(attributes):
            self.times.append(span)

    def begin_case(self, attributes: dict[str, str]) -> None:
        if self.case:
            raise ReportError([f"{self.place}: a testcase inside a testcase."])
        names = (attributes.get("classname", "").strip(), attributes.get("name", "").strip())
        key = " ".join(".".join(name for name in names if name).split())
        self.case = _Case(key, self.parser.CurrentLineNumber)

    def begin_failure(self, attributes: dict[str, str]) -> None:
        if self.case and self.path[-2:-1] == ["testcase"]:
            self.case.failed = True
            self.case.message = self.case.message or attributes.get("message", "")
            self.text.clear()

    def begin_skipped(self, attributes: dict[str, str]) -> None:
        if self.case and self.path[-2:-1] == ["testcase"]:
            self.case.skipped = True
            self.case.message = self.case.message or attributes.get("message", "")

    def begin_property(self, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", "").strip(), attributes.get("value", "").strip()
        if name == DIGEST and value:
            self.digests.add(value.lower())
        rows = self.case.properties if self.case else self.around[-1] if self.around else []
        if len(rows) >= MOST_PROPERTIES:
            raise ReportError([f"{self.place}: more than {MOST_PROPERTIES} properties."])
        rows.append((name, value))

    def say(self, text: str) -> None:
        if self.case and self.path[-1] in FAILED and len(self.text) < MOST_PROPERTIES:
            self.text.append(text)

    def end(self, tag: str) -> None:
        name = self.path.pop()
        if name in FAILED and self.case and not self.case.message:
            self.case.message = "".join(self.text)
        if name == "testsuite":
            self.around.pop()
        if name == "testcase" and self.case:
            self.take(self.case)
            self.case = None

    def take(self, case: _Case) -> None:
        place = f"Line {case.line}"
        told = [*(row for rows in self.around for row in rows), *case.properties]
        passed = None if case.skipped and not case.failed else not case.failed
        try:
            score = _score(told)
        except ValueError as error:
            self.gathering.refuse(place, f"the score {error}")
            return
        result = Result(case.key, passed, score, slices_of(_slices(told)), short(case.message))
        self.gathering.take(place, result)

    BEGINS: ClassVar[dict[str, Callable[[Any, dict[str, str]], None]]] = {
        "testsuite": begin_suite,
        "testcase": begin_case,
        "failure": begin_failure,
        "error": begin_failure,
        "skipped": begin_skipped,
        "property": begin_property,
    }


def read_junit(content: bytes) -> Report:
    """Return what JUnit XML says; raises ReportError with each case that cannot be taken.

    A case is `classname.name`; failure and error make it failed, skipped leaves it uncounted.
    Properties `slice` (or `slice:language`) and `score` are read, of a suite for all its cases.
    """
    reading = _Reading()
    try:
        reading.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ReportError([f"The XML cannot be read: {error}."]) from error
    if len(reading.digests) > 1:
        raise ReportError([f"The file names more than one digest as {DIGEST}."])
    begun = min((since for since, _ in reading.times), default=None)
    ended = max((until for _, until in reading.times), default=None)
    return Report(
        reading.gathering.taken(),
        digest=next(iter(reading.digests), ""),
        tool=(reading.tools or [""])[0][:100],
        observed_from=begun,
        observed_until=ended,
    )


def _span(attributes: dict[str, str]) -> tuple[datetime, datetime] | None:
    """Return when a suite ran, if it says so with its zone; a bare time is nobody's."""
    try:
        since = datetime.fromisoformat(attributes.get("timestamp", ""))
        seconds = Decimal(attributes.get("time", "0").replace(",", "") or "0")
        length = timedelta(seconds=float(seconds))
    except (ValueError, ArithmeticError):
        return None
    if since.tzinfo is None or not timedelta(0) <= length <= LONGEST_SUITE:
        return None
    return since, since + length


def _score(properties: list[tuple[str, str]]) -> Decimal | None:
    scores = [value for name, value in properties if name.lower() == "score"]
    return score_of(scores[-1]) if scores else None


def _slices(properties: list[tuple[str, str]]) -> list[str]:
    found = []
    for name, value in properties:
        if name.lower() == "slice":
            found.append(value)
        elif name.lower().startswith(("slice:", "slice.")) and value:
            found.append(f"{name[6:]}={value}")
    return found
