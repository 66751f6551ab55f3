"""Classify facts from a file; no database is needed."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import yaml
from django.core.management.base import BaseCommand, CommandParser

from governance.classification.explain import explain
from governance.classification.packs import load
from governance.classification.rules import FactError, checked, classify, engine_of


class Command(BaseCommand):
    """Print the classification of each case as JSON, in the order of the file."""

    help = (
        "Classify the cases of a JSON or YAML file: {cases: [{id, facts}]}. A fact that is not "
        "given has the default of the rule pack. Exit 2 names case and fact of a wrong one."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="JSON or YAML with a list of cases")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Check all cases first; print only when every one of them fits."""
        engine = engine_of(load())
        results = []
        for number, case in enumerate(self._cases(file), start=1):
            if not isinstance(case, dict) or not isinstance(case.get("facts"), dict):
                self._refuse(f"case {number} needs an id and facts.")
            name = str(case.get("id", number))
            try:
                facts = checked(engine.pack, case["facts"])
            except FactError as error:
                self._refuse(f"case {name}: {error}.")
            told = explain(engine.pack, classify(engine, facts), facts)
            trace = {"why": told.pop("why"), "why_not": told.pop("why_not")}
            results.append({"id": name, **told, "trace": trace})
        self.stdout.write(json.dumps(results, ensure_ascii=False, indent=2))

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
