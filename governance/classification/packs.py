"""Load a rule pack, and refuse one that does not hold together."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from governance.classification.coherence import check_coherence, check_deadlines
from governance.classification.conditions import (
    Condition,
    FactIn,
    FactIs,
    FactOver,
    RuleFired,
    leaves,
)
from governance.classification.law import TEXTS, Fact, Obligation, Pack, PackError, Rule
from governance.classification.order import NEEDED, cycle_in
from governance.classification.paper_reading import SECTIONS, read_papers
from governance.classification.reading import (
    MOST,
    Entry,
    entries,
    misfit,
    read_fact,
    read_obligation,
    read_rule,
)
from governance.classification.sections import (
    CARRIED,
    UNREAD,
    check_registers,
    read_deadlines,
    read_penalties,
    read_timelines,
    read_transitional,
)
from governance.classification.source import parsed

EU_AI_ACT = Path(__file__).parent / "rulepacks" / "eu_ai_act"
READ_HERE = (
    "meta", "facts", "rules", "obligations", "transitional", "timelines", "incident_deadlines",
    "penalties",
)  # fmt: skip
NEEDED_FACTS = {
    "gpai.model": "bool",
    "market.first_placed": "date",
    "market.significant_design_change": "bool",
    "market.for_public_authorities": "bool",
    "filter.narrow_procedural": "bool",
    "filter.improves_completed_human_work": "bool",
    "filter.detects_patterns": "bool",
    "filter.preparatory_task": "bool",
}  # that the evaluation itself reads
NEEDED_KINDS = ("scope_exclusion", "role", "gpai")
OTHER_PARTIES = frozenset({"initial_provider", "third_party_supplier", "other_third_party"})
NOT_KEPT = frozenset({"meta", "transitional", "timelines", *SECTIONS})
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
    parts = ((file, section, raw) for file, body in sources
             for section, raw in parsed(file, body).items())  # fmt: skip
    return pack_of(name, parts, hashlib.sha256(sums.encode()).hexdigest())


def pack_of(name: str, parts: Iterable[tuple[str, str, Any]], version: str) -> Pack:
    """Return the checked pack of these sections, each with the file that it stands in.

    Raises PackError as `load` does, whatever the sections hold.
    """
    return _Reader(name).read(parts, version)


def _files_of(path: Path) -> list[Path]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise PackError(path.name, "", "file", "there is no such rule pack")
    return files


class _Reader:
    """Collects the sections of all files, then checks what they say about each other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.where: dict[str, str] = {}  # section, fact, rule or duty → the file it stands in
        self.facts: dict[str, Fact] = {}
        self.rules: dict[str, Rule] = {}
        self.duties: dict[str, Obligation] = {}
        self.rest: dict[str, Any] = {}

    def read(self, parts: Iterable[tuple[str, str, Any]], version: str) -> Pack:
        """Return the pack of all the sections."""
        for file, section, raw in parts:
            self._take(file, section, raw)
        for section in (*READ_HERE, *CARRIED):
            if section not in self.where:
                raise PackError(self.name, "", section, "this section is missing")
        self._check()
        for section, check in CARRIED.items():
            check(*self._place(section))
        check_registers(*self._place("registration_annex_viii"), self.duties)
        deadlines = read_deadlines(*self._place("incident_deadlines"))
        check_deadlines(self.rules, deadlines, self.where["incident_deadlines"])
        return Pack(
            version=version,
            meta=self._meta(),
            facts=self.facts,
            rules=self.rules,
            obligations=tuple(self.duties.values()),
            transitional=read_transitional(*self._place("transitional")),
            timelines=read_timelines(*self._place("timelines")),
            deadlines=deadlines,
            penalties=read_penalties(*self._place("penalties"), self.duties),
            papers=read_papers(
                {name: self._place(name) for name in SECTIONS if name in self.where},
                self.duties,
                self._points,
            ),
            rest={name: raw for name, raw in self.rest.items() if name not in NOT_KEPT},
        )

    def _place(self, section: str) -> tuple[str, Any]:
        """Return the file of a section and what stands there."""
        return self.where[section], self.rest[section]

    def _meta(self) -> Mapping[str, Any]:
        meta = Entry(self.where["meta"], "meta", self.rest["meta"])
        for field in ("disclaimer", "title"):
            meta.text(field)
        meta.needed_day("as_of")
        texts = Entry(meta.file, meta.rule, meta.raw.get("instruments"), "instruments")
        for text in TEXTS:
            at = f"instruments.{text}"
            Entry(meta.file, meta.rule, texts.raw.get(text), at).needed_day("in_force")
        return meta.raw

    def _take(self, file: str, section: str, raw: Any) -> None:
        self._check_section(file, section)
        self.where[section] = file
        if section == "facts":
            for name, fact in Entry(file, section, raw).raw.items():
                self.facts[name] = read_fact(file, name, fact)
                self.where[f"facts {name}"] = file
        elif section in MERGED:
            for entry in entries(file, section, raw):
                if section == "rules":
                    self._once(file, section, read_rule(file, entry.raw), self.rules)
                else:
                    self._once(file, section, read_obligation(file, entry.raw), self.duties)
        else:
            self.rest[section] = raw

    def _check_section(self, file: str, section: str) -> None:
        if section not in (*READ_HERE, *CARRIED, *UNREAD, *SECTIONS):
            raise PackError(file, "", str(section), "unknown section")
        if section in self.where and section not in MERGED:
            raise PackError(file, "", section, f"also in {self.where[section]}")

    def _once(self, file: str, section: str, item: Any, known: dict[str, Any]) -> None:
        if item.id in known:
            raise PackError(file, item.id, "id", f"also in {self.where[f'{section} {item.id}']}")
        known[item.id] = item
        self.where[f"{section} {item.id}"] = file

    def _check(self) -> None:
        """Refuse what points nowhere, what is missing, and rules that wait for each other."""
        self._check_pointers()
        self._check_roles()
        self._check_needed()
        if circle := cycle_in(self.rules):
            file = self.where[f"rules {circle[0]}"]
            raise PackError(file, circle[0], "when", f"waits for itself: {' → '.join(circle)}")

    def _check_pointers(self) -> None:
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

    def _check_roles(self) -> None:
        """Refuse a role that nobody can have."""
        known = set(OTHER_PARTIES)
        for rule in self.rules.values():
            if rule.kind == "role":
                if not rule.id.startswith("role."):
                    raise PackError(
                        self.where[f"rules {rule.id}"], rule.id, "id", "role.… expected"
                    )
                known.add(rule.id.removeprefix("role."))
        named = [
            (f"rules {item.id}", "applies_to_roles", item.applies_to_roles)
            for item in self.rules.values()
        ] + [(f"obligations {item.id}", "roles", item.roles) for item in self.duties.values()]
        for place, field, roles in named:
            for role in roles:
                if role not in known:
                    name = place.partition(" ")[2]
                    raise PackError(self.where[place], name, field, f"there is no role {role}")

    def _check_needed(self) -> None:
        """Refuse a pack without something that the evaluation reads by name."""
        if missing := [name for name in NEEDED if name not in self.rules]:
            raise PackError(self.name, missing[0], "id", "the evaluation needs this rule")
        for name, kind in NEEDED_FACTS.items():
            if name not in self.facts or self.facts[name].type != kind:
                file = self.where["facts"]
                raise PackError(file, name, "type", f"the evaluation needs this fact, as {kind}")
        check_coherence(self.rules, lambda name: self.where[f"rules {name}"])
        kinds = {rule.kind for rule in self.rules.values()}
        if missing := [kind for kind in NEEDED_KINDS if kind not in kinds]:
            raise PackError(self.name, missing[0], "kind", "the evaluation needs such a rule")

    def _points(self, file: str, rule: str, field: str, condition: Condition) -> None:
        for leaf in leaves(condition):
            if isinstance(leaf, RuleFired):
                if leaf.rule not in self.rules:
                    raise PackError(file, rule, field, f"there is no rule {leaf.rule}")
                continue
            fact = self.facts.get(leaf.fact)
            if fact is None:
                raise PackError(file, rule, field, f"there is no fact {leaf.fact}")
            if problem := _unasked(fact, leaf):
                raise PackError(file, rule, field, f"{fact.name}: {problem}")


def _unasked(fact: Fact, leaf: FactIs | FactIn | FactOver) -> str:
    """Return why a fact of this type cannot be asked like that, empty when it can."""
    if isinstance(leaf, FactOver):
        if fact.type != "number":
            return f"gt needs a number, this fact is a {fact.type}"
        return "" if 0 <= leaf.limit < MOST else "gt needs a number from 0 up"
    if isinstance(leaf, FactIs):
        asked = fact.type not in ("list", "date")
        return misfit(fact, leaf.value) if asked else f"a {fact.type} cannot be asked like that"
    if fact.type not in ("enum", "list") or not leaf.values:
        return "in needs an enum or a list, and at least one value"
    wrong = sorted(leaf.values.difference(fact.values))
    return f"{wrong[0]!r} is none of {', '.join(fact.values)}" if wrong else ""
