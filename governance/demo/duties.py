"""What the people of the demo organisation said of their duties."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.files.base import ContentFile

from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.evidence.models import EvidenceItem
from governance.obligations import actions
from governance.obligations.models import Duty
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage

Told = dict[str, Any]
SPREAD = 37  # days between the checks of one system and the next


def take_over(systems: Sequence[AISystem]) -> None:
    """Let the duties of these systems follow their signed classifications."""
    signed = Assessment.objects.current().filter(system__in=systems).order_by("pk")
    for assessment in signed.select_related("signed_by"):
        actions.follow(assessment, actor=assessment.signed_by)


def speak(rows: Sequence[Told], people: Mapping[str, User], today: date) -> None:
    """Say of each duty what its row tells, with its evidence."""
    for row in rows:
        if "every" in row:
            _speak_of_all(row, people, today)
            continue
        found = Duty.objects.select_related("system__unit").order_by("pk")
        duties = list(found.filter(system__name=row["system"], obligation=row["duty"]))
        _speak(duties, row, people, people[row["by"]], today)


def _speak_of_all(row: Told, people: Mapping[str, User], today: date) -> None:
    """Say the same of one obligation of all systems but a few; their owners say it."""
    found = Duty.objects.applying().filter(obligation=row["every"])
    found = found.exclude(system__name__in=row["but"]).exclude(system__stage=Stage.RETIRED)
    rows = found.select_related("system__unit", "system__owner").order_by("system", "pk")
    for at, (_system, duties) in enumerate(groupby(rows, key=lambda duty: duty.system_id)):
        each = list(duties)
        system = each[0].system
        evidence = row["evidence"] | {"title": row["evidence"]["title"].format(unit=system.unit)}
        first, last = row["checks"]
        told = row | {"check": first + at * SPREAD % (last - first), "evidence": evidence}
        _speak(each, told, people, system.owner or people["ines"], today)


def _speak(
    duties: Sequence[Duty], row: Told, people: Mapping[str, User], by: User, today: date
) -> None:
    check = today + timedelta(days=row["check"]) if "check" in row else None
    item = _evidence(duties[0].system, by, row["evidence"], today) if "evidence" in row else None
    for duty in duties:
        if item:
            actions.show_evidence(duty, item=item, actor=by)
        _say(duty, by, row, check)
        if row.get("agreed"):
            actions.approve_not_applicable(duty, actor=people[row["agreed"]])
    if item and row["evidence"].get("withdrawn"):
        withdraw_evidence(item, reason=row["evidence"]["withdrawn"], actor=by)


def _say(duty: Duty, by: User, row: Told, check: date | None) -> None:
    if row["say"] == "meet" and check:
        actions.meet_duty(duty, next_check_on=check, actor=by)
        return
    if row["say"] == "start":
        actions.start_duty(duty, actor=by)
    if row["say"] == "wait":
        actions.let_wait(duty, waits_for=row["for"], actor=by)
    if row["say"] == "propose":
        actions.propose_not_applicable(duty, reason=row["reason"], actor=by)
    if check:
        actions.plan_check(duty, next_check_on=check, actor=by)


def _evidence(system: AISystem, by: User, told: Told, today: date) -> EvidenceItem:
    upload = ContentFile(told["text"].encode(), name=told["file"]) if "file" in told else None
    until = today + timedelta(days=told["counts"]) if "counts" in told else None
    return add_evidence(
        system,
        title=told["title"],
        actor=by,
        upload=upload,
        link=told.get("link", ""),
        valid_until=until,
    )
