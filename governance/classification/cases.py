"""The cases of a JSON or YAML file, read strictly: no key twice, no depth, numbers as in YAML 1.2.

YAML 1.1 reads 1e25 as a word and yes as true, and a day as something else than its text; nobody who
writes facts means that, so here a file says the same in YAML as in JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping
from math import inf, isfinite
from typing import Any, NamedTuple

import yaml

MOST_DEPTH = 40  # of lists and mappings in each other
MOST_DIGITS = 300  # of a number that is still one
TOO_DEEP = f"deeper than {MOST_DEPTH} levels"
CORE = "tag:yaml.org,2002:"
FORMS = {  # the core schema of YAML 1.2
    "null": (re.compile(r"(?:~|null|Null|NULL|)\Z"), "~nN\0"),
    "bool": (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF"),
    "int": (re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"), "-+0123456789"),
    "float": (
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
        ),
        "-+.0123456789",
    ),
}


class CaseError(ValueError):
    """A file, or one of its cases, that cannot be read."""


class Case(NamedTuple):
    """One case: its id as it stands in the file, how to name it, and its facts."""

    id: str | float  # a number keeps being one
    name: str
    facts: Mapping[str, Any]


def cases_of(body: bytes) -> list[Case]:
    """Return the cases of a file; one without an id has its number.

    Raises CaseError for what is neither JSON nor YAML, for no list of cases, and for a case that
    is none. Which facts there are is not known here.
    """
    raw = _parsed(body)
    if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list):
        raise CaseError("it needs a list of cases")
    return [_case(number, one) for number, one in enumerate(raw["cases"], start=1)]


def _case(number: int, raw: object) -> Case:
    if not isinstance(raw, dict):
        raise CaseError(f"case {number} needs an id and facts")
    given = raw.get("id")
    identifier = str(number) if given is None else given
    named = isinstance(identifier, str | int | float) and not isinstance(identifier, bool)
    if not named or (isinstance(identifier, float) and not isfinite(identifier)):
        raise CaseError(f"case {number}: its id must be a text or a number")
    name = str(identifier)[:80] or str(number)
    if not isinstance(raw.get("facts"), dict):
        raise CaseError(f"case {name} needs facts, as names with values")
    return Case(identifier, name, raw["facts"])


def _parsed(body: bytes) -> Any:
    """Return JSON where the text is JSON, else YAML."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(f"byte {error.start + 1} is not UTF-8") from error
    try:
        return json.loads(text, object_pairs_hook=_once, parse_int=_whole)
    except json.JSONDecodeError:
        return _yaml(text)
    except RecursionError as error:
        raise CaseError(TOO_DEEP) from error


def _once(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return a mapping; two answers under one name are none."""
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise CaseError(f"{str(name)[:80]} stands twice in one place")
        found[name] = value
    return found


def _whole(text: str) -> float:
    """Return a whole number; one too long to be one is endless, so that its fact is named."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if len(digits) > MOST_DIGITS:
        return sign * inf
    base = {"0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits, base) if base != 10 else sign * int(digits)


class _Loader(yaml.CSafeLoader):
    """The core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a name expected", problem_mark=key.start_mark)
    return _once(
        (loader.construct_object(key), loader.construct_object(value, deep=True))
        for key, value in node.value
    )


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    text = str(loader.construct_scalar(node))
    if text.lower().lstrip("-+") in (".inf", ".nan"):
        return float(text.lower().replace(".", "", 1))
    return float(text)


for _kind, (_form, _first) in FORMS.items():
    _Loader.add_implicit_resolver(CORE + _kind, _form, [*_first.replace("\0", ""), ""])
_Loader.add_constructor(CORE + "map", _mapping)
_Loader.add_constructor(CORE + "int", lambda loader, node: _whole(str(node.value)))
_Loader.add_constructor(CORE + "float", _number)


def _yaml(text: str) -> Any:
    try:
        _check_depth(text)
        return yaml.load(text, _Loader)  # noqa: S506  a safe loader with fewer forms
    except CaseError:
        raise
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CaseError(f"{error.problem or 'not YAML'}{line}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise CaseError(str(error).partition("\n")[0]) from error


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise CaseError(TOO_DEEP)
