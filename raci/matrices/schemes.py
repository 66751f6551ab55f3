"""The schemes of letters as data: RACI, RASCI, RACI-VS and DACI. Pure.

A matrix has one scheme for good and no letter of another; the database refuses both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Letter(StrEnum):
    """What a party has to do with an activity; AR and DA are one letter each, of one party."""

    A = "A"
    R = "R"
    AR = "AR"
    D = "D"  # drives
    DA = "DA"
    V = "V"  # verifies
    S = "S"  # supports in RASCI, signs off in RACI-VS
    C = "C"
    I = "I"  # noqa: E741 - the letter of the trade


# Who answers and who acts, in any scheme: so DACI's D is an R to every rule, and its A an A.
ACCOUNTABLE = frozenset({Letter.A, Letter.AR, Letter.DA})
RESPONSIBLE = frozenset({Letter.R, Letter.AR, Letter.D, Letter.DA})
WORKING = ACCOUNTABLE | RESPONSIBLE
BOTH = ACCOUNTABLE & RESPONSIBLE
TOLD = frozenset({Letter.C, Letter.I})


@dataclass(frozen=True)
class Apart:
    """Letters of one row that one person must not both have, and why."""

    one: Letter
    other: Letter
    why: str
    everywhere: bool = True  # else only in rows that the catalogue keeps separate


@dataclass(frozen=True)
class Scheme:
    """The letters of a matrix in their order, and the words its rules speak in."""

    code: str
    words: Mapping[Letter, str]  # Accountable
    says: Mapping[Letter, str]  # answers for it
    nobody_answers: str = "Nobody is accountable."
    nobody_acts: str = "Nobody is responsible for doing it."
    shared: str = "Accountability is shared by"
    answering: str = "the accountable person"
    acts_once: bool = False  # exactly one acts
    apart: Apart | None = None

    def __contains__(self, letter: object) -> bool:
        return letter in self.words

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Return the letters in their order."""
        return tuple(self.words)

    @property
    def single(self) -> tuple[Letter, ...]:
        """Return the letters that stand for one thing: all but A/R and D/A."""
        return tuple(letter for letter in self.words if letter not in BOTH)

    @property
    def acting(self) -> Letter:
        """Return the letter of who acts: R, or D where who acts drives."""
        return next(letter for letter in self.words if letter in RESPONSIBLE - BOTH)

    @property
    def both(self) -> Letter:
        """Return the letter of who answers and acts."""
        return next(letter for letter in self.words if letter in BOTH)

    @property
    def key(self) -> list[tuple[str, str, str, str]]:
        """Return for each letter how it is stored, how written, its word, and what it says."""
        return [
            (each.value, spoken(each), self.words[each], self.says[each]) for each in self.words
        ]

    def translated(self, letter: Letter) -> Letter:
        """Return the letter of this scheme for one of any: D for R. Who helped is consulted."""
        if letter in self:
            return letter
        if letter in BOTH:
            return self.both
        return self.acting if letter in RESPONSIBLE else Letter.C


WORDS = {
    Letter.A: "Accountable",
    Letter.R: "Responsible",
    Letter.AR: "Accountable and responsible",
    Letter.C: "Consulted",
    Letter.I: "Informed",
}
SAYS = {
    Letter.A: "answers for it",
    Letter.R: "does it",
    Letter.AR: "both",
    Letter.C: "asked before",
    Letter.I: "told after",
}


def _with(more: Mapping[Letter, str], words: Mapping[Letter, str]) -> dict[Letter, str]:
    """Return the words of RACI with others put between R and C."""
    first = {letter: words[letter] for letter in (Letter.A, Letter.R, Letter.AR)}
    return {**first, **more, **words}


RACI = Scheme("RACI", WORDS, SAYS)
RASCI = Scheme(
    "RASCI",
    _with({Letter.S: "Support"}, WORDS),
    _with({Letter.S: "helps who does it, signs nothing off"}, SAYS),
)
RACI_VS = Scheme(
    "RACI-VS",
    _with({Letter.V: "Verifies", Letter.S: "Signs off"}, WORDS),
    _with({Letter.V: "checks it against criteria", Letter.S: "accepts what others did"}, SAYS),
    apart=Apart(Letter.S, Letter.R, "Nobody signs off what they did themselves."),
)
DACI = Scheme(
    "DACI",
    {
        Letter.D: "Driver",
        Letter.A: "Approver",
        Letter.DA: "Driver and approver",
        Letter.C: "Contributor",
        Letter.I: "Informed",
    },
    {
        Letter.D: "brings it to a decision",
        Letter.A: "decides and answers for it",
        Letter.DA: "both",
        Letter.C: "gives what they know",
        Letter.I: "told after",
    },
    nobody_answers="Nobody is the approver.",
    nobody_acts="Nobody is the driver.",
    shared="Approval is shared by",
    answering="the approver",
    acts_once=True,
    apart=Apart(Letter.D, Letter.A, "Whoever approves it does not drive it.", everywhere=False),
)
SCHEMES: dict[str, Scheme] = {each.code: each for each in (RACI, RASCI, RACI_VS, DACI)}


def strongest(letters: Iterable[Letter], scheme: Scheme = RACI) -> Letter:
    """Return the one letter of a party that got several: A and R make AR, then A, R, C, I.

    Where who signs off must not be who acts, signing off is kept: that nobody acts any more
    is seen at once, and a signature that fell away would not be.
    """
    held = set(letters)
    if held & BOTH or (held & ACCOUNTABLE and held & RESPONSIBLE):
        return scheme.both
    kept = scheme.apart.one if scheme.apart else scheme.acting
    order = (Letter.A, kept, scheme.acting, *scheme.letters)
    return next(letter for letter in order if letter in held)


def spoken(letter: str) -> str:
    """Return a letter as it is written for people: A/R for AR."""
    return "/".join(letter) if letter in BOTH else letter


def listed(names: list[str]) -> str:
    """Return names as a phrase: Ann, Ben and Cem."""
    words = [spoken(name) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
