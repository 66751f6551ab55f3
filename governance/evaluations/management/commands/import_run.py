"""Add an evaluation run from a file, by the same path as the pages."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.evaluations.intake import take_file
from governance.evaluations.queries import failures
from governance.evaluations.readers.report import ReportError
from governance.evaluations.rules import SuiteKind
from inventory.systems.models import ModelVersion


class Command(BaseCommand):
    """`import_run FILE --system AIS-014 --version 3.2.1 --suite triage --as MAIL`."""

    help = "Add an evaluation run from CSV or JUnit XML. The same file again changes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser in which Django's own --version steps aside for ours."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file, and what it is a run of."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--system", required=True, metavar="AIS-014")
        parser.add_argument("--version", required=True, metavar="3.2.1", dest="label")
        parser.add_argument("--suite", required=True, metavar="KEY")
        parser.add_argument("--as", dest="email", required=True, metavar="MAIL")
        parser.add_argument("--kind", choices=list(SuiteKind), help="makes the suite")
        parser.add_argument("--digest", default="", help="of what ran, to be held against")
        parser.add_argument("--from", dest="since", type=moment, metavar="2026-11-22T09:00Z")
        parser.add_argument("--until", type=moment, metavar="2026-11-22T09:12Z")
        parser.add_argument("--by", default="", metavar="WHO", help="who or what ran it")
        parser.add_argument("--revise", action="store_true", help="the list of cases changed")

    def handle(self, *_: Any, **options: Any) -> None:
        """Add the run, and say what it shows."""
        try:
            with options["file"].open("rb") as content:
                file = File(content, options["file"].name)
                added = take_file(file, actor=_person(options["email"]), given=_given(options))
        except ReportError as error:
            lines = "\n".join(str(problem) for problem in error.problems)
            raise CommandError(f"{options['file'].name} is not taken.\n{lines}") from error
        except (DomainError, PermissionDenied, OSError) as error:
            raise CommandError(str(error)) from error
        run = added.run
        known = "" if added.is_new else " It was there already."
        self.stdout.write(f"{run.ref}: {run.passed:,} of {run.total:,} cases passed.{known}")
        for failure in failures(run):
            self.stdout.write(f"{'Not met' if failure.hard else 'To look at'}: {failure.words}")


def moment(text: str) -> datetime:
    """Return a moment with its zone; raises ValueError without one."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("say the zone: 2026-11-22T09:00Z")
    return at


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": _version(options["system"], options["label"]),
        "suite": options["suite"],
        "kind": options["kind"],
        "revise": options["revise"],
        "produced_by": options["by"] or f"manage.py import_run, {options['email']}",
        "observed_from": options["since"],
        "observed_until": options["until"],
        "digest": options["digest"],
    }


def _version(ref: str, label: str) -> ModelVersion:
    rows = ModelVersion.objects.select_related("system__unit")
    version = rows.filter(system__ref=ref.upper(), label=label).first()
    if version is None:
        raise DomainError(f"There is no version {label} of {ref}.")
    return version


def _person(email: str) -> User:
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise DomainError(f"Nobody here has the address “{email}”.")
    return person
