"""What is wrong with a bundle: every fault with its path, in words for who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from governance.common.errors import DomainError

MOST_TOLD = 50  # of the faults of one document


@dataclass(frozen=True)
class Problem:
    """One fault: where it stands in the document, and what is wrong there."""

    path: str  # prompts.system; empty for the document itself
    words: str
    at: tuple[str, ...] = ()  # the same path in steps

    def __str__(self) -> str:
        return f"{self.path}: {self.words}" if self.path else self.words


class BundleError(DomainError):
    """A document that is no bundle; `problems` are all its faults, in its order."""

    code = "bad-bundle"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))


@dataclass
class Faults:
    """Collects faults while a document is read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: tuple[str, ...], words: str) -> None:
        """Note a fault; the same words at the same place stand once."""
        problem = Problem(dotted(path), words, path)
        if problem not in self.found and len(self.found) < MOST_TOLD:
            self.found.append(problem)

    def refuse(self) -> None:
        """Raise BundleError when there is a fault."""
        if self.found:
            raise BundleError(self.found)


def dotted(path: Iterable[str]) -> str:
    """Return a path as people write it: prompts.system, or prompts["a.b"] for an odd name."""
    words = ""
    for step in path:
        plain = step.replace("_", "").replace("-", "").isalnum()
        words += (f".{step}" if words else step) if plain else f'["{shown(step)}"]'
    return words


def shown(text: str) -> str:
    """Return a text so that it can stand in a message: short, and without what cannot be sent."""
    clean = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return clean if len(clean) <= 80 else f"{clean[:77]}..."
