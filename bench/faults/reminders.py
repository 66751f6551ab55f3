"""Reminders that fall due while something is broken: which are owed, which were sent, how late."""

import json
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from launcher.common import PYTHON, Problem, run_step

from bench.faults.checks import Check
from bench.faults.world import World, wait_for

NOTICE_LEASE = 150  # seconds until a mail whose worker fell silent is free again
LATEST_SECONDS = 60
TO = "<person"  # as the people of reminding.py are called
SENT = ("sent", "bundled")
Key = tuple[str, int, int, str, str]  # item, step, loop, recipient, channel


class Reminders:
    """What falls due in one world, by an account that the product has no part in."""

    def __init__(self, world: World, count: int, first: float, last: float) -> None:
        self.world = world
        self.log_begins = len(world.server.log.read_text(errors="replace"))
        numbers = [str(one) for one in (count, first, last)]
        said = run_step(
            [PYTHON, "-m", "bench.faults.reminding", *numbers, world.hooks.url],
            failure="The reminders could not be laid out:",
            env=world.env | {"BENCH_FAULTS": ""},
        )
        told = json.loads(said.strip().splitlines()[-1])
        self.items: list[dict[str, Any]] = told["items"]
        self.channels: list[str] = told["channels"]
        self.steps: tuple[int, ...] = (1,)  # the second lies a month away
        self.due = {one["item"]: datetime.fromisoformat(one["due"]) for one in self.items}

    @property
    def expected(self) -> set[Key]:
        """Return every reminder that is owed: one for each item, step and channel."""
        return {
            (one["item"], step, 0, self._recipient(one, channel), channel)
            for step in self.steps
            for one in self.items
            for channel in self.channels
        }

    def _recipient(self, one: dict[str, Any], channel: str) -> str:
        return "endpoint:1" if channel == "webhook" else f"person:{one['person']}"

    def sent(self) -> list[tuple[Key, datetime | None]]:
        """Return every reminder that was told, with the moment."""
        rows = self.world.ask(
            "SELECT n.item, n.step, n.loop, n.recipient, n.channel, coalesce(n.sent_at, i.sent_at) "
            "FROM notices_notice n LEFT JOIN notices_notice i ON i.id = n.into_id "
            "WHERE n.item = ANY(%s) AND n.status = ANY(%s)", list(self.due), list(SENT),
        )  # fmt: skip
        return [((item, step, loop, who, by), at) for item, step, loop, who, by, at in rows]

    def missing(self) -> int:
        """Return how many are owed and were not told yet."""
        return len(self.expected) - len(self.sent())

    def wait(self, seconds: float) -> None:
        """Wait until as many were sent as are owed, or the time is over."""
        with suppress(Problem):
            wait_for(lambda: self.missing() <= 0, seconds, "Reminders are missing")

    def late(self, begin: float) -> float:
        """Return by how many seconds the latest came after its time, or after `begin`."""
        return max(
            (at.timestamp() - max(self.due[key[0]].timestamp(), begin) for key, at in self.sent()
             if at is not None), default=float("inf"),
        )  # fmt: skip

    def checks(self, seconds: float = NOTICE_LEASE + 130) -> list[Check]:
        """Wait, and return that each was told once, inside and outside."""
        self.wait(seconds)
        keys = [key for key, _ in self.sent()]
        mails, hooks = self.world.mailbox.received(TO), self.world.hooks.received(self.due)
        by = {name: sum(key[4] == name for key in self.expected) for name in self.channels}
        doubles = len(keys) - len({(key[0], key[1], key[3], key[4]) for key in keys})
        return [
            Check("reminders_sent == reminders_expected", len(keys), len(self.expected)),
            Check("each of those expected", set(keys) == self.expected, True),
            Check("duplicate_reminders", doubles, 0),
            Check("mails received, distinct == mails owed", len(mails), by["email"]),
            Check("recv_distinct == webhook_intents", len(hooks), by.get("webhook", 0)),
            Check("the database refused a second one", self.violations(), 0),
        ]

    def violations(self) -> int:
        """Return how often a second one came as far as the constraint, unhandled."""
        log = self.world.server.log.read_text(errors="replace")[self.log_begins :]
        return log.count('unique constraint "notice_once"')

    def told(self) -> dict[str, Any]:
        """Return further figures."""
        mails, hooks = self.world.mailbox.received(TO), self.world.hooks.received(self.due)
        return {
            "reminders": len(self.expected),
            "mails received twice": mails.total() - len(mails),
            "webhooks received twice": hooks.total() - len(hooks),
            **({"further mails": others} if (others := self.world.mailbox.others(TO)) else {}),
        }


def now() -> float:
    """Return seconds of the epoch."""
    return time.time()
