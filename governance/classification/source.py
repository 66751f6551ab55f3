"""The YAML of a rule pack, read strictly: no alias, no tag, no key twice, no depth."""

import re
from typing import Any

import yaml

from governance.classification.law import PackError

MOST_DEPTH = 40  # of lists and mappings in each other
MOST_BYTES = 5_000_000
TIMESTAMP = "tag:yaml.org,2002:timestamp"


def _on_one_base(form: re.Pattern[str]) -> re.Pattern[str]:
    """Return a form without numbers like 1:30, which YAML reads to base 60, at any length."""
    return re.compile(rf"(?!.*:){form.pattern.strip()}", form.flags)


class _Loader(yaml.CSafeLoader):
    """YAML without dates and numbers to base 60 of its own and without the same key twice."""

    yaml_implicit_resolvers = {
        first: [(tag, _on_one_base(form)) for tag, form in rows if tag != TIMESTAMP]
        for first, rows in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a name expected", problem_mark=key_node.start_mark)
        key = loader.construct_object(key_node)
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"{key} twice", problem_mark=node.start_mark)
        found[key] = loader.construct_object(value, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parsed(file: str, body: bytes) -> dict[str, Any]:
    """Return the sections of one file; PackError where it is no such YAML."""
    if len(body) > MOST_BYTES:
        raise PackError(file, "", "file", f"larger than {MOST_BYTES} bytes")
    try:
        _check_events(file, body)
        raw = yaml.load(body, _Loader)  # noqa: S506  a safe loader with a stricter mapping
    except PackError:
        raise
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        raise PackError(file, "", line, error.problem or "not YAML") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise PackError(file, "", "file", "not YAML") from error
    if not isinstance(raw, dict):
        raise PackError(file, "", "file", "sections expected")
    return raw


def _check_events(file: str, body: bytes) -> None:
    """Refuse what costs more than it is long: aliases, tags, and depth without reason."""
    depth = 0
    for event in yaml.parse(body, yaml.CSafeLoader):
        line = f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
        if isinstance(event, yaml.AliasEvent):
            raise PackError(file, "", line, "an alias (*) is not allowed")
        if tag := getattr(event, "tag", None):
            raise PackError(file, "", line, f"a tag ({tag[:60]}) is not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise PackError(file, "", line, f"deeper than {MOST_DEPTH} levels")
