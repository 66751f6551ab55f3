"""Whether a changed pack still meets every expectation of the worked cases."""

from collections.abc import Iterator, Mapping
from typing import Any

from governance.classification.conditions import Truth, compiled
from governance.classification.law import Dates, Pack, Rule
from governance.classification.order import in_order
from governance.classification.rules import checked, classify, engine_of, normal
from tests.classification.mutants import Mutant
from tests.classification.worked import differences, given, own

# From which day the rules of each kind apply, as enacted and as amended (facts of the law, 1.2).
BAN, PRODUCT = ("2025-02-02", "2025-02-02", None), ("2027-08-02", "2028-08-02", None)
USE, TRANSPARENCY = ("2026-08-02", "2027-12-02", None), ("2026-08-02", "2026-08-02", None)
MODEL, INCIDENT = ("2025-08-02", "2025-08-02", None), ("2026-08-02", "2027-12-02", "2026-08-02")
DAYS_OF_KIND = {
    "scope": BAN, "scope_exclusion": BAN, "role": BAN, "prohibition": BAN,
    "role_change": USE, "high_risk_annex3": USE, "filter_condition": USE, "filter_override": USE,
    "filter_outcome": USE, "derived": USE, "annex1": PRODUCT, "annex1_condition": PRODUCT,
    "high_risk_annex1": PRODUCT, "transparency": TRANSPARENCY, "gpai": MODEL,
    "incident": INCIDENT,
}  # fmt: skip
DAYS_OF_RULE = {
    "art5.1.ba": (None, "2026-12-02", None), "art5.1.bb": (None, "2026-12-02", None),
    "annex1.a.1": ("2027-08-02", None, None), "annex1.b.21": (None, "2028-08-02", None),
    "art25.3": PRODUCT, "role.gpai_provider": MODEL, "art6.1c": (None, "2028-08-02", None),
    "d.in_scope": BAN, "d.prohibited": BAN, "d.limited": TRANSPARENCY, "d.gpai_systemic": MODEL,
    "d.annex1a_hit": PRODUCT, "d.annex1b_hit": PRODUCT, "d.high_annex1a": PRODUCT,
    "d.high_annex1b": PRODUCT,
}  # fmt: skip
LARGE_SYSTEMS = "2030-12-31"  # Art. 111(1), which no fact asks about
OTHERS = {"art25.2": {"initial_provider"}, "art25.4": {"third_party_supplier"}}
ROLE_CHANGES = ("art25.1.a", "art25.1.b", "art25.1.c")  # then Art. 25(2) binds the first provider
OTHERS_DAYS = {"annex3": USE, "annex1a": PRODUCT}


class Judge:
    """Holds the cases, and says of a pack what no longer holds."""

    def __init__(self, pack: Pack) -> None:
        self.cases = [(case, checked(pack, case["facts"])) for case in (*own(), *given())]
        self.telling: dict[
            str, list[int]
        ] = {}  # place or kind → cases that broke there, last first

    def verdict(self, mutant: Mutant) -> str:
        """Return the first expectation that breaks, empty when none does."""
        pack = mutant.pack
        return stated(pack) or self.of_cases(mutant) or self.of_others(pack)

    def of_cases(self, mutant: Mutant) -> str:
        """Return the case whose outcome changes; those that the change can reach come first."""
        engine = engine_of(mutant.pack)
        for at in self.order_for(mutant):
            case, facts = self.cases[at]
            if broken := differences(case, classify(engine, facts).as_json()):
                for key in (mutant.place, mutant.kind):
                    known = self.telling.setdefault(key, [])
                    self.telling[key] = [at, *(one for one in known if one != at)][:8]
                return f"{case['id']}: {', '.join(broken)}"
        return ""

    def order_for(self, mutant: Mutant) -> dict[int, None]:
        """Return the places of all cases, those that told most about such changes first."""
        reached = [
            at for at, (_case, facts) in enumerate(self.cases)
            if not mutant.touches.isdisjoint(facts)
        ]  # fmt: skip
        first = (*self.telling.get(mutant.place, ()), *self.telling.get(mutant.kind, ()))
        return dict.fromkeys((*first, *reached, *range(len(self.cases))))

    def of_others(self, pack: Pack) -> str:
        """Return the case in which the scope or a duty of another party comes out differently."""
        [handover] = [duty for duty in pack.obligations if duty.id == "art25.2"]
        for case, facts in self.cases:
            known = {n: normal(f, f.default) for n, f in pack.facts.items()} | facts
            fired = truths(pack, known)
            expected = case["expected"]
            if "duties" not in expected:
                continue
            if compiled(handover.when)(known, fired) is not any(
                fired[name] for name in ROLE_CHANGES
            ):
                return f"{case['id']}: art25.2"
            outside = expected["tier"] == "out_of_scope" or not fired["art3.1"]
            if fired["d.in_scope"] is outside:
                return f"{case['id']}: d.in_scope"
        return ""


def stated(pack: Pack) -> str:
    """Return which day or which role of another party is not as the law says."""
    return next(_unlike(pack), "")


def _unlike(pack: Pack) -> Iterator[str]:
    for rule in pack.rules.values():
        if _days(rule.dates) != days_of(rule):
            yield f"{rule.id}: dates"
        for item in rule.unless:
            if item.dates and _days(item.dates) != DAYS_OF_RULE[item.id]:
                yield f"{item.id}: dates"
    yield from _unlike_of_others(pack)
    row = pack.transitional["art111.1"]
    if {row["enacted"], row["amended"]} != {LARGE_SYSTEMS}:
        yield "art111.1: days"


def _unlike_of_others(pack: Pack) -> Iterator[str]:
    """Yield the duties of other parties than the actor that are not as the law says."""
    roles = {rule.id.removeprefix("role.") for rule in pack.rules.values() if rule.kind == "role"}
    for duty in pack.obligations:
        if set(duty.roles) - roles != OTHERS.get(duty.id, set()):
            yield f"{duty.id}: roles"
    [handover] = [duty for duty in pack.obligations if duty.id == "art25.2"]
    if {route: _days(pair) for route, pair in handover.dates.items()} != OTHERS_DAYS:
        yield "art25.2: dates"
    if set(handover.roles) & roles or handover.disputed:
        yield "art25.2: roles or dispute"


def days_of(rule: Rule) -> tuple[str | None, str | None, str | None]:
    """Return the days that a rule must have."""
    return DAYS_OF_RULE.get(rule.id) or DAYS_OF_KIND[rule.kind]


def _days(dates: Dates) -> tuple[str | None, ...]:
    days = (dates.enacted, dates.amended, dates.amended_formal)
    return tuple(day.isoformat() if day else None for day in days)


def truths(pack: Pack, known: Mapping[str, Any], text: str = "amended") -> dict[str, Truth]:
    """Return what every rule comes to, evaluated plainly, one after the other."""
    fired: dict[str, Truth] = {}
    for rule in in_order(pack.rules):
        excused = any(compiled(item.when)(known, fired) for item in excuses(rule, text))
        fired[rule.id] = rule.exists(text) and compiled(rule.when)(known, fired) and not excused
    return fired


def excuses(rule: Rule, text: str) -> Iterator[Any]:
    """Yield the exceptions that a rule has under one text."""
    return (item for item in rule.unless if item.exists(text))
