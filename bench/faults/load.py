"""Eight clients who do 400 things over REST, and a log of every call: invoke, ok, fail, unknown.

A client repeats a call with the same Idempotency-Key until it has an answer that says what became
of it. A change (PATCH) has no key: its ETag does the same, and after an answer that never came a
412 is settled by reading whether the value is ours.
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

CLIENTS, ACTIONS = 8, 400
TIMEOUT, PATIENCE = 10.0, 180.0
WEIGHTS = {
    "create": 25, "edit": 20, "comment": 20, "version": 10, "submit": 10, "withdraw": 9, "pack": 6,
}  # fmt: skip


@dataclass
class Call:
    """One thing that one client wanted, and what became of it."""

    key: str
    client: int
    kind: str
    began: float  # seconds of the epoch
    outcome: str = "unknown"  # ok: 2xx, fail: 4xx, unknown: no answer that says
    status: int = 0
    tries: int = 0
    seconds: float = 0.0  # of all tries
    lost: int = 0  # tries without an answer, or with a 5xx
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Things:
    """What one client has made so far."""

    systems: dict[str, str] = field(default_factory=dict)  # ref → ETag
    versions: list[dict[str, Any]] = field(default_factory=list)  # not submitted
    releases: list[dict[str, Any]] = field(default_factory=list)  # not withdrawn


@dataclass
class Load:
    """The clients, in threads of their own; `pace` is the pause of each between two calls."""

    port: int
    told: Mapping[str, Any]  # tokens and unit, see founding.py
    marker: str
    seed: int
    actions: int = ACTIONS
    pace: float = 0.0
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._client, args=(at,)) for at in range(CLIENTS)]

    def start(self) -> "Load":
        """Let the clients begin."""
        for thread in self.threads:
            thread.start()
        return self

    def wait(self) -> None:
        """Wait until every client is done."""
        for thread in self.threads:
            thread.join()

    def stop(self) -> None:
        """Let nobody begin anything new or repeat anything, and wait."""
        self.ending.set()
        self.wait()

    @property
    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return len(self.known()) / self.actions

    @property
    def running(self) -> bool:
        """Return whether a client is still at it."""
        return any(thread.is_alive() for thread in self.threads)

    def acked(self, kind: str = "") -> list[Call]:
        """Return the calls that were answered 2xx."""
        return [one for one in self.calls if one.outcome == "ok" and kind in ("", one.kind)]

    def known(self) -> list[Call]:
        """Return the calls whose outcome the client knows."""
        return [one for one in self.calls if one.outcome != "unknown"]

    def history(self) -> list[dict[str, Any]]:
        """Return the log of all calls."""
        return [asdict(call) for call in self.calls]

    def _client(self, number: int) -> None:
        dice, mine = random.Random(self.seed * 100 + number), Things()
        for at in range(self.actions // CLIENTS):
            if self.ending.is_set():
                return
            self._one(number, f"{self.marker}-{number}-{at}", dice, mine)
            self.ending.wait(self.pace * dice.uniform(0.5, 1.5))

    def _one(self, number: int, key: str, dice: random.Random, mine: Things) -> None:
        possible = {
            "create": True, "edit": mine.systems, "comment": mine.systems, "pack": mine.systems,
            "version": mine.systems, "submit": mine.versions, "withdraw": mine.releases,
        }  # fmt: skip
        kinds = [kind for kind in WEIGHTS if possible[kind]]
        kind = dice.choices(kinds, [self.weights[one] for one in kinds])[0]
        call = Call(key, number, kind, time.time())
        self.calls.append(call)
        prepare, learn = DOING[kind]
        wish = prepare(key, dice, mine, self.told)
        self._until_known(call, wish, self.told["officers"][number])
        if call.outcome == "ok":
            learn(call, wish, mine)

    def _until_known(self, call: Call, wish: "Wish", officer: str) -> None:
        began = time.monotonic()
        while not self.ending.is_set() and time.monotonic() - began < PATIENCE:
            call.tries += 1
            call.status, call.answer = self._send(wish, officer, call.key)
            if is_lost(call):
                call.lost += 1
                self.ending.wait(0.1 + 0.2 * random.random())
                continue
            if call.status == 412 and call.lost and self._is_ours(wish, officer, call):
                call.status = 200
            call.outcome = "ok" if call.status < 300 else "fail"
            break
        call.seconds = round(time.monotonic() - began, 4)

    def _is_ours(self, wish: "Wish", token: str, call: Call) -> bool:
        """Return whether the change, whose answer was lost, is what the server has."""
        read = Wish("GET", wish.path, {})
        for _ in range(100):
            status, answer = self._send(read, token, call.key)
            if status == 200:
                call.answer = answer
                return bool(answer["outputs"] == wish.body["outputs"])
            time.sleep(0.2)
        return False

    def _send(self, wish: "Wish", token: str, key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers |= {"If-Match": wish.match} if wish.match else {"Idempotency-Key": key}
        body = json.dumps(wish.body) if wish.body else None
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            link.request(wish.method, f"/api/v1{wish.path}", body=body, headers=headers)
            answer = link.getresponse()
            text = answer.read()
            found = dict(json.loads(text)) if text else {}
            return answer.status, found | {"ETag": answer.headers.get("ETag", "")}
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            link.close()


def is_lost(call: Call) -> bool:
    """Return whether the answer does not say what became of the call."""
    under_way = call.status == 409 and call.answer.get("code") == "in-flight"
    return call.status == 0 or call.status >= 500 or under_way


@dataclass
class Wish:
    """One request."""

    method: str
    path: str
    body: dict[str, Any]
    match: str = ""
    about: Any = None


def create(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Register a system."""
    return Wish("POST", "/systems/", {
        "name": f"Scorer {key}", "unit": told["unit"], "stage": "pilot",
        "intended_purpose": f"Ranks cases for {key}.", "distinct_because": "Another one.",
    })  # fmt: skip


