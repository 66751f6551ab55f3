"""What the people of the demo organisation said of their duties."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile

from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.obligations import actions
from governance.obligations.models import Duty
from inventory.systems.models import AISystem

Told = dict[str, Any]


def take_over(systems: Sequence[AISystem]) -> None:
    """Let the duties of these systems follow their signed classifications."""
    signed = Assessment.objects.current().filter(system__in=systems).order_by("pk")
    for assessment in signed.select_related("signed_by"):
        actions.follow(assessment, actor=assessment.signed_by)


def speak(rows: Sequence[Told], people: Mapping[str, User], today: date) -> None:
    """Say of each duty what its row tells, with its evidence."""
    for row in rows:
        found = Duty.objects.select_related("system__unit").order_by("pk")
        duty = found.filter(system__name=row["system"], obligation=row["duty"])[0]
        by = people[row["by"]]
        check = today + timedelta(days=row["check"]) if "check" in row else None
        item = _evidence(duty, by, row["evidence"], today) if "evidence" in row else None
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


def _evidence(duty: Duty, by: User, told: Told, today: date) -> Any:
    upload = ContentFile(told["text"].encode(), name=told["file"]) if "file" in told else None
    until = today + timedelta(days=told["counts"]) if "counts" in told else None
    item = add_evidence(
        duty.system,
        title=told["title"],
        actor=by,
        upload=upload,
        link=told.get("link", ""),
        valid_until=until,
    )
    actions.show_evidence(duty, item=item, actor=by)
    return item
