"""Classify facts from a file; no database is needed."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from governance.classification.cases import Case, CaseError, cases_of
from governance.classification.packs import load
from governance.classification.reading import day_of
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
        checked = [(case.id, self._checked(teller, case)) for case in self._cases(file)]
        before = "["
        for name, facts in checked:
            told = {"id": name, **teller.told(facts)}
            self.stdout.write(before + json.dumps(told, allow_nan=False), ending="")
            before = ",\n"
        self.stdout.write("]" if checked else "[]")

    def _checked(self, teller: Teller, case: Case) -> dict[str, Any]:
        """Return the facts of a case in normal form."""
        try:
            return teller.checked(case.facts)
        except FactError as error:
            self._refuse(f"case {case.name}: {error}.")

    def _day(self, raw: str | None) -> date | None:
        try:
            return None if raw is None else day_of(raw)
        except ValueError:
            self._refuse(f"--on {raw} is not a day (YYYY-MM-DD).")

    def _cases(self, file: Path) -> list[Case]:
        try:
            return cases_of(file.read_bytes())
        except OSError as error:
            self._refuse(f"{file} cannot be read: {error.strerror}.")
        except CaseError as error:
            self._refuse(f"{file} cannot be used: {error}.")

    def _refuse(self, words: str) -> NoReturn:
        self.stderr.write(words)
        sys.exit(2)
