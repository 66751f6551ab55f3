"""A pack's frameworks as printed rows: controls under the clauses of their framework."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import template

register = template.Library()
MOST_REFS = 6
MOST_RECORDS = 3
WORDS = {
    "present": "Present",
    "stale": "Stale",
    "missing": "Missing",
    "not_applicable": "Not applicable",
}
Facts = Mapping[str, Any]


@register.filter
def rows_by_clause(framework: Facts, evidence: Facts) -> list[dict[str, Any]]:
    """Return a framework's clauses, each with the rows of its controls."""
    controls = {row["control"]: row for row in framework["controls"]}
    return [
        {
            "clause": one["clause"],
            "rows": [_row(controls[code], evidence.get(code, ())) for code in one["controls"]],
        }
        for one in framework["clauses"]
    ]


def _row(control: Facts, looked: Any) -> dict[str, Any]:
    words = WORDS[control["state"]] + (" in part" if control["in_part"] else "")
    if control.get("mapping_changed"):
        words += ". Mapping changed, review"
    return {
        "control": control["control"],
        "title": control["title"],
        "refs": ", ".join(one["ref"] for one in control["refs"]),
        "words": words,
        "present": control["present"],
        "applies_to": control["applies_to"],
        "lacking": _first([*control["missing"], *control["stale"]], MOST_REFS),
        "records": _first(list(dict.fromkeys(_records(looked))), MOST_RECORDS),
        "lacks": _lacks(control) if control["state"] == "missing" else "",
    }


def _lacks(control: Facts) -> str:
    """Return what is not recorded, and that only people can show it where that is so."""
    alone = "Nothing in Muster records this yet; evidence is attached by hand. "
    return (alone if control.get("by_hand_alone") else "") + str(control["lacks"])


def _records(looked: Any) -> Iterator[str]:
    """Yield what counts today, as it is called, with the number of its entry."""
    for one in looked:
        if one["shows"] != "hint":
            for row in one["rows"]:
                if not row["stale"]:
                    number = f" (entry {row['entry']})" if row["entry"] is not None else ""
                    yield f"{row['ref']}{number}"


def _first(names: list[str], most: int) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


@register.filter
def why_none(framework: Facts) -> str:
    """Return why no control of a framework applies, with the systems of each reason."""
    refs: dict[str, set[str]] = {}
    for control in framework["controls"]:
        for one in control["not_applicable"]:
            refs.setdefault(one["because"], set()).update(one["systems"])
    return " ".join(
        f"{because} {_first(sorted(systems), MOST_REFS)}." for because, systems in refs.items()
    )


@register.filter
def days_by_clause(framework: Facts) -> list[str]:
    """Return from when on the clauses of a framework apply, where the law as data says it."""
    days: dict[str, list[str]] = {}
    for control in framework["controls"]:
        for ref in control["refs"]:
            for one in ref["applies_from"]:
                route = f" ({one['route']})" if one["route"] else ""
                known = days.setdefault(f"{one['day']}{route}", [])
                article = ref["ref"].split("(")[0]
                if article not in known:
                    known.append(article)
    return [f"from {day}: {', '.join(articles)}" for day, articles in sorted(days.items())]
