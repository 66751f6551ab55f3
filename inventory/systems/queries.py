"""Reads over systems: likely duplicates of one that is about to be registered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from governance.accounts.models import User
from inventory.systems.models import AISystem, FoldedName
from inventory.systems.rules import SMALL_WORDS, Sketch, alike_because

MOST_CANDIDATES = 200
MOST_SHOWN = 5
COMPARED = ("pk", "name", "intended_purpose", "vendor_id")


@dataclass(frozen=True)
class LookAlike:
    """A registered system that may be the one somebody is about to register."""

    system: AISystem
    because: str


def look_alikes(sketch: Sketch, *, seen_by: User, but: int | None = None) -> list[LookAlike]:
    """Return registered systems that look like the sketch, at most five, best reason first.

    Only systems that the person may see are looked at. Candidates come from three index
    look-ups (same folded name, two words of the name, vendor with two words of the purpose);
    the rule decides among them.
    """
    visible = AISystem.objects.visible_to(seen_by)
    if but is not None:
        visible = visible.exclude(pk=but)
    found: dict[int, str] = {}
    for candidates in _candidates(visible, sketch):
        for pk, *other in candidates.values_list(*COMPARED):
            if because := alike_because(sketch, Sketch(*other)):
                found.setdefault(pk, because)
    if not found:
        return []
    shown = list(found)[:MOST_SHOWN]
    systems = AISystem.objects.select_related("unit", "owner").in_bulk(shown)
    return [LookAlike(systems[pk], found[pk]) for pk in shown]


def _candidates(visible: QuerySet[AISystem], sketch: Sketch) -> Iterable[QuerySet[AISystem]]:
    folded_name = FoldedName(Lower(Value(sketch.name)))
    same = visible.alias(folded_name=FoldedName(Lower("name"))).filter(folded_name=folded_name)
    yield same.order_by()[:MOST_SHOWN]
    searched = visible.order_by()
    if words := _two_of(sketch.name, 6):
        yield searched.filter(searched=words)[:MOST_CANDIDATES]
    if sketch.vendor and (words := _two_of(sketch.purpose, 8)):
        same_vendor = Q(vendor_id=sketch.vendor)
        yield searched.filter(same_vendor, searched=words)[:MOST_CANDIDATES]


def _two_of(text: str, most: int) -> SearchQuery | None:
    """Return a search for any two of the longest words of a text, or for the only one."""
    words = frozenset(re.findall(r"[^\W_]+", text.lower())) - SMALL_WORDS
    longest = sorted(words, key=lambda word: (-len(word), word))[:most]
    pairs: list[tuple[str, ...]] = [*combinations(longest, 2)] or [(word,) for word in longest]
    if not pairs:
        return None
    either = " | ".join("(" + " & ".join(f"'{word}'" for word in pair) + ")" for pair in pairs)
    return SearchQuery(either, search_type="raw", config="simple")
