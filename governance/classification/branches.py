"""A trace as people read it: branches with a sentence each, on the page and in the PDF alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from governance.classification.deciding import Told, because, is_stopped, rules_in, truth_of
from governance.classification.explain import words

CONFIDENCE = {
    "statute": "Statute",
    "statute_amended": "Amended text",
    "guideline": "Guideline",
    "draft_guideline": "Draft guideline",
}
RULE, CONDITION, EXCEPTION, BESIDE = "rule", "condition", "exception", "beside"
SAID = {
    RULE: {True: "Applies", False: "Does not apply", None: "Not settled"},
    CONDITION: {True: "Holds", False: "Does not hold", None: "Not settled"},
    EXCEPTION: {True: "Applies", False: "Does not apply", None: "Not settled"},
}
JOINED = {"all": "All of these", "any": "At least one of these"}
DENIED = {"all": "Not all of these", "any": "None of these"}
STEPS = {  # steps that are no rule of their own, by tier and form
    ("out_of_scope", "any"): "Excluded from the scope of the Act",
    ("not_applicable", "all"): "A general-purpose AI model and no AI system",
    ("out_of_scope", "not"): "No AI system",
    ("not_applicable", "any"): "A general-purpose AI model",
}
MOST_BESIDE = 2  # branches in a row that did not decide; more are folded into one
MOST_OPEN = 5  # unanswered questions of a step that stands unfolded
MARKS = {True: ("yes", "check"), False: ("no", "minus"), None: ("open", "circle-help")}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and answered, and which answer the rule waits for."""

    ask: str
    words: str
    wanted: str
    given: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One node of the tree. `truth` None is not settled; `decides` where it led to the result."""

    kind: str  # rule, exception, condition, fact; beside: several that did not decide
    truth: bool | None
    said: str  # the truth in a word
    words: str
    parts: tuple["Branch", ...] = ()
    decides: bool = False
    rule: str = ""  # id, of a rule or an exception
    citation: tuple[str, ...] = ()
    confidence: str = ""  # in words
    answer: Answer | None = None
    joined: str = ""  # how the parts of a rule's condition are joined
    told: bool = True  # in full here; else elsewhere on the page
    note: str = ""
    must_fail: bool = False  # what asks for it waits for its failing

    @property
    def opens(self) -> bool:
        """Return whether what is below it stands unfolded: what decided, by holding."""
        return self.decides and not self.must_fail

    @property
    def icon(self) -> str:
        """Return the icon beside the word of its truth."""
        return MARKS[self.truth][1]

    @property
    def mark(self) -> str:
        """Return its truth as one word for the style: yes, no, open."""
        return MARKS[self.truth][0]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the evaluation: the tier it leads to, and its branch."""

    number: int
    tier: str
    truth: bool | None
    decides: bool
    branch: Branch

    @property
    def opens(self) -> bool:
        """Return whether it stands unfolded: it gave the tier, or few answers would settle it."""
        if self.truth or not self.decides:
            return self.decides
        below = branches_in([self.branch])
        return sum(one.answer is not None and one.truth is None for one in below) <= MOST_OPEN


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole trace: the steps in order, then the rules beside them."""

    text: str
    steps: tuple[Step, ...]
    also: tuple[Branch, ...]

    @property
    def is_settled(self) -> bool:
        """Return whether every step came out, so that the tier is certain."""
        return all(step.truth is not None for step in self.steps) or self.ends

    @property
    def ends(self) -> bool:
        """Return whether a step gave the tier; else nothing did, and what is left is minimal."""
        return any(step.truth for step in self.steps)


def tree_of(trace: Mapping[str, Any]) -> Tree | None:
    """Return a trace, whole or pruned, as branches; None where none was kept."""
    if not trace.get("steps"):
        return None
    maker = _Maker(trace["facts"], rules_in(trace))
    raw = trace["steps"]
    deciding = {at for at, step in enumerate(raw) if step["truth"]} or {
        at for at, step in enumerate(raw) if step["truth"] is None
    }
    steps = tuple(
        Step(at + 1, step["tier"], step["truth"], at in deciding, maker.step(step, at in deciding))
        for at, step in enumerate(raw)
    )
    return Tree(trace["text"], steps, tuple(maker.branch(rule, False) for rule in trace["also"]))


class _Maker:
    """Puts nodes into words; a "not" is told as what it denies."""

    def __init__(self, facts: Mapping[str, Any], rules: Mapping[str, Told]) -> None:
        self.facts, self.rules = facts, rules

    def step(self, node: Told, decides: bool) -> Branch:
        """Return a step as a branch, with words of its own where it is no rule."""
        branch = self.branch(node, decides)
        form = next((form for form in ("all", "any", "not") if form in node), "")
        if not (known := STEPS.get((node["tier"], form))):
            return branch
        parts = branch.parts if branch.kind == CONDITION else (replace(branch, must_fail=False),)
        joined = branch.words if branch.kind == CONDITION else ""
        said = SAID[CONDITION][node["truth"]]
        return Branch(CONDITION, node["truth"], said, known, parts, decides, joined=joined)

    def branch(self, node: Told, decides: bool) -> Branch:
        """Return a node as a branch; `decides` where it led to the result."""
        if "rule" in node:
            return self._rule(node, decides)
        if "exception" in node:
            return self._exception(node, decides)
        if "not" in node:
            return self._denied(node, decides)
        if "fact" in node:
            return self._fact(node, node["truth"], decides, denied=False)
        return self._group(node, node, decides, JOINED)

    def _parts(self, node: Told, parts: Iterable[Told], decides: bool) -> tuple[Branch, ...]:
        deciding = {id(part) for part in because(node)} if decides else set()
        branches = [self.branch(part, id(part) in deciding) for part in parts]
        return tuple(_folded(branches)) if decides else tuple(branches)

    def _rule(self, node: Told, decides: bool, *, must_fail: bool = False) -> Branch:
        known = self.rules.get(node["rule"], node)
        joined, parts = self._condition_of(node, decides)
        return Branch(
            kind=RULE,
            truth=node["truth"],
            said=SAID[RULE][node["truth"]],
            words=str(known.get("title", node["rule"])),
            parts=parts,
            decides=decides,
            rule=node["rule"],
            citation=tuple(known.get("citation", ())),
            confidence=CONFIDENCE.get(known.get("confidence", ""), ""),
            joined=joined,
            told="again" not in node,
            note=_note(node) or ("It must not apply." if must_fail else ""),
            must_fail=must_fail,
        )

    def _condition_of(self, node: Told, decides: bool) -> tuple[str, tuple[Branch, ...]]:
        """Return how a rule's condition is joined, and its parts followed by the exceptions."""
        when = [node["when"]] if "when" in node else []
        own = self._parts(node, [*when, *node.get("unless", ())], decides)
        if not own or not when or own[0].kind != CONDITION:
            return "", own
        return own[0].words, (*own[0].parts, *own[1:])

    def _exception(self, node: Told, decides: bool) -> Branch:
        truth = truth_of(node)
        return Branch(
            kind=EXCEPTION,
            truth=truth,
            said=SAID[EXCEPTION][truth],
            words=node["question"],
            parts=self._parts(node, [node["when"]], decides),
            decides=decides,
            rule=node["exception"],
            citation=tuple(node["citation"]),
        )

    def _denied(self, node: Told, decides: bool) -> Branch:
        inner = node["not"]
        if "fact" in inner:
            return self._fact(inner, node["truth"], decides, denied=True)
        if "not" in inner:
            return self.branch(inner["not"], decides)
        if "rule" in inner:
            return self._rule(inner, decides, must_fail=True)
        return self._group(node, inner, decides, DENIED)

    def _group(self, node: Told, inner: Told, decides: bool, joined: Mapping[str, str]) -> Branch:
        key = "all" if "all" in inner else "any"
        return Branch(
            kind=CONDITION,
            truth=node["truth"],
            said=SAID[CONDITION][node["truth"]],
            words=joined[key],
            parts=self._parts(inner, inner[key], decides),
            decides=decides,
        )

    def _fact(self, leaf: Told, truth: bool | None, decides: bool, *, denied: bool) -> Branch:
        fact = self.facts[leaf["fact"]]
        answer = Answer(fact["ask"], fact["words"], wanted(leaf, denied=denied), fact["given"])
        return Branch(
            kind="fact",
            truth=truth,
            said=SAID[CONDITION][truth],
            words=fact["ask"],
            decides=decides,
            answer=answer,
        )


