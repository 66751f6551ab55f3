"""Reading classifications: what the facts say now, what was signed, what is open."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from governance.classification import compare_words
from governance.classification.compare import Difference, Side, diff
from governance.classification.explain import explain, shown
from governance.classification.models import Assessment, FactSheet
from governance.classification.packs import load
from governance.classification.partial import classify_known
from governance.classification.penalties import Fine, fines_for
from governance.classification.results import Classification
from governance.classification.rules import NEVER, Engine, classify, engine_of, normal
from governance.classification.symbols import Symbols, symbols_of
from governance.classification.tracing import traced
from governance.classification.unknowns import Outlook, outlook_of
from governance.common.canonical import canonical_bytes, digest
from inventory.systems.models import AISystem
from inventory.systems.rules import OurRole

ROLE_FACTS = {
    OurRole.PROVIDER: "actor.develops_under_own_name",
    OurRole.DEPLOYER: "actor.uses_professionally",
    OurRole.IMPORTER: "actor.imports_third_country_brand",
    OurRole.DISTRIBUTOR: "actor.distributes_unaltered",
    OurRole.AUTHORISED_REPRESENTATIVE: "actor.mandated_representative",
    OurRole.PRODUCT_MANUFACTURER: "actor.annex1a_manufacturer_own_name",
}
UNCLASSIFIED = "unclassified"
STALE = ("facts_changed", "pack_changed")  # gaps that make a signature one of another day


@cache
def engine() -> Engine:
    """Return the engine of the rule pack in force, compiled once in a process."""
    return engine_of(load())


@cache
def symbols() -> Symbols:
    """Return the decision diagrams of the rule pack in force, made once in a process."""
    return symbols_of(engine())


@dataclass(frozen=True)
class Facts:
    """What is known about a system now: answers, and what the register says by itself."""

    values: Mapping[str, Any]  # given answers only, without those nobody is sure of
    unsure: tuple[str, ...]
    from_register: frozenset[str]
    row_version: int  # of the fact sheet; 0 before the first answer

    @property
    def digest(self) -> str:
        """Return the digest that a signature freezes; open answers count too."""
        return facts_digest(self.values, self.unsure)


@dataclass(frozen=True)
class Provisional:
    """What the facts say now, whatever the missing answers turn out to be. It is never stored."""

    facts: Facts
    classification: Classification

    @property
    def could_be(self) -> tuple[str, ...]:
        """Return the tiers still possible, none where the tier is settled."""
        return self.classification.possible_tiers

    @property
    def is_settled(self) -> bool:
        """Return whether no missing answer can change the tier, a duty or a date."""
        return not self.classification.open_questions

    @property
    def usual_tier(self) -> str:
        """Return the tier if every missing answer were the one that ordinary systems give."""
        return str(classify(engine(), self.facts.values).tier)

    @property
    def result(self) -> dict[str, Any]:
        """Return the classification in words, in the shape that a signature freezes."""
        return explain(engine().pack, self.classification, self.facts.values)

    @property
    def trace(self) -> dict[str, Any]:
        """Return the way to the result, and what other answers would lead to."""
        values = self.facts.values
        return traced(engine(), outlook(values), values, self.classification)

    @property
    def fines(self) -> tuple[Fine, ...]:
        """Return the fines that could follow."""
        return fines_for(engine().pack, self.classification, self.facts.values)


@dataclass(frozen=True)
class Gap:
    """Something about the classification that is not done, in words."""

    kind: str  # unsigned, unanswered, unsure, open, facts_changed, pack_changed
    words: str


@dataclass(frozen=True)
class OnSystem:
    """The classification as the system's own page shows it."""

    system: AISystem
    tier: str  # of the signed assessment, else "unclassified"
    assessment: Assessment | None
    provisional: Provisional
    gaps: tuple[Gap, ...]

    @property
    def shown(self) -> dict[str, Any] | None:
        """Return the signed result for a page, else the provisional one; None before answers."""
        if self.assessment:
            return shown(self.assessment.result)
        return shown(self.provisional.result) if self.provisional.facts.row_version else None


def facts_digest(values: Mapping[str, Any], unsure: Iterable[str] = ()) -> str:
    """Return the SHA-256 of facts in normal form."""
    return digest({"facts": dict(values), "unsure": sorted(unsure)})


def facts_of(system: AISystem) -> Facts:
    """Return the system's facts: the one bridge from tables to rules.

    What the register says of our role counts until somebody answers that question.
    """
    sheet = FactSheet.objects.filter(system=system).first()
    return facts_from(system, sheet)


def usual_answers(system: AISystem) -> dict[str, Any]:
    """Return, for the questions nobody answered, what an ordinary system's answer would be.

    For systems classified elsewhere, whose other answers are known to be the usual ones.
    """
    known = facts_of(system)
    return {
        name: NEVER if value is None else value
        for name, value in engine().defaults.items()
        if name not in known.values
    }


