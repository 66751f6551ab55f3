"""What stands before the systems in a pack: cover, scope, pictures, indexes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from governance.audit_packs import pictures
from governance.audit_packs.binding import Mark
from governance.audit_packs.queries import Contents
from governance.audit_packs.rules import MISSING, ranges, runs
from governance.audit_packs.section_rules import tells, whole
from governance.audit_packs.sections import Facts

MOST_PLACES = 12  # systems behind one point of the index, named one by one
MOST_EXCEPTIONS = 40  # of one kind, told one by one
EXCEPTIONS = {
    "emergencies": "Break-glass: activated in an emergency",
    "overridden": "Gates that were overridden",
    "refused": "Attempts that were refused",
    "waivers": "Waivers",
}
ANNEX_IV = "annex-iv"


def front(contents: Contents) -> dict[str, Any]:
    """Return what the templates of the front matter print, but for the table of contents."""
    head, systems = contents.head, contents.systems
    filled = [whole(system) for system in systems]
    return {
        "head": head,
        "break_glass": has_break_glass(head),
        "population": len(systems),
        "refs": ranges(system["ref"] for system in systems),
        "gaps": list(gaps(systems)),
        "exceptions": list(exceptions(head)),
        "annex": annex(filled) if tells(systems, "classification", "documents") else None,
        "frameworks": frameworks(head),
        "paint": pictures.paint(),
        "mix": pictures.tier_mix(filled) if tells(systems, "classification") else None,
        "strips": pictures.readiness(filled) if tells(systems, "obligations") else None,
        "calendar": pictures.calendar(filled, date.fromisoformat(head["read_at"][:10])),
        "duty_states": pictures.duty_keys(),
    }


def frameworks(head: Facts) -> Facts | None:
    """Return what the head says of frameworks, None when it names none."""
    known: Facts = head.get("frameworks") or {}
    return known if known.get("frameworks") else None


def gaps(systems: list[Facts]) -> Iterator[dict[str, Any]]:
    """Yield each kind of gap that occurs, with how many systems have it and which."""
    for words in MISSING:
        refs = [system["ref"] for system in systems if words in system["missing"]]
        if refs:
            yield {"words": words, "count": len(refs), "refs": ranges(refs)}


def exceptions(head: Facts) -> Iterator[dict[str, Any]]:
    """Yield the kinds of entries that an auditor asks for first; none for a head without them."""
    known = head.get("exceptions")
    if known is None:
        return
    for kind, words in EXCEPTIONS.items():
        entries = known.get(kind, [])
        more = max(len(entries) - MOST_EXCEPTIONS, 0)
        yield {"words": words, "entries": entries[:MOST_EXCEPTIONS], "more": more}


def has_break_glass(head: Facts) -> bool:
    """Return whether somebody went live in an emergency, or past a gate."""
    known = head.get("exceptions") or {}
    return bool(head.get("break_glass") or known.get("emergencies") or known.get("overridden"))


def annex(systems: list[Facts]) -> dict[str, Any] | None:
    """Return Annex IV point by point over the high-risk systems, None when there is none.

    The words are those of the rule pack's list of documents, as the documents carry them.
    """
    high = [system for system in systems if pictures.tier_of(system) == "high"]
    if not high:
        return None
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    owing = set()
    for system in high:
        for item in _items(system):
            owing.add(system["ref"])
            answers = held if item["values"] else lacking
            answers[item["number"], item["label"]].append(system["ref"])
    points = list(dict.fromkeys([*held, *lacking]))
    return {
        "rows": [
            {
                "point": point,
                "item": label,
                "held": ranges(held[point, label]),
                "lacking": ranges(lacking[point, label]),
                "held_by": held[point, label],
                "lacking_for": lacking[point, label],
            }
            for point, label in sorted(points, key=_in_order)
        ],
        "others": ranges(system["ref"] for system in high if system["ref"] not in owing),
    }


def with_pages(index: Facts | None, marks: Iterable[Mark]) -> Facts | None:
    """Return the index of Annex IV with the pages of the systems' documents, 0 before printing."""
    if index is None:
        return None
    at = {mark.label.split(" ", 1)[0]: _documents(mark) for mark in marks}
    rows = [
        row
        | {
            "held_at": list(_places(row["held_by"], at)),
            "lacking_at": list(_places(row["lacking_for"], at)),
        }
        for row in index["rows"]
    ]
    return index | {"rows": rows}


def _documents(mark: Mark) -> tuple[int, str]:
    """Return the page of a system's documents and the end of the link there; else its first."""
    for number, below in enumerate(mark.below):
        if below.label == "Documents":
            return below.page + 1, f"/{number}"
    return mark.page + 1, ""


def _places(refs: list[str], at: Mapping[str, tuple[int, str]]) -> Iterator[Facts]:
    """Yield each run of systems in words, with page and link of its first."""
    one_by_one = ((ref, ref) for ref in refs)
    for words, first in one_by_one if len(refs) <= MOST_PLACES else runs(refs):
        page, end = at.get(first, (0, ""))
        yield {"words": words, "page": page, "link": f"{first}{end}"}


def _in_order(point: tuple[str, str]) -> list[Any]:
    number, _, letter = point[0].partition(".")
    return [int(number) if number.isdigit() else 99, letter, point[1]]


def _items(system: Facts) -> Iterator[Facts]:
    for paper in system["documents"]:
        if paper["kind"] == ANNEX_IV:
            for section in paper["content"]["sections"]:
                yield from section["items"]
