"""Whatever is done to a pack: it is refused as a pack, or it works; it never fails otherwise."""

import copy
import datetime
import random
from functools import cache
from typing import Any

import pytest

from governance.classification.law import PackError
from governance.classification.packs import EU_AI_ACT, pack_of
from governance.classification.rules import FactError, checked, classify, engine_of
from governance.classification.source import parsed
from tests.classification.worked import given

ROUNDS, PER_ROUND = 8, 125
ODD: list[Any] = [
    None, True, False, 0, -1, 7, 1.5, float("nan"), float("inf"), 10**400, "", " ", "x", "none",
    "2026-02-30", "\x00", [], {}, [None], ["x", "x"], [[]], [{}], {"x": 1}, {1: "x"}, {None: []},
    {"f": "x"}, {"all": []}, {"r": "art3.1"}, {"f": "gpai.model", "gt": 1}, b"x", {"x"},
    datetime.date(2026, 8, 2), [("x", 1)],
]  # fmt: skip


@cache
def sections() -> list[tuple[str, str, Any]]:
    """Return the sections of the pack, each with its file."""
    files = sorted(EU_AI_ACT.glob("*.yaml"))
    return [
        (file.name, section, raw)
        for file in files
        for section, raw in parsed(file.name, file.read_bytes()).items()
    ]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Return every container below a node with every key or index in it."""
    found: list[tuple[Any, Any]] = []
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    for key in keys:
        found.append((node, key))
        if isinstance(node[key], dict | list):
            found += places(node[key])
    return found


def broken(dice: random.Random) -> tuple[list[tuple[str, str, Any]], str]:
    """Return the sections with one to three things changed, and what was done."""
    parts = list(sections())
    at = dice.randrange(len(parts))
    file, section, raw = parts[at]
    whole = {section: copy.deepcopy(raw)}
    done = [change(whole, dice) for _time in range(dice.choice((1, 1, 2, 3)))]
    parts[at : at + 1] = [(file, name, value) for name, value in whole.items()]
    return parts, f"{section}: {', '.join(done)}"


def change(whole: dict[str, Any], dice: random.Random) -> str:
    """Delete, rename, replace, double or retarget one place."""
    every = places(whole)
    if not every:
        return "nothing left"
    node, key = dice.choice(every)
    what = dice.choice(("delete", "rename", "replace", "replace", "double", "retarget"))
    if what == "delete":
        del node[key]
    elif what == "rename" and isinstance(node, dict):
        node[dice.choice(("x", "id", "f", "when", 3, None))] = node.pop(key)
    elif what == "double" and isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    elif what == "retarget":
        other, there = dice.choice(every)
        node[key] = copy.deepcopy(other[there]) if there in _keys(other) else None
    else:
        node[key] = copy.deepcopy(dice.choice(ODD))
    return f"{what} {str(key)[:40]}"


def _keys(node: Any) -> Any:
    return node if isinstance(node, dict) else range(len(node))


def use(parts: list[tuple[str, str, Any]]) -> bool:
    """Load and ask a pack; return whether it held."""
    try:
        pack = pack_of("fuzzed", parts, "0" * 64)
        engine = engine_of(pack)
    except PackError as error:
        if not (error.file and error.field and error.words):
            raise RuntimeError("a refusal must say where") from error
        return False
    for case in given()[::6]:
        try:
            facts = checked(pack, case["facts"])
        except FactError:
            continue
        classify(engine, facts).as_json()
    return True


def test_the_pack_as_it_stands_holds():
    assert use(sections())


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_pack_changed_at_random_is_refused_as_a_pack_or_works(seed):
    dice, held = random.Random(seed), 0  # noqa: S311  any changes will do, the same each time
    for _time in range(PER_ROUND):
        parts, done = broken(dice)
        try:
            held += use(parts)
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}; after {done}")

    assert 0 < held < PER_ROUND
