"""What a list was asked for by its address: filters that hold, and what none of them knows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Filters:
    """The filters that hold, and the first value that none of them knows."""

    chosen: Mapping[str, str]
    unknown: str = ""

    @classmethod
    def read(
        cls, given: Mapping[str, str], names: Iterable[str], can_be: Callable[[str, str], bool]
    ) -> Self:
        """Return the filters of an address; a value that cannot be is left out, and told."""
        stripped = {name: given.get(name, "").strip() for name in names}
        known = {name: value for name, value in stripped.items() if value and can_be(name, value)}
        unknown = (value for name, value in stripped.items() if name not in known)
        return cls(known, next(filter(None, unknown), ""))

    def url(self, **other: str) -> str:
        """Return the query of an address with these filters and some others; empty for none."""
        pairs = {name: value for name, value in {**self.chosen, **other}.items() if value}
        return "?" + urlencode(pairs) if pairs else ""


def is_number(value: str) -> bool:
    """Return whether a value can be the key of a row."""
    return value.isascii() and value.isdigit() and len(value) < LONGEST_NUMBER