def _folded(branches: Iterable[Branch]) -> Iterator[Branch]:
    """Yield branches in order, each run of several that did not decide as one."""
    for decides, run in groupby(branches, key=lambda branch: branch.decides):
        found = tuple(run)
        if decides or len(found) <= MOST_BESIDE:
            yield from found
        else:
            yield Branch(BESIDE, None, "", f"{len(found)} others, which did not decide", found)


def _note(node: Told) -> str:
    truth, when = node["truth"], node.get("when", node)["truth"]
    if "absent" in node:
        return f"Not in the text {node['absent'].rpartition(' ')[2]}."
    if is_stopped(node):
        ends = "ended" if truth is False else "may end"
        return f"Its condition holds, but a step before it {ends} the matter."
    if truth is not None and when is None and len(because(node)) == 1:
        return "Settled whatever the open answers turn out to be."
    return ""


def wanted(leaf: Told, *, denied: bool = False) -> str:
    """Return which answer a condition waits for, in words."""
    if "over" in leaf:
        return f"{'not ' if denied else ''}more than {leaf['over']:g}"
    if "in" in leaf:
        kinds = ", ".join(words(value) for value in leaf["in"])
        return f"none of: {kinds}" if denied else f"one of: {kinds}"
    value = leaf["is"]
    if isinstance(value, bool):
        return "Yes" if value is not denied else "No"
    said = words(value) if isinstance(value, str) else f"{value:g}"
    return f"not {said}" if denied else said


def branches_in(parts: Iterable[Branch]) -> Iterator[Branch]:
    """Yield branches and all branches below them, in order."""
    for branch in parts:
        yield branch
        yield from branches_in(branch.parts)
