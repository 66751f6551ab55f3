"""What a reference of each framework looks like, and where it stands there. Pure."""

import re
from collections.abc import Mapping
from functools import cache

from governance.crosswalk.rules import Framework

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


@cache
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
