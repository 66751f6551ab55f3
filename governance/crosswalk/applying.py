"""Which controls apply to a system, by what is known of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from governance.crosswalk.clauses import article_of
from governance.crosswalk.rules import Control, Framework, When


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
    wanted = _articles(control)
    return "" if any(one not in known or one in about.articles for one in wanted) else NOT_ASKED


def _articles(control: Control) -> frozenset[str]:
    return frozenset(article_of(one.ref) for one in control.refs[Framework.EU_AI_ACT])


def what_decides(control: Control, framework: Framework) -> tuple[object, ...]:
    """Return all of a control by which why_not() decides: alike, they apply to the same systems."""
    articles = _articles(control) if framework == Framework.EU_AI_ACT else None
    return (control.when, framework, articles)
