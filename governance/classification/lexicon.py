"""Load the words that say where to look first, and refuse those that do not hold together."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from governance.classification.law import Pack, PackError
from governance.classification.packs import load as load_pack

LEXICON = Path(__file__).parent / "lexicon"
WORD = re.compile(r"[a-z0-9]{1,40}(?P<open>\*?)")
GAP = ".."
SHORTEST_STEM = 3  # letters before a `*`
GRADES = ("strong", "weak", "topic", "softened_by")

SOFTENED_FAMILIES = frozenset({"annex1", "annex3", "exemption"})
SIDE_USE = ""  # the rule of phrases that soften many

Alternative = tuple[str, ...]  # words in a row; one that ends in `*` stands for any ending


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: any of some words, with how many words may stand before it."""

    words: frozenset[str]  # whole words
    stems: tuple[str, ...]  # beginnings of words
    rows: tuple[Alternative, ...]  # several words in a row
    gap: int

    @property
    def starts(self) -> set[str]:
        """Return the first words, one that is a stem with its `*`."""
        return {*self.words, *(f"{stem}*" for stem in self.stems), *(row[0] for row in self.rows)}


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """Words to look for, for one rule of the law."""

    rule: str
    grade: str  # strong, weak, softened_by
    elements: tuple[Element, ...]
    text: str  # as it stands in the file


@dataclass(frozen=True)
class Lexicon:
    """All phrases, with what a hit weighs. `version` is the digest of files and pack."""

    version: str
    phrases: tuple[Phrase, ...]
    weights: Mapping[str, float]
    priorities: Mapping[str, float]  # by rule: what full strength adds to the rank
    bias: float
    floors: Mapping[str, float]  # the least a priority may be, by family
    topic_columns: tuple[str, ...]  # words of a heading
    softened: frozenset[str]  # rules that side uses soften, too
    words: Mapping[str, tuple[Phrase, ...]]  # whole first words
    stems: Mapping[str, tuple[Phrase, ...]]  # the first three letters of first words with a `*`


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that ships with Muster, for the rule pack in force; read once."""
    return load(LEXICON, load_pack())


def load(folder: Path, pack: Pack) -> Lexicon:
    """Return the checked lexicon of a folder.

    Raises PackError, which names file, rule and field, for a rule the pack does not have, a
    phrase that cannot be read, or a weight outside 0 to 1.
    """
    files = [(file.name, file.read_bytes()) for file in sorted(folder.glob("*.yaml"))]
    sums = "".join(f"{name} {hashlib.sha256(body).hexdigest()}\n" for name, body in files)
    parsed = [(name, yaml.safe_load(body)) for name, body in files]
    head, raw = parsed[0]  # the weights
    weights = dict(_numbers(head, "weights", raw["weights"], lowest=0))
    floors = dict(_numbers(head, "floors", raw["floors"]))
    ranks = next((name, body) for name, body in parsed if "priorities" in body)
    fitted = dict(_numbers(ranks[0], "priorities", ranks[1]["priorities"]))
    gap = int(weights["between"])
    phrases = [
        phrase
        for name, section in parsed
        for entry in section.get("entries", ())
        for phrase in _phrases(name, entry, pack, gap)
    ]
    rules = sorted({phrase.rule for phrase in phrases})
    phrases += [_phrase(head, SIDE_USE, "softened_by", text, gap) for text in raw["side_uses"]]
    return Lexicon(
        version=hashlib.sha256(f"{sums}{pack.version}".encode()).hexdigest(),
        phrases=tuple(phrases),
        weights=weights,
        priorities={
            rule: max(fitted.get(rule, floors[family_of(rule)]), floors[family_of(rule)])
            for rule in rules
        },
        bias=fitted["bias"],
        floors=floors,
        topic_columns=tuple(raw["topic_columns"]),
        softened=frozenset(rule for rule in rules if family_of(rule) in SOFTENED_FAMILIES),
        words=_by_start(phrases, stems=False),
        stems=_by_start(phrases, stems=True),
    )


def _numbers(
    file: str, section: str, raw: Mapping[str, Any], lowest: float = -20
) -> Iterable[tuple[str, float]]:
    for name, value in raw.items():
        if not isinstance(value, int | float) or not lowest <= value <= 20:
            raise PackError(file, section, name, f"a number from {lowest} to 20 expected")
        yield name, value


def _phrases(file: str, entry: Any, pack: Pack, gap: int) -> Iterable[Phrase]:
    rule = str(entry.get("rule", ""))
    if rule not in pack.rules:
        raise PackError(file, rule, "rule", "the rule pack has no such rule")
    if unknown := sorted(entry.keys() - {"rule", *GRADES}):
        raise PackError(file, rule, unknown[0], "no such field")
    for grade in GRADES:
        for text in entry.get(grade, ()):
            yield _phrase(file, rule, grade, str(text), gap)


def _phrase(file: str, rule: str, grade: str, text: str, gap: int) -> Phrase:
    return Phrase(rule, grade, tuple(_elements(file, rule, text, gap)), text)


def _elements(file: str, rule: str, text: str, gap: int) -> Iterable[Element]:
    """Return the places of a phrase; `..` widens the gap before the next one."""
    before, places = 0, text.split()
    if not places or GAP in (places[0], places[-1]):
        raise PackError(file, rule, text, "a phrase begins and ends with a word")
    for place in places:
        if place == GAP:
            before = gap
            continue
        alternatives = tuple(tuple(one.split("_")) for one in place.split("|"))
        for word in (word for one in alternatives for word in one):
            found = WORD.fullmatch(word)
            if not found or (found["open"] and len(word) <= SHORTEST_STEM):
                raise PackError(file, rule, text, f"“{word}” is no word, or too short for a *")
        yield _element(alternatives, before)
        before = 0


def _element(alternatives: Iterable[Alternative], gap: int) -> Element:
    single = [one[0] for one in alternatives if len(one) == 1]
    return Element(
        words=frozenset(word for word in single if not word.endswith("*")),
        stems=tuple(word[:-1] for word in single if word.endswith("*")),
        rows=tuple(one for one in alternatives if len(one) > 1),
        gap=gap,
    )


def family_of(rule: str) -> str:
    """Return prohibition, annex3, annex1, exemption or transparency."""
    if rule.startswith(("annex1.", "annex3.")):
        return rule.partition(".")[0]
    kinds = {"art5": "prohibition", "art6": "exemption", "art50": "transparency"}
    return kinds[rule.partition(".")[0]]


def _by_start(phrases: Iterable[Phrase], *, stems: bool) -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases by how they begin, so that a text is read only once."""
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        chosen = {word for word in phrase.elements[0].starts if word.endswith("*") == stems}
        for key in {word[:SHORTEST_STEM] if stems else word for word in chosen}:
            found.setdefault(key, []).append(phrase)
    return {key: tuple(some) for key, some in found.items()}
