"""An organisation of any size to measure on: 401 units, 200 owners, up to 100,000 systems.

The first 40 systems are whole: made by actions, with facts, a signed classification, an approved
version, a matrix in force and their entries in the record. All others are copied in by the
thousand: about 40 % with a signed classification, 30 % with a version (half of these approved),
10 % with a matrix in force (without cells), two in three from a vendor, most of these under an
agreement. The copied ones have no entries in the record and no trace.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction
from django.utils import timezone

from bench.seed_sql import COPIES, WHOLE
from bench.seed_words import AREAS, KINDS, PLACES, PURPOSE, STAGES, TASKS
from governance.accounts import actions as accounts
from governance.accounts import unit_actions
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.approvals.actions import next_ref
from governance.approvals.models import Release
from governance.classification.actions import answer_facts, sign_classification
from governance.classification.queries import engine, facts_of, usual_answers
from governance.notices.proof_actions import vouch
from inventory.systems.actions import link_agreement, register
from inventory.systems.bulk import next_refs
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version
from inventory.vendors import actions as vendors
from inventory.vendors.models import Agreement, Vendor
from raci.matrices import review_actions as reviews
from raci.matrices.actions import make_default_matrix, make_matrix
from raci.matrices.models import Matrix
from raci.oncall.actions import LayerWish, make_schedule, put_layer
from raci.people.actions import empower, name_holder
from raci.people.vocabulary import vocabulary

CASES = Path(__file__).parent.parent / "tests" / "classification" / "cases.yaml"
SEED, BATCH, OWNERS, VENDORS = 20_261_122, 2_000, 200, 60
RARE = "kestrel"  # a word in the purpose of twenty systems, whatever the size


@dataclass
class Organisation:
    """Who measures: one person over everything, one over an eighth of it."""

    officer: User
    lead: User
    divisional: User
    units: list[BusinessUnit]
    owners: list[User]
    vendors: list[Vendor]
    whole: list[AISystem]
    count: int = 0


def found() -> Organisation:
    """Return a new organisation with its 40 whole systems; the database must be empty."""
    admin = unit_actions.found_organisation(
        name="Bench", email="admin@bench.example", person="Ada Admin", password="x" * 20
    )
    root = BusinessUnit.objects.get(parent__isnull=True)
    units = _units(root, admin)
    officer, lead = (_person(role, root, admin) for role in (Role.COMPLIANCE_OFFICER, LEAD))
    divisional = _person(Role.COMPLIANCE_OFFICER, units[1], admin, "Dana Division")
    owners = User.objects.bulk_create(
        User(email=f"owner{at}@bench.example", name=f"Owner {at:03}") for at in range(OWNERS)
    )
    for person in (officer, lead, divisional, *owners):
        vouch(person, actor=admin, reason="Made for measuring.")
    known = _vendors(root, officer)
    made = Organisation(officer, lead, divisional, units, owners, known, [])
    made.whole = _whole(made)
    made.count = len(made.whole)
    return made


LEAD = Role.AI_OPS_LEAD


def _person(role: Role, unit: BusinessUnit, admin: User, name: str = "") -> User:
    email = f"{name or role.value}@bench.example".replace(" ", ".").lower()
    named = name or role.value.replace("_", " ").capitalize()
    return accounts.add_person_with_role(email=email, name=named, role=role, unit=unit, actor=admin)


def _units(root: BusinessUnit, admin: User) -> list[BusinessUnit]:
    """Return the tree: the root, 8 divisions, 7 departments in each, 6 teams in each of these."""
    levels, found = ((8, "Division"), (7, "Department"), (6, "Team")), [root]
    above = [root]
    for count, word in levels:
        below = [
            BusinessUnit(name=f"{word} {at + 1}", parent=parent)
            for parent in above
            for at in range(count)
        ]
        above = BusinessUnit.objects.bulk_create(below)
        for unit in above:
            assert unit.parent  # noqa: S101
            unit.path = [*(unit.parent.path or [root.pk]), unit.pk]
        BusinessUnit.objects.bulk_update(above, ["path"])
        found += above
    return found


def _vendors(root: BusinessUnit, officer: User) -> list[Vendor]:
    made = []
    for at in range(VENDORS):
        vendor = vendors.add_vendor(actor=officer, name=f"Vendor {at:02}", kind="vendor")
        vendors.add_agreement(
            actor=officer, kind="DPA", title=f"Processing terms {at}", vendor=vendor, unit=root,
            our_party="Bench", signed_on=date(2025, 1, 1), effective_from=date(2025, 1, 1),
        )  # fmt: skip
        made.append(vendor)
    return made


def _whole(made: Organisation) -> list[AISystem]:
    """Return 40 systems with everything; which facts they have comes from the worked cases."""
    _duties(made)
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    dice, fields = random.Random(SEED), rows(made, random.Random(SEED))
    systems = []
    for at, row in enumerate(islice(fields, WHOLE)):
        row |= {"vendor": dice.choice(made.vendors), "owner": made.owners[at], "stage": "pilot"}
        if at < 20:
            row["intended_purpose"] += f" Project {RARE}."
        systems.append(_whole_system(made, row, cases[at * 3 % len(cases)]["facts"]))
    return systems


def _duties(made: Organisation) -> None:
    """Put the standard matrix in force, name who holds its roles and powers, and who is on call."""
    root, officer = made.units[0], made.officer
    _put_in_force(make_default_matrix(root, actor=officer), made)
    others = iter(made.owners[WHOLE:])
    for role in vocabulary().roles:
        if role not in vocabulary().groups:
            person = made.lead if role == "AO" else next(others)
            name_holder(root, role=role, person=person, actor=officer)
    rota = make_schedule(root, actor=officer, role="OC", name="Nights", zone="Europe/Berlin")
    wish = LayerWish("Rota", tuple(islice(others, 3)), date(2026, 1, 5), time(9))
    put_layer(rota, actor=officer, wish=wish)
    for kind in vocabulary().authorities:
        for person in (officer, made.lead, *made.owners[: WHOLE + 30]):
            empower(root, person=person, kind=kind, actor=officer)


@transaction.atomic
def _whole_system(made: Organisation, row: dict[str, Any], facts: dict[str, Any]) -> AISystem:
    officer = made.officer
    system = register(actor=officer, **row)
    link_agreement(
        system, agreement=Agreement.objects.filter(vendor=system.vendor)[0], actor=officer
    )
    answer_facts(system, facts=usual_answers(system) | facts, actor=officer)
    sign_classification(
        system,
        reason="As the facts say.",
        actor=officer,
        facts_digest=facts_of(system).digest,
        pack_version=engine().pack.version,
    )
    version = {"provider": "openai", "model_id": "gpt-4o-2024-11-20"}
    proposed = add_version(system, actor=officer, label="1.0.0", **version)
    _running(made, proposed)
    _put_in_force(make_matrix(system, actor=officer), made)
    return system


def _running(made: Organisation, version: ModelVersion) -> None:
    """Let a version run, as if its quorum had agreed."""
    now = timezone.now()
    Release.objects.create(
        ref=next_ref(),
        system=version.system,
        version=version,
        digest=version.digest,
        status="active",
        reason="First use.",
        change_class="C",
        class_suggested="C",
        submitted_by=made.officer,
        submitted_at=now,
        decided_by=made.lead,
        decided_at=now,
        approved_at=now,
        valid_until=now + timedelta(days=182),
        activated_at=now,
        activated_by=made.lead,
    )


def _put_in_force(matrix: Matrix, made: Organisation) -> None:
    reviews.submit(matrix, actor=made.officer)
    reviews.activate(matrix, actor=made.lead)


def rows(made: Organisation, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the fields of systems without end."""
    lowest = made.units[9:]
    while True:
        area, other = dice.sample(AREAS, 2)
        task = dice.choice(TASKS)
        told = {
            "task": task.capitalize(),
            "area": area.lower(),
            "kind": dice.choice(KINDS),
            "place": dice.choice(PLACES),
            "other": other.lower(),
            "years": dice.randint(2, 12),
        }
        number = dice.randint(1, 9_999)
        yield {
            "name": f"{area} {task.lower()} {told['kind']} {told['place']} {number}",
            "intended_purpose": PURPOSE.format(**told),
            "unit": dice.choice(lowest),
            "owner": dice.choice(made.owners) if dice.random() < 0.8 else None,
            "vendor": dice.choice(made.vendors) if dice.random() < 0.66 else None,
            "stage": dice.choice(STAGES),
            "our_roles": ["deployer"] if dice.random() < 0.7 else ["provider", "deployer"],
            "data_categories": dice.sample(["personal", "special_category", "financial"], 1),
            "countries": dice.sample(["NO", "SE", "DK", "DE", "IT", "ES", "PL"], 2),
            "live_since": date(2020, 1, 1) + timedelta(days=dice.randint(0, 2_000)),
        }


@transaction.atomic
def grow(made: Organisation, count: int) -> None:
    """Copy systems in until there are `count`, and let the database learn what it has now."""
    dice = random.Random(SEED + count)
    endless, last = rows(made, dice), AISystem.objects.order_by("-pk")[0].pk
    missing = count - AISystem.objects.count()
    for first in range(0, missing, BATCH):
        refs = next_refs(min(BATCH, missing - first))
        AISystem.objects.bulk_create(
            AISystem(ref=ref, origin="import", source="bench", external_key=ref, **row)
            for ref, row in zip(refs, endless, strict=False)
        )
    kept = made.whole[-1].assessments.get().pk
    people = {"officer": made.officer.pk, "lead": made.lead.pk}
    with connection.cursor() as cursor:
        for statement in COPIES:
            cursor.execute(statement, {"after": last, "kept": kept, **people})
    made.count = count


def settle() -> None:
    """Do what PostgreSQL's own housekeeping does soon after so many rows came in."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
