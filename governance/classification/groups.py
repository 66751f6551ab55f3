"""The questions in the order people are asked them: pages of facts that belong together."""

from collections.abc import Iterator
from dataclasses import dataclass

from governance.classification.conditions import Condition, RuleFired, leaves
from governance.classification.law import Fact, Pack
from governance.classification.results import Classification


@dataclass(frozen=True)
class Group:
    """One page of questions: every fact whose name begins with one of the prefixes."""

    step: str  # as in the address
    title: str
    prefixes: tuple[str, ...]
    hint: str
    only_if: str = ""  # in words, when the page is worth a visit; empty: always


GROUPS = (
    Group("system", "Is it an AI system in scope?", ("sys", "scope"),
          "What the thing is, and whether the Act reaches it at all."),
    Group("role", "What is our role?", ("actor",),
          "Duties follow the role. What the register says is filled in already."),
    Group("practices", "Any prohibited practice?",
          ("manip", "exploit", "social", "crime", "scrape", "ncii", "csam", "gen"),
          "Practices that nobody may use. All parts of a practice must be true for it to count."),
    Group("biometrics", "Biometrics or emotions?", ("bio", "emo"),
          "Faces, voices, gait, keystrokes, and what is read from them."),
    Group("product", "Part of a regulated product?", ("prod",),
          "Products under the acts listed in Annex I."),
    Group("work", "Work or education?", ("edu", "work"),
          "Uses that decide about pupils, applicants and workers."),
    Group("services", "Benefits, credit, insurance, emergencies?",
          ("subject", "benefit", "credit", "ins", "emerg"),
          "Uses that decide who gets an essential service."),
    Group("authorities", "Infrastructure, police, borders, courts, votes?",
          ("ci", "le", "mig", "just", "elec"),
          "Uses by or for authorities, in critical infrastructure and in elections."),
    Group("exemption", "Could an exemption apply?", ("profiling", "filter"),
          "A listed use may fall out of high-risk, never one that profiles people.",
          "a listed use applies"),
    Group("transparency", "Does it talk to people or make content?", ("tr",),
          "These duties stand beside every tier."),
    Group("model", "Is it a general-purpose model?", ("gpai",),
          "Only for those who bring a model itself to the market, or change one heavily.",
          "we develop or change a model"),
    Group("market", "Since when is it on the market?", ("market",),
          "Something already on the market may have other dates.",
          "it was in use before the law applies"),
    Group("incident", "Was there a serious incident?", ("inc",),
          "A serious incident starts a clock for the report.",
          "a serious incident happened"),
)  # fmt: skip
BY_STEP = {group.step: group for group in GROUPS}
LISTED_USE = "annex3."


def facts_in(group: Group, pack: Pack) -> Iterator[Fact]:
    """Yield the group's facts, by prefix and then as in the pack."""
    for prefix in group.prefixes:
        yield from (fact for fact in pack.facts.values() if fact.name.split(".")[0] == prefix)


def is_open(group: Group, result: Classification) -> bool:
    """Return whether the answers so far make the group worth asking."""
    if not group.only_if:
        return True
    if group.step == "exemption":
        return any(name.startswith(LISTED_USE) for name in result.fired)
    if group.step == "model":
        return result.tier == "not_applicable" or result.gpai.is_gpai is True
    return group.step == "market" and result.tier in ("high", "limited")


def following(group: Group, result: Classification) -> Group | None:
    """Return the next group worth asking, None behind the last."""
    rest = GROUPS[GROUPS.index(group) + 1 :]
    return next((other for other in rest if is_open(other, result)), None)


def cited_for(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return for each fact the articles that ask for it, each once, in the order of the pack."""
    found: dict[str, dict[str, None]] = {}
    for condition, citation in _asked(pack):
        for leaf in leaves(condition):
            if not isinstance(leaf, RuleFired):
                found.setdefault(leaf.fact, {})[citation] = None
    return {name: tuple(citations) for name, citations in found.items()}


def _asked(pack: Pack) -> Iterator[tuple[Condition, str]]:
    for rule in pack.rules.values():
        yield rule.when, rule.citation[0]
        for exception in rule.unless:
            yield exception.when, exception.citation[0]
    for duty in pack.obligations:
        yield duty.when, duty.citation[0]
