"""Where to look first: words of a system's own texts that point to rules of the Act.

Pure, and never an answer: what is found here changes no fact and no tier.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp, fsum, prod

from governance.classification.law import Pack
from governance.classification.lexicon import SHORTEST_STEM, SIDE_USE, Element, Lexicon, Phrase

TOKEN = re.compile(r"[^\W_]+")
SENTENCE_ENDS = re.compile(r"[.;!?\n]")
CONTEXT = 60  # letters shown before and after the words
TOPIC = "topic"  # the field, and the grade of the phrases that are looked for in it alone
SCALE = 1_000  # a score is 0 to 1,000


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: lower case, where it stands, in which sentence."""

    word: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that led to a rule, exactly as they stand in the text."""

    field: str  # name, purpose, outputs, topic
    words: str
    before: str
    after: str
    start: int
    end: int
    grade: str


@dataclass(frozen=True)
class Suggestion:
    """A rule worth reading first, with the words that say so."""

    rule: str
    title: str
    citation: tuple[str, ...]
    strength: int  # 1 to 100
    hits: tuple[Hit, ...]
    softened_by: tuple[Hit, ...] = ()  # words that point to an exclusion or a side use

    @property
    def law(self) -> str:
        """Return the citation that says most: the point of an annex where there is one."""
        return next((one for one in self.citation if one.startswith("Annex")), self.citation[0])


@dataclass(frozen=True)
class Triage:
    """What the texts of one system say about where to look."""

    score: int  # 0 to 1,000; ranks the inventory, says nothing about a tier
    suggestions: tuple[Suggestion, ...]


def triage(texts: Mapping[str, str], lexicon: Lexicon, pack: Pack) -> Triage:
    """Return the suggestions for a system's texts, most pressing first, and its rank.

    Each phrase counts once, and words inside other found words do not count again. A rule's
    strength is 1 - ∏(1 - weight) over its phrases. The score is the logistic function of the
    strengths times their priorities; without a suggestion it is 0. The same texts and the same
    lexicon always give the same.
    """
    found: dict[str, dict[Phrase, Hit]] = {}
    known: set[Phrase] = set()
    for field, text in texts.items():
        for phrase, hit in _hits(field, text, lexicon, known):
            found.setdefault(phrase.rule, {})[phrase] = hit
    aside = list(found.pop(SIDE_USE, {}).values())
    ranked = []
    for rule, hits in found.items():
        softening = aside if rule in lexicon.softened else ()
        strength, kept, soft = _weigh([*hits.values(), *softening], lexicon)
        if kept:
            rank = strength * lexicon.priorities[rule]
            ranked.append((rank, _suggestion(pack, rule, strength, kept, soft)))
    ranked.sort(key=lambda one: (-one[0], one[1].rule))
    return Triage(_score([rank for rank, _one in ranked], lexicon.bias), _only(ranked))


def _score(ranks: list[float], bias: float) -> int:
    return max(1, round(SCALE / (1 + exp(-bias - fsum(ranks))))) if ranks else 0


def _only(ranked: list[tuple[float, Suggestion]]) -> tuple[Suggestion, ...]:
    return tuple(suggestion for _rank, suggestion in ranked)


def _suggestion(
    pack: Pack, rule: str, strength: float, kept: list[Hit], soft: list[Hit]
) -> Suggestion:
    known = pack.rules[rule]
    percent = max(1, round(100 * strength))
    return Suggestion(rule, known.title, known.citation, percent, tuple(kept), tuple(soft))


def _weigh(hits: list[Hit], lexicon: Lexicon) -> tuple[float, list[Hit], list[Hit]]:
    """Return how strongly a rule's hits point to it, those that count, and those against it."""
    soft = [hit for hit in hits if hit.grade == "softened_by"]
    kept: list[Hit] = []
    for hit in sorted((h for h in hits if h not in soft), key=_strong_and_long_first):
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    strength = 1 - prod(1 - lexicon.weights[hit.grade] for hit in kept)
    return strength * (lexicon.weights["softened"] if soft else 1), kept, soft


def _strong_and_long_first(hit: Hit) -> tuple[bool, int, str, int]:
    return hit.grade != "strong", hit.start - hit.end, hit.field, hit.start


def _overlap(one: Hit, other: Hit) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def _hits(
    field: str, text: str, lexicon: Lexicon, known: set[Phrase]
) -> Iterable[tuple[Phrase, Hit]]:
    """Return every phrase of a text that is not known yet, with where it first occurs."""
    tokens = _tokens(text)
    for at, token in enumerate(tokens):
        starts = lexicon.words.get(token.word, ())
        stems = lexicon.stems.get(token.word[:SHORTEST_STEM], ())
        for phrase in (*starts, *stems):
            if phrase in known or (phrase.grade == TOPIC) != (field == TOPIC):
                continue
            if end := _end(tokens, at, phrase.elements):
                known.add(phrase)
                yield phrase, _hit(field, text, token.start, tokens[end - 1].end, phrase.grade)


def _hit(field: str, text: str, start: int, end: int, grade: str) -> Hit:
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT:
        before = "…" + before.partition(" ")[2]
    if len(text) > end + CONTEXT:
        after = after.rpartition(" ")[0] + "…"
    return Hit(field, text[start:end], before, after, start, end, grade)


def _tokens(text: str) -> list[Token]:
    found = list(TOKEN.finditer(text))
    sentence, tokens = 0, []
    for one, following in pairwise([*found, None]):
        assert one is not None  # noqa: S101  only the last is None
        tokens.append(Token(one.group().lower(), one.start(), one.end(), sentence))
        if following and SENTENCE_ENDS.search(text, one.end(), following.start()):
            sentence += 1
    return tokens


def _end(tokens: list[Token], at: int, elements: tuple[Element, ...], place: int = 0) -> int:
    """Return where a phrase whose next word begins at a token ends, 0 where it does not occur."""
    element, last = elements[place], place + 1 == len(elements)
    for end in _ends_of(tokens, at, element):
        if last:
            return end
        for next_at in range(end, min(end + elements[place + 1].gap + 1, len(tokens))):
            if tokens[next_at].sentence != tokens[at].sentence:
                break
            if found := _end(tokens, next_at, elements, place + 1):
                return found
    return 0


def _ends_of(tokens: list[Token], at: int, element: Element) -> Iterable[int]:
    """Return after which tokens one place of a phrase, begun at a token, may end."""
    word = tokens[at].word
    if word in element.words or word.startswith(element.stems):
        yield at + 1
    for row in element.rows:
        if _stands(tokens, at, row):
            yield at + len(row)


def _stands(tokens: list[Token], at: int, words: tuple[str, ...]) -> bool:
    """Return whether these words stand in a row from a token on, in one sentence."""
    there = tokens[at : at + len(words)]
    if len(there) < len(words) or there[0].sentence != there[-1].sentence:
        return False
    return all(
        token.word.startswith(word[:-1]) if word.endswith("*") else token.word == word
        for token, word in zip(there, words, strict=True)
    )


def texts_of(
    name: str, purpose: str, outputs: str, columns: Mapping[str, object], lexicon: Lexicon
) -> dict[str, str]:
    """Return the texts to read: a system's own, and the heading its source files it under.

    `columns` are what the source said besides; of these only columns of topics are read.
    """
    headings = [
        str(value)
        for heading, value in sorted(columns.items())
        if value and any(word in heading.casefold() for word in lexicon.topic_columns)
    ]
    return {"name": name, "purpose": purpose, "outputs": outputs, TOPIC: "\n".join(headings)}