def edit(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Change a system's outputs to words that nobody else writes."""
    ref = dice.choice(sorted(mine.systems))
    return Wish("PATCH", f"/systems/{ref}/", {"outputs": f"A score, {key}"}, mine.systems[ref])


def comment(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Add a link as evidence, with a note."""
    ref = dice.choice(sorted(mine.systems))
    link = f"https://notes.example/{key}"
    return Wish("POST", "/evidence/", {"system": ref, "title": f"Note {key}", "link": link})


def version(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Add a model version."""
    ref = dice.choice(sorted(mine.systems))
    return Wish("POST", "/model-versions/", {
        "system": ref, "label": key, "provider": "openai", "model_id": "gpt-4o-2024-11-20",
        "prompt_sha256": sha256(key.encode()).hexdigest(),
    })  # fmt: skip


def submit(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Propose a version."""
    one = dice.choice(mine.versions)
    return Wish("POST", "/releases/", {"version": one["id"], "reason": f"For {key}"}, about=one)


def withdraw(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Take back what was proposed."""
    one = dice.choice(mine.releases)
    body = {"event": "withdraw", "reason": f"Seen, {key}"}
    return Wish("POST", f"/releases/{one['ref']}/transitions/", body, about=one)


def pack(key: str, dice: random.Random, mine: Things, told: Mapping[str, Any]) -> Wish:
    """Ask for an evidence pack."""
    return Wish("POST", "/packs/", {"systems": [dice.choice(sorted(mine.systems))]})


def _keep_system(call: Call, wish: Wish, mine: Things) -> None:
    mine.systems[call.answer["ref"]] = call.answer["ETag"]


def _keep_release(call: Call, wish: Wish, mine: Things) -> None:
    mine.versions.remove(wish.about)
    mine.releases.append(call.answer)


Prepare = Callable[[str, random.Random, Things, Mapping[str, Any]], Wish]
Learn = Callable[[Call, Wish, Things], None]
DOING: dict[str, tuple[Prepare, Learn]] = {
    "create": (create, _keep_system),
    "edit": (edit, _keep_system),
    "comment": (comment, lambda call, wish, mine: None),
    "version": (version, lambda call, wish, mine: mine.versions.append(call.answer)),
    "submit": (submit, _keep_release),
    "withdraw": (withdraw, lambda call, wish, mine: mine.releases.remove(wish.about)),
    "pack": (pack, lambda call, wish, mine: None),
}
