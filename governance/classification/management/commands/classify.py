"""Classify facts from a file; no database is needed."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml
from django.core.management.base import BaseCommand, CommandParser

from governance.classification.packs import load
from governance.classification.rules import FactError, engine_of
from governance.classification.telling import Teller


class Command(BaseCommand):
    """Print the classification of each case as JSON, in the order of the file."""

    help = (
        "Classify the cases of a JSON or YAML file: {cases: [{id, facts}]}. A fact that is not "
        "given has the default of the rule pack, or with --missing unknown is not known. With "
        "--on the text of the law in force on that day decides. Exit 2 names case and fact of a "
        "wrong one."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how to read it."""
        parser.add_argument("file", type=Path, help="JSON or YAML with a list of cases")
        parser.add_argument(
            "--missing",
            choices=("default", "unknown"),
            default="default",
            help="what a fact is that a case does not give (default: the pack's default)",
        )
        parser.add_argument("--on", metavar="DATE", help="a day as YYYY-MM-DD")

    def handle(self, *, file: Path, missing: str, on: str | None, **options: Any) -> None:
        """Check all cases first; print only when every one of them fits."""
        day = self._day(on)
        teller = Teller(engine_of(load()), unknown=missing == "unknown", on=day)
        checked = [self._checked(teller, *case) for case in enumerate(self._cases(file), start=1)]
        before = "["
        for name, facts in checked:
            told = {"id": name, **teller.told(facts)}
            self.stdout.write(before + json.dumps(told, ensure_ascii=False), ending="")
            before = ",\n"
        self.stdout.write("]" if checked else "[]")

    def _checked(self, teller: Teller, number: int, case: Any) -> tuple[str, dict[str, Any]]:
        """Return the name and the facts in normal form of one case."""
        if not isinstance(case, dict) or not isinstance(case.get("facts"), dict):
            self._refuse(f"case {number} needs an id and facts.")
        name = str(case.get("id", number))
        try:
            return name, teller.checked(case["facts"])
        except FactError as error:
            self._refuse(f"case {name}: {error}.")

    def _day(self, raw: str | None) -> date | None:
        try:
            return date.fromisoformat(raw) if raw else None
        except ValueError:
            self._refuse(f"--on {raw} is not a day (YYYY-MM-DD).")

    def _cases(self, file: Path) -> list[Any]:
        try:
            raw = _parsed(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._refuse(f"{file} cannot be read: {error}")
        if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list):
            self._refuse(f"{file} needs a list of cases.")
        return list(raw["cases"])

    def _refuse(self, words: str) -> NoReturn:
        self.stderr.write(words)
        sys.exit(2)


def _parsed(text: str) -> Any:
    """Return JSON where the text is JSON, else YAML, which reads 1e25 as a word."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.safe_load(text)
