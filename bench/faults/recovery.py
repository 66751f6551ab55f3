"""F-26 and F-27: a backup taken under load and restored; recovery to a point in time."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from launcher.common import Problem, run_step
from launcher.postgres import Server, _environment, _own

from bench.faults.checks import Check
from bench.faults.counts import business
from bench.faults.plan import Run
from bench.faults.sequencing import begun, finished
from bench.faults.world import Ground, World, wait_for

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
LOOK = "from governance.checkpoints import outside; outside.look()"
SIGN = """
from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.checkpoints.recovery_actions import recover
from governance.common.clock import database_now
from governance.ledger.actions import sequence_all
who = User.objects.filter(memberships__role="administrator").first()
proof = Proof(who.handle, "bench", database_now())
recover(actor=who, reason="restored in the bench", proof=proof)
sequence_all()
"""
NAMES_BOTH = """
SELECT count(*) FROM ledger_entry WHERE action = 'ledger.recovered'
AND convert_from(body, 'UTF8')::jsonb #>> '{data,outside,size}' = %s
AND convert_from(body, 'UTF8')::jsonb #> '{data,own,root}' IS NOT NULL
"""
DROPPED = "DROP TABLE evidence_evidenceitem CASCADE"
NUMBERING = ("ledger_leafsequence", "ledger_pending", "ledger_tile")  # restore goes on with it
WINDOW, RESTORE_SECONDS = 60, 30 * 60
FILL_SECONDS = 3_600


def backup_under_load(run: Run) -> None:
    """F-26: back up at half of the load; restore into a cluster of its own, and go on there."""
    outside = run.ground.folder / f"outside-{run.experiment}-{run.seed}"
    outside.mkdir(mode=0o700)
    with run.world(more={"CHECKPOINT_SINKS": f"file://{outside}"}) as world:
        load = run.load(world).start()
        wait_for(lambda: load.share >= 0.5, 300, "Half of the load")
        began = time.monotonic()
        folder = backed_up(world)
        run.told["backup s"] = round(time.monotonic() - began, 1)
        load.wait()
        run.keep(load)
        manifest = json.loads((folder / "manifest.json").read_text())
        run.check(prefix(world, manifest))
        lost_after(world, outside)
        world.group.stop()
        with cluster(world, "second") as second:
            restored(run, second, folder, manifest)
            go_on(run, second, newest_in(outside))


def backed_up(world: World) -> Path:
    """Return the folder of a backup that was made now."""
    code, said = world.manage("backup", str(world.folder / "backups"))
    if code:
        raise Problem(f"The backup failed: {said}")
    return Path(said.splitlines()[0])


def prefix(world: World, manifest: dict[str, Any]) -> Check:
    """Return that the record of a backup is the beginning of the one that went on."""
    code, _ = world.manage("verify_ledger", "--size", str(manifest["size"]), "--root",
                           manifest["root"])  # fmt: skip
    return Check("the record of the backup is a prefix of the source's", code, 0)


def sent_outside(world: World, folder: Path) -> None:
    """Let a checkpoint over everything so far lie outside."""
    total = world.count("SELECT count(*) FROM ledger_entry")
    code, said = world.manage("shell", "-v0", "-c", CHECKPOINT)
    if code or newest_in(folder) < total:
        found = newest_in(folder)
        raise Problem(f"Outside lies a checkpoint over {found} of {total} entries. {said[-300:]}")


def newest_in(folder: Path) -> int:
    """Return the size of the newest checkpoint in a folder: the second line of a note."""
    notes = [
        file.read_text(errors="replace").splitlines()
        for file in folder.rglob("*")
        if file.is_file()
    ]
    return max((int(note[1]) for note in notes if len(note) > 3 and note[1].isdigit()), default=0)


CHECKPOINT = """
from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.delivering import deliver
checkpoint_now(); deliver()
"""


@contextmanager
def cluster(world: World, name: str) -> Iterator[World]:
    """Run a fresh PostgreSQL, and give a world over an empty database in it and a new folder."""
    folder = world.folder / name
    folder.mkdir()
    folder.chmod(0o711)
    server = Server(folder, folder / "postgresql.log")
    server.start()
    try:
        server.sql("postgres", "CREATE DATABASE restored")
        yield moved(world, folder, server.url("restored"))
    finally:
        server.stop()


def moved(world: World, folder: Path, url: str) -> World:
    """Return a world with the same keys and settings over another database and data folder."""
    other = World.__new__(World)
    other.__dict__ |= world.__dict__
    data = folder / "data"
    data.mkdir()
    for key in ("log.key", "decisions.key"):
        if (world.folder / key).exists():
            shutil.copy(world.folder / key, data / key)
    other.folder = data
    other.instance = type(world.instance)(data, "127.0.0.1", world.port)
    other.instance.database_url = url
    places = {"DATA_DIR": str(data), "STORAGE_DIR": str(data / "storage"), "DATABASE_URL": url}
    other.env = world.env | places
    return other


def restored(run: Run, world: World, folder: Path, manifest: dict[str, Any]) -> None:
    """Restore, and count every table."""
    began = time.monotonic()
    code, said = world.manage("restore", str(folder))
    run.told["restore s"] = round(time.monotonic() - began, 1)
    run.check(Check(f"restore exits 0 {said[-300:] if code else ''}", code, 0))
    rows = {name: world.count(f'SELECT count(*) FROM "{name}"') for (name,) in world.ask(TABLES)}  # noqa: S608
    there, then = (
        {name: count for name, count in one.items() if name not in NUMBERING}
        for one in (rows, manifest["tables"])
    )
    run.check(Check("rows(restored) == rows in the snapshot", there, then))
    run.told["entries"] = manifest["size"]
    run.check(Check("verify exits 0", world.manage("verify_ledger")[0], 0))


def go_on(run: Run, world: World, newest: int) -> None:
    """See that the app reports what is lost and waits; sign the recovery; see that it goes on."""
    world.manage("shell", "-v0", "-c", LOOK)
    doubts = world.ask("SELECT outside_size FROM checkpoints_doubt WHERE ended_at IS NULL")
    run.check(Check("the app reports the rollback and waits", doubts, [(newest,)]))
    code, said = world.manage("shell", "-v0", "-c", SIGN)
    run.check(Check(f"the recovery is signed {said[-300:] if code else ''}", code, 0))
    signed = world.count(NAMES_BOTH, str(newest))
    run.check(Check("one 'recovered' entry names both checkpoints", signed, 1))
    entries = world.count("SELECT count(*) FROM ledger_entry")
    numbered = world.count("SELECT count(*) FROM ledger_leafsequence")
    run.check(Check("ledger_sequenced == ledger_entries", numbered, entries))
    run.check(Check("verify exits 0 afterwards", world.manage("verify_ledger")[0], 0))


def of_a_million(run: Run) -> None:
    """F-27m: the same with a record of a million entries, under a load of its usual pace."""
    point_in_time(run, entries=run.pick(1_000_000, 3_000), pace=0.0)


def point_in_time(run: Run, entries: int = 0, pace: float = 5.0) -> None:
    """F-27: archive the log; drop a table; recover a cluster to one second before."""
    home = run.ground.folder / f"{run.experiment}-{run.seed}-ground"
    archive = run.ground.folder / f"archive-{run.seed}"
    archive.mkdir()
    settings = {"archive_mode": "on", "archive_timeout": "30",
                "archive_command": f"test ! -f {archive}/%f && cp %p {archive}/%f"}  # fmt: skip
    run.ground = Ground(home, settings)
    _own(archive, run.ground.server.user)
    try:
        run.ground.start()
        drop_and_recover(run, archive, entries, run.pick(pace, 0.0))
    finally:
        run.ground.stop()


def drop_and_recover(run: Run, archive: Path, entries: int, pace: float) -> None:
    """Work, drop a table by mistake, recover beside it, and compare with what was acknowledged."""
    outside = run.ground.folder / "outside"
    outside.mkdir(mode=0o700)
    base = run.ground.folder / "base"
    with run.world(more={"CHECKPOINT_SINKS": f"file://{outside}"}) as world:
        written_before(run, world, entries)
        base_backup(run.ground.server, base)
        load = run.load(world, pace=pace).start()
        load.wait()
        run.keep(load)
        target = datetime.now(UTC)
        time.sleep(1.0)
        lost_after(world, outside)
        world.ask(DROPPED)
        gone = time.monotonic()
        run.told["loss window s"] = round((datetime.now(UTC) - target).total_seconds(), 1)
        run.check(Check("data loss window, seconds", run.told["loss window s"], WINDOW, "<="))
        last = world.ask("SELECT pg_walfile_name(pg_current_wal_lsn())")[0][0]
        world.ask("SELECT pg_switch_wal()")
        world.group.stop()
        wait_for(lambda: (archive / last).exists(), 60, "The archive of the log")
        with recovered(run, base, archive, target) as server:
            found = moved(world, base.parent / "again", server.url(world.database))
            answers(found)
            run.told["RTO s"] = round(time.monotonic() - gone, 1)
            run.check(Check("service back, seconds", run.told["RTO s"], RESTORE_SECONDS, "<="))
            run.check(*business(found, load))
            go_on(run, found, newest_in(outside))
            found.group.stop()


def written_before(run: Run, world: World, entries: int) -> None:
    """Let so many entries be in the record, numbered, before anything else happens."""
    if not entries:
        return
    began = time.monotonic()
    finished(begun(world, "fill", entries), FILL_SECONDS)
    finished(begun(world, "drain"), FILL_SECONDS)
    run.told |= {"entries before": entries, "written in s": round(time.monotonic() - began)}


def base_backup(server: Server, folder: Path) -> None:
    """Copy the whole cluster as it runs, the log of the copying with it."""
    words = [
        server.bin / "pg_basebackup",
        "-d",
        server.url("postgres"),
        "-D",
        folder,
        "-X",
        "stream",
    ]
    run_step([*words, "-c", "fast"], failure="No base backup:", env=_environment())


def lost_after(world: World, outside: Path) -> None:
    """Record one thing that is not restored, and sign over it outside.

    A short load may be over before a backup begins, and then nothing else would be lost.
    """
    world.manage("shell", "-v0", "-c", AFTER)
    sent_outside(world, outside)


AFTER = """
from governance.accounts.unit_actions import rename_unit
from governance.accounts.models import BusinessUnit, User
who = User.objects.filter(memberships__role="administrator").first()
rename_unit(BusinessUnit.objects.get(parent=None), name="After the target", actor=who)
"""


@contextmanager
def recovered(run: Run, base: Path, archive: Path, target: datetime) -> Iterator[Server]:
    """Start the copied cluster, which follows the archive to the target time and goes on."""
    folder = base.parent / "again"
    folder.mkdir()
    folder.chmod(0o711)
    base.rename(folder / "postgresql")
    (folder / "postgresql" / "recovery.signal").touch()
    settings = {
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_time": target.isoformat(),
        "recovery_target_action": "promote",
    }
    server = Server(folder, folder / "postgresql.log", settings)
    server.start()
    try:
        wait_for(
            lambda: server.sql("postgres", "SELECT pg_is_in_recovery()") == "f", 300, "Promotion"
        )
        yield server
    finally:
        server.stop()


def answers(world: World) -> None:
    """Start the web server over what was recovered, and wait for its first answer."""
    world.group = type(world.group)(world.env, world.instance.logs)
    world.start("web")
    world.wait_ready()


__all__ = ["backup_under_load", "of_a_million", "point_in_time"]
