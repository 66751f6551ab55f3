"""A pack as decision diagrams: every rule, the tier, the dates and each duty, for any unknowns."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from governance.classification import order
from governance.classification.conclusions import NAMED_IN_FILTER, NOT_ASKED, filtered
from governance.classification.conditions import All, AnyOf, Condition, Not, RuleFired
from governance.classification.diagrams import Node, Table
from governance.classification.duties import (
    MARKET,
    MODEL_ROLE,
    ROUTES,
    Market,
    Transition,
    duty_here,
    is_in,
)
from governance.classification.headline import KINDS, dates_here, earliest
from governance.classification.law import Dates, Obligation, Pack, Rule
from governance.classification.results import Duty, Exemption
from governance.classification.rules import Engine
from governance.classification.variables import Variables
from governance.classification.verdict import (
    FILTER,
    STOPPED,
    Listing,
    Tier,
    by_kind,
    listing,
    shut_out,
    steps,
)

Fired = Mapping[str, Node]


@dataclass(frozen=True)
class Symbols:
    """The diagrams of a pack under one text of the law. Nodes belong to `table`."""

    text: str
    table: Table
    variables: Variables
    rules: Fired
    tier: Node
    tier_enacted: Node
    dates: Node
    dates_here: Node
    duties: Mapping[str, Node]  # obligation → the Duty, or None where it does not apply
    listing: Node  # which kinds of rules the result lists
    exceptions: Mapping[str, Node]  # exception → whether it keeps its rule from firing
    exemption: Node


def symbols_of(engine: Engine, text: str = "amended") -> Symbols:
    """Return the diagrams of an engine's pack. Do it once: it takes some tenths of a second."""
    variables = engine.variables
    table = Table([len(variable.weights) for variable in variables.all])
    maker = _Maker(engine.pack, table, variables, engine.duties.transition)
    fired = maker.rules(text)
    enacted = maker.rules("enacted") if text != "enacted" else fired
    tiers = {tier: table.constant(tier) for tier in Tier}
    tier = maker.by_tier(fired, tiers)
    listed = maker.listing(tier, fired)
    made = Symbols(
        text=text,
        table=table,
        variables=variables,
        rules=fired,
        tier=tier,
        tier_enacted=maker.by_tier(enacted, tiers),
        dates=maker.by_tier(fired, maker.days(fired, maker.days_of)),
        dates_here=maker.by_tier(fired, maker.days(fired, maker.days_here)),
        duties=maker.duties(fired, text),
        listing=listed,
        exceptions=maker.exceptions(fired, text),
        exemption=maker.exemption(fired, listed),
    )
    table.forget()
    return made


def _added(name: str) -> Callable[[tuple[str, ...], bool], tuple[str, ...]]:
    """Return the function that adds a name where something holds."""
    return lambda names, holds: (*names, name) if holds else names


def _pair(one: Hashable, other: Hashable) -> Hashable:
    return one, other


def _listing(pair: tuple[Tier, bool], out: bool) -> Listing:
    return listing(*pair, out)


def _with_filter(listed: Listing, use: bool) -> bool:
    return use and FILTER in listed.kinds


def _exemption(met: tuple[tuple[str, ...], bool], asked: tuple[bool, bool]) -> Exemption:
    return filtered(*met, *asked)


def _market(pair: tuple[str | None, bool], public: bool) -> Market:
    return Market(*pair, public)


