"""List, search, detail and create, as page and over REST, at three sizes of the register.

Requests go through Django's test client, so all of Muster is in the figure and no network. The
connection to the database stays open, each request runs alone, and statements are counted in a
request of their own that is not timed.
"""

import csv
import io
import random
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.seed import RARE, Organisation, found, grow, rows, settle
from governance.accounts.models import User
from governance.rest.actions import issue_token
from governance.rest.rules import Scope

SIZES = (1_000, 10_000, 100_000)
EXPORTED = 10_000
WARM, TIMED = 5, 40
BACKEND = "django.contrib.auth.backends.ModelBackend"
COMMON = "scorer"  # a kind: about one system in twenty
BARE_LIST = """
SELECT s.id, s.ref, s.name, s.stage, u.name, o.name, s.vendor_id, v.name, s.our_roles,
    s.data_categories, s.people_affected, s.countries, s.architecture, s.origin, s.external_key,
    s.live_since, s.changed_at
FROM systems_aisystem s JOIN accounts_businessunit u ON u.id = s.unit_id
LEFT JOIN accounts_user o ON o.id = s.owner_id LEFT JOIN vendors_vendor v ON v.id = s.vendor_id
ORDER BY lower(s.name), s.id
"""
Request = Callable[[], Any]


def measure(sizes: tuple[int, ...] = SIZES, timed: int = TIMED) -> dict[str, Any]:
    """Return milliseconds and statements of every kind of request, at every size."""
    made = found()
    measured: dict[str, Any] = {"sizes": {}, "timed": timed}
    for size in sizes:
        began = time.perf_counter()
        grow(made, size)
        settle()
        seeded = time.perf_counter() - began
        results = {name: timing(each, timed) for name, each in requests(made).items()}
        results["bare SELECT of the page's rows"] = bare(timed)
        measured["sizes"][str(size)] = {"seeded_seconds": round(seeded, 1), "requests": results}
        if size == min(EXPORTED, max(sizes)):
            measured["export"] = export(made)
    return measured


def requests(made: Organisation) -> dict[str, Request]:
    """Return every kind of request by its name; each call sends one."""
    officer, divisional = signed_in(made.officer), signed_in(made.divisional)
    rest, rest_divisional = with_token(made.officer), with_token(made.divisional)
    fields = bodies(made)
    turns = cycle([system.ref for system in made.whole])
    found: dict[str, Request] = {
        "list": getter(officer, "/systems/"),
        "list, one division": getter(divisional, "/systems/"),
        "search, rare word": getter(officer, f"/systems/?q={RARE}"),
        "search, common word": getter(officer, f"/systems/?q={COMMON}"),
        "search, one division": getter(divisional, f"/systems/?q={COMMON}"),
        "detail": lambda: ok(officer.get(f"/systems/{next(turns)}/")),
        "create": lambda: ok(officer.post("/systems/new/", next(fields)), 302),
        "REST list": getter(rest, "/api/v1/systems/"),
        "REST list, one division": getter(rest_divisional, "/api/v1/systems/"),
        "REST search, rare word": getter(rest, f"/api/v1/systems/?q={RARE}"),
        "REST search, common word": getter(rest, f"/api/v1/systems/?q={COMMON}"),
        "REST detail": lambda: ok(rest.get(f"/api/v1/systems/{next(turns)}/")),
        "REST create": lambda: ok(
            rest.post("/api/v1/systems/", next(fields), content_type="application/json"), 201
        ),
    }
    others = {"Today": "/", "filters": "/systems/filter/", "with gaps": "/systems/?gaps=1"}
    others |= {"by tier": "/systems/?sort=tier", "classification queue": "/classification/"}
    others |= {"page 20": "/systems/?page=20", "find": f"/find/?q={COMMON}", "ledger": "/ledger/"}
    return found | {f"also: {name}": getter(officer, url) for name, url in others.items()}


def signed_in(user: User) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def with_token(user: User) -> Client:
    """Return a program that acts for the person."""
    _token, text = issue_token(actor=user, name="bench", scopes=[Scope.READ, Scope.WRITE])
    return Client(headers={"authorization": f"Bearer {text}"})


def getter(client: Client, url: str) -> Request:
    """Return a request for one address."""
    return lambda: ok(client.get(url))


def ok(response: Any, status: int = 200) -> Any:
    """Return the answer; anything but what was asked for ends the measurement."""
    if response.status_code != status:
        said = getattr(response, "content", b"")[-2_000:].decode(errors="replace")
        raise SystemExit(f"{response.status_code} instead of {status}:\n{said}")
    return response


def bodies(made: Organisation) -> Iterator[dict[str, Any]]:
    """Yield what is filled in for one new system after another, with a reason to keep it."""
    for row in rows(made, random.Random()):
        yield {
            "name": row["name"],
            "intended_purpose": row["intended_purpose"],
            "unit": row["unit"].pk,
            "stage": "pilot",
            "distinct_because": "Another system, for another purpose.",
        }


def timing(request: Request, timed: int) -> dict[str, float]:
    """Return milliseconds, and the number of statements of one request that is not timed."""
    for _ in range(WARM):
        request()
    with CaptureQueriesContext(connection) as captured:
        request()
    statements = len(captured)
    return spent(request, timed) | {"statements": statements}


def spent(request: Request, timed: int) -> dict[str, float]:
    """Return median, fastest and 95th percentile of many requests, and the median processor time.

    The last is that of this process alone: it holds on a busy machine, and leaves out what the
    database computes meanwhile. So does the fastest, nearly, and that holds the database.
    """
    taken, used = [], []
    for _ in range(timed):
        began, cpu = time.perf_counter(), time.process_time()
        request()
        used.append(time.process_time() - cpu)
        taken.append(time.perf_counter() - began)
    return {
        "median_ms": round(statistics.median(taken) * 1000, 2),
        "fastest_ms": round(min(taken) * 1000, 2),
        "p95_ms": round(statistics.quantiles(taken, n=20)[18] * 1000, 2),
        "cpu_ms": round(statistics.median(used) * 1000, 2),
    }


def bare(timed: int) -> dict[str, float]:
    """Return what the rows of the first page take with psycopg alone, in one statement."""
    with psycopg.connect(**dsn()) as raw:

        def request() -> None:
            raw.execute(f"{BARE_LIST} LIMIT 51").fetchall()

        for _ in range(WARM):
            request()
        return spent(request, timed) | {"statements": 1}


def export(made: Organisation) -> dict[str, float]:
    """Return seconds of the streamed CSV of the whole list, and of a bare SELECT written as CSV."""
    client, begun = signed_in(made.officer), time.perf_counter()
    size, lines, first = 0, 0, 0.0
    for chunk in ok(client.get("/systems/export.csv")).streaming_content:
        first = first or time.perf_counter() - begun
        size += len(chunk)
        lines += chunk.count(b"\n")
    taken = time.perf_counter() - begun
    begun = time.perf_counter()
    with psycopg.connect(**dsn()) as raw, io.StringIO() as file:
        csv.writer(file).writerows(raw.execute(BARE_LIST))
    return {
        "systems": lines - 1,
        "bytes": size,
        "seconds": round(taken, 2),
        "first_byte_ms": round(first * 1000, 1),
        "bare_seconds": round(time.perf_counter() - begun, 2),
    }


def dsn() -> dict[str, Any]:
    """Return how psycopg finds the database of the settings."""
    at = settings.DATABASES["default"]
    named = {"dbname": at["NAME"], "user": at["USER"], "password": at["PASSWORD"]}
    return {k: v for k, v in (named | {"host": at["HOST"], "port": at["PORT"]}).items() if v}
