"""The counters of the probe, each one SQL count, and what must hold after every experiment."""

import re
import time
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from launcher.common import Problem

from bench.faults.checks import Check
from bench.faults.load import Load
from bench.faults.world import World, wait_for

PENDING_SECONDS, GOOD = 60, 100
# What each kind of call makes: the row that carries its key, and the entries that it owes.
ROWS = {
    "create": ("Scorer ", "SELECT name FROM systems_aisystem WHERE name LIKE %s"),
    "comment": ("Note ", "SELECT title FROM evidence_evidenceitem WHERE title LIKE %s"),
    "version": ("", "SELECT label FROM systems_modelversion WHERE label LIKE %s"),
    "submit": ("For ", "SELECT reason FROM approvals_release WHERE reason LIKE %s"),
    "withdraw": (
        "Seen, ",
        "SELECT decision_reason FROM approvals_release WHERE status = 'withdrawn' "
        "AND decision_reason LIKE %s",
    ),
}
EDITED = "SELECT ref, row_version - 1, outputs FROM systems_aisystem WHERE name LIKE %s"
OWED = {
    "create": ["system.registered"], "edit": ["system.changed"], "comment": ["evidence.added"],
    "version": ["version.added"], "pack": ["pack.requested"], "withdraw": ["release.withdraw"],
    "submit": ["release.drafted", "version.frozen", "release.submit"],
}  # fmt: skip
BODY = "convert_from(body, 'UTF8')::jsonb"


def business(world: World, load: Load, *, refused: bool = False) -> list[Check]:
    """Return that what was acknowledged is there, once, and with the entries that it owes.

    Nothing may be refused either, unless `refused` says that some of it may.
    """
    rows = {kind: keys_in(world, load, kind) for kind in ROWS}
    rows["pack"] = [row[0] for row in world.ask("SELECT ref FROM audit_packs_evidencepack")]
    told = {kind: [one.key for one in load.acked(kind)] for kind in ROWS}
    told["pack"] = [one.answer["ref"] for one in load.acked("pack")]
    edits, changed = edited(world, load)
    acked = Counter(call.kind for call in load.acked())
    doubles = sum(len(keys) - len(set(keys)) for keys in (*rows.values(), *told.values()))
    return [
        Check("acked == business_rows", acked.total(), sum(map(len, rows.values())) + changed),
        *(Check(f"keys of {kind}: acked == rows", sorted(told[kind]) == sorted(rows[kind]), True)
          for kind in rows),
        Check("systems whose last change is not the one acked last", edits, 0),
        *entries(world, acked),
        Check("duplicate_business_rows", doubles, 0),
        Check("calls whose outcome stays unknown", len(load.calls) - len(load.known()), 0),
        *([] if refused else [Check("calls refused", len(load.known()) - acked.total(), 0)]),
    ]  # fmt: skip


def keys_in(world: World, load: Load, kind: str) -> list[str]:
    """Return the keys of the rows that calls of a kind have made."""
    prefix, statement = ROWS[kind]
    rows = world.ask(statement, f"{prefix}{load.marker}-%")
    return [str(row[0]).removeprefix(prefix) for row in rows]


def edited(world: World, load: Load) -> tuple[int, int]:
    """Return how many systems do not say what was acknowledged last, and how many changes."""
    last = {call.answer["ref"]: f"A score, {call.key}" for call in load.acked("edit")}
    rows = world.ask(EDITED, f"Scorer {load.marker}-%")
    wrong = sum(outputs != last.get(ref, "") for ref, _, outputs in rows)
    return wrong, sum(count for _, count, _ in rows)


def entries(world: World, acked: Counter[str]) -> list[Check]:
    """Return that the record has the entries that the acknowledged calls owe, and no more."""
    owed = Counter[str]()
    for kind, names in OWED.items():
        owed.update(dict.fromkeys(names, acked[kind]))
    found = dict(world.ask("SELECT action, count(*) FROM ledger_entry GROUP BY action"))
    here = Counter({name: found.get(name, 0) for name in owed})
    return [
        Check("ledger_entries == those owed", here.total(), owed.total()),
        Check("of each action", dict(+here), dict(+owed)),
    ]


def outbox(world: World) -> dict[str, int]:
    """Return the rows that are the queue: how many wishes, open, done, dead, and their effects."""
    found = dict(world.ask("SELECT status, count(*) FROM audit_packs_evidencepack GROUP BY status"))
    sealed = world.count("SELECT count(*) FROM ledger_entry WHERE action = 'pack.sealed'")
    distinct = world.count(
        "SELECT count(DISTINCT object_id) FROM ledger_entry WHERE action = 'pack.sealed'"
    )
    return {
        "intents": sum(found.values()),
        "open": found.get("requested", 0) + found.get("building", 0),
        "done": found.get("sealed", 0),
        "dead": found.get("failed", 0),
        "effects": distinct,
        "duplicate_effects": sealed - distinct,
    }


