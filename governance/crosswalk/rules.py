"""Controls, what concerns them in which framework, and what their evidence comes to. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Framework(StrEnum):
    EU_AI_ACT = "eu_ai_act"
    ISO_42001 = "iso_42001"
    NIST_AI_RMF = "nist_ai_rmf"
    GDPR = "gdpr"
    HIPAA = "hipaa"


class Strength(StrEnum):
    """How much of a clause a control's evidence shows."""

    FULL = "full"
    PARTIAL = "partial"
    SUPPORTS = "supports"  # points that way, shows nothing


class Shows(StrEnum):
    """How much of a control a query shows; a hint never counts."""

    WHOLE = "whole"
    PART = "part"
    HINT = "hint"


class State(StrEnum):
    """What there is for a control today."""

    PRESENT = "present"
    STALE = "stale"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class When(StrEnum):
    """What must hold of a system, or not be known, for a control to apply."""

    PERSONAL = "personal"
    PHI = "phi"
    VENDOR = "vendor"
    PROVIDER = "provider"
    RETIRED = "retired"


ACT = r"Art \d+(\(\d+[a-z]?\))?(\([a-z]\))?(-(\(\d+\)|\([a-z]\)))?|Annex [IVX]+(\(\d\))?"
REFS: Mapping[Framework, re.Pattern[str]] = {
    Framework.EU_AI_ACT: re.compile(ACT),
    Framework.GDPR: re.compile(r"Art [1-9]\d?(\(\d+\))?(\([a-z]\))?(-\(\d+\))?"),
    Framework.ISO_42001: re.compile(r"[4-9](\.\d){0,2}|10\.[12]|A\.([2-9]|10)(\.\d){1,2}"),
    Framework.NIST_AI_RMF: re.compile(
        r"GOVERN [1-6]\.\d|MAP [1-5]\.\d|MEASURE [1-4]\.\d{1,2}|MANAGE [1-4]\.\d"
        r"|(GV|MP|MS|MG)-\d\.\d{1,2}-\d{3}"
    ),
    Framework.HIPAA: re.compile(
        r"160\.\d{3}|164\.\d{3}((\([a-z]\))(\(\d\))?(\([ivx]+\))?(\([A-Z]\))?)?(-164\.\d{3})?"
    ),
}
FUNCTIONS = {"GV": "GOVERN", "MP": "MAP", "MS": "MEASURE", "MG": "MANAGE"}
ARTICLE = re.compile(r"Art (\d+)")


@dataclass(frozen=True)
class Evidence:
    """A named query that shows something of a control, and what it is asked for."""

    query: str
    of: tuple[str, ...]
    shows: Shows

    @property
    def counts(self) -> bool:
        """Return whether what it finds counts as evidence."""
        return self.shows != Shows.HINT


@dataclass(frozen=True)
class Clause:
    """That a control concerns a clause of a framework, and how far it shows it."""

    ref: str
    strength: Strength
    note: str = ""


@dataclass(frozen=True)
class Control:
    """One control in our own words."""

    code: str
    title: str
    evidence: tuple[Evidence, ...]
    lacks: str = ""  # what would show it, and is not recorded here
    when: tuple[When, ...] = ()
    once: bool = False  # it is the organisation's: told once, not by system
    refs: Mapping[Framework, tuple[Clause, ...]] = field(default_factory=dict)

    @property
    def is_recorded(self) -> bool:
        """Return whether any query here can show it at all."""
        return any(one.counts for one in self.evidence)

    def is_full(self, framework: Framework) -> bool:
        """Return whether it shows some clause of the framework in full."""
        return any(one.strength == Strength.FULL for one in self.refs.get(framework, ()))

    def as_data(self) -> dict[str, object]:
        """Return all of it as JSON, for its digest."""
        return {
            "code": self.code,
            "title": self.title,
            "lacks": self.lacks,
            "once": self.once,
            "when": list(self.when),
            "evidence": [[one.query, list(one.of), one.shows] for one in self.evidence],
            "refs": {
                framework: [[one.ref, one.strength, one.note] for one in rows]
                for framework, rows in self.refs.items()
            },
        }


