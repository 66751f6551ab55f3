"""Stages, roles and vocabularies of an AI system, and when two look like one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Stage(StrEnum):
    IDEA = "idea"
    PILOT = "pilot"
    LIMITED = "limited"
    PRODUCTION = "production"
    PAUSED = "paused"
    RETIRED = "retired"


class OurRole(StrEnum):
    """Roles under the AI Act (Art. 3(3)-(8))."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"
    IMPORTER = "importer"
    DISTRIBUTOR = "distributor"
    AUTHORISED_REPRESENTATIVE = "authorised_representative"
    PRODUCT_MANUFACTURER = "product_manufacturer"


class Architecture(StrEnum):
    SINGLE_MODEL = "single_model"
    SINGLE_AGENT = "single_agent"
    MULTI_AGENT = "multi_agent"
    WORKFLOW = "workflow"
    UNKNOWN = "unknown"


class DataCategory(StrEnum):
    NONE_PERSONAL = "no_personal_data"
    PERSONAL = "personal"
    SPECIAL = "special_category"
    HEALTH = "health"
    CHILDREN = "children"
    BIOMETRIC = "biometric"
    FINANCIAL = "financial"
    CONFIDENTIAL = "confidential_business"


class People(StrEnum):
    """Who is affected by what the system does."""

    CUSTOMERS = "customers"
    EMPLOYEES = "employees"
    APPLICANTS = "applicants"
    PATIENTS = "patients"
    STUDENTS = "students"
    PUBLIC = "public"
    NONE = "nobody"


class Origin(StrEnum):
    MANUAL = "manual"
    IMPORT = "import"
    API = "api"


NOT_PERSONAL = frozenset({DataCategory.NONE_PERSONAL, DataCategory.CONFIDENTIAL})


def needs_processing_agreement(data_categories: Iterable[str], *, has_vendor: bool) -> bool:
    """Return whether a system needs a DPA: personal data goes to somebody else to process.

    Source: Regulation (EU) 2016/679, Art. 28(3). Whether the vendor acts as a processor is for
    a person to say; until then the stricter case counts.
    """
    return has_vendor and bool(set(data_categories) - NOT_PERSONAL)


@dataclass(frozen=True)
class Sketch:
    """What is compared to find likely duplicates."""

    name: str
    purpose: str = ""
    vendor: int | None = None


SMALL_WORDS = frozenset(
    re.findall(r"\w+", "a an and ai der die das for in of on the to und with system tool")
)
ALIKE_NAMES, ALIKE_SPELLING, ALIKE_PURPOSE = 0.6, 0.85, 0.5


def folded(text: str) -> str:
    """Return words without case, accents and punctuation, one space between them."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    is_plain = bare.isascii()
    letters = bare if is_plain else "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


def telling_words(text: str) -> frozenset[str]:
    """Return the folded words that tell things apart; all of them when none does."""
    words = frozenset(folded(text).split())
    return words - SMALL_WORDS or words


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the shared part of two sets of words, 0 to 1."""
    both = one | other
    return len(one & other) / len(both) if both else 0.0


def alike_because(one: Sketch, other: Sketch) -> str:
    """Return why two systems look like the same one, in words; empty when they do not."""
    if folded(one.name).replace(" ", "") == folded(other.name).replace(" ", ""):
        return "has the same name"
    if _names_alike(one.name, other.name):
        return "has a similar name"
    if not one.vendor or one.vendor != other.vendor:
        return ""
    purposes = overlap(telling_words(one.purpose), telling_words(other.purpose))
    return "comes from the same vendor for a similar purpose" if purposes >= ALIKE_PURPOSE else ""


def _names_alike(one: str, other: str) -> bool:
    """Compare by words, then by spelling; different numbers make different systems."""
    words = telling_words(one), telling_words(other)
    numbers = [{word for word in part if word.isdigit()} for part in words]
    if numbers[0] != numbers[1]:
        return False
    if overlap(*words) >= ALIKE_NAMES:
        return True
    spelling = SequenceMatcher(None, folded(one), folded(other))
    bounds = spelling.real_quick_ratio, spelling.quick_ratio  # never less than the ratio itself
    return all(bound() >= ALIKE_SPELLING for bound in (*bounds, spelling.ratio))
