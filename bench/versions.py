"""Release bundles: digests and diffs per second, the gate's answer, the pages of many versions.

The gate is asked over REST at 100,000 versions, and beside it, in turn, one row is read by its
primary key: by psycopg alone, through Django's ORM, and one system over REST. Only the last has
what every request has (the token, routing, JSON), so it tells what the gate itself costs.
"""

import random
import time
from collections.abc import Callable
from itertools import cycle, pairwise
from typing import Any

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.pages import Request, dsn, getter, in_words, ok, once, signed_in, with_token
from bench.seed import Organisation, found, settle
from governance.common.canonical import canonical_bytes
from governance.pipelines.queries import decision, version_behind
from inventory.systems.bundles.diff import compare
from inventory.systems.bundles.rules import Bundle
from inventory.systems.models import ModelVersion

VERSIONS, OF_ONE, SECONDS, TIMED, WARM = 100_000, 500, 3.0, 60, 5
AIM_TIMES = 5
GATE = ("deployable, yes (200)", "deployable, no (403)")
ADD = """
INSERT INTO systems_modelversion (system_id, label, provider, model_id, region, prompt_sha256,
    notes, bundle, texts, training_data_ref, digest, frozen_at, row_version, created_at)
SELECT %(system)s, '2.' || n || '.0', 'openai', 'gpt-4o-2024-11-20', '', '', '',
    jsonb_build_object('provider', 'openai', 'model_id', 'gpt-4o-2024-11-20', 'code_commit',
        md5(n::text || %(system)s)), '{}', '', md5(n::text || %(system)s) || md5(n::text), now(), 1,
    now() - n * interval '1 hour'
FROM generate_series(1, %(many)s) n
"""
RELEASE = """
INSERT INTO approvals_release (ref, system_id, version_id, digest, status, reason,
    submitted_by_id, submitted_at, decided_by_id, decided_at, approved_at, valid_until,
    activated_at, activated_by_id, left_at, environment, task, round, gap_addressed, declared,
    change_class, class_suggested, class_reasons, risk_tier, evidence_digest, rules_version,
    decision_reason, canary_rule, cycle, changed_at, row_version)
SELECT 'UPD-V' || v.id, v.system_id, v.id, v.digest, 'superseded', 'Better.', %(officer)s,
    v.created_at, %(lead)s, v.created_at, v.created_at, now() + interval '182 days', v.created_at,
    %(lead)s, now(), 'prod', '', 1, '', '{}', 'A', 'A', '[]', 'high', '', '', '', '{}', 0, now(), 1
FROM systems_modelversion v WHERE v.label LIKE '2.%%'
"""


def measure(
    versions: int = VERSIONS, of_one: int = OF_ONE, seconds: float = SECONDS, timed: int = TIMED
) -> dict[str, Any]:
    """Return digests and diffs per second, and milliseconds of the gate and of the pages."""
    told = {"versions": versions, "of_one": of_one, "aim_times": AIM_TIMES, **_pure(seconds)}
    made = found()
    _fill(made, versions, of_one)
    taken = _in_turn(_requests(made), timed)
    return told | {"requests": taken, "times": _times(taken)}


def _pure(seconds: float) -> dict[str, float]:
    dice = random.Random(20_261_123)
    documents = [_document(dice) for _ in range(500)]
    bundles = [Bundle.of(one) for one in documents]
    pairs = list(pairwise(bundles))
    digest = _rate(lambda one: Bundle.of(one).digest, documents, seconds)
    plain = _rate(canonical_bytes, documents, seconds)
    diff = _rate(lambda pair: compare(*pair), pairs, seconds)
    return {
        "digests_per_second": round(digest),
        "diffs_per_second": round(diff),
        "canonical_only_per_second": round(plain),
        "digest_of_canonical": round(digest / plain, 2),
        "bytes_of_a_bundle": len(canonical_bytes(documents[0])),
    }


