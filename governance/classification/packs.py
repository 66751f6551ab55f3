"""Load a rule pack, and refuse one that does not hold together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from governance.classification.conditions import Condition, FactIn, FactIs, RuleFired, leaves
from governance.classification.law import Fact, Obligation, Pack, PackError, Rule
from governance.classification.order import NEEDED, cycle_in
from governance.classification.reading import Entry, misfit, read_fact, read_obligation, read_rule

EU_AI_ACT = Path(__file__).parent / "rulepacks" / "eu_ai_act"
READ_HERE = frozenset({"meta", "facts", "rules", "obligations", "transitional", "timelines"})
TRANSITIONS = ("art111.2", "art111.2.public", "art111.3", "art111.4")
MERGED = frozenset({"rules", "obligations"})  # sections that several files may carry


@cache
def load(path: Path = EU_AI_ACT) -> Pack:
    """Return the checked pack of a YAML file or a folder of them; read once in a process.

    Raises PackError, which names file, rule and field, for anything that does not hold.
    """
    return read_pack(path.name, [(file.name, file.read_bytes()) for file in _files_of(path)])


def read_pack(name: str, sources: Sequence[tuple[str, bytes]]) -> Pack:
    """Return the checked pack of these files; its version is the same wherever they lie.

    Raises PackError as `load` does.
    """
    sums = "".join(f"{file} {hashlib.sha256(body).hexdigest()}\n" for file, body in sources)
    return _Reader(name).read(sources, hashlib.sha256(sums.encode()).hexdigest())


def _files_of(path: Path) -> list[Path]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise PackError(path.name, "", "file", "there is no such rule pack")
    return files


class _Loader(yaml.CSafeLoader):
    """YAML without dates of its own and without the same key twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _value in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.MarkedYAMLError(problem=f"{key} twice", problem_mark=node.start_mark)
    return {
        loader.construct_object(key): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _parsed(file: str, body: bytes) -> dict[str, Any]:
    """Return the sections of one file."""
    try:
        raw = yaml.load(body, _Loader)  # noqa: S506  a safe loader with a stricter mapping
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        raise PackError(file, "", line, error.problem or "not YAML") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(file, "", "file", "not YAML") from error
    if not isinstance(raw, dict):
        raise PackError(file, "", "file", "sections expected")
    return raw


class _Reader:
    """Collects the sections of all files, then checks what they say about each other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.where: dict[str, str] = {}  # section, fact, rule or duty → the file it stands in
        self.facts: dict[str, Fact] = {}
        self.rules: dict[str, Rule] = {}
        self.duties: dict[str, Obligation] = {}
        self.rest: dict[str, Any] = {}

    def read(self, sources: Iterable[tuple[str, bytes]], version: str) -> Pack:
        """Return the pack of all the files."""
        for file, body in sources:
            for section, raw in _parsed(file, body).items():
                self._take(file, section, raw)
        for section in READ_HERE - {"transitional", "timelines"}:
            if section not in self.where:
                raise PackError(self.name, "", section, "this section is missing")
        self._check()
        meta = Entry(self.where["meta"], "meta", self.rest["meta"])
        for field in ("as_of", "disclaimer", "title"):
            meta.text(field)
        return Pack(
            version=version,
            meta=self.rest.pop("meta"),
            facts=self.facts,
            rules=self.rules,
            obligations=tuple(self.duties.values()),
            transitional=self._transitional(),
            timelines=self._timelines(),
            rest=self.rest,
        )

    def _take(self, file: str, section: str, raw: Any) -> None:
        if section in self.where and section not in MERGED:
            raise PackError(file, "", section, f"also in {self.where[section]}")
        self.where[section] = file
        if section == "facts":
            for name, fact in Entry(file, section, raw).raw.items():
                self.facts[name] = read_fact(file, name, fact)
                self.where[f"facts {name}"] = file
        elif section == "rules":
            for item in raw or ():
                self._once(file, "rules", read_rule(file, item), self.rules)
        elif section == "obligations":
            for item in raw or ():
                self._once(file, "obligations", read_obligation(file, item), self.duties)
        else:
            self.rest[section] = raw

    def _once(self, file: str, section: str, item: Any, known: dict[str, Any]) -> None:
        if item.id in known:
            raise PackError(file, item.id, "id", f"also in {self.where[f'{section} {item.id}']}")
        known[item.id] = item
        self.where[f"{section} {item.id}"] = file

    def _check(self) -> None:
        """Refuse what points nowhere, and rules that wait for each other."""
        seen: set[str] = set()
        for rule in self.rules.values():
            file = self.where[f"rules {rule.id}"]
            self._points(file, rule.id, "when", rule.when)
            for exception in rule.unless:
                self._points(file, exception.id, "when", exception.when)
                if exception.id in seen or exception.id in self.rules:
                    raise PackError(file, exception.id, "id", "twice in the pack")
                seen.add(exception.id)
        for duty in self.duties.values():
            self._points(self.where[f"obligations {duty.id}"], duty.id, "when", duty.when)
        if missing := [name for name in NEEDED if name not in self.rules]:
            raise PackError(self.name, missing[0], "id", "the evaluation needs this rule")
        if circle := cycle_in(self.rules):
            file = self.where[f"rules {circle[0]}"]
            raise PackError(file, circle[0], "when", f"waits for itself: {' → '.join(circle)}")

    def _points(self, file: str, rule: str, field: str, condition: Condition) -> None:
        for leaf in leaves(condition):
            if isinstance(leaf, RuleFired):
                if leaf.rule not in self.rules:
                    raise PackError(file, rule, field, f"there is no rule {leaf.rule}")
                continue
            fact = self.facts.get(leaf.fact)
            if fact is None:
                raise PackError(file, rule, field, f"there is no fact {leaf.fact}")
            for value in _values_of(leaf):
                if problem := misfit(fact, [value] if fact.type == "list" else value):
                    raise PackError(file, rule, field, f"{fact.name}: {problem}")

    def _transitional(self) -> dict[str, Mapping[str, Any]]:
        file = self.where.get("transitional", self.name)
        rows: dict[str, Mapping[str, Any]] = {}
        for raw in self.rest.pop("transitional", []):
            entry = Entry(file, str(raw.get("id")), raw)
            for field in ("enacted", "amended"):
                entry.day(field, raw.get(field))
            rows[entry.text("id")] = {**raw, "citation": entry.texts("citation", required=True)}
        for name in TRANSITIONS:
            if name not in rows:
                raise PackError(file, name, "id", "the evaluation needs this transitional rule")
        return rows

    def _timelines(self) -> dict[str, tuple[tuple[Any, str], ...]]:
        file = self.where.get("timelines", self.name)
        return {
            text: tuple(_moments(file, text, rows))
            for text, rows in self.rest.pop("timelines", {}).items()
        }


def _moments(file: str, text: str, rows: Iterable[object]) -> Iterator[tuple[Any, str]]:
    for row in rows:
        entry = Entry(file, f"timelines.{text}", row)
        yield entry.day("date", entry.raw.get("date")), entry.text("applies")


def _values_of(leaf: object) -> Iterator[Any]:
    if isinstance(leaf, FactIs):
        yield leaf.value
    elif isinstance(leaf, FactIn):
        yield from leaf.values
