"""Every action leaves its entry in the record."""

import ast
from pathlib import Path

import pytest

from governance.ledger.phrases import SENTENCES

ROOT = Path(__file__).parent.parent.parent
FILES = [
    file
    for package in ("governance", "inventory", "raci")
    for pattern in ("*actions.py", "bulk.py", "moving.py", "findings.py", "going_back.py")
    for file in (ROOT / package).rglob(pattern)
]
ACTS = (
    "actions",
    "bulk",
    ".moving",
    ".findings",
    ".going_back",
    ".advancing",
    ".checking",
    ".erasing",
)  # modules that act
# Public functions of an actions file that change nothing a person did, and why.
ASKS = (
    "may",
    "require",
    "sequence",
    "next_",
    "is_",
    "hold",
    "iso",
    "about",
    "approved_",
    "way_back",
)  # functions of an actions file that only ask
SILENT = {
    "governance.ledger.actions.record": "writes the record itself",
    "governance.ledger.actions.record_many": "writes the record itself",
    "governance.ledger.actions.sequence": "numbers entries",
    "governance.ledger.actions.sequence_all": "numbers entries",
    "governance.ledger.actions.rebuild_pending": "repairs the work list",
    "governance.checkpoints.actions.checkpoint_now": "signs what is recorded",
    "governance.rest.actions.forget_answers": "sweeps kept answers that ran out",
    "governance.notices.actions.tell": "is part of the action of the stage that tells",
    "governance.notices.proof_actions.forget_addresses": "is part of the action that erases",
    "governance.notices.actions.withdraw": "is part of the action of the stage that told",
    "governance.audit_packs.seal_actions.keep_seal": "is part of sealing the pack",
    "governance.pipelines.rollback_actions.add_points": "measures; what follows is recorded",
    "governance.notices.actions.read_notices": "that one read what one was told is one's own",
}


def module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def calls(node: ast.AST) -> set[str]:
    """Return the names called inside a function; of `a.b()` both `b` and `a.b`."""
    found = set()
    for call in (n.func for n in ast.walk(node) if isinstance(n, ast.Call)):
        if isinstance(call, ast.Name):
            found.add(call.id)
        elif isinstance(call, ast.Attribute):
            found.add(call.attr)
            if isinstance(call.value, ast.Name):
                found.add(f"{call.value.id}.*")
    return found


def writes(node: ast.FunctionDef) -> bool:
    """Return whether a function acts: it has an actor, opens a transaction or writes rows."""
    arguments = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
    verbs = {"create", "bulk_create", "update", "save", "delete", "change", "move", "get_or_create"}
    decorated = any("atomic" in ast.dump(decorator) for decorator in node.decorator_list)
    return "actor" in arguments or decorated or bool(calls(node) & verbs)


def recording(tree: ast.Module) -> set[str]:
    """Return the functions that record, by themselves or through one that does."""
    kinds = ast.FunctionDef | ast.ClassDef
    functions = {n.name: calls(n) for n in tree.body if isinstance(n, kinds)}
    known = {"record", *_imported_actions(tree)}
    while more := {n for n, called in functions.items() if n not in known and called & known}:
        known |= more
    return known & set(functions)


def _imported_actions(tree: ast.Module) -> set[str]:
    """Return what calls an action of another file: of those it is tested that they record."""
    found = set()
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            name = alias.asname or alias.name
            if alias.name.endswith(("actions", "findings")):
                found.add(f"{name}.*")
            elif (node.module or "").endswith(ACTS) and not alias.name.startswith(ASKS):
                found.add(name)
    return found


@pytest.mark.parametrize("file", FILES, ids=module)
def test_every_action_records_what_it_did(file: Path):
    tree = ast.parse(file.read_text())
    acting = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and writes(node)
    }
    forgotten = {f"{module(file)}.{name}" for name in acting - recording(tree)} - set(SILENT)

    assert not forgotten, "these change something and leave no entry"


def test_a_silent_action_that_is_gone_is_taken_off_the_list():
    there = {
        f"{module(file)}.{node.name}"
        for file in FILES
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }

    assert set(SILENT) <= there


def recorded() -> dict[str, str]:
    """Return every action that is recorded by its name, with the file that does."""
    found = {}
    for file in {
        file for folder in ("governance", "inventory", "raci") for file in sources(folder)
    }:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and calls_record(node) and node.args:
                action = node.args[0]
                if isinstance(action, ast.Constant):
                    found[str(action.value)] = module(file)
    return found


def sources(folder: str) -> list[Path]:
    return list((ROOT / folder).rglob("*.py"))


def calls_record(node: ast.Call) -> bool:
    return getattr(node.func, "id", "") in {"record", "record_many", "_record"}


def test_every_recorded_action_has_a_sentence():
    wordless = {action: where for action, where in recorded().items() if action not in SENTENCES}

    assert wordless == {}, "say in governance/ledger/phrases what these read as"