def _document(dice: random.Random) -> dict[str, Any]:
    """Return a bundle of the size that an assistant with tools and retrieval has."""

    def sha() -> str:
        return f"{dice.getrandbits(256):064x}"

    return {
        "provider": "openai",
        "model_id": "gpt-4o-2024-11-20",
        "deployment": {"id": "chat-eu", "region": "westeurope", "endpoint": "https://a.example"},
        "prompts": {name: sha() for name in ("system", "summary", "refusal")},
        "tools": {f"tool_{number}": sha() for number in range(12)},
        "retrieval": {"corpus": "policies", "snapshot": sha(), "embedding_model": "embed-4"},
        "parameters": {"temperature": str(dice.randint(0, 9)), "max_tokens": dice.randint(1, 4096)},
        "code_commit": sha()[:40],
        "container": f"sha256:{sha()}",
    }


def _rate(work: Callable[[Any], Any], things: list[Any], seconds: float) -> float:
    turns, done, began = cycle(things), 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        for _ in range(50):
            work(next(turns))
        done += 50
    return done / taken


def _fill(made: Organisation, versions: int, of_one: int) -> None:
    first, *others = made.whole
    share = (versions - of_one) // len(others)
    with connection.cursor() as cursor:
        for system, many in [(first, of_one), *((other, share) for other in others)]:
            cursor.execute(ADD, {"system": system.pk, "many": many})
        cursor.execute(RELEASE, {"officer": made.officer.pk, "lead": made.lead.pk})
    settle()


def _requests(made: Organisation) -> dict[str, Request]:
    rest, officer, raw = with_token(made.officer), signed_in(made.officer), psycopg.connect(**dsn())
    rows = ModelVersion.objects.select_related("system")
    runs, old = cycle(list(rows.filter(label="1.0.0"))), cycle(list(rows.filter(label="2.7.0")))
    by_key = "SELECT id, digest, label FROM systems_modelversion WHERE id = %s"
    first, second = made.whole[:2]

    def gate(version: ModelVersion, status: int) -> Any:
        where = f"environment=prod&system={version.system.ref}"
        return ok(rest.get(f"/api/v1/model-versions/{version.digest}/deployable?{where}"), status)

    def decided(version: ModelVersion) -> Any:
        seen = version_behind(made.officer, version.digest, version.system.ref)
        return decision(seen, "prod") if seen else None

    return {
        "psycopg: one row by its key": lambda: raw.execute(by_key, [next(old).pk]).fetchone(),
        "ORM: one row by its key": lambda: ModelVersion.objects.get(pk=next(old).pk),
        "REST: one system": lambda: ok(rest.get(f"/api/v1/systems/{next(runs).system.ref}/")),
        "decision without REST": lambda: decided(next(old)),
        GATE[0]: lambda: gate(next(runs), 200),
        GATE[1]: lambda: gate(next(old), 403),
        "history of a system with many": getter(officer, f"/systems/{first.ref}/updates/"),
        "page of a system with many": getter(officer, f"/systems/{first.ref}/"),
        "history of a system with more": getter(officer, f"/systems/{second.ref}/updates/"),
        "queue": getter(officer, "/updates/"),
    }


def _in_turn(requests: dict[str, Request], timed: int) -> dict[str, dict[str, float]]:
    for request in requests.values():
        for _ in range(WARM):
            request()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in requests}
    for _ in range(timed):
        for name, request in requests.items():
            taken[name].append(once(request, "time"))
    return {
        name: in_words(seconds) | {"statements": _statements(requests[name])}
        for name, seconds in taken.items()
    }


def _statements(request: Request) -> int:
    with CaptureQueriesContext(connection) as captured:
        request()
    return len(captured)


def _times(taken: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return how many times as long the gate takes as each of the plain readings, by the median."""
    gate = max(taken[name]["median_ms"] for name in GATE)
    return {
        name: round(gate / found["median_ms"], 1) for name, found in taken.items() if ":" in name
    }
