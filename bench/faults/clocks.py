"""F-03, F-04 and F-24: no clock, several clocks, and clocks that are put forward and back."""

import http.client
import json
import shutil
import time
from pathlib import Path
from urllib.parse import urlencode

from launcher.common import PYTHON, Problem, run_step

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.plan import Run
from bench.faults.reminders import LATEST_SECONDS, NOTICE_LEASE, Reminders
from bench.faults.workers import Work
from bench.faults.world import Ground, NotRunError, World
from bench.faults.year import DAYS

SOURCE = Path(__file__).with_name("clock.c")
STEPS = {"+3 h": 10_800, "-3 h": -10_800, "+400 d": 34_560_000, "back": 0}
HOLDS = 20  # seconds that the token of F-24 lives
FIVE_MINUTES, A_MONTH = 300, 2_678_400
JUST_NOW = 30  # seconds that an event may be under way


def beat_dead(run: Run) -> None:
    """F-03: beat is killed for 90 s in which 200 reminders fall due, then started."""
    count, gap = run.pick((200, 90), (16, 6))
    with run.world() as world:
        before = counts.checkpoint(world)
        reminders = Reminders(world, count, 2, gap - 2)
        world.kill("beat")
        time.sleep(gap)
        run.told["sent without beat"] = len(reminders.sent())
        began = time.time()
        world.start("beat")
        run.check(*reminders.checks())
        late = round(reminders.late(began), 1)
        run.check(Check("latest after the start of beat, seconds", late, LATEST_SECONDS, "<="))
        run.check(*counts.general(world, before))
        run.told |= reminders.told() | {"latest, s": late}


def schedulers(run: Run) -> None:
    """F-04: two, then three beats at once while 200 reminders fall due in five minutes."""
    count, window = run.pick((200, 300), (12, 6))
    with run.world() as world:
        before = counts.checkpoint(world)
        world.start("beat2", "worker2")
        reminders = Reminders(world, count, 1, window - 1)
        time.sleep(window / 2)
        world.start("beat3")
        time.sleep(window / 2)
        run.check(*reminders.checks(), *counts.general(world, before))
        run.check(Check("schedulers that ran", len([n for n in world.alive() if "beat" in n]), 3))
        sweeps = world.count("SELECT count(*) FROM escalation_sweep")
        run.told |= reminders.told() | {"sweeps in the window": sweeps}


def clock_steps(run: Run) -> None:
    """F-24: the clock goes 3 h ahead, 3 h behind, 400 days ahead and back, under load.

    The clock is that of web, worker and beat; the database keeps the true time.
    """
    clock = Clock(run.ground.folder / f"clock-{run.experiment}-{run.seed}")
    step(run, clock)


def clock_steps_of_all(run: Run) -> None:
    """F-24b: the same with PostgreSQL's clock too, as when that of the whole machine is set.

    The receiver of webhooks has this clock as well. So has the month after which the second step
    of each reminder is due: it passes in the 400 days, and those last until all were told.
    """
    name = f"{run.experiment}-{run.seed}"
    clock = Clock(run.ground.folder / f"clock-{name}")
    words = ["env", *(f"{key}={value}" for key, value in clock.environment().items())]
    run.ground = Ground(run.ground.folder / name, words=words)
    try:
        run.ground.start()
        step(run, clock, everything=True)
    finally:
        run.ground.stop()


def step(run: Run, clock: "Clock", *, everything: bool = False) -> None:
    """Put the clock forward and back under load; ask by each what a token is answered."""
    span = run.pick(60, 8)
    with run.world(more=clock.environment()) as world:
        idle = Browser(world)
        clock.put(-40 * 60)
        idle.sign_in()
        clock.put(0)
        if everything:
            world.ask("UPDATE rest_apitoken SET expires_at = now() + interval '800 days'")
        work = Work(run, world, last=4.0 * span, pace=run.pick(4.5, 1.0))
        spare = token_that_ends(world)
        time.sleep(HOLDS + 1)
        answers = {"true": asks(world, spare)}
        for words, seconds in STEPS.items():
            clock.put(seconds)
            time.sleep(span)
            if everything and seconds > 0:
                work.reminders.steps = (1, 2) if seconds > A_MONTH else (1,)
                work.reminders.wait(NOTICE_LEASE)  # else the second step overtakes the first
            answers[words] = asks(world, spare)
            if seconds < 0:
                run.check(Check("a session that was over lives again", idle.is_in(), False))
        run.told["a token that had ended"] = answers
        run.check(Check("answers to it by every clock", sorted(set(answers.values())), [401]))
        work.finish(refused=True)
        off = hooks_off(world, clock if everything else None)
        run.check(Check("webhook stamps off the sink's clock, seconds", off, FIVE_MINUTES, "<="))


