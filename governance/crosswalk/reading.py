"""The mapping as data: controls, five frameworks, and the seal over all of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from governance.common.canonical import digest
from governance.crosswalk.clauses import REFS
from governance.crosswalk.rules import (
    STATEMENTS,
    Clause,
    Control,
    Evidence,
    Framework,
    Shows,
    Strength,
    When,
)

FOLDER = Path(__file__).with_name("mapping")
SEAL = "SEAL.yaml"
CONTROLS = "controls.yaml"


class MappingError(Exception):
    """The mapping does not hold together; names the file and what is wrong."""


@dataclass(frozen=True)
class FrameworkHead:
    """What a framework is, and of when."""

    key: Framework
    name: str
    title: str
    edition: str
    publisher: str
    not_mapped: Mapping[str, str]  # ref → why no control names it

    @property
    def is_of_rulepack(self) -> bool:
        """Return whether the rule pack in force says which text of the law counts."""
        return self.key == Framework.EU_AI_ACT


@dataclass(frozen=True)
class Catalogue:
    """All controls with what they concern. `version` is what people read, `sha256` the seal."""

    version: str
    dated: date
    sha256: str  # over the files as they are
    is_sealed: bool  # whether that is what the seal says
    controls: Mapping[str, Control]
    frameworks: Mapping[Framework, FrameworkHead]

    def of(self, framework: Framework) -> list[Control]:
        """Return the controls that concern a framework, by code."""
        return [one for one in self.controls.values() if framework in one.refs]

    @cached_property
    def digests(self) -> dict[str, str]:
        """Return the digest of each control with all its mappings."""
        return {code: digest(one.as_data()) for code, one in self.controls.items()}


@cache
def catalogue() -> Catalogue:
    """Return the mapping in force; read once in a process."""
    return load(FOLDER)


def load(folder: Path) -> Catalogue:
    """Return the checked mapping of a folder; raises MappingError for what does not hold."""
    seal = _read(folder / SEAL)
    controls = {one.code: one for one in map(_control, _read(folder / CONTROLS)["controls"])}
    heads: dict[Framework, FrameworkHead] = {}
    for framework in Framework:
        raw = _read(folder / f"{framework}.yaml")
        heads[framework] = _head(framework, raw)
        for row in raw["mappings"]:
            _map(controls, framework, row)
    if bare := [one.code for one in controls.values() if not one.is_recorded and not one.lacks]:
        raise MappingError(f"{CONTROLS}: {bare} have no evidence that counts, and do not say why")
    sha256 = sum_of(folder)
    sealed = str(seal["sha256"]) == sha256
    return Catalogue(str(seal["version"]), seal["dated"], sha256, sealed, controls, heads)


def sum_of(folder: Path) -> str:
    """Return the SHA-256 over the names and digests of all files but the seal."""
    files = sorted(file for file in folder.glob("*.yaml") if file.name != SEAL)
    sums = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    return hashlib.sha256(sums.encode()).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return raw


def _control(raw: Mapping[str, Any]) -> Control:
    """Return a control; where something lacks here, people may say by hand what shows it."""
    code, lacks = raw["code"], raw.get("lacks", "")
    named = [
        Evidence(one["query"], tuple(map(str, one.get("of", ()))), Shows(one["shows"]))
        for one in raw["evidence"]
    ]
    by_hand = [Evidence(STATEMENTS, (code,), Shows.PART)] if lacks else []
    return Control(
        code=code,
        title=raw["title"],
        evidence=(*named, *by_hand),
        lacks=lacks,
        when=tuple(map(When, raw.get("when", ()))),
        once=raw.get("once", False),
    )


def _head(framework: Framework, raw: Mapping[str, Any]) -> FrameworkHead:
    return FrameworkHead(
        key=framework,
        name=raw["name"],
        title=raw["title"],
        edition=raw["edition"],
        publisher=raw["publisher"],
        not_mapped={row["ref"]: row["reason"] for row in raw["not_mapped"]},
    )


def _map(controls: dict[str, Control], framework: Framework, row: Mapping[str, Any]) -> None:
    code = row["control"]
    if code not in controls:
        raise MappingError(f"{framework}.yaml: there is no control {code}")
    refs = tuple(
        Clause(str(one["ref"]), Strength(one["strength"]), one.get("note", ""))
        for one in row["refs"]
    )
    for one in refs:
        if not REFS[framework].fullmatch(one.ref):
            raise MappingError(f"{framework}.yaml: {code} names {one.ref}, which is no id")
    known = controls[code]
    if framework in known.refs:
        raise MappingError(f"{framework}.yaml: {code} stands there twice")
    controls[code] = replace(known, refs={**known.refs, framework: refs})