@dataclass(frozen=True)
class Shown:
    """One record that shows something, and where it is read."""

    ref: str
    words: str
    on: date | None
    kind: str  # of the object, as the ledger calls it; empty where the ledger knows none
    pk: int
    page: tuple[str | int, ...] = ()  # the view's name and what it takes
    stale: str = ""  # why it counts no more; empty while it does
    key: str = ""  # which of the things asked for it is
    action: str = ""  # that the ledger keeps it under; empty for whatever was recorded last

    @property
    def is_current(self) -> bool:
        """Return whether it counts today."""
        return not self.stale

    @property
    def thing(self) -> tuple[str, int, str]:
        """Return under what the ledger knows it: the object, and the action where one is meant."""
        return (self.kind, self.pk, self.action)


@dataclass(frozen=True)
class Circumstances:
    """What decides which controls apply to a system; None where nobody said yet."""

    personal: bool | None = None
    phi: bool | None = None
    vendor: bool | None = None
    provider: bool | None = None
    retired: bool = False
    in_scope: bool = True  # of the AI Act
    articles: frozenset[str] | None = None  # that the signed classification asks for


WORDS: Mapping[When, str] = {
    When.PERSONAL: "No personal data is recorded for it.",
    When.PHI: "No health data used in the United States is recorded for it.",
    When.VENDOR: "It has no vendor.",
    When.PROVIDER: "We are not its provider.",
    When.RETIRED: "It is still in use.",
}
OUT_OF_SCOPE = "By its signed classification the AI Act does not concern it."
NOT_ASKED = "Its signed classification asks for none of these articles."
IS_RETIRED = "It is retired and kept to be read."


def why_not(
    control: Control, framework: Framework, about: Circumstances, known: frozenset[str]
) -> str:
    """Return in words why a control does not apply to a system; empty where it does.

    What is not known counts as applying. `known` are the articles that the law as data has
    duties for: another article always concerns the system.
    """
    if about.retired and When.RETIRED not in control.when:
        return IS_RETIRED
    for one in control.when:
        if getattr(about, one.value) is False:
            return WORDS[one]
    if framework == Framework.GDPR and about.personal is False:
        return WORDS[When.PERSONAL]
    if framework == Framework.HIPAA and about.phi is False:
        return WORDS[When.PHI]
    if framework == Framework.EU_AI_ACT:
        return _not_asked(control, about, known)
    return ""


def _not_asked(control: Control, about: Circumstances, known: frozenset[str]) -> str:
    if not about.in_scope:
        return OUT_OF_SCOPE
    if about.articles is None:
        return ""
    wanted = {article_of(one.ref) for one in control.refs[Framework.EU_AI_ACT]}
    return "" if any(one not in known or one in about.articles for one in wanted) else NOT_ASKED


def article_of(ref: str) -> str:
    """Return the article that a reference or citation is of: Art 26 for Art 26(2)."""
    found = ARTICLE.match(ref)
    return found[0] if found else {"Annex IV": "Art 11"}.get(ref.split("(")[0], ref)


def clause_of(framework: Framework, ref: str) -> str:
    """Return under which heading of its framework a reference stands."""
    if framework == Framework.NIST_AI_RMF:
        prefix, _, rest = ref.replace("-", " ", 1).partition(" ")
        return f"{FUNCTIONS.get(prefix, prefix)} {rest.split('.')[0]}"
    if framework == Framework.ISO_42001:
        parts = ref.split(".")
        return f"Annex A.{parts[1]}" if parts[0] == "A" else f"Clause {parts[0]}"
    if framework == Framework.HIPAA:
        return f"§ {ref.split('(')[0].split('-')[0]}"
    return ref.split("(")[0].split("-")[0]


