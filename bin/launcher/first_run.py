"""The database of a new data folder appears at once and whole: it is made under another name.

A first run that was broken off leaves only that other name behind, and the next one starts anew.
"""

from launcher.common import PYTHON, run_step, say, version
from launcher.instance import Instance
from launcher.postgres import Server

NAME, UNFINISHED = "muster", "muster_unfinished"
FAILED = "The database could not be brought up to date:"


def prepare(instance: Instance, server: Server | None, *, demo: bool) -> None:
    """Bring the database up to this version; on the first run fill it."""
    if server is None:
        if manage(instance, "prepare").strip() == "new":
            _fill(instance, demo=demo)
    elif _exists(server, NAME):
        instance.database_url = server.url(NAME)
        manage(instance, "prepare", "--recover")
    else:
        _make(instance, server, demo=demo)
    (instance.data / "version").write_text(version())


def _make(instance: Instance, server: Server, *, demo: bool) -> None:
    say("Making the database (once).")
    if _exists(server, UNFINISHED):
        server.sql("postgres", f"DROP DATABASE {UNFINISHED} WITH (FORCE)")
    server.sql("postgres", f"CREATE DATABASE {UNFINISHED}")
    instance.database_url = server.url(UNFINISHED)
    manage(instance, "prepare")
    _fill(instance, demo=demo)
    server.sql("postgres", f"ALTER DATABASE {UNFINISHED} RENAME TO {NAME}")
    instance.database_url = server.url(NAME)


def _fill(instance: Instance, *, demo: bool) -> None:
    if demo:
        say("Loading the demo organisation (once).")
        manage(instance, "load_demo", failure="The demo organisation could not be loaded:")
    else:
        instance.signins.unlink(missing_ok=True)
        say(manage(instance, "found", failure="The organisation could not be made:"))


def _exists(server: Server, name: str) -> bool:
    return server.sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"  # noqa: S608


def manage(instance: Instance, *words: str, failure: str = FAILED) -> str:
    """Run one of Django's commands on the instance and return what it printed."""
    return run_step([PYTHON, "manage.py", *words], failure=failure, env=instance.env())
