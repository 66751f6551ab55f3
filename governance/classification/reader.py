"""The rule pack as somebody reads it: parts, each with its entries, days and articles. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from governance.classification.branches import CONFIDENCE
from governance.classification.explain import words
from governance.classification.law import Dates, Obligation, Pack, Penalty, Rule

ROUTES = {"all": "", "annex3": "Annex III", "annex1a": "Annex I A", "annex1b": "Annex I B"}
KINDS = {
    "scope": ("scope", "scope_exclusion", "role", "role_change"),
    "prohibited": ("prohibition",),
    "products": ("annex1", "annex1_condition", "high_risk_annex1"),
    "uses": ("high_risk_annex3", "filter_condition", "filter_override", "filter_outcome"),
    "transparency": ("transparency",),
    "models": ("gpai",),
    "incidents": ("incident",),
    "joined": ("derived",),
}
TITLES = {
    "scope": "Scope and roles",
    "prohibited": "Prohibited",
    "products": "Annex I products",
    "uses": "Annex III uses",
    "transparency": "Transparency",
    "models": "Models",
    "incidents": "Incidents",
    "duties": "Duties",
    "transition": "Transition",
    "fines": "Fines",
    "joined": "Summed up",
}


@dataclass(frozen=True)
class Entry:
    """One rule, duty, transitional rule, deadline or fine."""

    id: str
    title: str
    text: str
    citation: tuple[str, ...]
    days: tuple[tuple[str, Dates], ...] = ()  # by route; the route is empty where there is one
    notes: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    confidence: str = ""  # in words, where it is not the statute
    disputed: bool = False
    exceptions: tuple["Entry", ...] = field(default=())


def part_of(pack: Pack, name: str) -> str:
    """Return the part in which an entry of this name stands; empty for a name nobody has."""
    if name in pack.rules:
        return next(part for part, kinds in KINDS.items() if pack.rules[name].kind in kinds)
    return next((part for part in TITLES if any(name == one.id for one in read(pack, part))), "")


def read(pack: Pack, part: str) -> tuple[Entry, ...]:
    """Return the entries of a part, in the order of the pack."""
    if part == "duties":
        return tuple(_duty(one) for one in pack.obligations)
    if part == "fines":
        return tuple(_fine(one) for one in pack.penalties)
    if part == "transition":
        return tuple(_transitional(pack.transitional))
    rules = tuple(_rule(one) for one in pack.rules.values() if one.kind in KINDS[part])
    return (*rules, *_deadlines(pack)) if part == "incidents" else rules


def _rule(rule: Rule) -> Entry:
    return Entry(
        id=rule.id,
        title=rule.title,
        text=rule.question,
        citation=rule.citation,
        days=(("", rule.dates),),
        notes=tuple(filter(None, (rule.note,))),
        guidance=rule.guidance,
        confidence=_unless_statute(rule.confidence),
        exceptions=tuple(
            Entry(one.id, "Exception", one.question, one.citation,
                  confidence=_unless_statute(one.confidence))
            for one in rule.unless
        ),
    )  # fmt: skip


def _unless_statute(confidence: str) -> str:
    return "" if confidence == "statute" else CONFIDENCE.get(confidence, "")


def _duty(duty: Obligation) -> Entry:
    kept = f"Keep: {duty.retention}." if duty.retention else ""
    return Entry(
        id=duty.id,
        title=duty.duty,
        text=f"As {', '.join(words(role) for role in duty.roles)}.",
        citation=duty.citation,
        days=tuple((ROUTES.get(route, route), dates) for route, dates in duty.dates.items()),
        notes=tuple(filter(None, (duty.note, kept))),
        disputed=duty.disputed,
    )


def _fine(row: Penalty) -> Entry:
    sums = {name: most for name, most in row.most.items() if name.startswith("eur")}
    share = row.most.get("turnover_pct")
    told = " or ".join(f"EUR {most:,}" for most in sums.values())
    lower = (
        "For micro, small and medium undertakings the lower of the two."
        if row.lower_for_sme
        else "",
        "As amended for small mid-caps too." if row.lower_for_smc else "",
        row.note,
    )
    return Entry(
        id=row.id,
        title=f"At most {told}{f' or {share} % of turnover, whichever is higher' if share else ''}",
        text=f"For {row.infringement}.",
        citation=row.citation,
        days=(("", row.dates),),
        notes=tuple(filter(None, lower)),
    )


def _transitional(rules: Mapping[str, Mapping[str, object]]) -> Iterator[Entry]:
    for name, rule in rules.items():
        citation = rule["citation"]
        yield Entry(
            id=name,
            title=_sentence(rule["when"]),
            text=f"{_sentence(rule['effect'])}.",
            citation=tuple(citation) if isinstance(citation, list | tuple) else (),
            notes=tuple(str(rule[key]) for key in ("note",) if rule.get(key)),
        )


def _sentence(words: object) -> str:
    return f"{str(words)[:1].upper()}{str(words)[1:]}"


def _deadlines(pack: Pack) -> Iterator[Entry]:
    for one in pack.deadlines:
        days = f"{one.days} days" if one.days else "No day of its own"
        yield Entry(
            f"deadline.{one.id}", f"Reported by: {days}", f"{_sentence(one.trigger)}.", one.citation
        )