def clause_order(framework: Framework, ref: str) -> tuple[object, ...]:
    """Return where a reference stands among those of its framework."""
    groups = ("GOVERN", "MAP", "MEASURE", "MANAGE")
    prefix, rest = ref[:2], ref
    if framework == Framework.NIST_AI_RMF:
        is_action = prefix in FUNCTIONS and ref[2] == "-"
        name = FUNCTIONS[prefix] if is_action else ref.split()[0]
        return (groups.index(name), _numbers(rest)[:2], is_action, _numbers(rest))
    is_annex = ref.startswith(("A.", "Annex"))
    return (is_annex, _numbers(rest), rest)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", text))


@dataclass(frozen=True)
class Standing:
    """What there is for one control in one framework, over the systems that were asked about."""

    control: Control
    framework: Framework
    present: frozenset[int]  # systems about which something current shows it
    stale: frozenset[int]
    missing: frozenset[int]
    why_not: Mapping[int, str]  # the systems to which it does not apply, and why
    in_part: frozenset[int]  # those of `present` about which nothing shows it whole

    @property
    def applies(self) -> int:
        """Return to how many systems it applies."""
        return len(self.present) + len(self.stale) + len(self.missing)

    @property
    def state(self) -> State:
        """Return the worst state of the systems to which it applies."""
        for rows, state in ((self.missing, State.MISSING), (self.stale, State.STALE)):
            if rows:
                return state
        return State.PRESENT if self.present else State.NOT_APPLICABLE

    @property
    def is_partial(self) -> bool:
        """Return whether it is present, and shows its clauses in part only."""
        is_whole = self.control.is_full(self.framework) and not self.in_part
        return self.state == State.PRESENT and not is_whole

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Return what it concerns in its framework."""
        return self.control.refs[self.framework]

    def state_of(self, system: int) -> State:
        """Return its state for one system."""
        for rows, state in (
            (self.present, State.PRESENT),
            (self.stale, State.STALE),
            (self.missing, State.MISSING),
        ):
            if system in rows:
                return state
        return State.NOT_APPLICABLE


@dataclass(frozen=True)
class Sets:
    """About which systems a query found anything, and anything that counts today."""

    seen: frozenset[int]
    current: frozenset[int]


def standing(
    control: Control,
    framework: Framework,
    systems: Iterable[int],
    why: Mapping[int, str],
    sets: Mapping[Evidence, Sets],
) -> Standing:
    """Return where a control stands: something current makes it present, older things stale.

    `why` says of the systems to which it does not apply why not. A hint never counts.
    """
    applies = frozenset(systems) - why.keys()
    none: frozenset[int] = frozenset()
    counted = [one for one in control.evidence if one.counts]
    present = none.union(*(sets[one].current for one in counted)) & applies
    whole = none.union(*(sets[one].current for one in counted if one.shows == Shows.WHOLE))
    stale = (none.union(*(sets[one].seen for one in counted)) & applies) - present
    return Standing(
        control=control,
        framework=framework,
        present=present,
        stale=stale,
        missing=applies - present - stale,
        why_not=why,
        in_part=present - whole,
    )


@dataclass(frozen=True)
class Counts:
    """How many controls of a framework are in each state; never one number over frameworks."""

    present: int
    partial: int  # of those present
    stale: int
    missing: int
    not_applicable: int

    @property
    def applicable(self) -> int:
        """Return how many controls apply to any system asked about."""
        return self.present + self.stale + self.missing

    @property
    def total(self) -> int:
        """Return how many controls concern the framework."""
        return self.applicable + self.not_applicable


def counts_of(standings: Sequence[Standing]) -> Counts:
    """Return how many controls are in each state; stale ones are not present."""
    states = [one.state for one in standings]
    return Counts(
        present=states.count(State.PRESENT),
        partial=sum(one.is_partial for one in standings),
        stale=states.count(State.STALE),
        missing=states.count(State.MISSING),
        not_applicable=states.count(State.NOT_APPLICABLE),
    )
