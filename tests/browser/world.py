"""A filled organisation for the tour of all pages."""

import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts import unit_actions
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.calendars.actions import Hours, save_calendar
from governance.calendars.rules import DEFAULT_WINDOWS
from governance.classification.actions import answer_facts, sign_classification
from governance.classification.preview_actions import request_preview
from governance.classification.queries import provisional, usual_answers
from governance.classification.tasks import run_preview
from inventory.imports import runs
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from tests.browser import climbing, duties, evaluated, news, overdue, papers, proofs, rotas, stated
from tests.factories import verify_address

PASSWORD = "correct horse battery"
PEOPLE = {
    Role.COMPLIANCE_OFFICER: "Ines Halvorsen",
    Role.AI_OPS_LEAD: "Jonas Weber",
    Role.SYSTEM_OWNER: "Mira Rossi",
    Role.AUDITOR: "Otto Berg",
}


@dataclass(frozen=True)
class World:
    """Where the server is, who is there, and the names of things for addresses."""

    base: str
    people: dict[Role, User]
    refs: dict[str, str | int]


def build(base: str) -> World:
    """Return an organisation in which every page has something to show."""
    admin = unit_actions.found_organisation(
        name="Halden Mutual", email="admin@halden.example", person="Ada Lund", password=PASSWORD
    )
    root = BusinessUnit.objects.get(parent__isnull=True)
    claims = unit_actions.add_unit(name="Claims", parent=root, actor=admin)
    people = {role: _person(name, role, root, admin) for role, name in PEOPLE.items()}
    officer, owner = people[Role.COMPLIANCE_OFFICER], people[Role.SYSTEM_OWNER]
    system = systems.register(
        actor=officer,
        name="Claims triage scorer",
        intended_purpose="Ranks incoming claims by urgency.",
        unit=claims,
        owner=owner,
    )
    unanswered = systems.register(actor=officer, name="Meeting notes", unit=root)
    _classify(system, officer)
    refs: dict[str, str | int] = {"system": system.ref, "unit": claims.pk, "person": owner.pk}
    refs["unanswered"] = unanswered.ref
    refs["preview"] = _preview(officer)
    refs |= duties.fill(root, system, officer, owner, people[Role.AI_OPS_LEAD])
    refs["version"] = system.versions.latest("pk").pk
    refs |= rotas.fill(root, officer, people[Role.AI_OPS_LEAD], owner)
    refs["hours"] = _hours(root, officer)
    refs |= _imports(root, officer)
    refs |= papers.fill(claims, officer, owner)
    refs |= proofs.fill(root, system, officer)
    refs |= news.fill(admin, officer)
    refs |= climbing.fill(system, owner)
    refs |= overdue.fill(root, system, officer, owner)
    refs |= evaluated.fill(system, owner)
    refs |= stated.fill(system, officer)
    return World(base, {**people, Role.ADMINISTRATOR: admin}, refs)


def _hours(root: BusinessUnit, officer: User) -> int:
    """Return the organisation's working hours, with a holiday."""
    holidays = {date(2126, 12, 25): "Christmas Day"}
    hours = Hours("Head office", "Europe/Berlin", DEFAULT_WINDOWS, holidays)
    return save_calendar(root, actor=officer, hours=hours).pk


def _preview(officer: User) -> int:
    """Return the shipped example of a change of the law, done."""
    preview = request_preview(actor=officer, before_text="enacted")
    run_preview(preview.pk)
    return preview.pk


def _classify(system: AISystem, officer: User) -> None:
    """Sign a high-risk classification, then leave an answer open that was not."""
    facts = {
        "actor.uses_professionally": True,
        "ins.line": "health",
        "ins.functions": ["risk_assessment"],
        "profiling.performed": True,
        "tr.interacts_directly": True,
        "tr.ai_obvious": True,
    }
    answer_facts(system, facts=usual_answers(system) | facts, actor=officer)
    now = provisional(system)
    sign_classification(
        system,
        reason="The vendor's model card says so in section 4.",
        actor=officer,
        facts_digest=now.facts.digest,
        pack_version=now.classification.pack_version,
    )
    answer_facts(system, facts={"tr.ai_obvious": None}, actor=officer)


def _imports(unit: BusinessUnit, officer: User) -> dict[str, str | int]:
    """Import a small list twice: one run waits for a person, one is done with a row refused."""
    content = b"Name,Purpose,Stage\nBerth planner,Plans berths.,Live\n,Nobody.,Live\n"
    mapping = {"source": "list", "fields": {"name": "Name", "intended_purpose": "Purpose"}}
    made = []
    for _ in range(2):
        file = io.BytesIO(content)
        run = runs.receive(file, name="list.csv", size=len(content), unit=unit, actor=officer)
        runs.map_columns(run, mapping, actor=officer)
        made.append(run)
    runs.confirm(made[1], actor=officer)
    if claimed := runs.claim(made[1].pk):
        runs.carry_out(claimed)
    return {"import_chosen": made[0].ref, "import_done": made[1].ref}


def _person(name: str, role: Role, unit: BusinessUnit, admin: User) -> User:
    email = f"{name.split()[0].lower()}@halden.example"
    user = accounts.add_person(email=email, name=name, unit=unit, actor=admin, password=PASSWORD)
    ends_on = timezone.localdate() + timedelta(days=30) if role == Role.AUDITOR else None
    accounts.grant(user, role=role, unit=unit, actor=admin, ends_on=ends_on)
    return verify_address(user)
