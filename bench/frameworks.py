"""The pages of frameworks and a pack's part about them, over 1,000 systems.

Beside each page its statements alone are sent again by psycopg, all rows fetched and nothing made
of them: what the database takes, and the baseline that the page is measured against.
"""

import time
from typing import Any

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.pages import Request, dsn, getter, in_words, once, signed_in, with_token
from bench.seed import found, grow, settle
from governance.classification.queries import engine
from governance.common.warming import warm
from governance.crosswalk.packing import crosswalk_facts
from governance.crosswalk.reading import catalogue
from inventory.systems.models import AISystem

SYSTEMS, TIMED, WARM, AIM_MS = 1_000, 15, 3, 1_000.0


def measure(systems: int = SYSTEMS, timed: int = TIMED) -> dict[str, Any]:
    """Return milliseconds of every page and of its statements alone, asked in turn."""
    made = found()
    grow(made, systems)
    settle()
    warm(engine, catalogue)  # as a web server does at its start
    officer, rest = signed_in(made.officer), with_token(made.officer)
    one = made.whole[0].ref
    pages: dict[str, Request] = {
        "all five frameworks": getter(officer, "/frameworks/"),
        "one framework": getter(officer, "/frameworks/nist_ai_rmf/"),
        "one control": getter(officer, "/frameworks/controls/C09/"),
        "what a system shows": getter(officer, f"/systems/{one}/frameworks/"),
        "REST, one framework": getter(rest, "/api/v1/frameworks/nist_ai_rmf/coverage/"),
    }
    return {
        "systems": systems,
        "aim_ms": AIM_MS,
        "pages": {name: _beside(page, timed) for name, page in pages.items()},
        "pack_seconds": _pack(),
    }


def _beside(page: Request, timed: int) -> dict[str, Any]:
    """Return what a page takes, and its statements alone, one after the other."""
    for _ in range(WARM):
        page()
    with CaptureQueriesContext(connection) as caught:
        page()
    sent = [one["sql"] for one in caught.captured_queries]  # the next request forgets them
    reads = [one for one in sent if one.startswith("SELECT")]
    taken: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with psycopg.connect(**dsn()) as raw:

        def alone() -> None:
            for statement in reads:
                raw.execute(statement.encode()).fetchall()

        for _ in range(timed):
            taken.append(once(page, "time"))
            bare.append(once(alone, "time"))
    return {**in_words(taken), "statements": len(sent), "bare_ms": in_words(bare)["median_ms"]}


def _pack() -> float:
    """Return seconds until all that a pack of every system says of frameworks is read."""
    began = time.perf_counter()
    crosswalk_facts(AISystem.objects.all(), timezone.now())
    return round(time.perf_counter() - began, 2)
