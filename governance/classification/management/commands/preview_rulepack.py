"""What a rule pack would change, from the command line, before anyone adopts it."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import yaml
from django.core.management.base import BaseCommand, CommandParser

from governance.classification.law import TEXTS, PackError
from governance.classification.packs import load
from governance.classification.preview import Change, Comparer, DutyChange, Law
from governance.classification.preview_queries import Subject, subject_chunks
from governance.classification.preview_tally import Counter
from governance.classification.reading import misfit
from governance.classification.rules import engine_of

IN_FORCE = "current"
Found = Iterator[tuple[Subject, Change | None]]


class Command(BaseCommand):
    """Print which systems change tier, duties or dates; nothing is written anywhere."""

    help = (
        "Say which systems change tier, gain or lose duties, or change dates if a rule pack "
        "replaced the one in force. Reads every system of the register that is not retired, or, "
        "without a database, the cases of a file. Exit 1: the pack does not hold. Exit 2: a case "
        "does not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the packs, the texts and the cases."""
        parser.add_argument("file", nargs="?", help="a YAML file or a folder of them")
        parser.add_argument("--against", default=IN_FORCE, help="another pack; default: current")
        parser.add_argument("--text", choices=TEXTS, default="amended", help="of the law, for both")
        parser.add_argument(
            "--enacted-against-amended",
            action="store_true",
            help="without FILE: the pack in force, as enacted against as amended",
        )
        parser.add_argument("--cases", type=Path, help="JSON or YAML with a list of cases")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of words")

    def handle(self, *, file: str | None, **options: Any) -> None:
        """Compare, and print system by system."""
        texts = options["enacted_against_amended"]
        if bool(file) == texts:
            self._refuse("Give either a pack or --enacted-against-amended.", 2)
        before = self._law(options["against"], "enacted" if texts else options["text"])
        after = self._law(file or options["against"], "amended" if texts else options["text"])
        compare = Comparer(before, after)
        cases = options["cases"]
        subjects = (
            self._cases(cases, before, after) if cases else chain.from_iterable(subject_chunks())
        )
        found = ((subject, compare.change_of(subject.given)) for subject in subjects)
        tell = self._as_json if options["json"] else self._in_words
        tell(before, after, found)

    def _law(self, file: str, text: str) -> Law:
        try:
            return Law(engine_of(load() if file == IN_FORCE else load(Path(file))), text)
        except PackError as error:
            self._refuse(f"DOES NOT HOLD. {error}", 1)

    def _cases(self, file: Path, before: Law, after: Law) -> Iterator[Subject]:
        """Yield the cases of a file; one that neither pack understands is refused by name."""
        try:
            raw = _parsed(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._refuse(f"{file} cannot be read: {error}", 2)
        if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list):
            self._refuse(f"{file} needs a list of cases.", 2)
        cases = list(enumerate(raw["cases"], start=1))
        for number, case in cases:
            if not isinstance(case, dict) or not isinstance(case.get("facts"), dict):
                self._refuse(f"case {number} needs an id and facts.", 2)
            self._require_understood(str(case.get("id", number)), case["facts"], (before, after))
        for number, case in cases:
            name = str(case.get("id", number))
            yield Subject(number, name, name, case["facts"])

    def _require_understood(self, case: str, facts: dict[str, Any], laws: Iterable[Law]) -> None:
        for name, value in facts.items():
            known = [law.engine.pack.facts[name] for law in laws if name in law.engine.pack.facts]
            if not any(value is None or not misfit(fact, value) for fact in known):
                self._refuse(f"case {case}: {name}: no pack has this fact with this value.", 2)

    def _in_words(self, before: Law, after: Law, found: Found) -> None:
        counter = Counter()
        duties = {duty.id: duty for law in (before, after) for duty in law.engine.pack.obligations}
        for subject, change in found:
            counter.add(change)
            if change:
                tiers = " → ".join(dict.fromkeys(change.tiers))
                self.stdout.write(f"{subject.ref} {subject.name}: {tiers}")
                for line in _duty_lines(change):
                    name = line.duty
                    cited = "; ".join(duties[name].citation)
                    self.stdout.write(f"    {_days(line)} {name} ({cited})")
        self.stdout.write(counter.tally().words)

    def _as_json(self, before: Law, after: Law, found: Found) -> None:
        """Write one object, system by system, so that memory does not grow with them."""
        counter = Counter()
        laws = {"before": _named(before), "after": _named(after)}
        self.stdout.write(json.dumps(laws)[:-1] + ', "systems": [', ending="")
        comma = ""
        for subject, change in found:
            counter.add(change)
            if change:
                line = {"ref": subject.ref, "name": subject.name} | change.as_json()
                self.stdout.write(f"{comma}\n{json.dumps(line, ensure_ascii=False)}", ending="")
                comma = ","
        tally = counter.tally()
        counts = {
            "systems": tally.systems,
            "touched": tally.touched,
            "gains": tally.gains,
            "loses": tally.loses,
            "dates": tally.dates,
            "tiers": [{"from": a, "to": b, "systems": n} for (a, b), n in tally.moves.items()],
            "words": tally.words,
        }
        self.stdout.write(f'\n], "summary": {json.dumps(counts, ensure_ascii=False)}}}')

    def _refuse(self, words: str, code: int) -> NoReturn:
        self.stderr.write(words)
        sys.exit(code)


def _parsed(text: str) -> Any:
    """Return JSON where the text is JSON, else YAML, which reads 1e25 as a word."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.safe_load(text)


def _duty_lines(change: Change) -> Iterator[DutyChange]:
    yield from change.gained
    yield from change.lost
    yield from change.moved


def _days(duty: DutyChange) -> str:
    if duty.before and duty.after:
        return f"moves from {duty.before} to {duty.after}:"
    return f"gains from {duty.after}:" if duty.after else f"loses (was {duty.before}):"


def _named(law: Law) -> dict[str, str]:
    return {"version": law.engine.pack.version, "text": law.text}