def facts_from(system: AISystem, sheet: FactSheet | None) -> Facts:
    """Return the facts of a system whose sheet is in hand already."""
    pack = engine().pack
    answers = {name: value for name, value in (sheet.facts if sheet else {}).items()
               if name in pack.facts}  # fmt: skip
    register = {ROLE_FACTS[OurRole(role)]: True for role in system.our_roles}
    given = register | answers
    values = {
        name: float(value) if pack.facts[name].type == "number" else value
        for name, value in sorted(given.items())
        if value is not None
    }
    unsure = tuple(sorted(name for name, value in given.items() if value is None))
    from_register = frozenset(register.keys() - answers.keys())
    return Facts(values, unsure, from_register, sheet.row_version if sheet else 0)


def facts_from_answers(
    system: AISystem, facts: Facts, answers: Mapping[str, Any], cleared: Iterable[str]
) -> Facts:
    """Return the facts as they would be with these answers; nothing is stored."""
    kept = {name: value for name, value in facts.values.items() if name not in facts.from_register}
    kept |= dict.fromkeys(facts.unsure) | dict(answers)
    for name in cleared:
        kept.pop(name, None)
    return facts_from(system, FactSheet(facts=kept, row_version=facts.row_version))


def provisional(system: AISystem) -> Provisional:
    """Return what the facts of the system say now."""
    return provisional_of(facts_of(system))


def provisional_of(facts: Facts) -> Provisional:
    """Return what these facts settle, and what they leave open."""
    return Provisional(facts, _settled(canonical_bytes(dict(facts.values))))


@lru_cache(maxsize=4096)
def _settled(facts: bytes) -> Classification:
    """Return the classification of facts in canonical JSON; most systems share theirs."""
    values = _normal(json.loads(facts))
    return classify_known(engine(), outlook(values), values)


def _normal(values: dict[str, Any]) -> dict[str, Any]:
    """Return numbers as numbers with a fraction: canonical JSON writes 2.0 as 2."""
    pack = engine().pack
    return {name: normal(pack.facts[name], value) for name, value in values.items()}


def outlook(values: Mapping[str, Any]) -> Outlook:
    """Return what facts settle and leave open."""
    return outlook_of(symbols(), values)


def current(system: AISystem) -> Assessment | None:
    """Return the signed classification that counts now, with its signer."""
    rows = Assessment.objects.current().select_related("system", "signed_by")
    return rows.filter(system=system).first()


def facts_changed_since(assessment: Assessment, facts: Facts | None = None) -> bool:
    """Return whether the system's facts are others than those that were signed."""
    now = facts or facts_of(assessment.system)
    return now.digest != assessment.facts_digest


def gaps(system: AISystem) -> tuple[Gap, ...]:
    """Return what is open about the system's classification."""
    return on_system(system).gaps


def on_system(system: AISystem) -> OnSystem:
    """Return the classification of one system with what is open about it: two queries."""
    signed, now = current(system), provisional(system)
    return OnSystem(
        system=system,
        tier=signed.tier if signed else UNCLASSIFIED,
        assessment=signed,
        provisional=now,
        gaps=tuple(_gaps(signed, now)),
    )


def _gaps(signed: Assessment | None, now: Provisional) -> Iterable[Gap]:
    facts = now.facts
    if facts.row_version == 0:
        yield Gap("unanswered", "No question about this system is answered yet.")
    if facts.unsure:
        count = len(facts.unsure)
        yield Gap("unsure", f"{count} answer{'s are' if count > 1 else ' is'} not sure yet.")
    if (count := len(now.classification.open_questions)) and facts.row_version:
        yield Gap("open", f"{count} question{'s' if count > 1 else ''} can still change it.")
    if signed is None:
        yield Gap("unsigned", "Nobody has signed the classification.")
        return
    yield from _stale(signed, now)


def _stale(signed: Assessment, now: Provisional) -> Iterable[Gap]:
    """Yield in words why a signature is not of today; the last says what it leads to."""
    facts = facts_changed_since(signed, now.facts)
    pack = signed.pack_version != engine().pack.version
    if not facts and not pack:
        return
    found = since_signed(signed, now)
    leads_to = " ".join(compare_words.outcome_words(found))
    if facts:
        said = "Facts changed since the classification was signed."
        yield Gap(
            "facts_changed",
            _joined(said, compare_words.answers_words(found), "" if pack else leads_to),
        )
    if pack:
        said = "The rule pack changed since the classification was signed."
        yield Gap("pack_changed", _joined(said, compare_words.pack_words(found), leads_to))


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def since_signed(signed: Assessment, now: Provisional) -> Difference:
    """Return in what the facts, the pack and the result of now differ from those signed."""
    return diff(side_of(signed), side_now(now), engine().pack.facts)


def side_of(signed: Assessment) -> Side:
    """Return a signed classification as it is compared."""
    return Side(signed.facts, signed.result, signed.pack_version)


def side_now(now: Provisional) -> Side:
    """Return what the facts say now as it is compared; an answer not sure is none."""
    facts = {**now.facts.values, **dict.fromkeys(now.facts.unsure)}
    return Side(facts, now.result, engine().pack.version)
