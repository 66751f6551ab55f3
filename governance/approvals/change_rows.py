"""The table of change classes: what changed in a bundle or was declared, and how much it weighs.

The classes and their examples are those of the change policy: 0 configuration, A minor, B major,
C critical, D substantial modification in the sense of the AI Act. The questions of class D are
those of Regulation (EU) 2024/1689, Art. 3(23), 25(1) and 43(4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from governance.approvals.lifecycle import ChangeClass
from inventory.systems.bundles.diff import Change, ChangeKind
from inventory.systems.bundles.families import family, provider_key
from inventory.systems.bundles.rules import Bundle

C = ChangeClass


@dataclass(frozen=True)
class Declared:
    """What a bundle cannot say, as the person who proposes the version declares it."""

    intended_purpose_changed: bool = False
    personal_data_changed: bool = False
    new_task_function: bool = False
    new_user_group: bool = False
    autonomy_increased: bool = False  # from suggesting to acting
    special_category_or_phi_added: bool = False
    behaviour_goal: bool = False  # the new wording of a prompt is meant to change what it does
    retrained: bool = False
    section_2_affected: bool = False  # requirements of Chapter III, Section 2 of the AI Act
    in_predetermined_plan: bool = False  # foreseen in the technical documentation, Annex IV 2(f)
    parameters_in_range: frozenset[str] = frozenset()  # changed within what was agreed before


@dataclass(frozen=True)
class Question:
    """What the AI Act asks about a substantial modification, and what an answer leads to."""

    key: str
    words: str
    leads_to: str
    citation: str


AI_ACT_QUESTIONS: tuple[Question, ...] = (
    Question(
        "unforeseen",
        "Was this change not foreseen, and does it affect whether the system complies with"
        " Chapter III, Section 2, or does it change its intended purpose?",
        "Then it is a substantial modification.",
        "Art. 3(23)",
    ),
    Question(
        "predetermined",
        "Was this change determined beforehand, and does the technical documentation describe it"
        " (Annex IV, 2(f))?",
        "Then it is no substantial modification.",
        "Art. 43(4)",
    ),
    Question(
        "new_assessment",
        "Is the system high-risk, and the change a substantial modification?",
        "Then it needs a new conformity assessment.",
        "Art. 43(4)",
    ),
    Question(
        "stays_high_risk",
        "Does the actor make a substantial modification to a high-risk system so that it remains"
        " high-risk?",
        "Then the actor carries the duties of the provider (Art. 16).",
        "Art. 25(1)(b)",
    ),
    Question(
        "becomes_high_risk",
        "Does the actor change the intended purpose of a system not classified high-risk so that"
        " it becomes high-risk?",
        "Then the actor carries the duties of the provider (Art. 16).",
        "Art. 25(1)(c)",
    ),
)


@dataclass(frozen=True)
class Compared:
    """Two bundles, and what was declared about the change from one to the other."""

    before: Bundle
    after: Bundle
    declared: Declared


@dataclass(frozen=True)
class Row:
    """One row of the table: which values it speaks of, when it fires, and what follows.

    `at` is the beginning of a path; the longest that fits a changed value decides among the
    rows that fire. `when` looks closer.
    """

    at: tuple[str, ...]
    change_class: ChangeClass
    words: str
    when: Callable[[Compared, Change], bool] = lambda _both, _change: True


def _new_provider(both: Compared, _change: Change) -> bool:
    return provider_key(both.before.provider) != provider_key(both.after.provider)


def _new_family(both: Compared, _change: Change) -> bool:
    before, after = both.before, both.after
    return family(before.provider, before.model_id) != family(after.provider, after.model_id)


def _rewritten(both: Compared, change: Change) -> bool:
    return change.kind == ChangeKind.CHANGED and not both.declared.behaviour_goal


def _few_more(both: Compared, _change: Change) -> bool:
    """Return whether the examples grew or shrank by a tenth at most."""
    was, now = both.before.examples, both.after.examples
    return bool(was) and now is not None and was is not None and abs(now - was) * 10 <= was


def _same_library(both: Compared, change: Change) -> bool:
    return change.kind == ChangeKind.CHANGED and _few_more(both, change)


def _in_range(both: Compared, change: Change) -> bool:
    return change.kind == ChangeKind.CHANGED and change.at[1] in both.declared.parameters_in_range


def _added(_both: Compared, change: Change) -> bool:
    return change.kind == ChangeKind.ADDED


QUIET = ("log_level", "logging", "tracing", "dashboard")  # parameters that only show or log
TABLE: tuple[Row, ...] = (
    Row(("provider",), C.CRITICAL, "Another provider.", _new_provider),
    Row(("provider",), C.CONFIG, "Another spelling of the same provider."),
    Row(("model_id",), C.CRITICAL, "Another model family.", _new_family),
    Row(("model_id",), C.MAJOR, "Another snapshot of the same model family."),
    Row(("deployment", "model_version"), C.MAJOR, "Another snapshot of the same model family."),
    Row(("weights_digest",), C.MAJOR, "Other weights: the model was trained again."),
    Row(("provider_fingerprint",), C.MAJOR, "The provider serves another build of the model."),
    Row(("prompts",), C.MINOR, "Other wording of a prompt, not meant to change it.", _rewritten),
    Row(("prompts",), C.MAJOR, "A prompt that is meant to change what the system does."),
    Row(("tools",), C.MAJOR, "A new tool.", _added),
    Row(("tools",), C.MAJOR, "A tool that takes or gives something else, or is gone."),
    Row(("retrieval", "corpus"), C.MAJOR, "Another data source."),
    Row(("retrieval", "snapshot"), C.MAJOR, "Another state of the data source."),
    Row(("retrieval", "embedding_model"), C.MAJOR, "Another embedding model."),
    Row(("few_shot",), C.MAJOR, "Other few-shot examples, by more than 10 %."),
    Row(("few_shot", "examples"), C.MINOR, "Few-shot examples by 10 % at most.", _few_more),
    Row(("few_shot", "version"), C.MINOR, "Few-shot examples by 10 % at most.", _same_library),
    Row(("parameters",), C.MINOR, "A parameter within the range agreed before.", _in_range),
    Row(("parameters",), C.MAJOR, "A parameter outside the range agreed before."),
    *(Row(("parameters", name), C.CONFIG, "Only what is logged or shown.") for name in QUIET),
    Row(("guardrails",), C.MAJOR, "Another guardrail or threshold."),
    Row(("graph",), C.MAJOR, "Another execution graph."),
    Row(("deployment", "region"), C.MAJOR, "Another region."),
    Row(("deployment", "version_upgrade_option"), C.MAJOR, "Other rules for automatic upgrades."),
    Row(("deployment", "resolved_id"), C.MAJOR, "Other records of what answers."),
    Row(("deployment", "id"), C.CONFIG, "Another deployment of the same."),
    Row(("deployment", "endpoint"), C.CONFIG, "Another address of the same."),
    Row(("code_commit",), C.MINOR, "Other code around the same model; a full regression tells."),
    Row(("container_digest",), C.MINOR, "Another build of the container."),
)
UNKNOWN_ROW = Row((), C.MAJOR, "It decides behaviour, and no row of the table speaks of it.")

PLAN = ", as the pre-determined plan foresees (Art. 43(4), Annex IV 2(f))."
# What is declared → class, words; those of class D are C where the plan foresees them.
DECLARED: tuple[tuple[str, ChangeClass, str], ...] = (
    ("intended_purpose_changed", C.SUBSTANTIAL, "The intended purpose changes (Art. 3(23))."),
    (
        "section_2_affected",
        C.SUBSTANTIAL,
        "Requirements of Chapter III, Section 2 are affected (Art. 3(23)).",
    ),
    ("new_task_function", C.CRITICAL, "A new task or function."),
    ("new_user_group", C.CRITICAL, "A new group of users."),
    ("autonomy_increased", C.CRITICAL, "More autonomy: it acts where it suggested."),
    (
        "special_category_or_phi_added",
        C.CRITICAL,
        "Special categories of personal data, or health information, are new.",
    ),
    ("personal_data_changed", C.MAJOR, "Other personal data."),
    ("retrained", C.MAJOR, "The model was trained again."),
)