def drained(world: World, seconds: float, *, dead: int = 0) -> list[Check]:
    """Wait for the queue to run dry; return that every wish has its effect, once.

    The limit begins anew with each wish that is done: a slow machine is no standstill.
    """
    began = time.monotonic()
    with suppress(Problem):
        while left := outbox(world)["open"]:
            wait_for(lambda left=left: outbox(world)["open"] < left, seconds, "It stands still")
    now, taken = outbox(world), round(time.monotonic() - began)
    return [
        Check(f"open == 0, none {seconds:g} s after another (took {taken})", now["open"], 0),
        Check("done + dead == intents", now["done"] + now["dead"], now["intents"]),
        Check("dead == injected poison", now["dead"], dead),
        Check("effects == intents", now["effects"], now["intents"] - dead),
        Check("duplicate_effects", now["duplicate_effects"], 0),
        Check("files with the right SHA-256 == files registered", *files(world)),
    ]


def files(world: World) -> tuple[int, int]:
    """Return how many files of packs hash to what is stored, and how many are promised."""
    rows = world.ask("SELECT file, sha256 FROM audit_packs_evidencepack WHERE status = 'sealed'")
    storage = world.folder / "storage"
    good = sum(hash_of(storage / file) == digest for file, digest in rows)
    return good, len(rows)


def hash_of(file: Path) -> str:
    """Return a file's SHA-256, nothing when it is not there."""
    return sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def checkpoint(world: World) -> tuple[str, str]:
    """Return size and root of the record as it is now, as an outsider would keep them."""
    code, said = world.manage("verify_ledger")
    match = re.search(r"holds: (\d+) entries.*root ([0-9a-f]{64})", said, re.DOTALL)
    if code or not match:
        raise Problem(f"The record does not hold before the fault: {said}")
    return match[1], match[2]


def general(world: World, before: tuple[str, str]) -> list[Check]:
    """Return what must hold after every experiment, 60 seconds after recovery at the latest."""
    good = sum(world.get("/api/v1/systems/", world.ground.told["lead"]) == 200 for _ in range(GOOD))
    with suppress(Problem):
        wait_for(lambda: not pending(world), PENDING_SECONDS, "Entries wait")
    waiting, entries, sequenced, lowest, highest = world.ask(
        "SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM ledger_entry), "
        "count(*), min(seq), max(seq) FROM ledger_leafsequence"
    )[0]
    code, _ = world.manage("verify_ledger", "--size", before[0], "--root", before[1])
    return [
        Check("good requests of 100 after recovery", good, GOOD),
        Check("ledger_pending within 60 s", waiting, 0),
        Check("ledger_sequenced == ledger_entries", sequenced, entries),
        Check("seq is 0 to n-1", (lowest, highest), (0, entries - 1)),
        Check("verify exits 0, and the checkpoint before is part of it", code, 0),
        Check("rows that are not what the record tells", unreconciled(world), []),
    ]


def pending(world: World) -> int:
    """Return how many entries wait for their number."""
    return world.count("SELECT count(*) FROM ledger_pending")


def unreconciled(world: World) -> list[tuple[Any, ...]]:
    """Return rows whose state is not what the record, replayed, says of them."""
    return world.ask(UNRECONCILED)


LAST = f"""SELECT DISTINCT ON (object_id) object_id AS id,
    {BODY} #>> '{{data,changes,outputs,to}}' AS outputs
    FROM ledger_entry WHERE action = 'system.changed' ORDER BY object_id, ledger_entry.id DESC"""  # noqa: S608
TOLD = "EXISTS (SELECT FROM ledger_entry WHERE action = '{}' AND object_id = {}.id::text)".format
UNRECONCILED = f"""
SELECT 'system', coalesce(s.ref, e.object_ref) FROM systems_aisystem s
FULL JOIN (SELECT * FROM ledger_entry WHERE action = 'system.registered') e
ON e.object_id = s.id::text WHERE s.id IS NULL OR e.id IS NULL
UNION ALL SELECT 'outputs', s.ref FROM systems_aisystem s LEFT JOIN ({LAST}) e
ON e.id = s.id::text WHERE s.outputs <> coalesce(e.outputs, '')
UNION ALL SELECT 'version', v.label FROM systems_modelversion v
WHERE (v.frozen_at IS NOT NULL) <> {TOLD("version.frozen", "v")}
UNION ALL SELECT 'release', r.ref FROM approvals_release r
WHERE (r.status = 'withdrawn') <> {TOLD("release.withdraw", "r")}
UNION ALL SELECT 'pack', p.ref FROM audit_packs_evidencepack p
WHERE (p.status = 'sealed') <> {TOLD("pack.sealed", "p")}
"""  # noqa: S608
