"""List, search, detail and create, as page and over REST, at three sizes of the register.

Requests go through Django's test client, so all of Muster is in the figure and no network. The
connection to the database stays open, each request runs alone, and statements are counted in a
request of their own that is not timed. The sizes are asked in turn: they meet the same load.
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
from bench.sizes import Sizes
from governance.accounts.models import User
from governance.rest.actions import issue_token
from governance.rest.rules import Scope

SIZES = (1_000, 10_000, 100_000)
EXPORTED = 10_000
WARM, TIMED = 5, 40
BACKEND = "django.contrib.auth.backends.ModelBackend"
BARE, CSV = "bare SELECT of the page's rows", "CSV export"
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
    with Sizes(sizes) as asked:
        told = {str(size): one | {"requests": {}} for size, one in asked.told.items()}
        for name in told[str(sizes[0])].pop("names"):
            rounds = timed // 4 if name.startswith("also") else timed
            for size, found in compared(asked, name, rounds).items():
                told[str(size)]["requests"][name] = found
        exported = min(sizes, key=lambda size: abs(size - EXPORTED))
        return {"timed": timed, "sizes": told, "export": asked.ask_at(exported, CSV, "export")}


def compared(asked: Sizes, name: str, rounds: int) -> dict[int, dict[str, float]]:
    """Return what one kind of request takes at each size, sent in turn."""
    for _ in range(WARM):
        asked.ask(name, "time")
    statements = asked.ask(name, "count")
    taken = [asked.ask(name, "time") for _ in range(rounds)]
    smallest = min(statements)
    return {
        size: in_words([one[size] for one in taken])
        | {
            "statements": max(statements[size], 1),  # psycopg alone is not counted
            "growth": round(statistics.median(one[size][0] / one[smallest][0] for one in taken), 2),
        }
        for size in statements
    }


def prepared(size: int) -> tuple[dict[str, Request], dict[str, Any]]:
    """Fill the database; return every kind of request, and what there is to tell."""
    began = time.perf_counter()
    made = found()
    grow(made, size)
    settle()
    seeded = round(time.perf_counter() - began, 1)
    known = requests(made) | {BARE: bare()}
    told = {"seeded_seconds": seeded, "names": list(known)}
    return known | {CSV: getter(signed_in(made.officer), "/systems/export.csv")}, told


def once(request: Request, what: str) -> Any:
    """Send one request; return its statements for "count", else its seconds, all and processor."""
    if what == "export":
        return export(request)
    if what == "count":
        with CaptureQueriesContext(connection) as captured:
            request()
        return len(captured)
    began, cpu = time.perf_counter(), time.process_time()
    request()
    used = time.process_time() - cpu
    return time.perf_counter() - began, used


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


def in_words(taken: list[tuple[float, float]]) -> dict[str, float]:
    """Return median, fastest and 95th percentile of many requests, and the median processor time.

    The last is that of Django's process alone: it leaves out what the database computes meanwhile.
    """
    whole = [seconds for seconds, _ in taken]
    return {
        "median_ms": round(statistics.median(whole) * 1000, 2),
        "fastest_ms": round(min(whole) * 1000, 2),
        "p95_ms": round(statistics.quantiles(whole, n=20)[18] * 1000, 2),
        "cpu_ms": round(statistics.median(cpu for _, cpu in taken) * 1000, 2),
    }


def bare() -> Request:
    """Return a request for the rows of the first page with psycopg alone, in one statement."""
    raw = psycopg.connect(**dsn())
    return lambda: raw.execute(f"{BARE_LIST} LIMIT 51").fetchall()


def export(request: Request) -> dict[str, float]:
    """Return seconds of the streamed CSV of the whole list, and of a bare SELECT written as CSV."""
    begun = time.perf_counter()
    size, lines, first = 0, 0, 0.0
    for chunk in request().streaming_content:
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
