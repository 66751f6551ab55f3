"""What comes in over REST, a page or the command, on its way to one action."""

from typing import Any

from django.core.files.base import File

from governance.accounts.models import User
from governance.evaluations.actions import About, Added, CameIn, add_run
from governance.evaluations.readers import read_file, refuse_by_size
from governance.evaluations.readers.cases import read_cases
from governance.evaluations.readers.report import Report, metrics_of
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import SuiteWish

ABOUT = ("produced_by", "observed_from", "observed_until", "tool", "digest")
WISH = ("kind", "title", "revise", "reason")


def take_cases(content: bytes, *, actor: User, given: dict[str, Any]) -> Added:
    """Keep a run that came as JSON; `given` is its checked body, `content` the bytes of it."""
    report = Report(read_cases(given["cases"]), metrics_of(given.get("metrics", {})))
    file = CameIn(content, f"{given['suite']}.json", Source.REST)
    return _added(report, file, actor, given)


def take_file(
    upload: File, *, actor: User, given: dict[str, Any], source: Source | None = None
) -> Added:
    """Keep a run that came as a file; its format is told from its bytes.

    `source` says how it came when that matters more than its format.
    """
    refuse_by_size(upload.size)
    upload.seek(0)
    content = upload.read()
    report, form = read_file(content)
    file = CameIn(content, str(upload.name), source or form)
    return _added(report, file, actor, given)


def _added(report: Report, file: CameIn, actor: User, given: dict[str, Any]) -> Added:
    about = {name: given[name] for name in ABOUT if given.get(name)}
    wish = {name: given[name] for name in WISH if given.get(name)}
    return add_run(
        given["version"],
        actor=actor,
        report=report,
        file=file,
        about=About(**about),
        suite=SuiteWish(given["suite"], **wish),
    )