def year(run: Run) -> None:
    """F-25: 400 days in steps of six hours, 12 zones and 50 deadlines each, by an oracle's clock.

    The year passes in one process: each sweep is told what time it is.
    """
    days, zones, count = run.pick((400, 12, 50), (60, 2, 8))
    with run.world(names=()) as world:
        said = run_step(
            [PYTHON, "-m", "bench.faults.year", *map(str, (run.seed, days, zones, count))],
            failure="The year did not pass:",
            env=world.env,
        )
        found = json.loads(said.strip().splitlines()[-1])
        run.told |= {"zones": zones, "deadlines": zones * count, "looks": (days + 2) * 4}
        run.check(
            Check("sent == deadlines x rules", found["told"], zones * count * len(DAYS)),
            Check("each exactly once", found["distinct"], found["told"]),
            Check("told at another wall time than asked for", found["wrong"], []),
        )


class Clock:
    """A wall clock for some processes; a file says by how many seconds it is off."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.library = file.with_suffix(".so")
        self.put_at: list[tuple[float, int]] = []  # the true moment of each step, and how far off

    def environment(self) -> dict[str, str]:
        """Return what puts processes under this clock."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise NotRunError("a C compiler (apt-get install gcc libc6-dev)")
        words = [compiler, "-O1", "-shared", "-fPIC", "-o", self.library, SOURCE]
        run_step(words, failure="The clock could not be made:")
        self.file.write_text("0")
        return {"LD_PRELOAD": str(self.library), "CLOCK_FILE": str(self.file)}

    def put(self, seconds: int) -> None:
        """Put the clock so far ahead of the true time, and let all processes see it."""
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.file)
        self.put_at.append((time.time(), seconds))
        time.sleep(2)

    def shown(self, at: float) -> set[float]:
        """Return what the clock showed at a true moment, also just before a step."""
        steps = [(0.0, 0), *self.put_at]
        ends = [*(began for began, _ in steps[1:]), float("inf")]
        return {
            at + off for (began, off), end in zip(steps, ends, strict=True)
            if began <= at <= end + JUST_NOW
        }  # fmt: skip


def asks(world: World, token: str) -> int:
    """Return what a token is answered."""
    return world.get("/api/v1/systems/", token)


def token_that_ends(world: World) -> str:
    """Return a token that lives for some seconds more by the database's clock."""
    world.ask(f"UPDATE rest_apitoken SET expires_at = now() + interval '{HOLDS} seconds' "  # noqa: S608
              "WHERE name = 'spare'")  # fmt: skip
    return str(world.ground.told["spare"])


def hooks_off(world: World, clock: Clock | None = None) -> int:
    """Return by how many seconds the stamp of a webhook was off the sink's clock at most."""
    return max(
        (round(min(abs(shown - stamp) for shown in (clock.shown(at) if clock else {at})))
         for at, _, stamp, _ in world.hooks.came), default=0,
    )  # fmt: skip


class Browser:
    """Somebody who signs in with the clock forty minutes behind, and then does nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        """Sign in as the administrator."""
        _, page = self._send("GET", "/accounts/login/")
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"csrfmiddlewaretoken": token, "login": "admin@faults.example"}
        status, _ = self._send("POST", "/accounts/login/", form | {"password": "x" * 20})
        if status != 302:
            raise Problem(f"Nobody can sign in ({status}).")

    def is_in(self) -> bool:
        """Return whether the session is good for a page."""
        return self._send("GET", "/settings/tokens/")[0] == 200

    def _send(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        headers["Referer"] = f"http://127.0.0.1:{self.world.port}/"
        try:
            link.request(method, path, urlencode(form) if form else None, headers)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            link.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text
