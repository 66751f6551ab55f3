"""Scopes and states of an evidence pack, and the limits of its building."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any


class ScopeKind(StrEnum):
    SYSTEM = "system"
    SELECTION = "selection"
    PORTFOLIO = "portfolio"  # a unit and all below it


class PackStatus(StrEnum):
    REQUESTED = "requested"
    BUILDING = "building"
    SEALED = "sealed"
    FAILED = "failed"


class PackFormat(StrEnum):
    BAG = "bag"
    PDF = "pdf"


S = PackStatus
PACK_TRANSITIONS: dict[PackStatus, frozenset[PackStatus]] = {
    S.REQUESTED: frozenset({S.BUILDING, S.FAILED}),
    S.BUILDING: frozenset({S.SEALED, S.FAILED}),
    S.SEALED: frozenset(),
    S.FAILED: frozenset(),
}

LEASE = timedelta(seconds=60)  # a worker that is silent for longer has lost the pack
MOST_ATTEMPTS = 3
UNSIGNED_WAIT = timedelta(seconds=30)  # between two looks whether a pack can be signed by now
UNSIGNED_IS_NEWS = timedelta(minutes=10)  # of a pack's age; a signer that starts anew is none
MOST_SYSTEMS = 10_000
MOST_PURPOSE = 400  # characters
SCHEMA = "muster/pack/2"


def subject_of(kind: ScopeKind, names: Sequence[str], unit: str) -> str:
    """Return what a pack is about, as its title says it."""
    if kind == ScopeKind.PORTFOLIO:
        return f"The AI systems of {unit}"
    return names[0] if len(names) == 1 else f"{len(names):,} systems of {unit}"


def ranges(refs: Iterable[str]) -> str:
    """Return refs in the order of their numbers, runs of three and more as AIS-003 to AIS-009."""
    return ", ".join(words for words, _ in runs(refs))


def runs(refs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield refs in the order of their numbers, each run in words with its first ref."""
    numbered = sorted((int(ref.rpartition("-")[2]), ref) for ref in refs)
    for _, run in groupby(enumerate(numbered), lambda item: item[1][0] - item[0]):
        found = [ref for _, (_, ref) in run]
        if len(found) < 3:
            yield from ((ref, ref) for ref in found)
        else:
            yield f"{found[0]} to {found[-1]}", found[0]


def missing(system: dict[str, Any]) -> list[str]:
    """Return what an auditor would look for and not find, in the words of the pack."""
    return [words for words, is_missing in MISSING.items() if is_missing(system)]


def _card_lacks(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda system: not system["card"][name]


def _agreement_states(system: dict[str, Any]) -> set[str]:
    return {agreement["state"] for agreement in system["agreements"]}


def _raci_errors(system: dict[str, Any]) -> bool:
    findings = (system["raci"] or {}).get("findings", [])
    return any(finding["severity"] == "error" for finding in findings)


def _approved(system: dict[str, Any]) -> bool:
    return any(
        release["may_run"] for version in system["versions"] for release in version["releases"]
    )


def _paper_is(state: str) -> Callable[[dict[str, Any]], bool]:
    return lambda system: any(paper["status"] == state for paper in system["documents"])


MISSING: dict[str, Callable[[dict[str, Any]], bool]] = {
    "No owner is named.": _card_lacks("owner"),
    "No intended purpose is written down.": _card_lacks("intended_purpose"),
    "Our role under the AI Act is not stated.": _card_lacks("our_roles"),
    "No question for the classification is answered.": lambda system: (
        system["classification"]["status"] == "unanswered"
    ),
    "An answer for the classification is not sure yet.": lambda system: bool(
        system["classification"]["unsure"]
    ),
    "A duty that applies is not met.": lambda system: any(
        duty["state"] == "missing" for duty in system["obligations"]["duties"]
    ),
    "Nobody has signed the classification.": lambda system: (
        system["classification"]["status"] != "signed"
    ),
    "Facts changed since the classification was signed.": lambda system: system[
        "classification"
    ].get("facts_changed", False),
    "The rule pack changed since the classification was signed.": lambda system: system[
        "classification"
    ].get("pack_changed", False),
    "No responsibility matrix is in force.": lambda system: (
        (system["raci"] or {}).get("status") != "active"
    ),
    "The responsibility matrix breaks a rule.": _raci_errors,
    "No agreement is on record although a vendor supplies the system.": lambda system: (
        bool(system["card"]["vendor"]) and not system["agreements"]
    ),
    "An agreement has expired or ended.": lambda system: bool(
        _agreement_states(system) & {"expired", "ended"}
    ),
    "An agreement is not signed, or not in force yet.": lambda system: bool(
        _agreement_states(system) & {"draft", "signed"}
    ),
    "The report of a serious incident is overdue.": lambda system: any(
        incident["overdue"] for incident in system["incidents"]
    ),
    "Nobody answered what was escalated about it.": lambda system: any(
        item["unhandled"] for item in system["escalations"]
    ),
    "No model version is on record.": lambda system: not system["versions"],
    "No model version is approved.": lambda system: not _approved(system),
    "A document that the AI Act asks for is not signed.": _paper_is("draft"),
    "A signed document says something else than the record by now.": _paper_is("stale"),
}

MOST_SYSTEMS_A_PART = 40
MOST_ROWS_A_PART = 1_000  # table rows: what makes pages, and memory


def chunks(systems: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the systems in parts that the press can print without growing."""
    part: list[dict[str, Any]] = []
    rows = 0
    for system in systems:
        weight = 20 + len(system.get("timeline", [])) + 6 * len(system.get("versions", []))
        weight += 15 * len(system.get("incidents", [])) + 3 * len(system.get("questions", []))
        weight += sum(4 + len(item["timeline"]) for item in system.get("escalations", []))
        weight += len((system.get("raci") or {}).get("rows", []))
        weight += 25 * len(system.get("documents", []))
        if part and (len(part) == MOST_SYSTEMS_A_PART or rows + weight > MOST_ROWS_A_PART):
            yield part
            part, rows = [], 0
        part.append(system)
        rows += weight
    if part:
        yield part