class _Maker:
    """Makes diagrams out of conditions."""

    def __init__(
        self, pack: Pack, table: Table, variables: Variables, transition: Transition
    ) -> None:
        self.pack, self.table, self.variables = pack, table, variables
        self.transition = transition
        self.kinds = by_kind(pack)
        self.market = self._market()

    def rules(self, text: str) -> dict[str, Node]:
        """Return the diagram of each rule under one text."""
        fired: dict[str, Node] = {}
        for rule in order.in_order(self.pack.rules):
            fired[rule.id] = (
                self._rule(rule, text, fired) if rule.exists(text) else self.table.false
            )
        return fired

    def _rule(self, rule: Rule, text: str, fired: Fired) -> Node:
        kept_back = self.table.some(
            self.condition(item.when, fired) for item in rule.unless if item.exists(text)
        )
        return self.table.choose(kept_back, self.table.false, self.condition(rule.when, fired))

    def condition(self, condition: Condition, fired: Fired) -> Node:
        """Return the diagram of a condition."""
        if isinstance(condition, All):
            return self.table.every(self.condition(part, fired) for part in condition.parts)
        if isinstance(condition, AnyOf):
            return self.table.some(self.condition(part, fired) for part in condition.parts)
        if isinstance(condition, Not):
            return self.table.invert(self.condition(condition.part, fired))
        if isinstance(condition, RuleFired):
            return fired[condition.rule]
        return self.table.some(
            self.table.when(place, outcomes)
            for place, outcomes in self.variables.true_at(condition)
        )

    def by_tier(self, fired: Fired, then: Mapping[Tier, Node]) -> Node:
        """Return what stands behind the tier that the steps lead to."""
        node = then[Tier.MINIMAL]
        for condition, tier in reversed(steps(self.pack)):
            node = self.table.choose(self.condition(condition, fired), then[tier], node)
        return node

    def days_of(self, rule: Rule) -> Node:
        """Return the dates of a rule for a new system."""
        return self.table.constant(rule.dates)

    def days_here(self, rule: Rule) -> Node:
        """Return the dates of a rule for this system, by its place on the market."""

        def here(market: Market, _nothing: object) -> Dates:
            return dates_here(self.transition, rule, market)

        return self.table.join(here, self.market, self.table.true)

    def days(self, fired: Fired, days_of: Callable[[Rule], Node]) -> dict[Tier, Node]:
        """Return, for each tier, the first days on which the rules behind it apply."""
        days = {tier: self._first(KINDS.get(tier, ()), fired, days_of) for tier in Tier}
        product = self._first(["high_risk_annex1"], fired, days_of)
        days[Tier.HIGH] = self.table.choose(fired[order.HIGH_USE], days[Tier.HIGH], product)
        return days

    def _first(self, kinds: Iterable[str], fired: Fired, days_of: Callable[[Rule], Node]) -> Node:
        nothing = node = self.table.constant(Dates())
        for rule in (self.pack.rules[name] for kind in kinds for name in self.kinds.get(kind, ())):
            here = self.table.choose(fired[rule.id], days_of(rule), nothing)
            node = self.table.join(earliest, node, here)
        return node

    def listing(self, tier: Node, fired: Fired) -> Node:
        """Return what the result lists."""
        out = self.condition(shut_out(self.pack), fired)
        return self.table.join(_listing, self.table.join(_pair, tier, fired[order.AI_SYSTEM]), out)

    def exceptions(self, fired: Fired, text: str) -> dict[str, Node]:
        """Return of each exception whether its rule would fire and it holds."""
        return {
            item.id: self.table.every(
                [self.condition(rule.when, fired), self.condition(item.when, fired)]
            )
            for rule in order.in_order(self.pack.rules) if rule.exists(text)
            for item in rule.unless if item.exists(text)
        }  # fmt: skip

    def exemption(self, fired: Fired, listed: Node) -> Node:
        """Return what becomes of the filter of Art. 6(3)."""
        table = self.table
        met = table.constant(())
        for name in order.FILTER_CONDITIONS:
            met = table.join(_added(name), met, fired[name])
        claimed = table.some(
            table.when(self.variables.items[name, ""], [1]) for name in NAMED_IN_FILTER
        )
        outcome = table.join(
            _exemption,
            table.join(_pair, met, fired[order.GRANTED]),
            table.join(_pair, fired[order.PROFILING], claimed),
        )
        asked = table.join(_with_filter, listed, fired[order.LISTED])
        return table.choose(asked, outcome, table.constant(NOT_ASKED))

    def duties(self, fired: Fired, text: str) -> dict[str, Node]:
        """Return for each obligation whom it binds from when, None where it does not apply."""
        stop = fired[order.PROHIBITED]
        after = dict(fired) | {
            rule: self.table.choose(stop, self.table.false, fired[rule]) for rule in STOPPED
        }
        out = self.condition(shut_out(self.pack), fired)
        out_for_systems = self.table.some([out, fired[order.OPEN_SOURCE]])  # Art. 2(12)
        ways = self._ways(after)
        found = {}
        for duty in self.pack.obligations:
            ended = out if MODEL_ROLE in duty.roles else out_for_systems
            applies = self.table.choose(ended, self.table.false, self.condition(duty.when, after))
            ours = self.table.choose(applies, self._roles(duty, after), self.table.constant(()))
            found[duty.id] = self._duty(duty, ours, ways, text)
        return found

    def _duty(self, duty: Obligation, ours: Node, ways: Node, text: str) -> Node:
        """Return the duty for the roles that `ours` ends in, None for none."""

        def settled(roles: tuple[str, ...], way: tuple[tuple[str, ...], Market]) -> Duty | None:
            if not roles:
                return None
            here = duty_here(self.transition, duty, roles, *way)
            return here if is_in(here, text) else None

        return self.table.join(settled, ours, ways)

    def _roles(self, duty: Obligation, fired: Fired) -> Node:
        """Return which of the duty's roles are ours, in the order of the pack."""
        node = self.table.constant(())
        bound = fired[order.AI_SYSTEM]
        if MODEL_ROLE in duty.roles:
            bound = self.table.choose(fired[order.OPEN_SOURCE], self.table.false, bound)
        names = [rule.removeprefix("role.") for rule in self.kinds["role"]]
        for role in (role for role in names if role in duty.roles):
            ours = fired[f"role.{role}"]
            if role != MODEL_ROLE:
                ours = self.table.choose(bound, ours, self.table.false)
            node = self.table.join(_added(role), node, ours)
        return node

    def _ways(self, fired: Fired) -> Node:
        """Return by which routes a system is high-risk, and its place on the market."""
        routes = self.table.constant(())
        for rule, route in ROUTES:
            routes = self.table.join(_added(route), routes, fired[rule])
        return self.table.join(_pair, routes, self.market)

    def _market(self) -> Node:
        placed, changed, public = (self.variables.items[name, ""] for name in MARKET)
        table = self.table
        days = self.variables.days_of_outcomes()
        day = table.ask(placed, tuple(table.constant(one) for one in days))
        pair = table.join(_pair, day, table.when(changed, [1]))
        return table.join(_market, pair, table.when(public, [1]))
