"""Which obligations apply to whom, and from which day (Arts 111 and 113)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification import order
from governance.classification.conditions import Fired, Test, compiled
from governance.classification.law import TEXTS, Dates, Obligation, Pack
from governance.classification.results import Duty

ROUTES = ((order.HIGH_USE, "annex3"), (order.HIGH_PRODUCT, "annex1a"),
          (order.HIGH_SECTORAL, "annex1b"))  # fmt: skip
MARKING = "art50.2"  # the one duty of Art. 50 that Art. 111(4) moves
MODEL_ROLE = "gpai_provider"  # whose duties need no AI system
MARKET = (
    "market.first_placed",
    "market.significant_design_change",
    "market.for_public_authorities",
)


@dataclass(frozen=True)
class Transition:
    """The days of Art. 111, read from the pack."""

    cut_off: Mapping[str, Mapping[str, date]]  # text → route → systems placed before it are old
    public: Mapping[str, date]  # Art. 111(2), second sentence
    models: Mapping[str, date]  # Art. 111(3)
    models_before: date
    marking: date  # Art. 111(4)
    marking_before: date


@dataclass(frozen=True)
class Duties:
    """The obligations of a pack with their conditions compiled."""

    by_role: Mapping[str, tuple[int, ...]]  # role → places in `rows`
    rows: tuple[tuple[Obligation, Test], ...]
    transition: Transition


def compiled_duties(pack: Pack) -> Duties:
    """Return the pack's obligations ready to be asked."""
    rows = tuple((item, compiled(item.when)) for item in pack.obligations)
    roles = {role for item in pack.obligations for role in item.roles}
    places = {
        role: tuple(at for at, (item, _test) in enumerate(rows) if role in item.roles)
        for role in roles
    }
    return Duties(places, rows, transition_of(pack))


def transition_of(pack: Pack) -> Transition:
    """Return the days of the pack's transitional rules."""
    rules = pack.transitional
    legacy = rules["art111.2"]["cut_off"]
    by_kind = {name: _day(day) for name, day in legacy["amended"].items()}
    enacted = _day(legacy["enacted"])
    return Transition(
        cut_off={
            "enacted": dict.fromkeys(("annex3", "annex1a", "annex1b"), enacted),
            "amended": {
                "annex3": by_kind["annex3"],
                "annex1a": by_kind["annex1"],
                "annex1b": by_kind["annex1"],
            },
        },
        public={text: _day(rules["art111.2.public"][text]) for text in TEXTS},
        models={text: _day(rules["art111.3"][text]) for text in TEXTS},
        models_before=date(2025, 8, 2),  # Art. 111(3)
        marking=_day(rules["art111.4"]["amended"]),
        marking_before=date(2026, 8, 2),  # Art. 111(4)
    )


def _day(raw: object) -> date:
    return date.fromisoformat(str(raw))


def duties_of(
    duties: Duties,
    facts: Mapping[str, Any],
    fired: Fired,
    roles: Sequence[str],
    text: str = "amended",
) -> tuple[Duty, ...]:
    """Return the obligations of these roles, in the order of the pack."""
    if not fired[order.AI_SYSTEM] or fired[order.OPEN_SOURCE]:
        # Chapter V alone is left (Art. 3(1), Recital 97; Art. 2(12))
        roles = [role for role in roles if role == MODEL_ROLE]
    places = {at for role in roles for at in duties.by_role.get(role, ())}
    routes = tuple(route for rule, route in ROUTES if fired[rule])
    placed, changed, public = (facts[name] for name in MARKET)
    market = Market(placed or None, changed, public)
    found = []
    for at in sorted(places):
        obligation, test = duties.rows[at]
        if test(facts, fired):
            ours = tuple(role for role in roles if role in obligation.roles)
            found.append(duty_here(duties.transition, obligation, ours, routes, market))
    return tuple(duty for duty in found if is_in(duty, text))


def is_in(duty: Duty, text: str) -> bool:
    """Return whether a text of the law has the duty, if only for systems that change later."""
    return duty.dates.under(text) is not None or bool(duty.transition)


@dataclass(frozen=True, slots=True)
class Market:
    """What Art. 111 asks: since when on the market, changed since, and for whom."""

    first_placed: str | None  # None: after every cut-off
    significant_design_change: bool
    for_public_authorities: bool


def duty_here(
    rules: Transition,
    obligation: Obligation,
    ours: tuple[str, ...],
    routes: Iterable[str],
    market: Market,
) -> Duty:
    """Return an obligation that applies, with its dates for this system."""
    route, dates = route_of(obligation.dates, routes)
    transition = ""
    if market.first_placed is not None:
        dates, transition = _moved(rules, obligation.id, route, dates, market)
    return Duty(obligation.id, ours, dates, obligation.disputed, transition)


def route_of(by_route: Mapping[str, Dates], routes: Iterable[str]) -> tuple[str, Dates]:
    """Return the route that decides, and its dates: the earliest of those the system is on.

    The Act does not say which day counts for a system on two routes; the earlier one is shown.
    """
    open_routes = [route for route in routes if route in by_route] or list(by_route)[:1]
    route = min(open_routes, key=lambda name: by_route[name].amended or date.max)
    return route, by_route[route]


def _moved(
    rules: Transition, duty: str, route: str, dates: Dates, market: Market
) -> tuple[Dates, str]:
    """Return the dates for something already on the market, and the rule that moved them."""
    placed = _day(market.first_placed)
    if duty == MARKING and placed < rules.marking_before:
        return Dates(dates.enacted, rules.marking), "art111.4"
    if duty.startswith("gpai.") and placed < rules.models_before:
        return Dates(rules.models["enacted"], rules.models["amended"]), "art111.3"
    if route in rules.cut_off["amended"]:
        return legacy(rules, route, dates, market)
    return dates, ""


def legacy(rules: Transition, route: str, dates: Dates, market: Market) -> tuple[Dates, str]:
    """Return the dates of a high-risk duty under Art. 111(2).

    A system placed before the cut-off comes in only by a significant change of its design;
    one for public authorities comes in by a fixed day in any case.
    """
    placed = _day(market.first_placed)
    if market.significant_design_change or placed >= rules.cut_off["amended"][route]:
        return dates, ""
    public = market.for_public_authorities
    amended = rules.public["amended"] if public else None
    enacted = dates.enacted
    if placed < rules.cut_off["enacted"][route]:
        enacted = rules.public["enacted"] if public else None
    return Dates(enacted, amended), "art111.2.public" if public else "art111.2"
