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
SEED, BATCH, WHOLE, OWNERS, VENDORS = 20_261_122, 2_000, 40, 200, 60
RARE = "kestrel"  # a word in the purpose of twenty systems, whatever the size


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


AREAS = words(
    "Claims Underwriting Motor Household Travel Health Life Pension Marine Cargo Credit Fraud "
    "Sales Pricing Renewal Broker Portal Billing Payments Collections Reserving Reinsurance Tax "
    "Treasury Actuarial Audit Legal Contract Procurement Supplier Recruiting Payroll Training "
    "Workplace Facilities Fleet Security Identity Network Service Support Telephone Mailroom "
    "Document Archive Complaint Survey Campaign Loyalty Website Mobile Voice Image Drone Weather "
    "Catastrophe Flood Medical Dental Hospital Repair"
)
TASKS = words(
    "triage routing matching ranking screening forecasting summarising translation extraction "
    "transcription detection scoring segmentation drafting anonymising comparison search review "
    "validation planning reconciliation tagging deduplication simulation monitoring"
)
KINDS = words(
    "scorer assistant classifier model engine copilot predictor reader agent advisor sorter "
    "finder checker estimator writer recogniser router planner monitor summariser"
)
PLACES = words("Nordics Iberia Benelux DACH Baltics Italy France Poland Ireland Austria Group")
PURPOSE = (
    "{task} of {area} cases by a {kind}, so that people in {place} see urgent ones first; "
    "it proposes, and a person decides. Based on {other} records of the last {years} years."
)
STAGES = ("idea", "pilot", "limited", "production", "production", "production", "retired")
FIELDS = (
    "system_id, number, tier, tier_enacted, facts, facts_digest, pack_version, result, duty_days, "
    "signed_by_id, reason, signed_at, trace, answers"
)
# What the copied systems have, taken from the whole ones by the remainder of their id.
COPIES = (
    f"""INSERT INTO classification_assessment ({FIELDS})
    SELECT s.id, 1, a.tier, a.tier_enacted, a.facts, a.facts_digest, a.pack_version, a.result,
        a.duty_days, a.signed_by_id, a.reason, a.signed_at, '{{}}'::jsonb,
        a.answers
    FROM systems_aisystem s JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS turn
        FROM classification_assessment WHERE id <= %(kept)s) a ON a.turn = s.id %% {WHOLE}
    WHERE s.id > %(after)s AND s.id * 7 %% 10 < 4""",  # noqa: S608
    """INSERT INTO classification_factsheet (system_id, facts, row_version, changed_at,
        changed_by_id)
    SELECT system_id, facts, 1, signed_at, signed_by_id FROM classification_assessment
    WHERE system_id > %(after)s""",
    """INSERT INTO systems_modelversion (system_id, label, provider, model_id, region,
        prompt_sha256, notes, bundle, texts, training_data_ref, digest, frozen_at, row_version,
        created_at)
    SELECT id, '1.0.0', 'openai', 'gpt-4o-2024-11-20', '', '', '',
        jsonb_build_object('provider', 'openai', 'model_id', 'gpt-4o-2024-11-20', 'code_commit',
            ref), '{}', '', md5(ref) || md5(name), now(), 1, now()
    FROM systems_aisystem WHERE id > %(after)s AND id * 3 %% 10 < 3""",
    """INSERT INTO approvals_release (ref, system_id, version_id, digest, status, reason,
        submitted_by_id, submitted_at, decided_by_id, decided_at, approved_at, valid_until,
        activated_at, activated_by_id, environment, task, round, gap_addressed, declared,
        change_class, class_suggested, class_reasons, risk_tier, evidence_digest, rules_version,
        decision_reason, canary_rule, cycle, changed_at, row_version)
    SELECT 'UPD-B' || v.id, v.system_id, v.id, v.digest, 'active', 'First use.', %(officer)s, now(),
        %(lead)s, now(), now(), now() + interval '182 days', now(), %(lead)s, 'prod', '', 1, '',
        '{}', 'C', 'C', '[]', 'high', '', '', '', '{}', 0, now(), 1
    FROM systems_modelversion v WHERE v.system_id > %(after)s AND v.id %% 2 = 0""",
    """INSERT INTO raci_matrix (system_id, version, status, activities, created_at, activated_at,
        activated_by_id, submitted_at, submitted_by_id, origin, overridden, returned_reason,
        row_version, scheme)
    SELECT id, 1, 'active', '{}', now(), now(), %(lead)s, now(), %(officer)s, 'reviewed', '{}',
        '', 1, 'RACI' FROM systems_aisystem
    WHERE id > %(after)s AND id * 9 %% 10 = 1""",
    """INSERT INTO systems_aisystem_agreements (aisystem_id, agreement_id)
    SELECT s.id, min(a.id) FROM systems_aisystem s
    JOIN vendors_agreement a ON a.vendor_id = s.vendor_id
    WHERE s.id > %(after)s AND s.id %% 10 < 7 GROUP BY s.id""",
)


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
